"""The permissions boundary of a role that a template makes.

CloudFormation sets the boundary that `PermissionsBoundary` names, at creation and on
an update, and removes it when the property goes. A boundary that does not exist fails
the resource.
Source: CloudFormation Template Reference, "AWS::IAM::Role".

MiniStack 1.5.33 drops the property: the role is unbounded.

Wrapped: `create` and `update` of `AWS::IAM::Role` in
`ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS`.
"""

from ministack.services import iam
from ministack.services.cloudformation import provisioners

from portcullis_emulator.wrapping import Function, wrap

_PROPERTY = "PermissionsBoundary"


def _require(arn: str | None) -> None:
    fault = iam._boundary_policy_error(arn) if arn else None
    if fault:
        raise ValueError(f"Scope ARN: {arn} does not exist or is not attachable.")


def install() -> None:
    def around_create(original: Function) -> Function:
        def create(logical_id, props, stack_name):
            _require(props.get(_PROPERTY))
            name, attributes = original(logical_id, props, stack_name)
            iam._roles[name][_PROPERTY] = props.get(_PROPERTY)
            return name, attributes

        return create

    def around_update(original: Function) -> Function:
        def update(physical_id, old_props, new_props, stack_name, logical_id=None):
            _require(new_props.get(_PROPERTY))
            name, attributes = original(physical_id, old_props, new_props, stack_name, logical_id)
            # One that was set outside of the template stays.
            if name != physical_id or old_props.get(_PROPERTY) != new_props.get(_PROPERTY):
                iam._roles[name][_PROPERTY] = new_props.get(_PROPERTY)
            return name, attributes

        return update

    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    wrap(handlers, "create", ("logical_id", "props", "stack_name"), around_create)
    wrap(
        handlers,
        "update",
        ("physical_id", "old_props", "new_props", "stack_name", "logical_id"),
        around_update,
    )
