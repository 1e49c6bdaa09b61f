"""The event history is answered in pages.

`LookupEvents` answers with at most fifty events, the newest first, and with a
`NextToken` when there are more of them, which the next call passes on with the same
parameters. A token that it did not give is an `InvalidNextTokenException`.
Source: CloudTrail API Reference, "LookupEvents".

MiniStack 1.5.33 answers with the first page and no token, whatever there is.

Wrapped: the entry `LookupEvents` of `ministack.services.cloudtrail._DISPATCH`.
"""

import json
from typing import Any

from ministack.services import cloudtrail

from portcullis_emulator.wrapping import EmulatorMismatch, Function, wrap


def install() -> None:
    if not callable(getattr(cloudtrail, "_get_event_queue", None)):
        raise EmulatorMismatch("MiniStack keeps its events elsewhere, which an addition relies on")

    def around(original: Function) -> Function:
        def lookup_events(body):
            events = list(cloudtrail._get_event_queue())
            token = body.get("NextToken")
            if token is not None:
                if not token.isdecimal() or int(token) > len(events):
                    return cloudtrail._err("InvalidNextTokenException", "The token is not one that was given.")
                del events[int(token) :]
            status, headers, answer = _among(original, body, events)
            page = json.loads(answer)
            found = page.get("Events", [])
            if found:
                older = next(at for at, event in enumerate(events) if event["EventId"] == found[-1]["EventId"])
                _, _, rest = _among(original, body, events[:older])
                if json.loads(rest)["Events"]:
                    page["NextToken"] = str(older)
            return status, headers, json.dumps(page).encode()

        return lookup_events

    wrap(cloudtrail._DISPATCH, "LookupEvents", ("body",), around)


def _among(original: Function, body: dict[str, Any], events: list[dict[str, Any]]):
    """The answer if these were all events there are."""
    queue = cloudtrail._get_event_queue
    cloudtrail._get_event_queue = lambda: events
    try:
        return original(body)
    finally:
        cloudtrail._get_event_queue = queue
