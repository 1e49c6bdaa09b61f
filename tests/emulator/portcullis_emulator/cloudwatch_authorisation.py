"""Who may call CloudWatch.

Calls about alarms are authorised against the alarms that they name, calls about
dashboards against the dashboards, each of several by itself, and all others against `*`:
so is everything about composite alarms, which may refer to any alarm. Tags in a call
that makes something need `cloudwatch:TagResource` on it too. Policies may go by
`cloudwatch:namespace`, `cloudwatch:AlarmActions` and the tags of an alarm or dashboard.
Source: Service Authorization Reference, "Actions, resources, and condition keys for
Amazon CloudWatch"; CloudWatch API Reference, "PutMetricAlarm", "PutCompositeAlarm",
"DescribeAlarms" and "PutDashboard".

MiniStack 1.5.33 finds no action in a call in CBOR, as the AWS SDK for Rust makes them,
and lets it through. Of the resources it knows the alarm in `AlarmName` only, and no tags.

Wrapped: `ministack.core.iam_actions.extract_iam_action`, `extract_resource_arn`,
`request_tag_context` and `access_denied_response`, and
`ministack.core.iam_evaluator.enforce`; added: the tags of alarms and dashboards to
`ministack.services.tagging._RESOURCE_TAG_COLLECTORS`.
"""

import contextvars
import functools
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import tagging

from portcullis_emulator import cloudwatch_calls, cloudwatch_tags
from portcullis_emulator.wrapping import Function, add, wrap

_SERVICE = "monitoring"
_ALARMS = frozenset({"DeleteAlarms", "EnableAlarmActions", "DisableAlarmActions"})
_ALARM = frozenset({"PutMetricAlarm", "SetAlarmState"})
_DASHBOARD = frozenset({"PutDashboard", "GetDashboard"})
_BY_ARN = frozenset({"TagResource", "UntagResource", "ListTagsForResource"})

# The further checks of the request under way: action and resource.
_further: contextvars.ContextVar[tuple[tuple[str, str], ...]] = contextvars.ContextVar(
    "portcullis_cloudwatch_checks", default=()
)
# The check that it failed.
_failed: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar(
    "portcullis_cloudwatch_failed", default=None
)


def resources(operation: str, request: dict[str, Any], region: str, account_id: str) -> list[str]:
    """The ARNs that a call is authorised against, one at least."""
    if operation in _BY_ARN:
        return [request.get("ResourceARN") or "*"]
    if operation in _DASHBOARD or operation == "DeleteDashboards":
        names = request.get("DashboardNames") or [request.get("DashboardName")]
        return [f"arn:aws:cloudwatch::{account_id}:dashboard/{name}" for name in names if name] or ["*"]
    alarm = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:"
    if operation in _ALARM or operation in _ALARMS:
        names = request.get("AlarmNames") or [request.get("AlarmName")]
        return [f"{alarm}{name}" for name in names if name] or ["*"]
    if operation == "DescribeAlarms" and "CompositeAlarm" not in (request.get("AlarmTypes") or []):
        return [f"{alarm}*"]
    return ["*"]


def _checks(action: str, request: dict[str, Any], region: str, account_id: str) -> list[tuple[str, str]]:
    """All checks of a call: action and resource, the call's own first."""
    operation = action.split(":", 1)[1]
    found = [(action, arn) for arn in resources(operation, request, region, account_id)]
    if request.get("Tags") and operation not in _BY_ARN:
        tagged = request.get("AlarmName")
        arn = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{tagged}" if tagged else found[0][1]
        found.append(("cloudwatch:TagResource", arn))
    return found


def _condition_keys(request: dict[str, Any]) -> dict[str, Any]:
    actions = [
        action
        for member in ("AlarmActions", "OKActions", "InsufficientDataActions")
        for action in request.get(member) or []
    ]
    tags = request.get("Tags") or []
    keys = {
        "cloudwatch:namespace": request.get("Namespace"),
        "cloudwatch:AlarmActions": actions,
        "aws:TagKeys": request.get("TagKeys") or [tag["Key"] for tag in tags],
        **{f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags},
    }
    # A key without a value is absent from the context, as `Null` conditions see it.
    return {key: value for key, value in keys.items() if value}


def install() -> None:
    def around_action(original: Function) -> Function:
        def extract_iam_action(service, method, path, headers, body, query_params):
            action = original(service, method, path, headers, body, query_params)
            if action is None and service == _SERVICE:
                operation = cloudwatch_calls.operation(path)
                return operation and f"cloudwatch:{operation}"
            return action

        return extract_iam_action

    def around_resource(original: Function) -> Function:
        def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
            if service != _SERVICE:
                return original(service, method, path, headers, body, query_params, region, account_id)
            _further.set(())
            _failed.set(None)
            request = cloudwatch_calls.parameters(body)
            if request is None:
                return original(service, method, path, headers, body, query_params, region, account_id)
            action = iam_actions.extract_iam_action(service, method, path, headers, body, query_params)
            first, *others = _checks(action or "cloudwatch:", request, region, account_id)
            _further.set(tuple(others))
            return first[1]

        return extract_resource_arn

    def around_context(original: Function) -> Function:
        def request_tag_context(service, iam_action, body, params):
            request = cloudwatch_calls.parameters(body) if service == _SERVICE else None
            context = original(service, iam_action, body, params)
            return context if request is None else {**context, **_condition_keys(request)}

        return request_tag_context

    def around_enforce(original: Function) -> Function:
        def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
            further = _further.get() if service == _SERVICE else ()
            for action, arn in ((iam_action, resource_arn), *further):
                denied = original(access_key_id, action, service, region, arn, service_context)
                if denied is not None:
                    _failed.set((action, arn))
                    return denied
            return None

        return enforce

    def around_denied(original: Function) -> Function:
        @functools.wraps(original)
        def access_denied_response(service, action, principal_arn, request_id, **more):
            failed = _failed.get()
            if service == _SERVICE and failed and not more.get("error_code"):
                explicit = more.get("explicit_deny", False)
                more["message"] = iam_actions.identity_denial_message(failed[0], principal_arn, failed[1], explicit)
            return original(service, action, principal_arn, request_id, **more)

        return access_denied_response

    request = ("service", "method", "path", "headers", "body", "query_params")
    wrap(iam_actions, "extract_iam_action", request, around_action)
    wrap(iam_actions, "extract_resource_arn", (*request, "region", "account_id"), around_resource)
    wrap(iam_actions, "request_tag_context", ("service", "iam_action", "body", "params"), around_context)
    call = ("access_key_id", "iam_action", "service", "region", "resource_arn", "service_context")
    wrap(iam_evaluator, "enforce", call, around_enforce)
    error = ("error_code", "message", "headers", "resource_arn", "explicit_deny", "resource_policy_arn")
    denial = ("service", "action", "principal_arn", "request_id", *error)
    wrap(iam_actions, "access_denied_response", denial, around_denied)
    add(tagging._RESOURCE_TAG_COLLECTORS, "cloudwatch", cloudwatch_tags.collect)
