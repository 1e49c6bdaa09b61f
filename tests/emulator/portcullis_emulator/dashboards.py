"""What CloudWatch takes for a dashboard.

A dashboard's name has letters, digits, `-` and `_`, and its body is a JSON object with an
array of `widgets`, 500 at most, each on the grid of 24 columns and of a known type. For
any other body `PutDashboard` fails with `DashboardInvalidInputError`, which says what is
wrong where.
Source: CloudWatch API Reference, "PutDashboard" and "Dashboard Body Structure and Syntax".

MiniStack 1.5.33 keeps any text under any name.

Wrapped: `ministack.services.cloudwatch._put_dashboard`. Requests in the Query form stay as
MiniStack has them.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch

from portcullis_emulator.wrapping import Function, wrap

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TYPES = frozenset({"metric", "text", "log", "alarm", "explorer"})
# The least and the greatest that may be.
_GRID = {"x": (0, 23), "y": (0, None), "width": (1, 24), "height": (1, 1000)}
# Without them a widget shows nothing.
_NEEDED = {
    "metric": ("region",),
    "text": ("markdown",),
    "log": ("query", "region"),
    "alarm": ("alarms",),
    "explorer": (),
}


def faults(body: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a body: where, and what."""
    try:
        dashboard = json.loads(body)
    except (ValueError, TypeError):
        yield "/", "The dashboard body is not valid JSON"
        return
    widgets = dashboard.get("widgets") if isinstance(dashboard, dict) else None
    if not isinstance(widgets, list):
        yield "/widgets", "Should be an array"
        return
    if len(widgets) > 500:
        yield "/widgets", "Should have at most 500 widgets"
    for index, widget in enumerate(widgets):
        yield from ((f"/widgets/{index}/{where}", what) for where, what in _widget_faults(widget))


def _widget_faults(widget: Any) -> Iterator[tuple[str, str]]:
    kind = widget.get("type") if isinstance(widget, dict) else None
    if kind not in _TYPES:
        yield "type", f"Should be one of {', '.join(sorted(_TYPES))}"
        return
    for member, (least, greatest) in _GRID.items():
        value = widget.get(member, least)
        if not isinstance(value, int) or value < least or (greatest is not None and value > greatest):
            yield member, f"Should be a whole number from {least} to {greatest or 'any'}"
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield "properties", "Should be an object"
        return
    for member in _NEEDED[kind]:
        if not properties.get(member):
            yield f"properties/{member}", "Should be present"
    if kind == "metric" and not (properties.get("metrics") or properties.get("annotations")):
        yield "properties/metrics", "Should match exactly one schema in oneOf"


def install() -> None:
    def around(original: Function) -> Function:
        def put_dashboard(params, cbor_data, is_cbor, is_json=False):
            if not (is_cbor or is_json):
                return original(params, cbor_data, is_cbor, is_json)
            name, body = cbor_data.get("DashboardName") or "", cbor_data.get("DashboardBody")
            found = list(faults(body))
            if not _NAME.fullmatch(name):
                found.insert(0, ("/", f"The value {name!r} for field DashboardName must contain only valid characters"))
            if found:
                places = "; ".join(f"{where}: {what}" for where, what in found)
                text = f"The field DashboardBody must be a valid JSON object: {places}"
                return cloudwatch._error("DashboardInvalidInputError", text, 400, use_json=is_json, use_cbor=is_cbor)
            return original(params, cbor_data, is_cbor, is_json)

        return put_dashboard

    wrap(cloudwatch, "_put_dashboard", ("params", "cbor_data", "is_cbor", "is_json"), around)
