"""A denial names what was denied."""

from tests.emulator_case import ACCOUNT, DENY_ALL, REGION, EmulatorCase, allow

CALLER = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/nobody/intruder is not authorized to perform: "


class DenialMessageTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.credentials = cls.session_of(cls.create_role("nobody", allow("s3:ListBucket")))
        cls.create_role("app", path="/apps/")
        cls.key = cls.client("kms").create_key()["KeyMetadata"]["Arn"]
        cls.client("secretsmanager").create_secret(Name="db", SecretString="hush")

    def denial(self, service: str, operation: str, **parameters) -> str:
        message = self.assert_denied(getattr(self.client(service, self.credentials), operation), **parameters)
        self.assertTrue(message.startswith(CALLER), message)
        return message.removeprefix(CALLER)

    def test_a_secret_as_typed(self) -> None:
        self.assertEqual(
            self.denial("secretsmanager", "get_secret_value", SecretId="db"),
            "secretsmanager:GetSecretValue on resource: db "
            "because no identity-based policy allows the secretsmanager:GetSecretValue action",
        )

    def test_a_key(self) -> None:
        self.assertIn(
            f"kms:DescribeKey on resource: {self.key} because",
            self.denial("kms", "describe_key", KeyId=self.key),
        )

    def test_a_ciphertext(self) -> None:
        blob = self.client("kms").encrypt(KeyId=self.key, Plaintext=b"hush")["CiphertextBlob"]
        self.assertIn(
            "kms:Decrypt on the resource associated with this ciphertext because",
            self.denial("kms", "decrypt", CiphertextBlob=blob),
        )

    def test_a_role_by_its_name(self) -> None:
        denied = self.denial("iam", "attach_role_policy", RoleName="app", PolicyArn=DENY_ALL)
        self.assertIn("iam:AttachRolePolicy on resource: role app because", denied)

    def test_a_new_role_by_its_arn(self) -> None:
        denied = self.denial("iam", "create_role", RoleName="new", AssumeRolePolicyDocument="{}")
        self.assertIn(f"iam:CreateRole on resource: arn:aws:iam::{ACCOUNT}:role/new because", denied)

    def test_a_trail(self) -> None:
        arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
        self.assertIn(f"on resource: {arn} because", self.denial("cloudtrail", "stop_logging", Name=arn))


class ExplicitDenyTest(EmulatorCase):
    def test_an_explicit_deny_is_called_one(self) -> None:
        role = self.create_role("contained", allow("secretsmanager:*"))
        self.client("iam").attach_role_policy(RoleName="contained", PolicyArn=DENY_ALL)
        client = self.client("secretsmanager", self.session_of(role))
        message = self.assert_denied(client.get_secret_value, SecretId="db")
        self.assertTrue(message.endswith("on resource: db with an explicit deny in an identity-based policy"), message)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("denial_message",)

    def test_the_target_is_not_named(self) -> None:
        role = self.create_role("nobody", allow("s3:ListBucket"))
        client = self.client("secretsmanager", self.session_of(role))
        self.assertNotIn("on resource", self.assert_denied(client.get_secret_value, SecretId="db"))
