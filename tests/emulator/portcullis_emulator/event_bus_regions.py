"""A rule that sends to an event bus of another Region.

EventBridge delivers to a bus of the same account in another Region, with the rights
of the role that the target names: that role must trust `events.amazonaws.com`, and
be allowed `events:PutEvents` on the bus. The event keeps its account and Region.
What may not be delivered goes to the target's dead-letter queue, if it has one.
Source: EventBridge User Guide, "Sending and receiving events between AWS Regions in
Amazon EventBridge" and "Using dead-letter queues to process undelivered events".

MiniStack 1.5.33 drops such an event.

Wrapped: `ministack.services.eventbridge._invoke_target`.
"""

import logging
from typing import Any

from ministack.core import arn, iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, iam

from portcullis_emulator import event_target_policy
from portcullis_emulator.wrapping import Function, wrap

_EVENTS = "events.amazonaws.com"

_log = logging.getLogger("portcullis")


def other_region_of(target: dict[str, Any]) -> str | None:
    """The Region of a target that is a bus of this account elsewhere."""
    spec = arn.parse_arn(target["Arn"])
    is_bus = spec.service == "events" and spec.resource.startswith("event-bus/")
    return spec.region if is_bus and spec.account_id == get_account_id() and spec.region != get_region() else None


def may_send(role_arn: str, rule_arn: str, bus_arn: str) -> bool:
    """Whether the rule may take the role, and the role put events on the bus."""
    name = role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get(name)
    if not role:
        return False
    account_id = get_account_id()
    taking = iam_evaluator.EvalContext(
        # The caller is the service: a grant to an account must not match it.
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region=get_region(),
        service_context={"aws:sourcearn": rule_arn, "aws:sourceaccount": account_id},
    )
    trust = iam_evaluator.evaluate_resource_policy(role["AssumeRolePolicyDocument"], taking, service=_EVENTS)
    if trust.decision != "Allow":
        return False
    sending = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account_id}:assumed-role/{name}/events",
        principal_type="AssumedRole",
        principal_account=account_id,
        action="events:PutEvents",
        resource_arn=bus_arn,
        region=get_region(),
    )
    policies = iam_evaluator._gather_role_policies(name, account_id)
    return iam_evaluator.evaluate(sending, policies).decision == "Allow"


def _send(event: dict[str, Any], target: dict[str, Any], region: str) -> None:
    sent = {**event, "EventBusName": target["Arn"].rsplit("/", 1)[-1]}
    # A rule of that Region may have the name of one that it has passed here.
    sent.pop("_DispatchPath", None)
    with request_scope(event["Account"], region):
        eventbridge._ensure_default_bus()
        eventbridge._dispatch_event(sent)


def install() -> None:
    def around(original: Function) -> Function:
        def invoke_target(target, event, rule, view=None):
            region = other_region_of(target)
            if region is None:
                original(target, event, rule, view)
            elif may_send(target.get("RoleArn", ""), rule["Arn"], target["Arn"]):
                _send(event, target, region)
            else:
                _log.warning("%s may not send to %s: its role does not allow it", rule["Arn"], target["Arn"])
                why = "The role may not be taken, or may not put events on the bus."
                view = view or eventbridge._pattern_event_view(event)
                event_target_policy.give_up(target, rule, view, why)

        return invoke_target

    wrap(eventbridge, "_invoke_target", ("target", "event", "rule", "view"), around)
