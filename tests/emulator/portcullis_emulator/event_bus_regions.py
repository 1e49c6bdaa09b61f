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
from ministack.services import eventbridge

from portcullis_emulator import event_target_policy, service_roles
from portcullis_emulator.wrapping import Function, wrap

_EVENTS = "events.amazonaws.com"

_log = logging.getLogger("portcullis")


def is_bus(spec: Any) -> bool:
    return spec.service == "events" and spec.resource.startswith("event-bus/")


def is_in_another_region(target: dict[str, Any]) -> bool:
    """Whether a target is a bus of this account elsewhere."""
    spec = arn.parse_arn(target["Arn"])
    return is_bus(spec) and spec.account_id == get_account_id() and spec.region != get_region()


def may_send(role_arn: str, rule_arn: str, bus_arn: str, event: dict[str, Any]) -> bool:
    """Whether the rule may take the role, and the role put the event on the bus."""
    taken = service_roles.may_take(role_arn, _EVENTS, rule_arn)
    return taken and service_roles.may_do(role_arn, sending_context(role_arn, bus_arn, event))


def sending_context(role_arn: str, bus_arn: str, event: dict[str, Any]) -> iam_evaluator.EvalContext:
    """What policies get to know of a rule's role that puts an event on a bus."""
    keys = {"events:source": event["Source"], "events:detail-type": event["DetailType"]}
    return service_roles.context(role_arn, "events:PutEvents", bus_arn, keys)


def send(event: dict[str, Any], target: dict[str, Any]) -> None:
    """Puts the event on the target's bus, as it is, with the account and Region that it came from."""
    bus = arn.parse_arn(target["Arn"])
    sent = {**event, "EventBusName": bus.resource.partition("/")[2]}
    # A rule over there may have the name of one that it has passed here.
    sent.pop("_DispatchPath", None)
    with request_scope(bus.account_id, bus.region):
        eventbridge._ensure_default_bus()
        eventbridge._dispatch_event(sent)


def install() -> None:
    def around(original: Function) -> Function:
        def invoke_target(target, event, rule, view=None):
            if not is_in_another_region(target):
                original(target, event, rule, view)
            elif may_send(target.get("RoleArn", ""), rule["Arn"], target["Arn"], event):
                send(event, target)
            else:
                _log.warning("%s may not send to %s: its role does not allow it", rule["Arn"], target["Arn"])
                why = "The role may not be taken, or may not put events on the bus."
                view = view or eventbridge._pattern_event_view(event)
                event_target_policy.give_up(target, rule, view, why)

        return invoke_target

    wrap(eventbridge, "_invoke_target", ("target", "event", "rule", "view"), around)
