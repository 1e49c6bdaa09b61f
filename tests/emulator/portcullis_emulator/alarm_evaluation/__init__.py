"""When an alarm on a metric changes its state.

An alarm watches one metric, the one with exactly its dimensions. Of each of the latest
`EvaluationPeriods` periods it compares a statistic with the threshold, and rings if
`DatapointsToAlarm` of them pass it. It looks at more periods than that, so that real
data counts before `TreatMissingData` says what periods without any mean. By default the
periods end with the latest full minute, or the latest full 10, 20 or 30 seconds if they
are so short, and alarms are judged about as often.
Source: CloudWatch User Guide, "Alarm evaluation", "Configuring how CloudWatch alarms
treat missing data" and "Alarm evaluation windows"; CloudWatch API Reference,
"PutMetricAlarm".

MiniStack 1.5.33 puts the values of all dimensions and of all periods together, judges
only when `PutMetricData` or `PutMetricAlarm` is called, and leaves an alarm without data
as it is.

An alarm is judged here when data arrives, and every `PORTCULLIS_ALARM_TICK_MS`
(1000 unless set; 0 for not by itself, a negative number for never at all). Data of a period that is not over yet counts where no
more data can undo its verdict, so that a test need not wait for the minute to end. AWS
does not say how many more periods it looks at: `PORTCULLIS_ALARM_EXTRA_PERIODS` does, 2
unless set, which is what the tables in the guide have.

Wrapped: `ministack.services.cloudwatch._evaluate_alarm`, and `handle_request`, which
must not clear out metrics while they are being added to in another thread.

- `judgement`: the state that values call for;
- `periods`: the values of an alarm's periods;
- `wording`: what the alarm says of its state.
"""

import json
import logging
import os
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from portcullis_emulator import metric_store
from portcullis_emulator.alarm_evaluation import judgement, periods, wording
from portcullis_emulator.wrapping import Function, wrap

_log = logging.getLogger("portcullis")


def judge(alarm: dict[str, Any], extra: int, now: float) -> None:
    """Gives an alarm of the current account and Region the state that its metric calls for."""
    if not alarm.get("MetricName") or alarm.get("Metrics"):
        # Expressions and bands are kept, and not evaluated.
        return
    wanted, needed = judgement.counts(alarm)
    found = periods.latest(alarm, wanted + extra, now)
    state = judgement.state(
        [period.breaches for period in found], wanted, needed, alarm.get("TreatMissingData") or "missing"
    )
    old = alarm["StateValue"]
    if state is None or state == old:
        return
    reason, data = wording.of(alarm, state, found, now)
    alarm.update(
        StateValue=state,
        StateReason=reason,
        StateReasonData=json.dumps(data),
        StateUpdatedTimestamp=now,
        StateTransitionedTimestamp=now,
    )
    cloudwatch._record_history(alarm["AlarmName"], old, state, reason, reason_data=data)
    cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _tick(seconds: float) -> None:
    while True:
        time.sleep(seconds)
        for account, region in {key[:2] for key, _alarm in cloudwatch._alarms.all_items()}:
            with request_scope(account, region):
                metric_store.evaluate_alarms()


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


def install() -> None:
    extra = _number("PORTCULLIS_ALARM_EXTRA_PERIODS", 2)
    tick = _number("PORTCULLIS_ALARM_TICK_MS", 1000)

    def around_evaluate(_original: Function) -> Function:
        def evaluate_alarm(alarm):
            if tick < 0:
                return
            with metric_store.LOCK:
                try:
                    judge(alarm, extra, time.time())
                except Exception:
                    # MiniStack drops it without a word.
                    _log.exception("the alarm %s cannot be judged", alarm.get("AlarmName"))

        return evaluate_alarm

    def around_requests(original: Function) -> Function:
        async def handle_request(method, path, headers, body, query_params):
            # It awaits nothing, so that the lock is not held beyond the call.
            with metric_store.LOCK:
                return await original(method, path, headers, body, query_params)

        return handle_request

    wrap(cloudwatch, "_evaluate_alarm", ("alarm",), around_evaluate)
    wrap(cloudwatch, "handle_request", ("method", "path", "headers", "body", "query_params"), around_requests)
    if tick > 0:
        threading.Thread(target=_tick, args=(tick / 1000,), daemon=True).start()
