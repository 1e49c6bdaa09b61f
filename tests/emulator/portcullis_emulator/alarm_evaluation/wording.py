"""What an alarm says of its state, in the words of CloudWatch."""

import datetime
from typing import Any

from portcullis_emulator.alarm_evaluation.judgement import counts
from portcullis_emulator.alarm_evaluation.periods import Period

_COMPARED = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


def stamp(time: float) -> str:
    """`2026-01-05T08:10:00.000+0000`."""
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def of(alarm: dict[str, Any], state: str, found: list[Period], now: float) -> tuple[str, dict[str, Any]]:
    """The reason for a state, as a sentence and as data."""
    wanted, needed = counts(alarm)
    real = [period for period in found if period.value is not None][:wanted]
    reason = _reason(alarm, state, real, wanted, needed)
    data = {
        "version": "1.0",
        "queryDate": stamp(now),
        "statistic": alarm.get("ExtendedStatistic") or alarm.get("Statistic"),
        "period": alarm["Period"],
        "recentDatapoints": [period.value for period in reversed(real)],
        "threshold": alarm["Threshold"],
        "evaluatedDatapoints": [{"timestamp": stamp(period.start), "value": period.value} for period in real],
    }
    return reason, {**data, **({"startDate": stamp(real[-1].start)} if real else {})}


def _reason(alarm: dict[str, Any], state: str, real: list[Period], wanted: int, needed: int) -> str:
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_some(wanted, 'datapoint')} {_were(wanted)} unknown."
    if not real:
        treated = _TREATED.get(alarm.get("TreatMissingData") or "", "Missing")
        return (
            f"Threshold Crossed: no datapoints were received for {_some(wanted, 'period')} and "
            f"{_some(wanted, 'missing datapoint')} {_were(wanted)} treated as [{treated}]."
        )
    told = [period for period in real if period.breaches == (state == "ALARM")] or real
    values = ", ".join(f"{period.value} ({_short(period.start)})" for period in told)
    change = "OK -> ALARM" if state == "ALARM" else "ALARM -> OK"
    return (
        f"Threshold Crossed: {len(told)} out of the last {wanted} datapoints [{values}] {_were(len(told))} "
        f"{'' if told[0].breaches else 'not '}{_COMPARED[alarm['ComparisonOperator']]} the threshold "
        f"({alarm['Threshold']}) (minimum {_some(needed, 'datapoint')} for {change} transition)."
    )


def _short(time: float) -> str:
    return f"{datetime.datetime.fromtimestamp(time, datetime.timezone.utc):%d/%m/%y %H:%M:%S}"


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
