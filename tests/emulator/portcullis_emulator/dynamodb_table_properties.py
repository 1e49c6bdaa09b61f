"""Properties of AWS::DynamoDB::Table that take effect after the table exists.

CloudFormation switches on time to live, point-in-time recovery and encryption with
a KMS key when a template asks for them, at creation and on an update.
Source: CloudFormation Template Reference, "AWS::DynamoDB::Table".

MiniStack 1.5.33 knows all three through DynamoDB's own API, and drops them from a
template: items of a deployed table never expire.

Wrapped: `create` and `update` of `AWS::DynamoDB::Table` in
`ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS`.
"""

from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from portcullis_emulator.wrapping import Function, wrap


def apply(name: str, properties: dict[str, Any]) -> None:
    """Brings the table in line with the three properties, absent ones included."""
    time_to_live = properties.get("TimeToLiveSpecification")
    if time_to_live:
        dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": time_to_live})
    else:
        dynamodb._ttl_settings.pop(name, None)
    recovery = properties.get("PointInTimeRecoverySpecification") or {}
    dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": recovery})
    # CloudFormation calls `SSEEnabled` what the API calls `Enabled`.
    encryption = dict(properties.get("SSESpecification") or {})
    encryption["Enabled"] = encryption.pop("SSEEnabled", False)
    dynamodb._tables[name]["SSEDescription"] = dynamodb._sse_description_from_spec(encryption)


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]

    def around_create(original: Function) -> Function:
        def create(logical_id, props, stack_name):
            name, attributes = original(logical_id, props, stack_name)
            apply(name, props)
            return name, attributes

        return create

    def around_update(original: Function) -> Function:
        def update(physical_id, old_props, new_props, stack_name, logical_id=None):
            name, attributes = original(physical_id, old_props, new_props, stack_name, logical_id)
            apply(name, new_props)
            return name, attributes

        return update

    wrap(handlers, "create", ("logical_id", "props", "stack_name"), around_create)
    wrap(
        handlers,
        "update",
        ("physical_id", "old_props", "new_props", "stack_name", "logical_id"),
        around_update,
    )
