"""The rule state `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.

EventBridge hands read-only management events (`GetSecretValue`, `Decrypt`, every
Get, List and Describe) only to rules in this state. A rule that is plainly
`ENABLED` gets the events of changing calls, and a `PutRule` with any other state
than these two and `DISABLED` is refused.
Source: EventBridge User Guide, "Management events from AWS services"; EventBridge
API Reference, "PutRule".

MiniStack 1.5.33 stores any state, and dispatches to rules in the state `ENABLED`
alone, whatever the event.

Wrapped: `ministack.services.eventbridge._dispatch_event` and `_put_rule`.
CloudFormation and SAM hand the state through without our help.
"""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import eventbridge

from portcullis_emulator.wrapping import Function, wrap

ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_STATES = ("ENABLED", "DISABLED", ALL_MANAGEMENT_EVENTS)


def is_read_only_management_event(event: dict[str, Any], view: Any) -> bool:
    """Whether an event is withheld from rules in the plain state."""
    # The detail is decoded only for CloudTrail's events: MiniStack defers that on purpose.
    if not event.get("DetailType", "").endswith("via CloudTrail"):
        return False
    record = view.event_with_detail()["detail"]
    return bool(record.get("managementEvent") and record.get("readOnly"))


def _dispatch_to_all_events_rules(event: dict[str, Any], view: Any) -> None:
    passed_through = set(event.get("_DispatchPath") or [])
    bus = event.get("EventBusName", "default")
    for key, rule in list(eventbridge._rules.items()):
        if rule.get("State") != ALL_MANAGEMENT_EVENTS or not rule.get("EventPattern"):
            continue
        if rule.get("EventBusName", "default") != bus or key in passed_through:
            continue
        if eventbridge._matches_pattern_view(rule["EventPattern"], view, f"rule {key}"):
            for target in eventbridge._targets.get(key, []):
                eventbridge._invoke_target(target, event, rule, view)


def install() -> None:
    def around_dispatch(original: Function) -> Function:
        def dispatch_event(event, view=None):
            view = view or eventbridge._pattern_event_view(event)
            if not is_read_only_management_event(event, view):
                original(event, view)
            _dispatch_to_all_events_rules(event, view)

        return dispatch_event

    def around_put_rule(original: Function) -> Function:
        def put_rule(data):
            state = data.get("State", "ENABLED")
            if state not in _STATES:
                return error_response_json(
                    "ValidationException",
                    f"1 validation error detected: Value '{state}' at 'state' failed to satisfy constraint: "
                    f"Member must satisfy enum value set: [{', '.join(_STATES)}]",
                    400,
                )
            return original(data)

        return put_rule

    wrap(eventbridge, "_dispatch_event", ("event", "view"), around_dispatch)
    wrap(eventbridge, "_put_rule", ("data",), around_put_rule)
