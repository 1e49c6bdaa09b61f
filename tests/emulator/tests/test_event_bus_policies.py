"""The resource policy of an event bus, by the API and from a template."""

import json

from tests.emulator_case import ACCOUNT, MEMBER, REGION, EmulatorCase

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
OF_ORGANIZATION = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-exampleorgid"}
STATEMENT = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "events:PutEvents",
    "Resource": BUS,
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
}


def template(**properties: object) -> str:
    resource = {"Type": "AWS::Events::EventBusPolicy", "Properties": {"StatementId": "members", **properties}}
    return json.dumps({"Resources": {"Policy": resource}})


class EventBusPoliciesTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.events = cls.client("events")

    def setUp(self) -> None:
        self.addCleanup(self.events.remove_permission, RemoveAllPermissions=True)

    def statements(self) -> list[dict]:
        return json.loads(self.events.describe_event_bus().get("Policy", '{"Statement": []}'))["Statement"]

    def test_an_account(self) -> None:
        self.events.put_permission(Action="events:PutEvents", Principal=MEMBER, StatementId="one")
        (statement,) = self.statements()
        self.assertEqual(statement["Principal"], {"AWS": f"arn:aws:iam::{MEMBER}:root"})
        self.assertNotIn("Condition", statement)

    def test_an_organization(self) -> None:
        put = self.events.put_permission
        put(Action="events:PutEvents", Principal="*", StatementId="one", Condition=OF_ORGANIZATION)
        self.assertEqual(self.statements(), [{**STATEMENT, "Sid": "one"}])

    def test_a_whole_policy_takes_the_place_of_the_former(self) -> None:
        self.events.put_permission(Action="events:PutEvents", Principal=MEMBER, StatementId="one")
        whole = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Sid": "two"}]}
        self.events.put_permission(Policy=json.dumps(whole))
        self.assertEqual(self.statements(), whole["Statement"])

    def test_a_bus_that_does_not_exist(self) -> None:
        put = self.events.put_permission
        self.assert_error("ResourceNotFoundException", put, EventBusName="no", Principal=MEMBER, StatementId="one")

    def test_a_template_adds_changes_and_removes_a_statement(self) -> None:
        self.events.put_permission(Action="events:PutEvents", Principal=MEMBER, StatementId="other")
        stacks = self.client("cloudformation")
        stacks.create_stack(StackName="bus", TemplateBody=template(Statement=STATEMENT))
        stacks.get_waiter("stack_create_complete").wait(StackName="bus")
        self.assertEqual(self.statements()[1:], [{**STATEMENT, "Sid": "members"}])

        changed = {**STATEMENT, "Principal": {"AWS": MEMBER}}
        stacks.update_stack(StackName="bus", TemplateBody=template(Statement=changed, EventBusName="default"))
        stacks.get_waiter("stack_update_complete").wait(StackName="bus")
        self.assertEqual(self.statements()[1:], [{**changed, "Sid": "members"}])

        stacks.delete_stack(StackName="bus")
        stacks.get_waiter("stack_delete_complete").wait(StackName="bus")
        self.assertEqual([statement["Sid"] for statement in self.statements()], ["other"])

    def test_a_template_in_the_older_form(self) -> None:
        stacks = self.client("cloudformation")
        older = template(Action="events:PutEvents", Principal="*", Condition=OF_ORGANIZATION)
        stacks.create_stack(StackName="older", TemplateBody=older)
        stacks.get_waiter("stack_create_complete").wait(StackName="older")
        self.assertEqual(self.statements(), [{**STATEMENT, "Sid": "members"}])


class WithoutTheAdditionTest(EmulatorCase):
    without = ("event_bus_policies",)

    def test_a_whole_policy_opens_the_bus_to_everybody(self) -> None:
        events = self.client("events")
        events.put_permission(Policy=json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]}))
        (statement,) = json.loads(events.describe_event_bus()["Policy"])["Statement"]
        self.assertEqual(statement["Principal"], "*")
        self.assertNotIn("Condition", statement)

    def test_the_type_is_unknown(self) -> None:
        create = self.client("cloudformation").create_stack
        message = self.assert_error(
            "ValidationError", create, StackName="bus", TemplateBody=template(Statement=STATEMENT)
        )
        self.assertIn("Unrecognized resource types", message)
