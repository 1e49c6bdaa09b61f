"""The condition keys that describe a PutEvents call.

AWS offers `events:source` and `events:detail-type`, the values of the call's entries,
to the policies that confine `events:PutEvents`: a function may so be kept to events of
its own source.
Source: Service Authorization Reference, "Actions, resources, and condition keys for
Amazon EventBridge"; EventBridge User Guide, "Using IAM policy conditions".

MiniStack 1.5.33 resolves neither, so that an Allow with one of them never matches.

Wrapped: `ministack.core.iam_actions.request_tag_context`, whose result is the
only part of the condition context that every service's requests pass through.
"""

import json
from typing import Any

from ministack.core import iam_actions

from portcullis_emulator.wrapping import Function, wrap

_KEYS = {"events:source": "Source", "events:detail-type": "DetailType"}


def condition_keys(body: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(body or b"{}")["Entries"]
        found = {key: sorted({entry[member] for entry in entries}) for key, member in _KEYS.items()}
    except (ValueError, TypeError, KeyError):
        # The request is malformed, which the service itself tells.
        return {}
    # A single value meets also the operators for single values.
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def install() -> None:
    def around(original: Function) -> Function:
        def request_tag_context(service, iam_action, body, params):
            context = original(service, iam_action, body, params)
            if iam_action == "events:PutEvents":
                context = {**context, **condition_keys(body)}
            return context

        return request_tag_context

    wrap(iam_actions, "request_tag_context", ("service", "iam_action", "body", "params"), around)
