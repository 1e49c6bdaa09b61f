"""The resource policies of a rule's targets.

EventBridge delivers to an SQS queue or an SNS topic only if the target's resource
policy lets `events.amazonaws.com` do so, for which `aws:SourceArn` is the rule's
ARN; it invokes a Lambda function only with a permission of the function. Without
one the event goes to the target's dead-letter queue, if it has one, or is lost.
Source: EventBridge User Guide, "Using resource-based policies for Amazon
EventBridge" and "Using dead-letter queues to process undelivered events".

MiniStack 1.5.33 delivers without asking, so that a template without the policy
works there and nowhere else, and ignores the dead-letter queue.

Wrapped: `ministack.services.eventbridge._invoke_target`.
"""

import json
import logging
from typing import Any

from ministack.core import arn, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, sns, sqs

from portcullis_emulator.wrapping import Function, wrap

_EVENTS = "events.amazonaws.com"

_log = logging.getLogger("portcullis")


def is_allowed(target_arn: str, source_arn: str) -> bool:
    """Whether the target's own policy lets a rule deliver to it."""
    service = arn.parse_arn(target_arn).service
    if service == "sqs":
        return sqs.queue_policy_allows(target_arn, _EVENTS, source_arn, get_account_id())
    if service == "sns":
        return sns.topic_policy_allows(target_arn, _EVENTS, source_arn, get_account_id())
    if service == "lambda":
        return _function_allows(target_arn, source_arn)
    # Other targets need a role, not a policy.
    return True


def _function_allows(function_arn: str, source_arn: str) -> bool:
    policy, _owner = lambda_svc.function_policy_for_arn(function_arn) or (None, None)
    context = iam_evaluator.EvalContext(
        # The caller is the service: a grant to an account must not match it.
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="lambda:InvokeFunction",
        resource_arn=function_arn,
        region=get_region(),
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": get_account_id()},
    )
    return iam_evaluator.evaluate_resource_policy(policy, context, service=_EVENTS).decision == "Allow"


def give_up(target: dict[str, Any], rule: dict[str, Any], view: Any, why: str) -> None:
    """Puts an event that may not be delivered into the target's dead-letter queue, if there is one."""
    queue_arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue_arn or not is_allowed(queue_arn, rule["Arn"]):
        return
    attributes = {
        "RULE_ARN": rule["Arn"],
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": why,
    }
    eventbridge._dispatch_to_sqs(arn.parse_arn(queue_arn), json.dumps(view.event_with_detail()))
    message = sqs._queue_by_arn(queue_arn)["messages"][-1]
    message["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }
    message["md5_attrs"] = sqs._md5_msg_attrs(message["message_attributes"])


def install() -> None:
    def around(original: Function) -> Function:
        def invoke_target(target, event, rule, view=None):
            # A target with a role is called with the role's rights, as EventBridge
            # Scheduler always does.
            if target.get("RoleArn") or is_allowed(target["Arn"], rule["Arn"]):
                original(target, event, rule, view)
                return
            _log.warning("%s may not deliver to %s: its resource policy does not allow it", rule["Arn"], target["Arn"])
            why = "The target's resource policy does not allow events.amazonaws.com."
            give_up(target, rule, view or eventbridge._pattern_event_view(event), why)

        return invoke_target

    wrap(eventbridge, "_invoke_target", ("target", "event", "rule", "view"), around)
