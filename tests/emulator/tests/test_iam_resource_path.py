"""IAM calls are authorised against the full ARN of their target."""

from tests.emulator_case import ACCOUNT, DENY_ALL, EmulatorCase, allow

PROTECTED = {
    "Effect": "Deny",
    "Action": "iam:*",
    "Resource": [
        f"arn:aws:iam::{ACCOUNT}:{kind}/security/*" for kind in ("role", "user", "group", "policy", "instance-profile")
    ],
}


class IamResourcePathTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        role = cls.create_role("responder", allow("iam:*"), PROTECTED)
        cls.create_role("release", path="/security/")
        cls.create_role("app", path="/apps/")
        root = cls.client("iam")
        root.create_user(UserName="guard", Path="/security/")
        root.create_group(GroupName="guards", Path="/security/")
        root.create_user(UserName="anybody")
        cls.iam = cls.client("iam", cls.session_of(role))

    def test_a_role_is_judged_by_its_path(self) -> None:
        self.iam.attach_role_policy(RoleName="app", PolicyArn=DENY_ALL)
        self.assert_denied(self.iam.attach_role_policy, RoleName="release", PolicyArn=DENY_ALL)

    def test_a_user_is_judged_by_its_path(self) -> None:
        self.assert_denied(self.iam.attach_user_policy, UserName="guard", PolicyArn=DENY_ALL)

    def test_membership_is_judged_by_the_group(self) -> None:
        self.assert_denied(self.iam.add_user_to_group, GroupName="guards", UserName="anybody")

    def test_what_is_created_is_judged_by_the_path_asked_for(self) -> None:
        self.iam.create_role(RoleName="one", Path="/apps/", AssumeRolePolicyDocument="{}")
        self.assert_denied(self.iam.create_role, RoleName="two", Path="/security/", AssumeRolePolicyDocument="{}")
        self.assert_denied(self.iam.create_policy, PolicyName="two", Path="/security/", PolicyDocument="{}")

    def test_an_allow_may_name_the_path(self) -> None:
        role = self.create_role("reader", allow("iam:GetRole", resource=f"arn:aws:iam::{ACCOUNT}:role/apps/*"))
        get_role = self.client("iam", self.session_of(role)).get_role
        get_role(RoleName="app")
        self.assert_denied(get_role, RoleName="release")


class WithoutTheAdditionTest(EmulatorCase):
    without = ("iam_resource_path",)

    def test_the_path_protects_nothing(self) -> None:
        role = self.create_role("responder", allow("iam:*"), PROTECTED)
        self.create_role("release", path="/security/")
        iam = self.client("iam", self.session_of(role))
        iam.attach_role_policy(RoleName="release", PolicyArn=DENY_ALL)
