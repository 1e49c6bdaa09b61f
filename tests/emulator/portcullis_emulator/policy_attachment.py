"""The refusals of AttachRolePolicy, AttachUserPolicy and AttachGroupPolicy.

AWS refuses a managed policy that does not exist (`NoSuchEntity`), more managed
policies on one identity than the quota allows (`LimitExceeded`, ten by default;
a repeated attachment does not count), and any change to a service-linked role or
a role of IAM Identity Center (`UnmodifiableEntity`, for the role calls).
Source: IAM API Reference, "AttachRolePolicy"; IAM User Guide, "IAM and AWS STS
quotas" and "Create a service-linked role".

MiniStack 1.5.33 attaches whatever it is given.

Wrapped: the entries of `ministack.services.iam._IAM_HANDLERS` for the three
Attach calls and for DetachRolePolicy.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap

MANAGED_POLICY_QUOTA = 10
_PROTECTED_PATHS = ("/aws-service-role/", "/aws-reserved/sso.amazonaws.com/")


def _missing_policy(arn: str) -> tuple | None:
    if iam._policy_exists(arn):
        return None
    return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def _over_quota(entity: dict[str, Any], kind: str, arn: str) -> tuple | None:
    attached = entity.get("AttachedPolicies", [])
    if arn in attached or len(attached) < MANAGED_POLICY_QUOTA:
        return None
    quota = f"Cannot exceed quota for PoliciesPer{kind}: {MANAGED_POLICY_QUOTA}"
    return iam._error(409, "LimitExceeded", quota)


def _protected(role: dict[str, Any]) -> tuple | None:
    if not role.get("Path", "/").startswith(_PROTECTED_PATHS):
        return None
    message = (
        f"Cannot perform the operation on the protected role '{role['RoleName']}' "
        "- this role is only modifiable by AWS"
    )
    return iam._error(400, "UnmodifiableEntity", message)


def install() -> None:
    for kind, records in (("Role", iam._roles), ("User", iam._users), ("Group", iam._groups)):
        wrap(iam._IAM_HANDLERS, f"Attach{kind}Policy", ("p",), _attaching(kind, records))
    wrap(iam._IAM_HANDLERS, "DetachRolePolicy", ("p",), _detaching_from_role)


def _attaching(kind: str, records: Any) -> Callable[[Function], Function]:
    def around(original: Function) -> Function:
        def attach(params):
            entity = records.get(iam._p(params, f"{kind}Name"))
            arn = iam._p(params, "PolicyArn")
            # A missing entity is the wrapped function's own error.
            if entity is None:
                return original(params)
            refusal = _protected(entity) if kind == "Role" else None
            return refusal or _missing_policy(arn) or _over_quota(entity, kind, arn) or original(params)

        return attach

    return around


def _detaching_from_role(original: Function) -> Function:
    def detach(params):
        role = iam._roles.get(iam._p(params, "RoleName"))
        return (role and _protected(role)) or original(params)

    return detach
