"""The resource policy of an event bus.

`PutPermission` adds a statement that lets an account, or everybody under a condition
such as `aws:PrincipalOrgID`, put events on a bus; with `Policy` it replaces the
policy as a whole. `AWS::Events::EventBusPolicy` adds one statement to the policy of
a bus, the account's default one unless it names another.
Source: EventBridge API Reference, "PutPermission"; CloudFormation Template Reference,
"AWS::Events::EventBusPolicy".

MiniStack 1.5.33 keeps a condition in the form of the request, in which no policy is
evaluated, and adds an Allow for everybody where `Policy` is given. It does not know
the CloudFormation type, and refuses a template that has it.

Wrapped: `ministack.services.eventbridge._put_permission`; added: the type to
`ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS`.
"""

import json
import re
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from portcullis_emulator.wrapping import Function, add, wrap

_ACCOUNT = re.compile(r"\d{12}")
_DEFAULT = "default"


def statement_of(properties: dict[str, Any], bus: str) -> dict[str, Any]:
    """The statement that an action, a principal and a condition in the API's own form stand for."""
    principal = properties.get("Principal", "*")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{principal}:root"} if _ACCOUNT.fullmatch(principal) else principal,
        "Action": properties.get("Action", "events:PutEvents"),
        "Resource": f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{bus}",
    }
    condition = properties.get("Condition")
    if condition:
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return statement


def _put(bus: str, statement_id: str, statement: dict[str, Any]) -> None:
    _remove(bus, statement_id)
    policy = eventbridge._event_bus_policies.setdefault(bus, {"Version": "2012-10-17", "Statement": []})
    policy["Statement"].append({**statement, "Sid": statement_id})


def _remove(bus: str, statement_id: str) -> None:
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": statement_id})


def _create(logical_id, props, stack_name):
    bus, fault = eventbridge._event_bus_name_from_ref(props.get("EventBusName", _DEFAULT))
    eventbridge._ensure_default_bus()
    if fault or bus not in eventbridge._event_buses:
        raise ValueError(f"Event bus {bus} does not exist.")
    statement = props.get("Statement") or statement_of(props, bus)
    _put(bus, props["StatementId"], statement)
    return f"{stack_name}-{logical_id}|{bus}|{props['StatementId']}", {}


def _update(physical_id, old_props, new_props, stack_name, logical_id=None):
    _delete(physical_id, old_props)
    return _create(logical_id, new_props, stack_name)


def _delete(physical_id, props):
    _, bus, statement_id = physical_id.split("|")
    _remove(bus, statement_id)


def install() -> None:
    def around(original: Function) -> Function:
        def put_permission(data):
            bus, fault = eventbridge._event_bus_name_from_ref(data.get("EventBusName", _DEFAULT))
            if fault or bus not in eventbridge._event_buses:
                return error_response_json("ResourceNotFoundException", f"Event bus {bus} does not exist.", 400)
            if data.get("Policy"):
                eventbridge._event_bus_policies[bus] = json.loads(data["Policy"])
                return json_response({})
            # For its answer, and its choice of a name where there is none.
            answer = original(data)
            statement_id = eventbridge._event_bus_policies[bus]["Statement"][-1]["Sid"]
            _put(bus, statement_id, statement_of(data, bus))
            return answer

        return put_permission

    wrap(eventbridge, "_put_permission", ("data",), around)
    handlers = {"create": _create, "update": _update, "update_with_logical_id": True, "delete": _delete}
    add(provisioners._RESOURCE_HANDLERS, "AWS::Events::EventBusPolicy", handlers)
