"""What CloudFormation makes of a custom resource's answer.

The function behind a custom resource answers by a PUT to a presigned URL of S3, without
a content type: an object with `Status`, `PhysicalResourceId`, `StackId`, `RequestId` and
`LogicalResourceId` as in the request, a `Reason` if it failed, and no more than 4096
bytes. Anything else is a failure of the resource. When the creation of a resource fails,
or is not answered in time, the stack is taken back, for which the function gets a
`Delete`: with the identifier that it had answered, or one that CloudFormation made up.
Source: CloudFormation User Guide, "Custom resource response objects" and "Delete request
for custom resources"; the module `cfn-response`, for the content type.

MiniStack 1.5.33 takes any answer, and asks for no deletion of what failed to be created.

Wrapped: `ministack.app._handle_post_body_shortcuts`, which takes the PUT, and
`deliver_response` and `invoke_custom_resource` of
`ministack.services.cloudformation.custom_resource`. The deletion is asked for at once,
also where a stack is not to be taken back.
"""

import json
import logging
from typing import Any

from ministack import app
from ministack.services.cloudformation import custom_resource

from portcullis_emulator.wrapping import Function, wrap

_PATH = "/_ministack/cfn-response/"
_NEEDED = ("Status", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId")
_REFUSED = (
    b"<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match "
    b"the signature you provided: it is for a request without a content type.</Message></Error>"
)

_log = logging.getLogger("portcullis")
# The identifier that was answered last, by stack and logical identifier.
_identifiers: dict[tuple[str, str], str] = {}


def fault(answer: Any) -> str | None:
    """What is wrong with an answer, in the words of CloudFormation."""
    if len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()) > 4096:
        return "Response object is too long."
    if not isinstance(answer, dict):
        return "Invalid Response object: it must be an object"
    for member in _NEEDED:
        if not isinstance(answer.get(member), str) or not answer[member]:
            return f"Invalid Response object: Value of property {member} must be of type String"
    if answer["Status"] not in ("SUCCESS", "FAILED"):
        return "Invalid Response object: Status must be SUCCESS or FAILED"
    if answer["Status"] == "FAILED" and not answer.get("Reason"):
        return "Invalid Response object: Reason must be given where Status is FAILED"
    if len(answer["PhysicalResourceId"].encode()) > 1024:
        return "Invalid PhysicalResourceId"
    return None


def install() -> None:
    def around_put(original: Function) -> Function:
        async def handle_post_body_shortcuts(method, path, headers, body, query_params, request_id):
            if method == "PUT" and path.startswith(_PATH) and headers.get("content-type"):
                return 403, {"Content-Type": "application/xml"}, _REFUSED
            return await original(method, path, headers, body, query_params, request_id)

        return handle_post_body_shortcuts

    def around_answer(original: Function) -> Function:
        def deliver_response(token, response):
            why = fault(response)
            if why:
                return original(token, {"Status": "FAILED", "Reason": why})
            _identifiers[response["StackId"], response["LogicalResourceId"]] = response["PhysicalResourceId"]
            return original(token, response)

        return deliver_response

    def around_invoke(original: Function) -> Function:
        def invoke_custom_resource(
            request_type,
            logical_id,
            props,
            stack_name,
            stack_id,
            resource_type,
            physical_id=None,
            old_props=None,
        ):
            resource = (logical_id, props, stack_name, stack_id, resource_type)
            try:
                return original(request_type, *resource, physical_id, old_props)
            except (RuntimeError, TimeoutError):
                if request_type == "Create":
                    made_up = f"{stack_name}-{logical_id}-CREATE_FAILED"
                    _delete(original, resource, _identifiers.pop((stack_id, logical_id), made_up))
                raise

        return invoke_custom_resource

    request = ("method", "path", "headers", "body", "query_params", "request_id")
    wrap(app, "_handle_post_body_shortcuts", request, around_put)
    wrap(custom_resource, "deliver_response", ("token", "response"), around_answer)
    resource = ("logical_id", "props", "stack_name", "stack_id", "resource_type", "physical_id", "old_props")
    wrap(custom_resource, "invoke_custom_resource", ("request_type", *resource), around_invoke)


def _delete(invoke: Function, resource: tuple[Any, ...], physical_id: str) -> None:
    try:
        invoke("Delete", *resource, physical_id)
    except (RuntimeError, TimeoutError) as failure:
        _log.warning("what failed to be created as %s is not deleted: %s", physical_id, failure)
