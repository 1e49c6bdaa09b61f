"""The path in the ARN that an IAM call is authorised against.

AWS authorises IAM calls against the full ARN of the role, user, group, policy or
instance profile, path included: `AttachRolePolicy` with `RoleName=x` on a role
under `/security/` needs `arn:aws:iam::111122223333:role/security/x`. A creating
call is authorised against the ARN that its `Path` parameter leads to.
Source: IAM User Guide, "IAM identifiers"; Service Authorization Reference,
"Actions, resources, and condition keys for AWS Identity and Access Management".

MiniStack 1.5.33 builds the ARN from the name alone, so that neither an Allow nor
a Deny on a path ever matches. It also authorises group membership on the user
and a change of instance profile on the role.

Wrapped: `ministack.core.iam_actions.extract_resource_arn`.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap

# Request parameter, ARN resource type and MiniStack's records of the type.
_ENTITIES = (
    ("InstanceProfileName", "instance-profile", iam._instance_profiles),
    ("GroupName", "group", iam._groups),
    ("RoleName", "role", iam._roles),
    ("UserName", "user", iam._users),
)
_CREATING = frozenset({"CreateRole", "CreateUser", "CreateGroup", "CreatePolicy", "CreateInstanceProfile"})


def resource_arn(params: dict[str, Any], account_id: str) -> str | None:
    """The full ARN that an IAM request is authorised against, or None if it names no entity."""
    creating = iam_actions._query_param(params, "Action") in _CREATING
    for parameter, kind, records in _ENTITIES:
        name = iam_actions._query_param(params, parameter)
        if not name:
            continue
        if not creating:
            record = records.get(name)
            if record and record.get("Arn"):
                return record["Arn"]
        return _arn(account_id, kind, iam_actions._query_param(params, "Path") if creating else "", name)
    policy = iam_actions._query_param(params, "PolicyName")
    if creating and policy:
        return _arn(account_id, "policy", iam_actions._query_param(params, "Path"), policy)
    return None


def _arn(account_id: str, kind: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:{kind}{path or '/'}{name}"



def install() -> None:
    def around(original: Function) -> Function:
        def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
            if service == "iam":
                arn = resource_arn(query_params, account_id)
                if arn:
                    return arn
            return original(service, method, path, headers, body, query_params, region, account_id)

        return extract_resource_arn

    wrap(
        iam_actions,
        "extract_resource_arn",
        ("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
        around,
    )
