"""The state that the values of an alarm's periods call for."""

import operator
from collections.abc import Sequence
from typing import Any

COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def counts(alarm: dict[str, Any]) -> tuple[int, int]:
    """How many periods an alarm compares, and how many of them must breach."""
    wanted = alarm["EvaluationPeriods"]
    return wanted, alarm.get("DatapointsToAlarm") or wanted


def state(breaches: Sequence[bool | None], wanted: int, needed: int, missing: str) -> str | None:
    """The state, or None for the one that the alarm is in.

    `breaches` has the periods of the evaluation range, the latest first, with None for
    one without data.
    """
    real = [breach for breach in breaches if breach is not None]
    filled = wanted - len(real)
    if filled <= 0:
        return _state(sum(real[:wanted]) >= needed)
    if missing == "breaching":
        return _state(sum(real) + filled >= needed)
    if missing == "notBreaching":
        return _state(sum(real) >= needed)
    if not real:
        return "INSUFFICIENT_DATA" if missing == "missing" else None
    if sum(real) >= needed:
        return "ALARM"
    if not all(real):
        return "OK"
    # All there is breaches, and is too little. It rings once the oldest of it is as old as the number that is
    # needed: nothing can have been better since.
    oldest = max(index for index, breach in enumerate(breaches) if breach)
    return "ALARM" if missing == "missing" and oldest + 1 >= needed else None


def _state(rings: bool) -> str:
    return "ALARM" if rings else "OK"
