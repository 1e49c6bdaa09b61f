"""What CloudWatch keeps of an alarm, and which alarms it refuses.

`DescribeAlarms` tells an alarm as it was put: what the request left out is absent, or
empty where it is a list. `PutMetricAlarm` refuses a definition that cannot be judged,
such as one with a metric and an array of metrics. An alarm whose `Metrics` have an
`ANOMALY_DETECTION_BAND` names it in `ThresholdMetricId`, and has no `Threshold`.
Source: CloudWatch API Reference, "PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms",
"DescribeAlarms" and "MetricDataQuery".

MiniStack 1.5.33 fills in a metric, a statistic, a period and a threshold of its own, drops
`Metrics`, `ThresholdMetricId`, the suppressor and whatever else it does not use, and
refuses nothing of this.

Wrapped: `_put_metric_alarm`, `_put_composite_alarm` and `_delete_alarms` of
`ministack.services.cloudwatch`. Requests in the Query form stay as MiniStack has them.
"""

from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch

from portcullis_emulator.wrapping import Function, wrap

# What is told as it was put, and not at all if it was not.
_METRIC = (
    "AlarmDescription",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
    "ThresholdMetricId",
    "EvaluationWindow",
    "WarmUpConfiguration",
)
_COMPOSITE = (
    "AlarmDescription",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_BANDS = frozenset({"GreaterThanUpperThreshold", "LessThanLowerThreshold", "LessThanLowerOrGreaterThanUpperThreshold"})
_PLAIN = frozenset(
    {
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
    }
)
_STATISTICS = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
_OF_ONE_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_MISSING = frozenset({"breaching", "notBreaching", "ignore", "missing"})
_DAY = 24 * 3600


def faults(alarm: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the definition of an alarm on metrics."""
    yield from _common_faults(alarm)
    comparison, periods = alarm.get("ComparisonOperator"), alarm.get("EvaluationPeriods")
    if comparison not in _BANDS | _PLAIN:
        yield f"ComparisonOperator must be one of those that are known, not {comparison!r}"
    if not isinstance(periods, int) or periods < 1:
        yield "EvaluationPeriods must be 1 or more"
        return
    if not 1 <= (alarm.get("DatapointsToAlarm") or 1) <= periods:
        yield "DatapointsToAlarm must be between 1 and EvaluationPeriods"
    if alarm.get("TreatMissingData", "missing") not in _MISSING:
        yield f"TreatMissingData must be one of {', '.join(sorted(_MISSING))}"
    if (comparison in _BANDS) != ("ThresholdMetricId" in alarm):
        yield "ComparisonOperators for ranges require ThresholdMetricId to be set, and others must not have it"
    if ("Threshold" in alarm) == ("ThresholdMetricId" in alarm):
        yield "Exactly one of Threshold and ThresholdMetricId must be specified"
    yield from _query_faults(alarm) if "Metrics" in alarm else _single_faults(alarm, periods)


def _common_faults(alarm: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(alarm.get("AlarmName") or "") <= 255:
        yield "AlarmName must have 1 to 255 characters"
    if len(alarm.get("AlarmDescription") or "") > 1024:
        yield "AlarmDescription must have at most 1024 characters"
    for actions in _ACTIONS:
        if len(alarm.get(actions) or []) > 5:
            yield f"{actions} must have at most 5 members"


def _single_faults(alarm: dict[str, Any], periods: int) -> Iterator[str]:
    period = alarm.get("Period")
    if not alarm.get("MetricName") or not alarm.get("Namespace"):
        yield "Either MetricName and Namespace or Metrics must be specified"
    if ("Statistic" in alarm) == ("ExtendedStatistic" in alarm):
        yield "Exactly one of Statistic and ExtendedStatistic must be specified"
    if alarm.get("Statistic", "Sum") not in _STATISTICS:
        yield f"Statistic must be one of {', '.join(sorted(_STATISTICS))}"
    if not isinstance(period, int) or period < 10 or (period not in (10, 20, 30) and period % 60):
        yield "Period must be 10, 20, 30 or a multiple of 60"
    elif period * periods > (7 * _DAY if period >= 3600 else _DAY):
        yield "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)"
    dimensions = alarm.get("Dimensions") or []
    if len(dimensions) > 30 or not all(one.get("Name") and one.get("Value") for one in dimensions):
        yield "Dimensions must be at most 30, each with a name and a value"


def _query_faults(alarm: dict[str, Any]) -> Iterator[str]:
    for member in _OF_ONE_METRIC:
        if alarm.get(member):
            yield f"{member} must not be set if Metrics is"
    metrics = alarm["Metrics"]
    ids = [one.get("Id") for one in metrics]
    if len(set(ids)) != len(ids) or not all(ids):
        yield "Each of the Metrics must have an Id of its own"
    if sum("MetricStat" in one for one in metrics) > 10:
        yield "At most 10 of the Metrics may retrieve a metric"
    if any(("MetricStat" in one) == ("Expression" in one) for one in metrics):
        yield "Each of the Metrics must have either MetricStat or Expression"
    returned = [one for one in metrics if one.get("ReturnData", True)]
    band = next((one for one in metrics if one.get("Id") == alarm.get("ThresholdMetricId")), None)
    if "ThresholdMetricId" not in alarm:
        if len(returned) != 1:
            yield "Exactly one of the Metrics must return data"
    elif band is None or not str(band.get("Expression", "")).startswith("ANOMALY_DETECTION_BAND("):
        yield "ThresholdMetricId must be the Id of an ANOMALY_DETECTION_BAND in Metrics"
    elif band not in returned or len(returned) != 2:
        yield "The band and the metric that it is about must return data, and nothing else"


def _as_put(kept: dict[str, Any], members: tuple[str, ...], request: dict[str, Any]) -> None:
    for member in members:
        kept.pop(member, None)
        if request.get(member) not in (None, ""):
            kept[member] = request[member]


def install() -> None:
    def refused(messages: list[str], is_cbor: bool, is_json: bool):
        return cloudwatch._error("ValidationError", "; ".join(messages), 400, use_json=is_json, use_cbor=is_cbor)

    def around_metric(original: Function) -> Function:
        def put_metric_alarm(params, cbor_data, is_cbor, is_json=False):
            if not (is_cbor or is_json):
                return original(params, cbor_data, is_cbor, is_json)
            found = list(faults(cbor_data))
            if found:
                return refused(found, is_cbor, is_json)
            former = cloudwatch._alarms.get(cbor_data["AlarmName"])
            answer = original(params, cbor_data, is_cbor, is_json)
            kept = cloudwatch._alarms.get(cbor_data["AlarmName"])
            if answer[0] == 200:
                _as_put(kept, _METRIC, cbor_data)
                # An update leaves the state as it is, with all that is said about it.
                for member in ("StateReasonData", "StateTransitionedTimestamp"):
                    if former and member in former:
                        kept.setdefault(member, former[member])
                kept.setdefault("StateTransitionedTimestamp", kept["StateUpdatedTimestamp"])
            return answer

        return put_metric_alarm

    def around_composite(original: Function) -> Function:
        def put_composite_alarm(params, cbor_data, is_cbor, is_json=False):
            if not (is_cbor or is_json):
                return original(params, cbor_data, is_cbor, is_json)
            found = list(_common_faults(cbor_data))
            if len(cbor_data.get("AlarmRule") or "") > 10240:
                found.append("AlarmRule must have at most 10240 characters")
            if found:
                return refused(found, is_cbor, is_json)
            answer = original(params, cbor_data, is_cbor, is_json)
            if answer[0] == 200:
                _as_put(cloudwatch._composite_alarms[cbor_data["AlarmName"]], _COMPOSITE, cbor_data)
            return answer

        return put_composite_alarm

    def around_delete(original: Function) -> Function:
        def delete_alarms(params, cbor_data, is_cbor, is_json=False):
            names = cbor_data.get("AlarmNames") or []
            if len(names) > 100:
                return refused([f"AlarmNames must have at most 100 members, not {len(names)}"], is_cbor, is_json)
            return original(params, cbor_data, is_cbor, is_json)

        return delete_alarms

    request = ("params", "cbor_data", "is_cbor", "is_json")
    wrap(cloudwatch, "_put_metric_alarm", request, around_metric)
    wrap(cloudwatch, "_put_composite_alarm", request, around_composite)
    wrap(cloudwatch, "_delete_alarms", request, around_delete)
