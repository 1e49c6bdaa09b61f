"""Attaching AWSDenyAll ends what sessions already issued can do."""

from tests.emulator_case import DENY_ALL, EmulatorCase, allow


class AwsDenyAllTest(EmulatorCase):
    def test_a_live_role_session_is_denied_and_allowed_again_after_the_release(self) -> None:
        role = self.create_role("app", allow("secretsmanager:ListSecrets"))
        list_secrets = self.client("secretsmanager", self.session_of(role)).list_secrets
        iam = self.client("iam")
        list_secrets()
        iam.attach_role_policy(RoleName="app", PolicyArn=DENY_ALL)
        self.assertIn("explicit deny", self.assert_denied(list_secrets))
        iam.detach_role_policy(RoleName="app", PolicyArn=DENY_ALL)
        list_secrets()

    def test_the_keys_of_a_user_are_denied(self) -> None:
        iam = self.client("iam")
        iam.create_user(UserName="intruder")
        iam.attach_user_policy(UserName="intruder", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = iam.create_access_key(UserName="intruder")["AccessKey"]
        list_secrets = self.client("secretsmanager", key).list_secrets
        list_secrets()
        iam.attach_user_policy(UserName="intruder", PolicyArn=DENY_ALL)
        self.assert_denied(list_secrets)

    def test_the_policy_can_be_read(self) -> None:
        iam = self.client("iam")
        found = iam.get_policy(PolicyArn=DENY_ALL)["Policy"]
        self.assertEqual((found["PolicyName"], found["DefaultVersionId"]), ("AWSDenyAll", "v2"))
        version = iam.get_policy_version(PolicyArn=DENY_ALL, VersionId="v2")["PolicyVersion"]
        self.assertEqual(version["Document"]["Statement"][0]["Effect"], "Deny")

    def test_the_attachment_is_listed(self) -> None:
        self.create_role("listed")
        iam = self.client("iam")
        iam.attach_role_policy(RoleName="listed", PolicyArn=DENY_ALL)
        listed = iam.list_attached_role_policies(RoleName="listed")["AttachedPolicies"]
        self.assertEqual(listed, [{"PolicyName": "AWSDenyAll", "PolicyArn": DENY_ALL}])


class WithoutTheAdditionTest(EmulatorCase):
    # Without the refusals as well: they would notice that the policy is missing.
    without = ("aws_deny_all", "policy_attachment")

    def test_the_attachment_denies_nothing(self) -> None:
        role = self.create_role("app", allow("secretsmanager:ListSecrets"))
        self.client("iam").attach_role_policy(RoleName="app", PolicyArn=DENY_ALL)
        self.client("secretsmanager", self.session_of(role)).list_secrets()
