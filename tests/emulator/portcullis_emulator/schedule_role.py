"""The role of a schedule.

EventBridge Scheduler calls a target with the rights of the role that the schedule
names: that role must trust `scheduler.amazonaws.com`, for which `aws:SourceArn` is the
ARN of the schedule's group, and be allowed the call.
Source: EventBridge Scheduler User Guide, "Setting up Amazon EventBridge Scheduler" and
"Cross-service confused deputy prevention in EventBridge Scheduler".

MiniStack 1.5.33 calls the target without asking, so that a schedule without the rights
works there and nowhere else.

Wrapped: `ministack.services.eventbridge._invoke_target`, which schedules share with
rules.
"""

import logging
from typing import Any

from ministack.core import arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge

from portcullis_emulator import service_roles
from portcullis_emulator.wrapping import Function, wrap

_SCHEDULER = "scheduler.amazonaws.com"
# The call that a target of a service gets.
_CALLS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
    "states": "states:StartExecution",
}

_log = logging.getLogger("portcullis")


def may_call(target: dict[str, Any], schedule: dict[str, Any]) -> bool:
    """Whether the schedule may take its role, and the role call the target."""
    action = _CALLS.get(arn.parse_arn(target["Arn"]).service)
    if action is None:
        # A target that MiniStack does not call anyway.
        return True
    group = f"arn:aws:scheduler:{get_region()}:{get_account_id()}:schedule-group/{schedule['GroupName']}"
    role_arn = target.get("RoleArn", "")
    call = service_roles.context(role_arn, action, target["Arn"], {})
    return service_roles.may_take(role_arn, _SCHEDULER, group) and service_roles.may_do(role_arn, call)


def install() -> None:
    def around(original: Function) -> Function:
        def invoke_target(target, event, rule, view=None):
            if event["Source"] != "aws.scheduler" or may_call(target, rule):
                original(target, event, rule, view)
                return
            _log.warning("%s may not call %s: its role does not allow it", rule["Arn"], target["Arn"])

        return invoke_target

    wrap(eventbridge, "_invoke_target", ("target", "event", "rule", "view"), around)
