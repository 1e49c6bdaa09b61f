"""What IAM answers to a call, by policies alone.

Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators" and "Set operators
for multi-value context keys". Only the elements and operators that the templates use are known; any other fails.
"""

import re
from functools import cache

# Whatever somebody may attach to a role later.
ADMINISTRATOR = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def allowed(statements, action, resource, context=None, *, besides=()):
    """Whether the statements, and those of `besides`, let a call through. `context` holds the condition keys."""
    applying = [s for s in (*statements, *besides) if applies(s, action, resource, context or {})]
    return any(s["Effect"] == "Allow" for s in applying) and not any(s["Effect"] == "Deny" for s in applying)


def applies(statement, action, resource, context):
    """Whether a statement is about a call."""
    unknown = set(statement) - {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    assert not unknown, f"unknown elements: {unknown}"
    return (
        _names(statement, "Action", action.lower(), str.lower)
        and _names(statement, "Resource", resource, str)
        and all(_holds(operator, keys, context) for operator, keys in statement.get("Condition", {}).items())
    )


def _names(statement, element, value, fold):
    if f"Not{element}" in statement:
        return not any(like(value, fold(pattern)) for pattern in as_list(statement[f"Not{element}"]))
    return any(like(value, fold(pattern)) for pattern in as_list(statement[element]))


@cache
def _expression(pattern):
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)


def like(value, pattern):
    """Whether a value matches a pattern with `*` and `?`."""
    return _expression(pattern).fullmatch(value) is not None


def equal(value, pattern):
    return value == pattern


# ArnEquals and ArnLike are the same.
OPERATORS = {"StringEquals": equal, "StringLike": like, "ArnEquals": like, "ArnLike": like}
NEGATED = {"StringNotEquals": equal, "StringNotLike": like, "ArnNotEquals": like, "ArnNotLike": like}


def _holds(operator, keys, context):
    scope, _, plain = operator.rpartition(":")
    test = OPERATORS.get(plain) or NEGATED.get(plain)
    if test is None or scope not in ("", "ForAllValues", "ForAnyValue"):
        raise NotImplementedError(operator)
    return all(_key_holds(scope, test, plain in NEGATED, context.get(key), wanted) for key, wanted in keys.items())


def _key_holds(scope, test, negated, found, wanted):
    results = [any(test(value, one) for one in as_list(wanted)) != negated for value in as_list(found or [])]
    if not results:
        # An absent key: a negated operator holds, and so does each of no values.
        return scope == "ForAllValues" or (not scope and negated)
    return any(results) if scope == "ForAnyValue" else all(results)
