"""A rule that sends to the default bus of another Region."""

import json

import boto3

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow, policy

HOME = "eu-west-1"
BUS = f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/default"
# IAM's events appear in us-east-1, where the tests' clients are.
PATTERN = json.dumps({"source": ["aws.iam"], "detail": {"eventName": ["CreateGroup"]}})


class TwoRegionsCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.events, cls.sqs, cls.iam = cls.client("events"), cls.client("sqs"), cls.client("iam")
        cls.kept_url, cls.kept_arn = cls.create_queue("kept")
        session = boto3.Session(ACCOUNT, "test", region_name=HOME)
        home_events = session.client("events", endpoint_url=cls.url)
        cls.home_sqs = session.client("sqs", endpoint_url=cls.url)
        cls.home_url = cls.home_sqs.create_queue(QueueName="home")["QueueUrl"]
        arn = f"arn:aws:sqs:{HOME}:{ACCOUNT}:home"
        sending = allow("sqs:SendMessage", resource=arn, Principal={"Service": "events.amazonaws.com"})
        cls.home_sqs.set_queue_attributes(QueueUrl=cls.home_url, Attributes={"Policy": json.dumps(policy(sending))})
        home_events.put_rule(Name="in", EventPattern=PATTERN)
        home_events.put_targets(Rule="in", Targets=[{"Id": "queue", "Arn": arn}])

    def send_by(self, name: str, source: str, action: str, resource: str) -> None:
        """Makes a rule whose role may be taken for rules called `source`, and triggers it."""
        trust = allow("sts:AssumeRole", Principal={"Service": "events.amazonaws.com"})
        del trust["Resource"]
        trust["Condition"] = {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{source}"}}
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]
        sending = json.dumps(policy(allow(action, resource=resource)))
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=sending)
        self.events.put_rule(Name=name, EventPattern=PATTERN)
        self.addCleanup(self.events.delete_rule, Name=name)
        target = {"Id": "bus", "Arn": BUS, "RoleArn": role["Arn"], "DeadLetterConfig": {"Arn": self.kept_arn}}
        self.events.put_targets(Rule=name, Targets=[target])
        self.addCleanup(self.events.remove_targets, Rule=name, Ids=["bus"])
        self.iam.create_group(GroupName=f"trigger-{name}")

    def receive(self, sqs, url: str) -> dict:
        got = self.wait_for(
            lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"),
            f"a message in {url}",
        )
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
        return got[0]


class EventBusRegionsTest(TwoRegionsCase):
    def test_an_event_arrives_as_it_was(self) -> None:
        self.send_by("sent", "sent", "events:PutEvents", BUS)
        event = json.loads(self.receive(self.home_sqs, self.home_url)["Body"])
        self.assertEqual((event["source"], event["region"], event["account"]), ("aws.iam", REGION, ACCOUNT))
        self.assertEqual(event["detail"]["requestParameters"]["groupName"], "trigger-sent")
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=self.kept_url))

    def test_what_the_role_does_not_allow_is_kept(self) -> None:
        for name, source, action, resource in [
            ("another-bus", "another-bus", "events:PutEvents", BUS.replace("default", "other")),
            ("another-action", "another-action", "events:PutRule", BUS),
            ("another-rule", "sent", "events:PutEvents", BUS),
        ]:
            with self.subTest(name):
                self.send_by(name, source, action, resource)
                kept = self.receive(self.sqs, self.kept_url)
                self.doCleanups()
                self.assertEqual(kept["MessageAttributes"]["TARGET_ARN"]["StringValue"], BUS)
                self.assertNotIn("Messages", self.home_sqs.receive_message(QueueUrl=self.home_url))


class WithoutTheAdditionTest(TwoRegionsCase):
    without = ("event_bus_regions",)

    def test_it_is_dropped(self) -> None:
        self.send_by("sent", "sent", "events:PutEvents", BUS)
        # The delivery on this side, which comes after it on the same way, marks the time.
        _, here = self.create_queue("here")
        self.events.put_rule(Name="here", EventPattern=PATTERN)
        self.events.put_targets(Rule="here", Targets=[{"Id": "queue", "Arn": here}])
        self.iam.create_group(GroupName="mark")
        self.receive(self.sqs, self.sqs.get_queue_url(QueueName="here")["QueueUrl"])
        self.assertNotIn("Messages", self.home_sqs.receive_message(QueueUrl=self.home_url))
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=self.kept_url))
