"""What a topic is told when an alarm changes its state.

CloudWatch publishes to the topics that the alarm names for its new state: a JSON
document with the alarm's name and ARN, both states, the reason and the time, the
Region by its long name, and the metric (`Trigger`), or, for a composite alarm, its rule
and the children that made it change. The topic's policy must let
`cloudwatch.amazonaws.com` publish, for which `aws:SourceArn` is the alarm's ARN. The
alarm's history tells what came of it.
Source: CloudWatch User Guide, "Notifying users on alarm changes", "Preventing confused
deputy security issues" and "Schema of Amazon SNS notifications when alarms change
state"; messages of AWS that the documentation of others quotes, for the order of their
members, the forms of times, the names of statistics and of Regions, and for alarms on
several metrics.

MiniStack 1.5.33 leaves out the ARN, the actions and half of the metric, tells the
Region by its code and the time without milliseconds, does not know composite alarms,
and asks no policy.

Wrapped: `ministack.services.cloudwatch._dispatch_alarm_actions`.
"""

import functools
import json
import logging
import time
from typing import Any

import botocore.session
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import cloudwatch, sns

from portcullis_emulator.alarm_evaluation.wording import stamp
from portcullis_emulator.wrapping import Function, wrap

_CLOUDWATCH = "cloudwatch.amazonaws.com"
_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}

_log = logging.getLogger("portcullis")


def message(alarm: dict[str, Any], old: str) -> dict[str, Any]:
    """What is told of an alarm that has changed its state."""
    composite = "AlarmRule" in alarm
    told: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": get_account_id(),
    }
    if not composite:
        told["AlarmConfigurationUpdatedTimestamp"] = stamp(alarm["AlarmConfigurationUpdatedTimestamp"])
    told |= {
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": stamp(alarm["StateUpdatedTimestamp"]),
        "Region": region_name(get_region()),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old,
        **{actions: alarm.get(actions) or [] for actions in ("OKActions", "AlarmActions", "InsufficientDataActions")},
    }
    if composite:
        return told | {"AlarmRule": alarm["AlarmRule"], "TriggeringChildren": _children(alarm)}
    return told | {"Trigger": _trigger(alarm)}


def _trigger(alarm: dict[str, Any]) -> dict[str, Any]:
    judged = {
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        "ComparisonOperator": alarm["ComparisonOperator"],
    }
    missing = {
        "TreatMissingData": alarm.get("TreatMissingData") or "missing",
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile") or "",
    }
    metrics = alarm.get("Metrics")
    if metrics:
        threshold = {name: alarm[name] for name in ("Threshold", "ThresholdMetricId") if alarm.get(name) is not None}
        period = next((one["MetricStat"]["Period"] for one in metrics if "MetricStat" in one), None)
        return {"Period": period, **judged, **threshold, **missing, "Metrics": [_query(one) for one in metrics]}
    if alarm.get("ExtendedStatistic"):
        statistic = {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm["ExtendedStatistic"]}
    else:
        name = alarm["Statistic"]
        statistic = {"StatisticType": "Statistic", "Statistic": _STATISTICS.get(name, name.upper())}
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        **statistic,
        "Unit": alarm.get("Unit"),
        "Dimensions": _dimensions(alarm.get("Dimensions")),
        "Period": alarm["Period"],
        **judged,
        "Threshold": alarm["Threshold"],
        **missing,
    }


def _query(one: dict[str, Any]) -> dict[str, Any]:
    query = {"ReturnData": True, **one}
    if "MetricStat" in query:
        metric = query["MetricStat"]["Metric"]
        named = {**metric, "Dimensions": _dimensions(metric.get("Dimensions"))}
        query["MetricStat"] = {**query["MetricStat"], "Metric": named}
    return query


def _dimensions(dimensions: list[dict[str, str]] | None) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in dimensions or []]


def _children(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    data = json.loads(alarm.get("StateReasonData") or "{}")
    return [
        {
            "Arn": child["arn"],
            "State": {"Value": child["state"]["value"], "Timestamp": child["state"]["timestamp"]},
        }
        for child in data.get("triggeringAlarms") or []
    ]


@functools.cache
def _regions() -> dict[str, Any]:
    (partition, *_) = botocore.session.get_session().get_data("partitions")["partitions"]
    return partition["regions"]


def region_name(region: str) -> str:
    """`US East (N. Virginia)`; CloudWatch says `EU (Ireland)` where AWS says `Europe` elsewhere."""
    description = _regions().get(region, {}).get("description", region)
    return description.replace("Europe (", "EU (")


def _publish(topic: str, alarm: dict[str, Any], text: str) -> None:
    if sns.topic_policy_allows(topic, _CLOUDWATCH, alarm["AlarmArn"], get_account_id()):
        subject = f'{alarm["StateValue"]}: "{alarm["AlarmName"]}" in {region_name(get_region())}'
        # A subject has fewer than 100 characters.
        sns._fanout(topic, new_uuid(), text, subject if len(subject) < 100 else f"{subject[:96]}...")
        summary = f"Successfully executed action {topic}"
    else:
        why = f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic}"
        _log.warning("%s may not publish to %s", alarm["AlarmArn"], topic)
        summary = f'Failed to execute action {topic}. Received error: "{why}"'
    cloudwatch._history_entries().append(
        {
            "AlarmName": alarm["AlarmName"],
            "AlarmType": "CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm",
            "Timestamp": cloudwatch._ts_iso(time.time()),
            "HistoryItemType": "Action",
            "HistorySummary": summary,
            "HistoryData": json.dumps({"actionState": summary.split()[0], "notificationResource": topic}),
        }
    )


def install() -> None:
    def around(_original: Function) -> Function:
        def dispatch_alarm_actions(alarm, old_state, new_state, reason):
            if not alarm.get("ActionsEnabled", True):
                return
            text = json.dumps(message(alarm, old_state))
            for action in alarm.get(_ACTIONS[new_state]) or []:
                if cloudwatch._is_sns_action_arn(action):
                    _publish(action, alarm, text)

        return dispatch_alarm_actions

    wrap(cloudwatch, "_dispatch_alarm_actions", ("alarm", "old_state", "new_state", "reason"), around)
