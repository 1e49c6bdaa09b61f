"""The codes of CloudWatch's errors.

An error has the name of its shape, `DashboardNotFoundError`, and the code that it had
in the older Query form of the API, `ResourceNotFound`. In JSON and CBOR the name is in
the body and the code in the header `x-amzn-query-error`, which the SDKs go by.
Source: Smithy documentation, "awsQueryCompatible trait"; the AWS SDK for Rust,
`aws_query_compatible_errors`; CloudWatch's service model, for the codes.

MiniStack 1.5.33 sends no such header, so that an SDK takes the name for the code, and
answers a denial with the name in place of the code `AccessDenied`.

Wrapped: `ministack.services.cloudwatch._error` and
`ministack.core.iam_actions.access_denied_response`.
"""

import functools
from typing import Any

import botocore.session
from ministack.core import iam_actions
from ministack.services import cloudwatch

from portcullis_emulator import cloudwatch_calls
from portcullis_emulator.wrapping import Function, wrap

_DENIED = {"AccessDeniedException": "AccessDenied"}


@functools.cache
def _codes() -> dict[str, str]:
    """The code of each shape of an error."""
    model = botocore.session.get_session().get_service_model("cloudwatch")
    shapes = [model.shape_for(name) for name in model.shape_names]
    return {
        shape.name: shape.metadata["error"]["code"]
        for shape in shapes
        if "code" in (shape.metadata.get("error") or {})
    }


def with_code(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    """The answer with the header, if it is in JSON or CBOR."""
    status, headers, body = answer
    name = (cloudwatch_calls.parameters(body) or {}).get("__type")
    if not name:
        return answer
    code = _DENIED.get(name) or _codes().get(name, name)
    fault = "Sender" if status < 500 else "Receiver"
    return status, {**headers, "x-amzn-query-error": f"{code};{fault}"}, body


def install() -> None:
    def around_error(original: Function) -> Function:
        def error(code, message, status, use_json=False, use_cbor=False):
            return with_code(original(code, message, status, use_json, use_cbor))

        return error

    def around_denied(original: Function) -> Function:
        @functools.wraps(original)
        def access_denied_response(service, action, principal_arn, request_id, **more: Any):
            answer = original(service, action, principal_arn, request_id, **more)
            return with_code(answer) if service == "monitoring" else answer

        return access_denied_response

    wrap(cloudwatch, "_error", ("code", "message", "status", "use_json", "use_cbor"), around_error)
    wrap(
        iam_actions,
        "access_denied_response",
        (
            "service",
            "action",
            "principal_arn",
            "request_id",
            "error_code",
            "message",
            "headers",
            "resource_arn",
            "explicit_deny",
            "resource_policy_arn",
        ),
        around_denied,
    )
