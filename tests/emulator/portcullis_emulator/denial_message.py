"""The wording of a denial.

AWS names what was denied: `User: <arn> is not authorized to perform: <action> on
resource: <resource> because no identity-based policy allows the <action> action`,
or `... with an explicit deny in an identity-based policy`. Secrets Manager gives
the secret as the caller typed it, IAM the kind and the name of an existing entity
(`role app`), KMS the key's ARN or, for a ciphertext without a key,
`on the resource associated with this ciphertext`. A denied CloudTrail record has no
request parameters, which leaves this text as the only pointer to the target.
Source: IAM User Guide, "Troubleshoot access denied error messages"; IAM Identity
Center User Guide, "Troubleshooting IAM Identity Center issues" (the KMS wording).

MiniStack 1.5.33 leaves the resource out for these services. It also leaves out the
request id, which any response of AWS carries and which the record is found by.

Wrapped: `ministack.core.iam_actions.extract_resource_arn`, to see the request, and
`access_denied_response`, to word the answer.
"""

import contextvars

from ministack.core import iam_actions

from portcullis_emulator.wrapping import Function, wrap

_SERVICES = frozenset({"secretsmanager", "kms", "iam", "sts", "cloudtrail"})

# How the request under way names its target, for the wording of a denial.
_target: contextvars.ContextVar[str] = contextvars.ContextVar("portcullis_denied_target", default="")


def target_wording(service: str, body: bytes, resource_arn: str) -> str:
    """The part of the message after the action, without the reason."""
    if service == "secretsmanager":
        typed = iam_actions._safe_json_field(body, "SecretId") or iam_actions._safe_json_field(body, "Name")
        return f"on resource: {typed or '*'}"
    if service == "kms" and not iam_actions._safe_json_field(body, "KeyId"):
        if iam_actions._safe_json_field(body, "CiphertextBlob"):
            return "on the resource associated with this ciphertext"
    if service == "iam" and b"Action=Create" not in body and resource_arn.startswith("arn:"):
        kind, _, rest = resource_arn.split(":", 5)[5].partition("/")
        name = resource_arn if kind == "policy" else rest.rsplit("/", 1)[-1]
        return f"on resource: {kind} {name}"
    return f"on resource: {resource_arn}"


def reason(action: str, explicit_deny: bool) -> str:
    if explicit_deny:
        return "with an explicit deny in an identity-based policy"
    return f"because no identity-based policy allows the {action} action"


def install() -> None:
    def around_extract(original: Function) -> Function:
        def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
            arn = original(service, method, path, headers, body, query_params, region, account_id)
            if service in _SERVICES:
                _target.set(target_wording(service, body, arn))
            return arn

        return extract_resource_arn

    def around_denied(original: Function) -> Function:
        def access_denied_response(
            service,
            action,
            principal_arn,
            request_id,
            *,
            error_code="",
            message="",
            headers=None,
            resource_arn="*",
            explicit_deny=False,
            resource_policy_arn="",
        ):
            # A failed authentication has a code, and MiniStack words a denial by a
            # resource's own policy as AWS does.
            own_wording = error_code or message or (explicit_deny and resource_policy_arn)
            if service in _SERVICES and _target.get() and not own_wording:
                message = (
                    f"User: {principal_arn} is not authorized to perform: {action} "
                    f"{_target.get()} {reason(action, explicit_deny)}"
                )
            status, response_headers, body = original(
                service,
                action,
                principal_arn,
                request_id,
                error_code=error_code,
                message=message,
                headers=headers,
                resource_arn=resource_arn,
                explicit_deny=explicit_deny,
                resource_policy_arn=resource_policy_arn,
            )
            return status, {**response_headers, "x-amzn-requestid": request_id}, body

        return access_denied_response

    wrap(
        iam_actions,
        "extract_resource_arn",
        ("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
        around_extract,
    )
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
