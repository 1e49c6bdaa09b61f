"""Delivers records in the background, after a delay.

A record goes, in this order, to the file that `PORTCULLIS_CLOUDTRAIL_FILE` names
(one JSON line each), to MiniStack's bounded store behind LookupEvents, and to the
default event bus of its account and Region. The delay stands for CloudTrail's
own, which AWS does not promise: `PORTCULLIS_CLOUDTRAIL_DELAY_MS`, 200 by default.
"""

import calendar
import json
import os
import queue
import threading
import time
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import responses
from ministack.services import cloudtrail, eventbridge

from portcullis_emulator.cloudtrail import faults, forwarded, record
from portcullis_emulator.cloudtrail.call import Call

_DETAIL_TYPE = "AWS API Call via CloudTrail"


class Delivery:
    """Takes calls without blocking and delivers their records in the order of the calls."""

    def __init__(self, delay_seconds: float, file: Path | None) -> None:
        self._delay_seconds = delay_seconds
        self._file = file
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="portcullis-cloudtrail", daemon=True).start()

    @classmethod
    def from_environment(cls) -> "Delivery":
        delay_ms = int(os.environ.get("PORTCULLIS_CLOUDTRAIL_DELAY_MS", "200"))
        file = os.environ.get("PORTCULLIS_CLOUDTRAIL_FILE")
        return cls(delay_ms / 1000, Path(file) if file else None)

    def __call__(self, call: Call) -> None:
        self._calls.put(call)

    def _run(self) -> None:
        while True:
            call = self._calls.get()
            time.sleep(max(0.0, call.time + self._delay_seconds - time.time()))
            try:
                records = record.records_of(call) + forwarded.records_of(call)
                for one in records:
                    self._keep(one)
            except Exception:
                # The thread must live on for the next call.
                faults.report(f"no CloudTrail record of {call.service}:{call.action}")
                continue
            for one in records:
                # MiniStack's stores belong to the thread of its event loop.
                app._MAIN_LOOP.call_soon_threadsafe(_publish, one)

    def _keep(self, one: dict[str, Any]) -> None:
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(one) + "\n")


def _publish(one: dict[str, Any]) -> None:
    try:
        _hand_over(one)
    except Exception:
        faults.report(f"the CloudTrail record of {one['eventName']} did not reach the event bus")


def _hand_over(one: dict[str, Any]) -> None:
    moment = calendar.timegm(time.strptime(one["eventTime"], "%Y-%m-%dT%H:%M:%SZ"))
    with responses.request_scope(one["recipientAccountId"], one["awsRegion"]):
        cloudtrail._get_event_queue().append(_lookup_entry(one, moment))
        eventbridge._ensure_default_bus()
        event = {
            "EventId": responses.new_uuid(),
            "Source": f"aws.{one['eventSource'].partition('.')[0]}",
            "DetailType": _DETAIL_TYPE,
            "Detail": json.dumps(one),
            "EventBusName": "default",
            "Time": moment,
            "Resources": [],
            "Account": one["recipientAccountId"],
            "Region": one["awsRegion"],
        }
        view = eventbridge._pattern_event_view(event)
        eventbridge._dispatch_event(event, view)
        eventbridge._archive_event(event, view)


def _lookup_entry(one: dict[str, Any], moment: int) -> dict[str, Any]:
    """The record as LookupEvents answers it."""
    identity = one["userIdentity"]
    return {
        "EventId": one["eventID"],
        "EventName": one["eventName"],
        "EventSource": one["eventSource"],
        "EventTime": moment,
        "Username": identity.get("userName") or identity.get("arn", "").rsplit("/", 1)[-1],
        "AccessKeyId": identity.get("accessKeyId", ""),
        "ReadOnly": str(one["readOnly"]).lower(),
        "Resources": [
            {"ResourceName": resource["ARN"], "ResourceType": resource["type"]}
            for resource in one.get("resources", ())
        ],
        "CloudTrailEvent": json.dumps(one),
    }
