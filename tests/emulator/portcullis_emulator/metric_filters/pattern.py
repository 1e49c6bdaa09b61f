"""The patterns of metric filters.

For JSON events: `{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) ||
($.a.b NOT EXISTS)) }` with `=`, `!=`, `<`, `<=`, `>`, `>=`, `EXISTS`, `NOT EXISTS`,
`IS NULL`, `IS TRUE` and `IS FALSE`; a text may have `*` in it, a number is compared as
one, and `&&` binds closer than `||`. A comparison with a field that does not exist, or
that is an object or an array, does not hold, `!=` included. Other patterns are terms,
each of which must be in the event; without any, every event matches.
"""

import json
import operator
import re
from collections.abc import Callable
from typing import Any

Predicate = Callable[[Any], bool]

_SELECTOR = re.compile(r"""\$(?:\.[A-Za-z0-9_-]+|\.?\[(?:\d+|"[^"]+"|'[^']+')\])+""")
_STEP = re.compile(r"""\.?\[(?P<index>\d+)\]|\.?\[["'](?P<quoted>[^"']+)["']\]|\.(?P<name>[A-Za-z0-9_-]+)""")
_TOKEN = re.compile(
    r"\s*(?:(?P<selector>" + _SELECTOR.pattern + r")|(?P<mark>&&|\|\||!=|<=|>=|[=<>(){}])"
    r'|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()&|=<>!{}"]+))'
)
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ABSENT = object()


class Unreadable(Exception):
    """The pattern cannot be read."""


def read(pattern: str) -> Callable[[str], bool]:
    """Whether a message matches the pattern."""
    text = pattern.strip()
    if not text.startswith("{"):
        if text.startswith("["):
            raise Unreadable("the emulator does not know patterns for columns")
        terms = [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', text)]
        return lambda message: all(term in message for term in terms)
    matches = _Reader(text).whole()

    def is_match(message: str) -> bool:
        try:
            return matches(json.loads(message))
        except ValueError:
            return False

    return is_match


def field(event: Any, selector: str) -> Any:
    """What a selector finds in an event, or None."""
    found = _find(event, selector)
    return None if found is _ABSENT else found


def _find(event: Any, selector: str) -> Any:
    for step in _STEP.finditer(selector):
        if step["index"] is not None:
            if not isinstance(event, list) or int(step["index"]) >= len(event):
                return _ABSENT
            event = event[int(step["index"])]
        else:
            name = step["quoted"] or step["name"]
            if not isinstance(event, dict) or name not in event:
                return _ABSENT
            event = event[name]
    return event


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            token = _TOKEN.match(text, at)
            if token is None:
                raise Unreadable(f"nothing known stands at {text[at:].strip()[:20]!r}")
            self._tokens.append((token.lastgroup or "", token[token.lastgroup or ""]))
            at = token.end()

    def whole(self) -> Predicate:
        self._take("{")
        matches = self._either()
        self._take("}")
        if self._tokens:
            raise Unreadable(f"{self._tokens[0][1]!r} stands after its end")
        return matches

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._next() == "||":
            self._take("||")
            parts.append(self._both())
        return lambda event: any(part(event) for part in parts)

    def _both(self) -> Predicate:
        parts = [self._one()]
        while self._next() == "&&":
            self._take("&&")
            parts.append(self._one())
        return lambda event: all(part(event) for part in parts)

    def _one(self) -> Predicate:
        if self._next() == "(":
            self._take("(")
            inner = self._either()
            self._take(")")
            return inner
        kind, selector = self._pop()
        if kind != "selector":
            raise Unreadable(f"{selector!r} stands where a field is expected, such as $.eventName")
        kind, how = self._pop()
        if kind == "word":
            return self._existence(selector, how.upper())
        return self._comparison(selector, how)

    def _existence(self, selector: str, word: str) -> Predicate:
        if word == "EXISTS":
            return lambda event: _find(event, selector) is not _ABSENT
        _, following = self._pop()
        phrase = f"{word} {following.upper()}"
        if phrase == "NOT EXISTS":
            return lambda event: _find(event, selector) is _ABSENT
        wanted = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}
        if phrase not in wanted:
            raise Unreadable(f"{phrase!r} is no condition")
        return lambda event: _find(event, selector) is wanted[phrase]

    def _comparison(self, selector: str, how: str) -> Predicate:
        kind, value = self._pop()
        if how not in {"=", "!=", *_ORDERS} or kind not in ("text", "word"):
            raise Unreadable(f"{how!r} and {value!r} make no comparison")
        if kind == "word" and value.startswith("%"):
            raise Unreadable("the emulator does not know regular expressions")
        number = _number(value) if kind == "word" else None
        if how in _ORDERS:
            if number is None:
                raise Unreadable(f"{value!r} is no number, which {how!r} needs")
            compare, bound = _ORDERS[how], number
            return lambda event: _is_number(found := _find(event, selector)) and compare(found, bound)
        text = re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "text" else value
        wildcards = re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)

        def is_equal(found: Any) -> bool:
            if _is_number(found):
                return found == number if number is not None else wildcards.fullmatch(json.dumps(found)) is not None
            return isinstance(found, str) and wildcards.fullmatch(found) is not None

        def holds(event: Any) -> bool:
            found = _find(event, selector)
            if found is _ABSENT or isinstance(found, (dict, list)):
                return False
            return is_equal(found) == (how == "=")

        return holds

    def _next(self) -> str:
        return self._tokens[0][1] if self._tokens else ""

    def _pop(self) -> tuple[str, str]:
        if not self._tokens:
            raise Unreadable("it ends too early")
        return self._tokens.pop(0)

    def _take(self, mark: str) -> None:
        kind, found = self._pop()
        if (kind, found) != ("mark", mark):
            raise Unreadable(f"{found!r} stands where {mark!r} is expected")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
