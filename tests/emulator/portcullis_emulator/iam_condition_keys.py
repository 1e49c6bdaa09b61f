"""The condition keys that describe a change of IAM policies.

AWS offers `iam:PolicyARN` (the managed policy being attached or detached),
`iam:PermissionsBoundary` (the boundary being set, otherwise the one that the
target carries) and `iam:ResourceTag/<key>` (the target's tags) to the policies
that confine IAM calls.
Source: Service Authorization Reference, "Actions, resources, and condition keys
for AWS Identity and Access Management"; IAM User Guide, "IAM and AWS STS
condition context keys".

MiniStack 1.5.33 resolves none of them, so that an Allow conditioned on
`iam:PolicyARN` never matches.

Wrapped: `ministack.core.iam_actions.request_tag_context`, whose result is the
only part of the condition context that every service's requests pass through.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap

_POLICY_ARN_ACTIONS = frozenset(
    f"iam:{verb}{target}Policy" for verb in ("Attach", "Detach") for target in ("Role", "User", "Group")
)
# These name the boundary that they set.
_BOUNDARY_IN_REQUEST = frozenset(
    {"iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"}
)
# These are judged by the boundary that their target already has.
_BOUNDARY_OF_TARGET = frozenset(
    f"iam:{action}"
    for target in ("Role", "User")
    for action in (
        f"Attach{target}Policy",
        f"Detach{target}Policy",
        f"Put{target}Policy",
        f"Delete{target}Policy",
        f"Delete{target}PermissionsBoundary",
    )
)


def condition_keys(action: str, params: dict[str, Any]) -> dict[str, Any]:
    """The IAM condition keys of one request, by their documented names."""
    keys: dict[str, Any] = {}
    target = _target(params)
    if action in _POLICY_ARN_ACTIONS:
        keys["iam:PolicyARN"] = iam_actions._query_param(params, "PolicyArn")
    if action in _BOUNDARY_IN_REQUEST:
        keys["iam:PermissionsBoundary"] = iam_actions._query_param(params, "PermissionsBoundary")
    elif action in _BOUNDARY_OF_TARGET:
        keys["iam:PermissionsBoundary"] = target.get("PermissionsBoundary")
    for tag in target.get("Tags") or []:
        keys[f"iam:ResourceTag/{tag['Key']}"] = tag["Value"]
    # A key without a value is absent from the context, as `Null` conditions see it.
    return {key: value for key, value in keys.items() if value}


def _target(params: dict[str, Any]) -> dict[str, Any]:
    role = iam_actions._query_param(params, "RoleName")
    if role:
        return iam._roles.get(role) or {}
    user = iam_actions._query_param(params, "UserName")
    if user:
        return iam._users.get(user) or {}
    return {}



def install() -> None:
    def around(original: Function) -> Function:
        def request_tag_context(service, iam_action, body, params):
            context = original(service, iam_action, body, params)
            if service == "iam":
                context = {**context, **condition_keys(iam_action, params)}
            return context

        return request_tag_context

    wrap(iam_actions, "request_tag_context", ("service", "iam_action", "body", "params"), around)
