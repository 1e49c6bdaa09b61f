"""A function behind a custom resource is called as the stack comes, changes and goes."""

import json
import unittest
from typing import Any

from portcullis_emulator.custom_resources import fault
from tests.emulator_case import EmulatorCase, allow
from tests.lambda_package import package

# Notes the request in a queue, and answers it as the properties say.
SOURCE = """
import boto3

def handle(event):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
    properties = event["ResourceProperties"]
    if properties.get("Silent"):
        return
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {
        "Status": "FAILED" if properties.get("Fail") == event["RequestType"] else "SUCCESS",
        "Reason": "the settings cannot be read",
        "PhysicalResourceId": "gatehouse-" + properties.get("Name", "alarms"),
        "Data": {"Alarms": int(properties.get("Alarms", 3))},
    }
    body = json.dumps(answer | json.loads(properties.get("Instead", "{}"))).encode()
    headers = {"Content-Type": properties.get("ContentType", "")}
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers=headers)
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as refused:
        return refused.code
"""


ANSWER = {
    "Status": "SUCCESS",
    "PhysicalResourceId": "gatehouse-alarms",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Reconcile",
}


class AnswerTest(unittest.TestCase):
    def test_what_is_well(self) -> None:
        self.assertIsNone(fault(ANSWER))
        self.assertIsNone(fault({**ANSWER, "Status": "FAILED", "Reason": "why", "Data": {"a": "b" * 3900}}))

    def test_what_is_not(self) -> None:
        for member in ANSWER:
            self.assertIn(member, fault({**ANSWER, member: ""}) or "")
        self.assertIn("Status", fault({**ANSWER, "Status": "DONE"}) or "")
        self.assertIn("Reason", fault({**ANSWER, "Status": "FAILED"}) or "")
        self.assertIn("too long", fault({**ANSWER, "Data": {"a": "b" * 4096}}) or "")
        self.assertEqual(fault({**ANSWER, "PhysicalResourceId": "i" * 1025}), "Invalid PhysicalResourceId")
        self.assertIn("object", fault([]) or "")


class CustomResourceCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stacks, cls.sqs = cls.client("cloudformation"), cls.client("sqs")
        cls.queue = cls.sqs.create_queue(QueueName="requests")["QueueUrl"]
        role = cls.create_role("function", allow("sqs:SendMessage"))
        cls.function = cls.client("lambda").create_function(
            FunctionName="alarms",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role["Arn"],
            Code={"ZipFile": package(SOURCE)},
            Environment={"Variables": {"QUEUE": cls.queue}},
        )["FunctionArn"]

    def setUp(self) -> None:
        self.requests()

    def deploy(self, stack: str, kind: str, **properties: Any) -> dict[str, Any]:
        """Puts the stack in place by a change set, and answers how it is then."""
        resource = {"Type": "Custom::Alarms", "Properties": {"ServiceToken": self.function, **properties}}
        template = {
            "Resources": {"Reconcile": resource},
            "Outputs": {"Alarms": {"Value": {"Fn::GetAtt": ["Reconcile", "Alarms"]}}},
        }
        names = {"StackName": stack, "ChangeSetName": f"{kind.lower()}-{'-'.join(properties)}"}
        self.stacks.create_change_set(**names, ChangeSetType=kind, TemplateBody=json.dumps(template))
        self.stacks.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 1})
        self.stacks.execute_change_set(**names)
        return self.wait_for(lambda: self.at_rest(stack), f"{stack} to come to rest", 30)

    def at_rest(self, stack: str) -> dict[str, Any] | None:
        (found,) = self.stacks.describe_stacks(StackName=stack)["Stacks"]
        return None if found["StackStatus"].endswith("IN_PROGRESS") else found

    def requests(self) -> list[dict[str, Any]]:
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def told(self) -> list[tuple[str, str | None]]:
        """What was asked for, and of which resource."""
        return [(request["RequestType"], request.get("PhysicalResourceId")) for request in self.requests()]

    def reasons(self, stack: str) -> str:
        events = self.stacks.describe_stack_events(StackName=stack)["StackEvents"]
        return " ".join(event.get("ResourceStatusReason", "") for event in events)


class CustomResourcesTest(CustomResourceCase):
    def test_it_comes_changes_and_goes(self) -> None:
        stack = self.deploy("whole", "CREATE", Settings="one", Trail=True)
        self.assertEqual(stack["StackStatus"], "CREATE_COMPLETE")
        self.assertEqual(stack["Outputs"][0]["OutputValue"], "3")
        (create,) = self.requests()
        self.assertEqual((create["RequestType"], create["StackId"]), ("Create", stack["StackId"]))
        self.assertEqual((create["ResourceType"], create["LogicalResourceId"]), ("Custom::Alarms", "Reconcile"))
        self.assertEqual(create["ResourceProperties"]["Trail"], "true")
        self.assertTrue(create["ResponseURL"].startswith("http://127.0.0.1:"))

        self.assertEqual(self.deploy("whole", "UPDATE", Settings="two")["StackStatus"], "UPDATE_COMPLETE")
        (update,) = self.requests()
        self.assertEqual((update["RequestType"], update["PhysicalResourceId"]), ("Update", "gatehouse-alarms"))
        self.assertEqual(update["OldResourceProperties"]["Settings"], "one")

        self.stacks.delete_stack(StackName="whole")
        self.stacks.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig={"Delay": 1})
        self.assertEqual(self.told(), [("Delete", "gatehouse-alarms")])

    def test_another_identifier_means_another_resource(self) -> None:
        self.deploy("moved", "CREATE", Name="one")
        self.deploy("moved", "UPDATE", Name="two")
        asked = [("Create", None), ("Update", "gatehouse-one"), ("Delete", "gatehouse-one")]
        self.assertEqual(self.told(), asked)

    def test_a_failure_is_told_and_what_there_is_deleted(self) -> None:
        self.assertEqual(self.deploy("failing", "CREATE", Fail="Create")["StackStatus"], "ROLLBACK_COMPLETE")
        self.assertIn("the settings cannot be read", self.reasons("failing"))
        self.assertEqual(self.told(), [("Create", None), ("Delete", "gatehouse-alarms")])

    def test_an_update_that_fails_is_taken_back(self) -> None:
        self.deploy("back", "CREATE", Settings="one")
        stack = self.deploy("back", "UPDATE", Settings="two", Fail="Update")
        self.assertEqual(stack["StackStatus"], "UPDATE_ROLLBACK_COMPLETE")
        self.assertIn("the settings cannot be read", self.reasons("back"))
        wanted = [request["ResourceProperties"]["Settings"] for request in self.requests()]
        self.assertEqual(wanted, ["one", "two", "one"])

    def test_no_answer_in_time(self) -> None:
        stack = self.deploy("silent", "CREATE", Silent="yes", ServiceTimeout=1)
        self.assertEqual(stack["StackStatus"], "ROLLBACK_COMPLETE")
        self.assertIn("timed out", self.reasons("silent"))
        self.assertEqual([kind for kind, _ in self.told()], ["Create", "Delete"])

    def test_answers_that_aws_would_not_take(self) -> None:
        for stack, properties, why in (
            ("anonymous", {"Instead": '{"PhysicalResourceId": null}'}, "PhysicalResourceId"),
            ("typed", {"ContentType": "application/json", "ServiceTimeout": 1}, "timed out"),
        ):
            with self.subTest(stack):
                self.assertEqual(self.deploy(stack, "CREATE", **properties)["StackStatus"], "ROLLBACK_COMPLETE")
                self.assertIn(why, self.reasons(stack))


class WithoutTheAdditionTest(CustomResourceCase):
    without = ("custom_resources",)

    def test_any_answer_will_do_and_nothing_is_deleted(self) -> None:
        anonymous = {"ContentType": "application/json", "Instead": '{"PhysicalResourceId": null}'}
        self.assertEqual(self.deploy("anonymous", "CREATE", **anonymous)["StackStatus"], "CREATE_COMPLETE")
        self.requests()
        self.deploy("failing", "CREATE", Fail="Create")
        self.assertEqual(self.told(), [("Create", None)])
