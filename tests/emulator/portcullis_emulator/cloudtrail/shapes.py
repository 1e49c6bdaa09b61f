"""requestParameters and responseElements, cut from the API models of the AWS SDK.

CloudTrail writes a request's parameters by the names of the API, with a lower-case
first letter, and leaves secret material out: plaintexts, ciphertexts, secret values
and passwords never appear. The models that botocore carries tell which members
those are (blobs, and members marked as sensitive), which keys are a caller's own
(maps, whose keys stay as they were typed) and what a form-encoded value means.
Source: CloudTrail User Guide, "CloudTrail record contents".
"""

import datetime
import functools
import json
from typing import Any
from urllib.parse import parse_qs

from botocore import loaders, model, parsers
from botocore.awsrequest import HeadersDict

# Credentials that the models do not mark as sensitive.
_NEVER_RECORDED = frozenset({"SessionToken", "GrantToken", "GrantTokens", "TokenCode"})


@functools.lru_cache(maxsize=None)
def _service(service: str) -> model.ServiceModel:
    return model.ServiceModel(loaders.Loader().load_service_model(service, "service-2"), service)


def operation(service: str, action: str) -> model.OperationModel | None:
    """The model of an operation, or None for a name that the service does not have."""
    try:
        return _service(service).operation_model(action)
    except model.OperationNotFoundError:
        return None


def request_members(op: model.OperationModel, body: bytes) -> dict[str, Any]:
    """The request's members by the names of the API, typed."""
    if op.service_model.metadata["protocol"] == "json":
        return json.loads(body or b"{}")
    form = parse_qs(body.decode(), keep_blank_values=True)
    flat = {name: values[0] for name, values in form.items()}
    return _from_form(op.input_shape, flat, "") or {} if op.input_shape else {}


def response_members(
    op: model.OperationModel, status: int, headers: dict[str, str], body: bytes
) -> dict[str, Any]:
    """The response's members; an error's are under `Error`."""
    parser = parsers.create_parser(op.service_model.metadata["protocol"])
    response = {"status_code": status, "headers": HeadersDict(headers), "body": body}
    return parser.parse(response, op.output_shape)


def recorded(shape: model.Shape | None, members: Any) -> Any:
    """The form in which CloudTrail writes `members`, without secret material."""
    if shape is None:
        return {}
    if shape.type_name == "structure":
        return {
            name[0].lower() + name[1:]: recorded(shape.members[name], value)
            for name, value in members.items()
            if name in shape.members and not _is_secret(name, shape.members[name])
        }
    if shape.type_name == "list":
        return [recorded(shape.member, item) for item in members]
    if shape.type_name == "map":
        return {key: recorded(shape.value, value) for key, value in members.items()}
    if shape.type_name == "timestamp":
        return _recorded_time(members)
    return members


def _is_secret(name: str, shape: model.Shape) -> bool:
    return name in _NEVER_RECORDED or shape.type_name == "blob" or bool(shape.metadata.get("sensitive"))


def _recorded_time(moment: datetime.datetime | float) -> str:
    """CloudTrail writes times inside elements as `Jul 10, 2019 3:29:54 PM`."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return f"{moment:%b} {moment.day}, {moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"


def _from_form(shape: model.Shape, form: dict[str, str], prefix: str) -> Any:
    """Reads one shape from a form-encoded request, None if it is absent."""
    if shape.type_name == "structure":
        members = {}
        for name, member in shape.members.items():
            value = _from_form(member, form, f"{prefix}.{name}" if prefix else name)
            if value is not None:
                members[name] = value
        return members or None
    if shape.type_name == "list":
        items = []
        item_name = shape.member.serialization.get("name", "member")
        while (item := _from_form(shape.member, form, f"{prefix}.{item_name}.{len(items) + 1}")) is not None:
            items.append(item)
        return items or None
    value = form.get(prefix)
    if value is None:
        return None
    if shape.type_name == "boolean":
        return value.lower() == "true"
    if shape.type_name in ("integer", "long"):
        return int(value)
    return value
