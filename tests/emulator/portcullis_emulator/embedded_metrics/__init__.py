"""Metrics in the log lines of functions: the embedded metric format.

A log line that is a JSON object with `_aws.CloudWatchMetrics` holds metrics, which
CloudWatch Logs puts into CloudWatch: each metric of a directive once for each of its
sets of dimensions, at the time that the line says. A line that does not keep to the
format yields no metric; it counts in `EMFParsingErrors` or `EMFValidationErrors` of
the namespace `AWS/Logs`, by `LogGroupName`.
Source: CloudWatch User Guide, "Specification: Embedded metric format"; CloudWatch Logs
User Guide, "Monitoring with CloudWatch metrics"; CloudWatch API Reference, "MetricDatum"
and "Dimension", for the limits.

MiniStack 1.5.33 keeps the line and makes no metric of it.

Wrapped: `ministack.services.cloudwatch_logs._fanout_to_subscription_filters`, which gets
the log events of functions and of `PutLogEvents` alike.

- `document`: what a line holds, or what is wrong with it.
"""

import logging
import time
from typing import Any

from ministack.services import cloudwatch_logs

from portcullis_emulator import metric_store
from portcullis_emulator.embedded_metrics import document
from portcullis_emulator.wrapping import Function, wrap

_log = logging.getLogger("portcullis")


def take_up(log_group: str, message: str) -> bool:
    """Puts the metrics of a line in their place, and answers whether it had any, or should have."""
    now = time.time()
    try:
        metrics = document.metrics(message, now)
    except document.Malformed as fault:
        _log.warning("a line in %s is not in the embedded metric format: %s", log_group, fault)
        metric_store.put("AWS/Logs", fault.counts, {"LogGroupName": log_group}, now, "Count", [1.0])
        return True
    for metric in metrics:
        metric_store.put(metric.namespace, metric.name, metric.dimensions, metric.time, metric.unit, metric.values)
    return bool(metrics)


def install() -> None:
    def around(original: Function) -> Function:
        def fanout_to_subscription_filters(group_name: str, stream_name: str, events: list[dict[str, Any]]):
            # All of them, before the alarms are judged by any of them.
            if sum([take_up(group_name, event.get("message", "")) for event in events or []]):
                metric_store.evaluate_alarms()
            return original(group_name, stream_name, events)

        return fanout_to_subscription_filters

    wrap(cloudwatch_logs, "_fanout_to_subscription_filters", ("group_name", "stream_name", "events"), around)
