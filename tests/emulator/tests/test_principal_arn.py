"""aws:PrincipalArn of a session is its role's ARN, path included."""

from tests.emulator_case import ACCOUNT, EmulatorCase, allow

EXCEPTION = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/security/*"}}
NOBODY_ELSE = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": EXCEPTION}


class PrincipalArnTest(EmulatorCase):
    def test_an_exception_names_a_path(self) -> None:
        inside = self.create_role("inside", allow("iam:ListRoles"), NOBODY_ELSE, path="/security/")
        outside = self.create_role("outside", allow("iam:ListRoles"), NOBODY_ELSE)
        self.client("iam", self.session_of(inside)).list_roles()
        self.assert_denied(self.client("iam", self.session_of(outside)).list_roles)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("principal_arn",)

    def test_the_exception_matches_nobody(self) -> None:
        inside = self.create_role("inside", allow("iam:ListRoles"), NOBODY_ELSE, path="/security/")
        self.assert_denied(self.client("iam", self.session_of(inside)).list_roles)
