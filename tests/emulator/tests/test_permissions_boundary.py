"""Permissions boundaries and access keys: set, shown, removed, and effective at once.

MiniStack does this by itself, but for the condition keys. The tests are here because
Portcullis relies on it.
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from tests.emulator_case import DENY_ALL, EmulatorCase, allow, policy

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class BoundaryCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.iam = cls.client("iam")

    @classmethod
    def create_policy(cls, name: str, *statements: dict[str, Any], path: str = "/") -> str:
        document = json.dumps(policy(*statements))
        return cls.iam.create_policy(PolicyName=name, Path=path, PolicyDocument=document)["Policy"]["Arn"]

    def boundary_of(self, kind: str, name: str) -> str | None:
        get = getattr(self.iam, f"get_{kind.lower()}")
        return get(**{f"{kind}Name": name})[kind].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


class PermissionsBoundaryTest(BoundaryCase):
    def assert_it_bounds(self, kind: str, name: str, read) -> None:
        put = getattr(self.iam, f"put_{kind.lower()}_permissions_boundary")
        delete = getattr(self.iam, f"delete_{kind.lower()}_permissions_boundary")
        who = {f"{kind}Name": name}
        self.assertIsNone(self.boundary_of(kind, name))
        read()
        put(**who, PermissionsBoundary=DENY_ALL)
        self.assertEqual(self.boundary_of(kind, name), DENY_ALL)
        self.assertIn("explicit deny", self.assert_denied(read))
        delete(**who)
        self.assertIsNone(self.boundary_of(kind, name))
        read()
        self.assert_error("NoSuchEntity", delete, **who)

    def test_of_a_role(self) -> None:
        role = self.create_role("app", allow("secretsmanager:ListSecrets"))
        self.assert_it_bounds("Role", "app", self.client("secretsmanager", self.session_of(role)).list_secrets)

    def test_of_a_user(self) -> None:
        self.iam.create_user(UserName="ann")
        document = json.dumps(policy(allow("secretsmanager:ListSecrets")))
        self.iam.put_user_policy(UserName="ann", PolicyName="inline", PolicyDocument=document)
        key = self.iam.create_access_key(UserName="ann")["AccessKey"]
        self.assert_it_bounds("User", "ann", self.client("secretsmanager", key).list_secrets)

    def test_one_that_only_denies_leaves_nothing(self) -> None:
        arn = self.create_policy("only-deny", {**allow("kms:*"), "Effect": "Deny"}, path="/portcullis/")
        role = self.create_role("walled", allow("*"))
        read = self.client("secretsmanager", self.session_of(role)).list_secrets
        read()
        self.iam.put_role_permissions_boundary(RoleName="walled", PermissionsBoundary=arn)
        self.assert_denied(read)

    def test_another_takes_the_place_of_the_former(self) -> None:
        self.create_role("changed", PermissionsBoundary=READ_ONLY)
        self.assertEqual(self.boundary_of("Role", "changed"), READ_ONLY)
        self.iam.put_role_permissions_boundary(RoleName="changed", PermissionsBoundary=DENY_ALL)
        self.assertEqual(self.boundary_of("Role", "changed"), DENY_ALL)

    def test_one_that_does_not_exist(self) -> None:
        self.create_role("free")
        put, missing = self.iam.put_role_permissions_boundary, f"{DENY_ALL}Twice"
        self.assert_error("NoSuchEntity", put, RoleName="free", PermissionsBoundary=missing)

    def test_the_key_is_the_value_being_set_and_the_value_being_removed(self) -> None:
        only = {"ArnEquals": {"iam:PermissionsBoundary": DENY_ALL}}
        actions = [f"iam:{verb}{kind}PermissionsBoundary" for verb in ("Put", "Delete") for kind in ("Role", "User")]
        caller = self.create_role("responder", allow(*actions, Condition=only))
        iam = self.client("iam", self.session_of(caller))
        self.create_role("target")
        self.iam.create_user(UserName="target")
        for kind in ("role", "user"):
            with self.subTest(kind):
                put = getattr(iam, f"put_{kind}_permissions_boundary")
                delete = getattr(iam, f"delete_{kind}_permissions_boundary")
                who = {f"{kind.title()}Name": "target"}
                self.assert_denied(put, **who, PermissionsBoundary=READ_ONLY)
                put(**who, PermissionsBoundary=DENY_ALL)
                delete(**who)
                getattr(self.iam, f"put_{kind}_permissions_boundary")(**who, PermissionsBoundary=READ_ONLY)
                self.assert_denied(delete, **who)

    def test_tags_are_shown(self) -> None:
        tags = [{"Key": "portcullis:protected", "Value": "true"}]
        self.create_role("tagged", Tags=tags)
        self.iam.create_user(UserName="tagged", Tags=tags)
        self.assertEqual(self.iam.get_role(RoleName="tagged")["Role"]["Tags"], tags)
        self.assertEqual(self.iam.get_user(UserName="tagged")["User"]["Tags"], tags)


class AccessKeyTest(BoundaryCase):
    def test_an_inactive_key_is_refused_until_it_is_active_again(self) -> None:
        self.iam.create_user(UserName="ann")
        document = json.dumps(policy(allow("*")))
        self.iam.put_user_policy(UserName="ann", PolicyName="inline", PolicyDocument=document)
        key = self.iam.create_access_key(UserName="ann")["AccessKey"]
        other = self.iam.create_access_key(UserName="ann")["AccessKey"]
        set_to = {"UserName": "ann", "AccessKeyId": key["AccessKeyId"]}

        self.client("sts", key).get_caller_identity()
        self.iam.update_access_key(**set_to, Status="Inactive")
        listed = self.iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]
        self.assertEqual(
            {one["AccessKeyId"]: one["Status"] for one in listed},
            {key["AccessKeyId"]: "Inactive", other["AccessKeyId"]: "Active"},
        )
        for service, operation, code in [
            ("sts", "get_caller_identity", "InvalidClientTokenId"),
            ("iam", "list_roles", "InvalidClientTokenId"),
            ("secretsmanager", "list_secrets", "UnrecognizedClientException"),
            ("s3", "list_buckets", "InvalidAccessKeyId"),
        ]:
            with self.subTest(service), self.assertRaises(ClientError) as caught:
                getattr(self.client(service, key), operation)()
            self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.client("sts", other).get_caller_identity()

        self.iam.update_access_key(**set_to, Status="Active")
        self.client("sts", key).get_caller_identity()

    def test_a_key_of_somebody_else(self) -> None:
        for name in ("bob", "carol"):
            self.iam.create_user(UserName=name)
        key = self.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
        update = self.iam.update_access_key
        self.assert_error("NoSuchEntity", update, UserName="carol", AccessKeyId=key, Status="Inactive")

    def test_a_role_may_be_confined_to_some_users(self) -> None:
        caller = self.create_role("responder", allow("iam:UpdateAccessKey", resource="arn:aws:iam::*:user/app/*"))
        update = self.client("iam", self.session_of(caller)).update_access_key
        keys = {}
        for name, path in (("inside", "/app/"), ("outside", "/")):
            self.iam.create_user(UserName=name, Path=path)
            keys[name] = self.iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        update(UserName="inside", AccessKeyId=keys["inside"], Status="Inactive")
        self.assert_denied(update, UserName="outside", AccessKeyId=keys["outside"], Status="Inactive")
