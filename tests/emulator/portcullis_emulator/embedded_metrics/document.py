"""One log line in the embedded metric format."""

import json
from dataclasses import dataclass
from typing import Any

# The time of a metric may lie so far back, or ahead, in seconds.
_OLDEST, _NEWEST = 14 * 24 * 3600, 2 * 3600
_SCALES = ("", "Kilo", "Mega", "Giga", "Tera")
_AMOUNTS = frozenset({f"{scale}{unit}".capitalize() for scale in _SCALES for unit in ("bytes", "bits")})
_UNITS = (
    frozenset({"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"})
    | _AMOUNTS
    | frozenset(f"{amount}/Second" for amount in _AMOUNTS)
)


class Malformed(Exception):
    """The line claims to hold metrics and does not keep to the format."""

    # The metric that it counts in.
    counts: str


class Unparsable(Malformed):
    """It does not have the structure."""

    counts = "EMFParsingErrors"


class Invalid(Malformed):
    """It has the structure, and says what no metric may."""

    counts = "EMFValidationErrors"


@dataclass(frozen=True)
class Metric:
    """The values of a metric under one set of dimensions."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    # Seconds since 1970.
    time: float
    unit: str
    values: list[float]


def metrics(message: str, now: float) -> list[Metric]:
    """The metrics in a line: none if it is some other line."""
    text = message.strip()
    if not text.startswith("{") or '"CloudWatchMetrics"' not in text:
        return []
    try:
        root = json.loads(text, parse_constant=_no_number)
    except ValueError as fault:
        raise Unparsable(f"it is not JSON ({fault})") from fault
    aws = root.get("_aws")
    if not isinstance(aws, dict) or "CloudWatchMetrics" not in aws:
        # The word stands somewhere else in it.
        return []
    time = _time(aws.get("Timestamp"), now)
    found: list[Metric] = []
    for directive in _list(aws["CloudWatchMetrics"], "CloudWatchMetrics"):
        found += _directive(directive, root, time)
    return found


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _time(timestamp: Any, now: float) -> float:
    if not isinstance(timestamp, int) or isinstance(timestamp, bool):
        raise Unparsable(f"its Timestamp is {timestamp!r}, not a whole number of milliseconds")
    time = timestamp / 1000
    if not now - _OLDEST <= time <= now + _NEWEST:
        raise Invalid(f"its Timestamp {timestamp} is more than two weeks old or more than two hours ahead")
    return time


def _directive(directive: Any, root: dict[str, Any], time: float) -> list[Metric]:
    if not isinstance(directive, dict):
        raise Unparsable("a directive is not an object")
    namespace = _text(directive.get("Namespace"), "a Namespace", 255)
    if namespace.startswith(("AWS/", ":")):
        raise Invalid(f"the Namespace {namespace} is not for metrics of one's own")
    sets = [_dimensions(names, root) for names in _list(directive.get("Dimensions"), "Dimensions")]
    if not sets:
        raise Unparsable("Dimensions is empty; a metric without dimensions has an empty set in it")
    definitions = _list(directive.get("Metrics"), "Metrics")
    if len(definitions) > 100:
        raise Invalid(f"a directive has {len(definitions)} metrics, more than 100")
    return [
        Metric(namespace, name, dimensions, time, unit, values)
        for name, unit, values in (_definition(definition, root) for definition in definitions)
        for dimensions in sets
    ]


def _dimensions(names: Any, root: dict[str, Any]) -> dict[str, str]:
    if len(_list(names, "a set of dimensions")) > 30:
        raise Invalid(f"a set of dimensions has {len(names)} keys, more than 30")
    dimensions = {}
    for name in names:
        _text(name, "the name of a dimension", 250)
        value = _text(root.get(name), f"the value of the dimension {name}", 1024, Invalid)
        if name.startswith(":") or not value.strip() or not (name + value).isascii():
            raise Invalid(f"the dimension {name} with the value {value!r} is none that CloudWatch takes")
        dimensions[name] = value
    return dimensions


def _definition(definition: Any, root: dict[str, Any]) -> tuple[str, str, list[float]]:
    if not isinstance(definition, dict):
        raise Unparsable("the definition of a metric is not an object")
    name = _text(definition.get("Name"), "the Name of a metric", 255)
    unit = definition.get("Unit", "None")
    if not isinstance(unit, str) or unit not in _UNITS:
        raise Invalid(f"the metric {name} has the unit {unit!r}, which CloudWatch does not know")
    if definition.get("StorageResolution", 60) not in (1, 60):
        raise Invalid(f"the metric {name} has a StorageResolution other than 1 and 60")
    if name not in root:
        raise Invalid(f"the metric {name} has no value at the root")
    values = root[name] if isinstance(root[name], list) else [root[name]]
    if not values or len(values) > 100:
        raise Invalid(f"the metric {name} has {len(values)} values, not 1 to 100")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Invalid(f"the metric {name} has the value {value!r}, which is no number")
        if abs(value) > 2**360:
            raise Invalid(f"the metric {name} has a value beyond 2^360")
    return name, unit, [float(value) for value in values]


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unparsable(f"{what} is {value!r}, not an array")
    return value


def _text(value: Any, what: str, longest: int, otherwise: type[Malformed] = Unparsable) -> str:
    if not isinstance(value, str):
        raise otherwise(f"{what} is {value!r}, not a string")
    if not 1 <= len(value) <= longest:
        raise Invalid(f"{what} has {len(value)} characters, not 1 to {longest}")
    return value
