"""A rule that sends to an event bus of another account.

EventBridge delivers to a bus of another account, in any Region, with the rights of
the role that the target names, which must be allowed `events:PutEvents` on the bus,
and only where the resource policy of the bus lets that role in: its account, or its
organization by `aws:PrincipalOrgID`. The event keeps its account and Region. One that
came from another account is not sent on to a third.
What may not be delivered goes to the target's dead-letter queue, if it has one.
Source: EventBridge User Guide, "Sending and receiving events between AWS accounts in
Amazon EventBridge" and "Permissions for event buses in Amazon EventBridge".

MiniStack 1.5.33 drops such an event.

Wrapped: `ministack.services.eventbridge._invoke_target`.
"""

import logging
from typing import Any

from ministack.core import arn, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import eventbridge

from portcullis_emulator import event_target_policy
from portcullis_emulator.event_bus_regions import is_bus, may_send, send, sending_context
from portcullis_emulator.wrapping import Function, wrap

_log = logging.getLogger("portcullis")


def is_let_in(role_arn: str, bus_arn: str, event: dict[str, Any]) -> bool:
    """Whether the bus's resource policy lets the role of this account put the event on it."""
    bus = arn.parse_arn(bus_arn)
    name = bus.resource.partition("/")[2]
    policy = eventbridge._event_bus_policies.get_scoped(bus.account_id, bus.region, name)
    context = sending_context(role_arn, bus_arn, event)
    return iam_evaluator.evaluate_resource_policy(policy, context).decision == "Allow"


def refusal(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any]) -> str | None:
    """Why the event may not be put on the target's bus, or None if it may."""
    role_arn, bus_arn = target.get("RoleArn", ""), target["Arn"]
    if event["Account"] != get_account_id():
        return "The event came from another account, and is not sent on to a third."
    if not may_send(role_arn, rule["Arn"], bus_arn, event):
        return "The role may not be taken, or may not put events on the bus."
    if not is_let_in(role_arn, bus_arn, event):
        return "The resource policy of the bus does not let the role in."
    return None


def install() -> None:
    def around(original: Function) -> Function:
        def invoke_target(target, event, rule, view=None):
            spec = arn.parse_arn(target["Arn"])
            if not is_bus(spec) or spec.account_id == get_account_id():
                original(target, event, rule, view)
                return
            why = refusal(target, event, rule)
            if why is None:
                send(event, target)
                return
            _log.warning("%s may not send to %s: %s", rule["Arn"], target["Arn"], why)
            event_target_policy.give_up(target, rule, view or eventbridge._pattern_event_view(event), why)

        return invoke_target

    wrap(eventbridge, "_invoke_target", ("target", "event", "rule", "view"), around)
