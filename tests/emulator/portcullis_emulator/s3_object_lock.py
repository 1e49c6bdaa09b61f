"""Object Lock of a bucket that a template makes.

CloudFormation makes a bucket with Object Lock where `ObjectLockEnabled` is true, which
switches versioning on, and sets the default retention of `ObjectLockConfiguration`:
each new version is kept for so long, and nobody can delete it before, in the mode
`COMPLIANCE` not even the account's root user.
Source: CloudFormation Template Reference, "AWS::S3::Bucket"; S3 User Guide, "Locking
objects with Object Lock".

MiniStack 1.5.33 knows both through S3's own API, and drops them from a template.

Wrapped: `create` and `update` of `AWS::S3::Bucket` in
`ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS`.
"""

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from portcullis_emulator.wrapping import Function, wrap


def apply(name: str, properties: dict[str, Any]) -> None:
    configuration = properties.get("ObjectLockConfiguration") or {}
    enabled = provisioners._cfn_bool(properties.get("ObjectLockEnabled"))
    if not enabled and not configuration:
        # It cannot be switched off again.
        return
    s3._bucket_versioning[name] = "Enabled"
    retention = (configuration.get("Rule") or {}).get("DefaultRetention")
    s3._bucket_object_lock[name] = {"enabled": True, "default_retention": retention and _retention(retention)}


def _retention(properties: dict[str, Any]) -> dict[str, Any]:
    periods = {unit: int(properties[unit]) for unit in ("Days", "Years") if properties.get(unit) is not None}
    if properties.get("Mode") not in ("GOVERNANCE", "COMPLIANCE") or len(periods) != 1:
        raise ValueError("DefaultRetention must have a Mode, and either Days or Years.")
    return {"Mode": properties["Mode"], **periods}


def install() -> None:
    def around_create(original: Function) -> Function:
        def create(logical_id, props, stack_name):
            name, attributes = original(logical_id, props, stack_name)
            apply(name, props)
            return name, attributes

        return create

    def around_update(original: Function) -> Function:
        def update(physical_id, old_props, new_props, stack_name):
            name, attributes = original(physical_id, old_props, new_props, stack_name)
            apply(name, new_props)
            return name, attributes

        return update

    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    wrap(handlers, "create", ("logical_id", "props", "stack_name"), around_create)
    wrap(handlers, "update", ("physical_id", "old_props", "new_props", "stack_name"), around_update)
