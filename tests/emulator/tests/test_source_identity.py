"""The source identity sticks to a session and to the sessions made from it."""

from tests.emulator_case import ACCOUNT, EmulatorCase, allow


class SourceIdentityTest(EmulatorCase):
    def test_it_is_recorded_and_handed_on(self) -> None:
        first = self.create_role("first", allow("sts:AssumeRole"))
        second = self.create_role("second", allow("secretsmanager:ListSecrets"))
        session = self.session_of(first, SourceIdentity="alice")
        chained = self.client("sts", session).assume_role(RoleArn=second["Arn"], RoleSessionName="chained")
        self.client("secretsmanager", chained["Credentials"]).list_secrets()
        record = self.wait_for_record("ListSecrets")
        self.assertEqual(record["userIdentity"]["arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/second/chained")
        self.assertEqual(record["userIdentity"]["sessionContext"]["sourceIdentity"], "alice")

    def test_a_session_without_one_has_none(self) -> None:
        role = self.create_role("plain", allow("iam:ListRoles"))
        self.client("iam", self.session_of(role)).list_roles()
        self.assertNotIn("sourceIdentity", self.wait_for_record("ListRoles")["userIdentity"]["sessionContext"])


class WithoutTheAdditionTest(EmulatorCase):
    without = ("source_identity",)

    def test_it_is_ignored(self) -> None:
        role = self.create_role("first", allow("iam:ListRoles"))
        self.client("iam", self.session_of(role, SourceIdentity="alice")).list_roles()
        self.assertNotIn("sourceIdentity", self.wait_for_record("ListRoles")["userIdentity"]["sessionContext"])
