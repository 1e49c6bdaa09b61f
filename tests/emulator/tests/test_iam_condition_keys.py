"""iam:PolicyARN, iam:PermissionsBoundary and iam:ResourceTag confine IAM calls."""

import json

from tests.emulator_case import DENY_ALL, EmulatorCase, allow, policy

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class PolicyArnTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        only_deny_all = {"ArnEquals": {"iam:PolicyARN": DENY_ALL}}
        role = cls.create_role(
            "responder",
            allow("iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:AttachGroupPolicy", Condition=only_deny_all),
        )
        cls.create_role("target")
        root = cls.client("iam")
        root.create_user(UserName="target")
        root.create_group(GroupName="target")
        cls.iam = cls.client("iam", cls.session_of(role))

    def test_the_named_policy_may_be_attached_to_every_kind_of_target(self) -> None:
        self.iam.attach_role_policy(RoleName="target", PolicyArn=DENY_ALL)
        self.iam.attach_user_policy(UserName="target", PolicyArn=DENY_ALL)
        self.iam.attach_group_policy(GroupName="target", PolicyArn=DENY_ALL)

    def test_no_other_policy_may(self) -> None:
        self.assert_denied(self.iam.attach_role_policy, RoleName="target", PolicyArn=ADMINISTRATOR)

    def test_the_condition_does_not_reach_to_other_actions(self) -> None:
        self.assert_denied(self.iam.detach_role_policy, RoleName="target", PolicyArn=DENY_ALL)


class PermissionsBoundaryTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        bounded = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
        role = cls.create_role(
            "delegate",
            allow("iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:CreateRole", Condition=bounded),
        )
        cls.create_role("bounded", PermissionsBoundary=READ_ONLY)
        cls.create_role("free")
        cls.iam = cls.client("iam", cls.session_of(role))

    def test_a_policy_goes_only_to_a_role_that_carries_the_boundary(self) -> None:
        put = self.iam.put_role_policy
        document = json.dumps(policy(allow("s3:ListBucket")))
        put(RoleName="bounded", PolicyName="p", PolicyDocument=document)
        self.assert_denied(put, RoleName="free", PolicyName="p", PolicyDocument=document)

    def test_only_the_named_boundary_may_be_set(self) -> None:
        put = self.iam.put_role_permissions_boundary
        put(RoleName="free", PermissionsBoundary=READ_ONLY)
        self.addCleanup(self.client("iam").delete_role_permissions_boundary, RoleName="free")
        self.assert_denied(put, RoleName="free", PermissionsBoundary=ADMINISTRATOR)

    def test_a_new_role_must_name_the_boundary(self) -> None:
        self.iam.create_role(RoleName="new", AssumeRolePolicyDocument="{}", PermissionsBoundary=READ_ONLY)
        self.assert_denied(self.iam.create_role, RoleName="newer", AssumeRolePolicyDocument="{}")


class ResourceTagTest(EmulatorCase):
    def test_a_tag_of_the_target_decides(self) -> None:
        exempt = {"StringEquals": {"iam:ResourceTag/containment": "exempt"}}
        deny = {"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": "*", "Condition": exempt}
        role = self.create_role("responder", allow("iam:AttachRolePolicy"), deny)
        self.create_role("plain")
        self.create_role("exempt", Tags=[{"Key": "containment", "Value": "exempt"}])
        attach = self.client("iam", self.session_of(role)).attach_role_policy
        attach(RoleName="plain", PolicyArn=DENY_ALL)
        self.assert_denied(attach, RoleName="exempt", PolicyArn=DENY_ALL)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("iam_condition_keys",)

    def test_the_named_policy_cannot_be_attached(self) -> None:
        condition = {"ArnEquals": {"iam:PolicyARN": DENY_ALL}}
        role = self.create_role("responder", allow("iam:AttachRolePolicy", Condition=condition))
        self.create_role("target")
        attach = self.client("iam", self.session_of(role)).attach_role_policy
        self.assert_denied(attach, RoleName="target", PolicyArn=DENY_ALL)
