"""Replaces a function of MiniStack by one of ours that calls it.

MiniStack has no extension points, so the additions reach into its modules. That
is safe only against the release they were written for: a renamed function or a
changed parameter would otherwise turn an addition off without a word, and a test
that relies on it would pass for the wrong reason. Hence the checks here, all of
which end the start-up.
"""

import importlib.metadata
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

MINISTACK_VERSION = "1.5.33"

# A function of MiniStack, or the one of ours that takes its place.
Function = Callable[..., Any]


class EmulatorMismatch(Exception):
    """MiniStack is not the one that the additions were written for."""


def require_ministack() -> None:
    """Refuses any release of MiniStack but the one the additions were written for."""
    try:
        installed = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        installed = "(no release)"
    if installed != MINISTACK_VERSION:
        raise EmulatorMismatch(
            f"ministack {installed} is installed, the additions were written for {MINISTACK_VERSION}: "
            "install tests/emulator/requirements.txt"
        )


def wrap(
    owner: ModuleType | type | dict[str, Any],
    name: str,
    parameters: tuple[str, ...],
    around: Callable[[Function], Function],
) -> None:
    """Replaces `name` in `owner` by `around(original)`.

    `owner` is a module, a class, or one of MiniStack's dispatch tables. The
    original must take exactly `parameters`, in this order.
    """
    where = getattr(owner, "__name__", "a dispatch table")
    if isinstance(owner, dict):
        original = owner.get(name)
    else:
        original = getattr(owner, name, None)
    if not callable(original):
        raise EmulatorMismatch(f"{where} of MiniStack has no function {name}, which an addition wraps")
    found = tuple(inspect.signature(original).parameters)
    if found != parameters:
        raise EmulatorMismatch(
            f"{where}.{name} of MiniStack takes ({', '.join(found)}), "
            f"the addition that wraps it expects ({', '.join(parameters)})"
        )
    replacement = around(original)
    if isinstance(owner, dict):
        owner[name] = replacement
    else:
        setattr(owner, name, replacement)


def add(table: dict[str, Any], name: str, function: Function | dict[str, Function]) -> None:
    """Puts a new entry into one of MiniStack's dispatch tables, where there must be none yet."""
    if name in table:
        raise EmulatorMismatch(f"MiniStack has learned {name}: the addition that adds it can go")
    table[name] = function
