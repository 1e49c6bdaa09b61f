"""The file of orders, and which order a call meets.

The file is looked at before every call. Its counts start again when it has been
replaced. It must be replaced as a whole, by renaming another file over it.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core.iam_evaluator import fnmatch_iam, fnmatch_iam_cs

from portcullis_emulator.faults.caller import Process

_NEEDED = {"call", "do"}
_KNOWN = _NEEDED | {"from", "resource", "when", "times", "skip", "code", "status", "message", "visible_after"}


class UnreadableOrders(Exception):
    """The file does not say what it may say."""


@dataclass(frozen=True)
class Call:
    """A call of an AWS service, as far as an order may name it."""

    # As policies name it: `iam:AttachRolePolicy`.
    action: str
    resources: frozenset[str]
    # The function's process that makes it, if a function does.
    process: Process | None
    request_id: str


class Orders:
    """The orders that stand, with how often each was met."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._version: tuple[int, ...] | None = None
        self._orders: list[dict[str, Any]] = []
        self._met: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._orders)

    def read(self) -> None:
        """Takes up the file as it is now; an absent one orders nothing."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._version, self._orders, self._met = None, [], []
            return
        version = (status.st_mtime_ns, status.st_ino, status.st_size)
        if version == self._version:
            return
        orders = _parse(self._file)
        self._version, self._orders, self._met = version, orders, [0] * len(orders)

    def next(self, when: str, call: Call) -> dict[str, Any] | None:
        """The first order that the call meets at this moment; it is noted as fired."""
        for index, order in enumerate(self._orders):
            if order["when"] != when or not _is_meant(order, call):
                continue
            self._met[index] += 1
            fires = self._met[index] - order["skip"]
            if fires >= 1 and (order["times"] is None or fires <= order["times"]):
                self._note(index, order, call)
                return order
        return None

    def _note(self, index: int, order: dict[str, Any], call: Call) -> None:
        fired = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "index": index,
            "call": call.action,
            "resources": sorted(call.resources),
            "from": call.process.function if call.process else None,
            "when": order["when"],
            "do": order["do"],
            "requestID": call.request_id,
        }
        with Path(f"{self._file}.fired").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(fired) + "\n")


def _is_meant(order: dict[str, Any], call: Call) -> bool:
    if not fnmatch_iam(call.action, order["call"]):
        return False
    function = call.process.function if call.process else None
    # Only a function can be killed.
    if "from" in order or order["do"] == "kill":
        if function is None or not fnmatch_iam_cs(function, order.get("from", "*")):
            return False
    if "resource" not in order:
        return True
    return any(fnmatch_iam_cs(name, order["resource"]) for arn in call.resources for name in _names(arn))


def _names(arn: str) -> set[str]:
    """A resource's ARN, the part of it that names the resource, and the name at its end."""
    resource = arn.split(":", 5)[-1]
    return {arn, resource, resource.replace(":", "/").rsplit("/", 1)[-1]}


def _parse(file: Path) -> list[dict[str, Any]]:
    try:
        orders = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise UnreadableOrders(f"{file} is not JSON ({fault}); replace it as a whole, by a rename") from fault
    if not isinstance(orders, list):
        raise UnreadableOrders(f"{file} is not a list of faults")
    return [_checked(order, f"fault {index} of {file}") for index, order in enumerate(orders)]


def _checked(order: Any, where: str) -> dict[str, Any]:
    """The order with its defaults filled in."""
    if not isinstance(order, dict):
        raise UnreadableOrders(f"{where} is not an object")
    if _NEEDED - order.keys():
        raise UnreadableOrders(f"{where} lacks {', '.join(sorted(_NEEDED - order.keys()))}")
    if order.keys() - _KNOWN:
        raise UnreadableOrders(f"{where} has unknown members: {', '.join(sorted(order.keys() - _KNOWN))}")
    full = {"when": "before", "times": None, "skip": 0, "status": 400, "message": "Ordered by the test.", **order}
    for member, choices in (("do", ("kill", "error")), ("when", ("before", "after"))):
        if full[member] not in choices:
            raise UnreadableOrders(f"{where} says {member}: {full[member]!r}, which is none of {', '.join(choices)}")
    if full["do"] == "error" and "code" not in order:
        raise UnreadableOrders(f"{where} is an error without a code")
    for member in ("times", "skip", "status"):
        if full[member] is not None and not isinstance(full[member], int):
            raise UnreadableOrders(f"{where} says {member}: {full[member]!r}, which is not a whole number")
    return full
