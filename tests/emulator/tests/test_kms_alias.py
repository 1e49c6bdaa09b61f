"""A call by alias is authorised against the key."""

from tests.emulator_case import EmulatorCase, allow


class AliasCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        root = cls.client("kms")
        key = root.create_key()["KeyMetadata"]["Arn"]
        root.create_alias(AliasName="alias/app", TargetKeyId=key)
        role = cls.create_role("app", allow("kms:DescribeKey", resource=key))
        cls.kms = cls.client("kms", cls.session_of(role))


class KmsAliasTest(AliasCase):
    def test_a_right_to_the_key_covers_its_alias(self) -> None:
        self.kms.describe_key(KeyId="alias/app")

    def test_an_alias_that_does_not_exist_is_denied(self) -> None:
        self.assert_denied(self.kms.describe_key, KeyId="alias/missing")


class WithoutTheAdditionTest(AliasCase):
    without = ("kms_alias",)

    def test_a_right_to_the_key_does_not_cover_its_alias(self) -> None:
        self.assert_denied(self.kms.describe_key, KeyId="alias/app")
