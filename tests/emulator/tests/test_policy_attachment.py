"""What AWS refuses to attach, and to which roles."""

import json

from botocore.exceptions import ClientError

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
        self.iam.create_user(UserName="full")
        document = json.dumps(policy(allow("s3:ListBucket")))
        create = self.iam.create_policy
        made = [create(PolicyName=f"p{number}", PolicyDocument=document)["Policy"]["Arn"] for number in range(10)]
        for kind in ("Role", "User"):
            with self.subTest(kind):
                attach, who = getattr(self.iam, f"attach_{kind.lower()}_policy"), {f"{kind}Name": "full"}
                for arn in made:
                    attach(**who, PolicyArn=arn)
                with self.assertRaises(ClientError) as caught:
                    attach(**who, PolicyArn=DENY_ALL)
                response = caught.exception.response
                self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 409)
                self.assertEqual(response["Error"]["Code"], "LimitExceeded")
                self.assertEqual(response["Error"]["Message"], f"Cannot exceed quota for PoliciesPer{kind}: 10")
                # What is attached already takes no further place.
                attach(**who, PolicyArn=made[-1])

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
