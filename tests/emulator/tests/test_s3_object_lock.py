"""A bucket from a template keeps what it was given, and a key is written once."""

import json
from typing import Any

from tests.emulator_case import EmulatorCase, allow

BUCKET = "evidence"
COMPLIANCE = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}


class BucketCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.s3 = cls.client("s3")
        cls.deploy("create", ObjectLockEnabled=True, ObjectLockConfiguration=COMPLIANCE)

    @classmethod
    def deploy(cls, verb: str, name: str = BUCKET, **properties: Any) -> None:
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}
        stacks = cls.client("cloudformation")
        template = json.dumps({"Resources": {"Evidence": bucket}})
        getattr(stacks, f"{verb}_stack")(StackName=name, TemplateBody=template)
        stacks.get_waiter(f"stack_{verb}_complete").wait(StackName=name)


class ObjectLockTest(BucketCase):
    def test_a_version_cannot_be_deleted(self) -> None:
        version = self.s3.put_object(Bucket=BUCKET, Key="link", Body=b"first")["VersionId"]
        delete = self.s3.delete_object
        self.assert_error("AccessDenied", delete, Bucket=BUCKET, Key="link", VersionId=version)
        bypass = {"BypassGovernanceRetention": True}
        self.assert_error("AccessDenied", delete, Bucket=BUCKET, Key="link", VersionId=version, **bypass)
        # Without a version the key is hidden, and what it held is still there.
        delete(Bucket=BUCKET, Key="link")
        kept = self.s3.get_object(Bucket=BUCKET, Key="link", VersionId=version)
        self.assertEqual((kept["Body"].read(), kept["ObjectLockMode"]), (b"first", "COMPLIANCE"))

    def test_another_object_takes_no_version_away(self) -> None:
        first = self.s3.put_object(Bucket=BUCKET, Key="twice", Body=b"first")["VersionId"]
        self.s3.put_object(Bucket=BUCKET, Key="twice", Body=b"second")
        kept = self.s3.get_object(Bucket=BUCKET, Key="twice", VersionId=first)
        self.assertEqual(kept["Body"].read(), b"first")

    def test_an_update_sets_another_retention_and_does_not_take_the_lock_away(self) -> None:
        retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 1}}}
        self.deploy("create", "changed", ObjectLockEnabled=True, ObjectLockConfiguration=COMPLIANCE)
        tags = [{"Key": "team", "Value": "a"}]
        for more in ({"ObjectLockEnabled": True, "ObjectLockConfiguration": retention}, {"Tags": tags}):
            self.deploy("update", "changed", **more)
            found = self.s3.get_object_lock_configuration(Bucket="changed")["ObjectLockConfiguration"]
            self.assertEqual(found, retention)

    def test_governance_gives_way_to_those_who_may_bypass_it(self) -> None:
        retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
        self.deploy("create", "governed", ObjectLockEnabled=True, ObjectLockConfiguration=retention)
        version = self.s3.put_object(Bucket="governed", Key="link", Body=b"first")["VersionId"]
        role = self.create_role("cleaner", allow("s3:DeleteObjectVersion"))
        which = {"Bucket": "governed", "Key": "link", "VersionId": version}
        delete = self.client("s3", self.session_of(role)).delete_object
        self.assert_error("AccessDenied", delete, **which)
        self.assert_error("AccessDenied", delete, **which, BypassGovernanceRetention=True)
        self.s3.delete_object(**which, BypassGovernanceRetention=True)

    def test_a_plain_bucket_has_no_lock(self) -> None:
        self.deploy("create", "plain")
        get = self.s3.get_object_lock_configuration
        self.assert_error("ObjectLockConfigurationNotFoundError", get, Bucket="plain")


class ConditionalWriteTest(BucketCase):
    """MiniStack does this by itself."""

    def test_a_key_is_written_once(self) -> None:
        role = self.create_role("writer", allow("s3:PutObject", resource=f"arn:aws:s3:::{BUCKET}/chain/*"))
        put = self.client("s3", self.session_of(role)).put_object
        put(Bucket=BUCKET, Key="chain/1", Body=b"first", IfNoneMatch="*")
        self.assert_error("PreconditionFailed", put, Bucket=BUCKET, Key="chain/1", Body=b"second", IfNoneMatch="*")
        self.assert_error("AccessDenied", put, Bucket=BUCKET, Key="elsewhere", Body=b"first", IfNoneMatch="*")
        self.assertEqual(self.s3.get_object(Bucket=BUCKET, Key="chain/1")["Body"].read(), b"first")


class WithoutTheAdditionTest(BucketCase):
    without = ("s3_object_lock",)

    def test_everything_can_be_deleted(self) -> None:
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        version = self.s3.put_object(Bucket=BUCKET, Key="link", Body=b"first")["VersionId"]
        self.s3.delete_object(Bucket=BUCKET, Key="link", VersionId=version)
        self.assert_error("NoSuchVersion", self.s3.get_object, Bucket=BUCKET, Key="link", VersionId=version)
