"""Metric filters of log groups.

Each event of a log group that matches the pattern of a metric filter adds a value to the
filter's metric, at the time of the event: a number, or what a field of the event holds.
Where no event of a batch matches, `defaultValue` is added, if there is one.
`PutMetricFilter` refuses a pattern that cannot be read, and more than 100 filters on a
log group.
Source: CloudWatch Logs User Guide, "Creating metrics from log events using filters" and
"Filter pattern syntax for metric filters"; CloudWatch Logs API Reference,
"PutMetricFilter" and "MetricTransformation".

MiniStack 1.5.33 keeps filters, describes and deletes them, and makes no metrics.

Wrapped: `_put_metric_filter` and `_fanout_to_subscription_filters` of
`ministack.services.cloudwatch_logs`; the latter gets the log events of functions and of
`PutLogEvents` alike.

- `pattern`: what a pattern says, and whether an event matches.
"""

import json
import time
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cloudwatch_logs

from portcullis_emulator import metric_store
from portcullis_emulator.metric_filters import pattern
from portcullis_emulator.wrapping import Function, wrap

_MOST = 100



def count(metric_filter: dict[str, Any], events: list[dict[str, Any]]) -> bool:
    """Adds what the events say to the filter's metric, and answers whether that was anything."""
    matches = pattern.read(metric_filter["filterPattern"])
    (transformation,) = metric_filter["metricTransformations"]
    hits = [event for event in events if matches(event.get("message", ""))]
    for event in hits:
        fields = _fields(event["message"])
        value = _value(transformation["metricValue"], fields)
        if value is not None:
            _put(transformation, _dimensions(transformation, fields), _time(event), value)
    default = transformation.get("defaultValue")
    if not hits and default is not None and events:
        _put(transformation, {}, _time(events[-1]), float(default))
        return True
    return bool(hits)


def _put(transformation: dict[str, Any], dimensions: dict[str, str], at: float, value: float) -> None:
    namespace, name = transformation["metricNamespace"], transformation["metricName"]
    metric_store.put(namespace, name, dimensions, at, transformation.get("unit") or "None", [value])


def _time(event: dict[str, Any]) -> float:
    milliseconds = event.get("timestamp")
    return time.time() if milliseconds is None else milliseconds / 1000


def _fields(message: str) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return {}


def _value(wanted: str, fields: Any) -> float | None:
    """A number as it stands there, or what a field of the event holds, if that is one."""
    try:
        return float(pattern.field(fields, wanted) if wanted.startswith("$") else wanted)
    except (TypeError, ValueError):
        return None


def _dimensions(transformation: dict[str, Any], fields: Any) -> dict[str, str]:
    selectors = transformation.get("dimensions") or {}
    found = {name: pattern.field(fields, selector) for name, selector in selectors.items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def _fault(data: dict[str, Any]) -> tuple[str, str] | None:
    """The code and the message of the error that a request for a filter is answered with."""
    try:
        pattern.read(data.get("filterPattern", ""))
    except pattern.Unreadable as fault:
        return "InvalidParameterException", f"Invalid metric filter pattern: {fault}"
    transformations = data.get("metricTransformations") or []
    if len(transformations) != 1:
        return "InvalidParameterException", "metricTransformations must have exactly one member"
    dimensions = transformations[0].get("dimensions") or {}
    if len(dimensions) > 3:
        return "InvalidParameterException", "At most 3 dimensions are allowed"
    if dimensions and transformations[0].get("defaultValue") is not None:
        return "InvalidParameterException", "Dimensions and a default value exclude each other"
    group = data.get("logGroupName")
    others = [name for owner, name in cloudwatch_logs._metric_filters if owner == group]
    if len(others) >= _MOST and data.get("filterName") not in others:
        return "LimitExceededException", "Resource limit exceeded."
    return None


def install() -> None:
    def around_put(original: Function) -> Function:
        def put_metric_filter(data):
            fault = _fault(data)
            return error_response_json(*fault, 400) if fault else original(data)

        return put_metric_filter

    def around_events(original: Function) -> Function:
        def fanout_to_subscription_filters(group_name, stream_name, events):
            filters = [one for (owner, _), one in cloudwatch_logs._metric_filters.items() if owner == group_name]
            # All of them, before the alarms are judged by any of them.
            if sum([count(one, events or []) for one in filters]):
                metric_store.evaluate_alarms()
            return original(group_name, stream_name, events)

        return fanout_to_subscription_filters

    wrap(cloudwatch_logs, "_put_metric_filter", ("data",), around_put)
    wrap(cloudwatch_logs, "_fanout_to_subscription_filters", ("group_name", "stream_name", "events"), around_events)
