"""The partition keys that a call to DynamoDB names, as a condition key.

`dynamodb:LeadingKeys` holds the values of the partition keys of the items that a
call names: of `Key` and `Item`, of every key in a batch or a transaction, and of
the key condition of a query. Only the first key counts, the name is plural all the
same. A policy confines a principal to some partitions of a table by it.
Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained
access control"; Service Authorization Reference, "Actions, resources, and condition
keys for Amazon DynamoDB".

MiniStack 1.5.33 does not resolve it, so that an Allow with `ForAllValues` on it
lets everything through, and a Deny with `ForAnyValue` denies nothing.

Wrapped: `ministack.core.iam_actions.dynamodb_service_context`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb

from portcullis_emulator.wrapping import Function, wrap

_EQUALS = re.compile(r"(#?[\w.-]+)\s*=\s*(:\w+)")


def leading_keys(request: dict[str, Any]) -> list[str]:
    """The values of the partition keys that a request names."""
    found = (_text(value) for value in _values(request))
    return [value for value in found if value is not None]


def _values(request: dict[str, Any]) -> Iterator[Any]:
    for operation in _operations(request):
        name = _partition_key(operation)
        for member in ("Key", "Item"):
            if isinstance(operation.get(member), dict):
                yield operation[member].get(name)
        names = operation.get("ExpressionAttributeNames") or {}
        values = operation.get("ExpressionAttributeValues") or {}
        for left, right in _EQUALS.findall(operation.get("KeyConditionExpression") or ""):
            if names.get(left, left) == name:
                yield values.get(right)


def _operations(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The request itself, or the operations of a batch or a transaction, each with its table."""
    yield request
    for table, batch in (request.get("RequestItems") or {}).items():
        if isinstance(batch, dict):
            yield from ({"TableName": table, "Key": key} for key in batch.get("Keys") or [])
        else:
            yield from ({"TableName": table, **operation} for write in batch for operation in write.values())
    for item in request.get("TransactItems") or []:
        yield from item.values()


def _partition_key(operation: dict[str, Any]) -> str | None:
    name = operation.get("TableName")
    table = dynamodb._tables.get(dynamodb._normalize_table_name(name)) if name else None
    if not table:
        return None
    index = operation.get("IndexName")
    if index:
        indexes = [*(table.get("GlobalSecondaryIndexes") or []), *(table.get("LocalSecondaryIndexes") or [])]
        schema = next((one["KeySchema"] for one in indexes if one["IndexName"] == index), [])
        return next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)
    return table.get("pk_name")


def _text(value: Any) -> str | None:
    """A typed value, `{"S": "text"}`, as the text that a policy compares."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    return str(next(iter(value.values())))


def install() -> None:
    def around(original: Function) -> Function:
        def dynamodb_service_context(body):
            context = original(body)
            try:
                request = json.loads(body or b"{}")
            except ValueError:
                return context
            keys = leading_keys(request) if isinstance(request, dict) else []
            # A call that names no item, such as a scan, has no such key in its context.
            return {**context, "dynamodb:LeadingKeys": keys} if keys else context

        return dynamodb_service_context

    wrap(iam_actions, "dynamodb_service_context", ("body",), around)
