"""The permissions boundary of a role in a template."""

import json

from tests.emulator_case import DENY_ALL, EmulatorCase, policy

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})


def template(**properties: str) -> str:
    all_of_them = {"RoleName": "made", "AssumeRolePolicyDocument": TRUST, **properties}
    return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": all_of_them}}})


class RoleCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stacks = cls.client("cloudformation")

    def create(self, **properties: str) -> None:
        capabilities = ["CAPABILITY_NAMED_IAM"]
        self.stacks.create_stack(StackName="made", TemplateBody=template(**properties), Capabilities=capabilities)
        self.addCleanup(self.delete)

    def update(self, **properties: str) -> None:
        capabilities = ["CAPABILITY_NAMED_IAM"]
        self.stacks.update_stack(StackName="made", TemplateBody=template(**properties), Capabilities=capabilities)
        self.wait("UPDATE_COMPLETE")

    def delete(self) -> None:
        self.stacks.delete_stack(StackName="made")
        self.stacks.get_waiter("stack_delete_complete").wait(StackName="made")

    def wait(self, status: str) -> None:
        # A waiter of the SDK would look once in half a minute.
        describe = self.stacks.describe_stacks
        self.wait_for(lambda: describe(StackName="made")["Stacks"][0]["StackStatus"] == status, status)

    def boundary(self) -> str | None:
        role = self.client("iam").get_role(RoleName="made")["Role"]
        return role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


class RolePropertiesTest(RoleCase):
    def test_it_is_set_changed_and_removed(self) -> None:
        self.create(PermissionsBoundary=READ_ONLY)
        self.wait("CREATE_COMPLETE")
        self.assertEqual(self.boundary(), READ_ONLY)
        self.update(PermissionsBoundary=DENY_ALL)
        self.assertEqual(self.boundary(), DENY_ALL)
        self.update()
        self.assertIsNone(self.boundary())

    def test_one_set_by_others_survives_another_change(self) -> None:
        self.create(Description="before")
        self.wait("CREATE_COMPLETE")
        self.client("iam").put_role_permissions_boundary(RoleName="made", PermissionsBoundary=DENY_ALL)
        self.update(Description="after")
        self.assertEqual(self.boundary(), DENY_ALL)

    def test_one_that_does_not_exist_fails_the_stack(self) -> None:
        self.create(PermissionsBoundary=f"{DENY_ALL}Twice")
        self.wait("ROLLBACK_COMPLETE")
        events = self.stacks.describe_stack_events(StackName="made")["StackEvents"]
        self.assertTrue([one for one in events if "does not exist" in one.get("ResourceStatusReason", "")])


class WithoutTheAdditionTest(RoleCase):
    without = ("iam_role_properties",)

    def test_the_role_is_unbounded(self) -> None:
        self.create(PermissionsBoundary=READ_ONLY)
        self.wait("CREATE_COMPLETE")
        self.assertIsNone(self.boundary())
