"""A rule delivers only where the target's resource policy lets it."""

import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow, policy
from tests.lambda_package import package

PATTERN = json.dumps({"source": ["aws.iam"], "detail": {"eventName": ["CreateGroup"]}})


class EventTargetPolicyTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.events = cls.client("events")
        cls.sqs = cls.client("sqs")
        cls.open_url, cls.open_arn = cls.create_queue("open")
        cls.closed_url = cls.sqs.create_queue(QueueName="closed")["QueueUrl"]
        cls.closed_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:closed"

    def add_rule(self, name: str, *targets: dict) -> None:
        self.events.put_rule(Name=name, EventPattern=PATTERN)
        self.events.put_targets(Rule=name, Targets=list(targets))
        self.addCleanup(self.events.delete_rule, Name=name)
        self.addCleanup(self.events.remove_targets, Rule=name, Ids=[target["Id"] for target in targets])

    def trigger(self) -> None:
        self.client("iam").create_group(GroupName=f"trigger-{self.id()[-40:]}")

    def receive(self, url: str) -> dict:
        """The one message of a queue."""
        got = self.wait_for(
            lambda: self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"),
            f"a message in {url}",
        )
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
        return got[0]

    def test_a_queue_without_a_policy_gets_nothing(self) -> None:
        self.add_rule("queues", {"Id": "closed", "Arn": self.closed_arn}, {"Id": "open", "Arn": self.open_arn})
        self.trigger()
        self.assertEqual(json.loads(self.receive(self.open_url)["Body"])["detail"]["eventName"], "CreateGroup")
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=self.closed_url))

    def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(self) -> None:
        dead_letters = {"Arn": self.open_arn}
        self.add_rule("dead", {"Id": "closed", "Arn": self.closed_arn, "DeadLetterConfig": dead_letters})
        self.trigger()
        attributes = self.receive(self.open_url)["MessageAttributes"]
        self.assertEqual(attributes["TARGET_ARN"]["StringValue"], self.closed_arn)
        self.assertEqual(attributes["ERROR_CODE"]["StringValue"], "NO_PERMISSIONS")

    def test_the_policy_may_name_the_rule(self) -> None:
        url, arn = self.create_queue("named")
        this_rule = {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/named"}}
        sending = allow(
            "sqs:SendMessage", resource=arn, Principal={"Service": "events.amazonaws.com"}, Condition=this_rule
        )
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(sending))})
        self.add_rule("named", {"Id": "q", "Arn": arn})
        self.add_rule("other", {"Id": "q", "Arn": arn})
        self.trigger()
        self.receive(url)
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url))

    def test_a_function_needs_a_permission(self) -> None:
        functions = self.client("lambda")
        role = self.create_role("function")
        code = package("def handle(event): print('called by', event['source'], flush=True)")
        for name in ("permitted", "closed"):
            functions.create_function(
                FunctionName=name,
                Runtime="provided.al2023",
                Handler="bootstrap",
                Role=role["Arn"],
                Code={"ZipFile": code},
            )
        functions.add_permission(
            FunctionName="permitted",
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
        )
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
        self.add_rule("functions", {"Id": "c", "Arn": f"{arn}closed"}, {"Id": "p", "Arn": f"{arn}permitted"})
        self.trigger()
        logs = self.client("logs")
        groups = self.wait_for(lambda: logs.describe_log_groups()["logGroups"], "a log of the function")
        self.assertEqual([group["logGroupName"] for group in groups], ["/aws/lambda/permitted"])


class WithoutTheAdditionTest(EmulatorCase):
    without = ("event_target_policy",)

    def test_a_queue_without_a_policy_gets_the_event(self) -> None:
        url = self.client("sqs").create_queue(QueueName="closed")["QueueUrl"]
        self.client("events").put_rule(Name="rule", EventPattern=PATTERN)
        target = {"Id": "closed", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:closed"}
        self.client("events").put_targets(Rule="rule", Targets=[target])
        self.client("iam").create_group(GroupName="trigger")
        receive = self.client("sqs").receive_message
        self.wait_for(lambda: receive(QueueUrl=url).get("Messages"), "a message in the closed queue")
