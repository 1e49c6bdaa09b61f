"""What AWS refuses to attach, and to which roles."""

import json

from tests.emulator_case import DENY_ALL, EmulatorCase, allow, policy

MISSING = "arn:aws:iam::aws:policy/NoSuchPolicyOfAws"


class PolicyAttachmentTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.iam = cls.client("iam")
        cls.create_role("app")

    def test_a_policy_that_does_not_exist(self) -> None:
        self.assert_error("NoSuchEntity", self.iam.attach_role_policy, RoleName="app", PolicyArn=MISSING)

    def test_a_role_that_does_not_exist(self) -> None:
        self.assert_error("NoSuchEntity", self.iam.attach_role_policy, RoleName="nobody", PolicyArn=DENY_ALL)

    def test_one_policy_more_than_the_quota(self) -> None:
        self.create_role("full")
        for number in range(10):
            document = json.dumps(policy(allow("s3:ListBucket")))
            made = self.iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document)["Policy"]
            self.iam.attach_role_policy(RoleName="full", PolicyArn=made["Arn"])
        self.assert_error("LimitExceeded", self.iam.attach_role_policy, RoleName="full", PolicyArn=DENY_ALL)
        # What is attached already takes no further place.
        self.iam.attach_role_policy(RoleName="full", PolicyArn=made["Arn"])

    def test_a_service_linked_role(self) -> None:
        role = self.iam.create_service_linked_role(AWSServiceName="rds.amazonaws.com")["Role"]
        attach, detach = self.iam.attach_role_policy, self.iam.detach_role_policy
        self.assert_error("UnmodifiableEntity", attach, RoleName=role["RoleName"], PolicyArn=DENY_ALL)
        self.assert_error("UnmodifiableEntity", detach, RoleName=role["RoleName"], PolicyArn=DENY_ALL)

    def test_a_role_of_identity_center(self) -> None:
        self.create_role("AWSReservedSSO_admin", path="/aws-reserved/sso.amazonaws.com/")
        attach = self.iam.attach_role_policy
        self.assert_error("UnmodifiableEntity", attach, RoleName="AWSReservedSSO_admin", PolicyArn=DENY_ALL)

    def test_detaching_what_is_not_attached(self) -> None:
        self.assert_error("NoSuchEntity", self.iam.detach_role_policy, RoleName="app", PolicyArn=DENY_ALL)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("policy_attachment",)

    def test_anything_may_be_attached(self) -> None:
        self.create_role("app")
        self.client("iam").attach_role_policy(RoleName="app", PolicyArn=MISSING)
