"""What a service may do with a role that it is given."""

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam


def may_take(role_arn: str, service: str, source_arn: str) -> bool:
    """Whether the role of this account lets a service take it on behalf of a resource."""
    role = iam._roles.get(role_arn.rsplit("/", 1)[-1])
    if not role:
        return False
    taking = iam_evaluator.EvalContext(
        # The caller is the service: a grant to an account must not match it.
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region=get_region(),
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": get_account_id()},
    )
    trust = iam_evaluator.evaluate_resource_policy(role["AssumeRolePolicyDocument"], taking, service=service)
    return trust.decision == "Allow"


def context(role_arn: str, action: str, resource_arn: str, keys: dict[str, Any]) -> iam_evaluator.EvalContext:
    """What policies get to know of a call that a service makes with the role."""
    account_id = get_account_id()
    name = role_arn.rsplit("/", 1)[-1]
    return iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account_id}:assumed-role/{name}/service",
        principal_type="AssumedRole",
        principal_account=account_id,
        action=action,
        resource_arn=resource_arn,
        region=get_region(),
        service_context=keys,
    )


def may_do(role_arn: str, call: iam_evaluator.EvalContext) -> bool:
    """Whether the role's own policies and boundary allow a call."""
    name, account_id = role_arn.rsplit("/", 1)[-1], get_account_id()
    policies = iam_evaluator._gather_role_policies(name, account_id)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account_id)
    return iam_evaluator.evaluate(call, policies, *limits).decision == "Allow"
