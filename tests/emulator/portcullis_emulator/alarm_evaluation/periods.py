"""The values of the latest periods of an alarm."""

import math
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch

from portcullis_emulator.alarm_evaluation.judgement import COMPARISONS

# With more data these only grow, or only fall.
_GROWING = frozenset({"Sum", "SampleCount", "Maximum"})
_FALLING = frozenset({"Minimum"})


@dataclass(frozen=True)
class Period:
    """One period; without data it has no value."""

    # Seconds since 1970.
    start: float
    value: float | None
    breaches: bool | None


def latest(alarm: dict[str, Any], count: int, now: float) -> list[Period]:
    """The latest periods, the newest first."""
    points = _points(alarm)
    step = min(alarm["Period"], 60)
    full = math.floor(now / step) * step
    running = _periods(alarm, points, full + step, 1)[0]
    # What arrived since the last full step counts if no more data can undo its verdict.
    has_news = any(full <= point["Timestamp"] < full + step for point in points)
    end = full + step if has_news and _is_final(alarm, running) else full
    return _periods(alarm, points, end, count)


def _points(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    unit = alarm.get("Unit")
    return [point for point in cloudwatch._metrics.get(key) or [] if unit in (None, point["Unit"])]


def _periods(alarm: dict[str, Any], points: list[dict[str, Any]], end: float, count: int) -> list[Period]:
    length = alarm["Period"]
    buckets: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for point in points:
        index = math.ceil((end - point["Timestamp"]) / length) - 1
        if 0 <= index < count:
            buckets[index].append(point)
    return [_period(alarm, bucket, end - (index + 1) * length) for index, bucket in enumerate(buckets)]


def _period(alarm: dict[str, Any], points: list[dict[str, Any]], start: float) -> Period:
    value = None
    if points:
        statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    if value is None:
        return Period(start, None, None)
    return Period(start, value, COMPARISONS[alarm["ComparisonOperator"]](value, alarm["Threshold"]))


def _is_final(alarm: dict[str, Any], period: Period) -> bool:
    statistic = alarm.get("Statistic")
    is_above = period.breaches == alarm["ComparisonOperator"].startswith("Greater")
    return (statistic in _GROWING and is_above) or (statistic in _FALLING and not is_above)
