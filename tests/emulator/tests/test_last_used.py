"""GetRole and GetAccessKeyLastUsed tell of the last use."""

import datetime

from tests.emulator_case import EmulatorCase, allow


class LastUsedTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.iam = cls.client("iam")

    def assert_now(self, moment: datetime.datetime) -> None:
        age = datetime.datetime.now(datetime.timezone.utc) - moment
        self.assertLess(abs(age.total_seconds()), 60)

    def test_a_role_is_used_by_its_sessions(self) -> None:
        role = self.create_role("app", allow("s3:ListAllMyBuckets"))
        session = self.session_of(role)
        self.assertEqual(self.iam.get_role(RoleName="app")["Role"]["RoleLastUsed"], {})
        self.client("s3", session, region="eu-west-1").list_buckets()
        used = self.iam.get_role(RoleName="app")["Role"]["RoleLastUsed"]
        self.assertEqual(used["Region"], "eu-west-1")
        self.assert_now(used["LastUsedDate"])

    def test_a_denied_request_counts(self) -> None:
        session = self.session_of(self.create_role("powerless"))
        self.assert_denied(self.client("iam", session).list_roles)
        self.assertIn("LastUsedDate", self.iam.get_role(RoleName="powerless")["Role"]["RoleLastUsed"])

    def test_an_access_key(self) -> None:
        self.iam.create_user(UserName="ann")
        key = self.iam.create_access_key(UserName="ann")["AccessKey"]
        last_used = self.iam.get_access_key_last_used
        self.assertEqual(last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]["Region"], "N/A")
        self.client("sts", key, region="eu-west-1").get_caller_identity()
        answer = last_used(AccessKeyId=key["AccessKeyId"])
        used = answer["AccessKeyLastUsed"]
        self.assertEqual((answer["UserName"], used["ServiceName"], used["Region"]), ("ann", "sts", "eu-west-1"))
        self.assert_now(used["LastUsedDate"])

    def test_a_request_that_fails_authentication_does_not_count(self) -> None:
        self.iam.create_user(UserName="bob")
        key = self.iam.create_access_key(UserName="bob")["AccessKey"]
        wrong = {**key, "SecretAccessKey": "wrong"}
        self.assert_error("SignatureDoesNotMatch", self.client("sts", wrong).get_caller_identity)
        used = self.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
        self.assertNotIn("LastUsedDate", used)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("last_used",)

    def test_nothing_is_told(self) -> None:
        session = self.session_of(self.create_role("app"))
        self.client("sts", session).get_caller_identity()
        self.assertNotIn("RoleLastUsed", self.client("iam").get_role(RoleName="app")["Role"])
