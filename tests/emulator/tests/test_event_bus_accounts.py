"""A rule that sends to the default bus of another account."""

import json

from tests.emulator_case import ACCOUNT, MEMBER, REGION, EmulatorCase, allow, policy, root_of

ORGANIZATION = "o-exampleorgid"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
PATTERN = json.dumps({"source": ["aws.iam"], "detail": {"eventName": ["CreateGroup"]}})
SERVICE = {"Service": "events.amazonaws.com"}


class TwoAccountsCase(EmulatorCase):
    environment = {"PORTCULLIS_ORGANIZATION": f"{ORGANIZATION}:{ACCOUNT},{MEMBER}"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        member = root_of(MEMBER)
        cls.iam, cls.events, cls.sqs = (cls.client(name, member) for name in ("iam", "events", "sqs"))
        cls.central_events, cls.central_sqs = cls.client("events"), cls.client("sqs")
        cls.central_url, queue = cls.create_queue("central")
        cls.central_events.put_rule(Name="in", EventPattern=PATTERN)
        cls.central_events.put_targets(Rule="in", Targets=[{"Id": "queue", "Arn": queue}])
        cls.kept_url = cls.sqs.create_queue(QueueName="kept")["QueueUrl"]
        cls.kept_arn = f"arn:aws:sqs:{REGION}:{MEMBER}:kept"
        sending = allow("sqs:SendMessage", resource=cls.kept_arn, Principal=SERVICE)
        cls.sqs.set_queue_attributes(QueueUrl=cls.kept_url, Attributes={"Policy": json.dumps(policy(sending))})

    def open_bus(self, principal: str, **condition: str) -> None:
        """Lets `principal` in for this test, under a condition on `aws:PrincipalOrgID` if one is given."""
        more = {"Condition": {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", **condition}} if condition else {}
        self.central_events.put_permission(
            Action="events:PutEvents", Principal=principal, StatementId="in", EventBusName="default", **more
        )
        self.addCleanup(self.central_events.remove_permission, StatementId="in")

    def send_by(self, name: str, resource: str = BUS, bus: str = BUS, region: str = REGION) -> None:
        """Makes a rule of the member account that sends to a bus, and triggers it."""
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": SERVICE}
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]
        sending = json.dumps(policy(allow("events:PutEvents", resource=resource)))
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=sending)
        self.events.put_rule(Name=name, EventPattern=PATTERN)
        self.addCleanup(self.events.delete_rule, Name=name)
        target = {"Id": "bus", "Arn": bus, "RoleArn": role["Arn"], "DeadLetterConfig": {"Arn": self.kept_arn}}
        self.events.put_targets(Rule=name, Targets=[target])
        self.addCleanup(self.events.remove_targets, Rule=name, Ids=["bus"])
        self.iam.create_group(GroupName=f"trigger-{name}")

    def receive(self, sqs, url: str) -> dict:
        got = self.wait_for(
            lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"),
            f"a message in {url}",
        )
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
        return json.loads(got[0]["Body"]) | {"attributes": got[0].get("MessageAttributes", {})}

    def assert_nothing_arrived(self) -> None:
        self.assertNotIn("Messages", self.central_sqs.receive_message(QueueUrl=self.central_url))


class EventBusAccountsTest(TwoAccountsCase):
    def assert_arrives(self, name: str, **more: str) -> None:
        self.send_by(name, **more)
        event = self.receive(self.central_sqs, self.central_url)
        self.assertEqual((event["source"], event["region"], event["account"]), ("aws.iam", REGION, MEMBER))
        self.assertEqual(event["detail"]["recipientAccountId"], MEMBER)
        self.assertEqual(event["detail"]["requestParameters"]["groupName"], f"trigger-{name}")
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=self.kept_url))

    def test_an_event_of_a_named_account_arrives_as_it_was(self) -> None:
        self.open_bus(MEMBER)
        self.assert_arrives("account")

    def test_an_event_of_the_organization_arrives(self) -> None:
        self.open_bus("*", Value=ORGANIZATION)
        self.assert_arrives("organization")

    def test_the_policy_may_tell_events_apart(self) -> None:
        condition = {"StringEquals": {"events:source": "aws.iam"}}
        statement = allow("events:PutEvents", resource=BUS, Principal={"AWS": MEMBER}, Condition=condition)
        self.central_events.put_permission(EventBusName="default", Policy=json.dumps(policy(statement)))
        self.addCleanup(self.central_events.remove_permission, RemoveAllPermissions=True)
        self.assert_arrives("source")

    def test_it_may_be_in_another_region(self) -> None:
        bus = BUS.replace(REGION, "eu-west-1")
        events, sqs = self.client("events", region="eu-west-1"), self.client("sqs", region="eu-west-1")
        url = sqs.create_queue(QueueName="far")["QueueUrl"]
        arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:far"
        sending = allow("sqs:SendMessage", resource=arn, Principal=SERVICE)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(sending))})
        events.put_permission(Action="events:PutEvents", Principal=MEMBER, StatementId="in")
        events.put_rule(Name="in", EventPattern=PATTERN)
        events.put_targets(Rule="in", Targets=[{"Id": "queue", "Arn": arn}])
        self.send_by("far", resource=bus, bus=bus)
        event = self.receive(sqs, url)
        self.assertEqual((event["region"], event["account"]), (REGION, MEMBER))
        self.assert_nothing_arrived()

    def assert_kept(self, name: str, why: str, **more: str) -> None:
        self.send_by(name, **more)
        kept = self.receive(self.sqs, self.kept_url)["attributes"]
        self.assertEqual(kept["TARGET_ARN"]["StringValue"], BUS)
        self.assertIn(why, kept["ERROR_MESSAGE"]["StringValue"])
        self.assert_nothing_arrived()

    def test_a_bus_without_a_policy_lets_nobody_in(self) -> None:
        self.assert_kept("closed", "resource policy")

    def test_the_bus_lets_others_in(self) -> None:
        self.open_bus("*", Value="o-anotherorgid")
        self.assert_kept("foreign", "resource policy")

    def test_the_role_needs_the_right_as_well(self) -> None:
        self.open_bus(MEMBER)
        self.assert_kept("powerless", "The role", resource=BUS.replace("default", "other"))

    def test_an_event_is_not_sent_on_to_a_third_account(self) -> None:
        # Back to the member account, whose bus would let it in.
        self.open_bus(MEMBER)
        self.events.put_permission(Action="events:PutEvents", Principal=ACCOUNT, StatementId="back")
        self.addCleanup(self.events.remove_permission, StatementId="back")
        back = BUS.replace(ACCOUNT, MEMBER)
        role = self.create_role("relay", allow("events:PutEvents"))
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": SERVICE}
        self.client("iam").update_assume_role_policy(RoleName="relay", PolicyDocument=json.dumps(policy(trust)))
        lost_url, lost_arn = self.create_queue("lost")
        target = {"Id": "bus", "Arn": back, "RoleArn": role["Arn"], "DeadLetterConfig": {"Arn": lost_arn}}
        self.central_events.put_rule(Name="relay", EventPattern=PATTERN)
        self.central_events.put_targets(Rule="relay", Targets=[target])
        self.addCleanup(self.central_events.delete_rule, Name="relay")
        self.addCleanup(self.central_events.remove_targets, Rule="relay", Ids=["bus"])
        self.assert_arrives("relayed")
        lost = self.receive(self.central_sqs, lost_url)["attributes"]
        self.assertIn("third", lost["ERROR_MESSAGE"]["StringValue"])


class WithoutTheAdditionTest(TwoAccountsCase):
    without = ("event_bus_accounts",)

    def test_it_is_dropped(self) -> None:
        self.open_bus(MEMBER)
        self.send_by("dropped")
        # A delivery within the account, which comes after it on the same way, marks the time.
        self.events.put_rule(Name="here", EventPattern=PATTERN)
        self.events.put_targets(Rule="here", Targets=[{"Id": "queue", "Arn": self.kept_arn}])
        self.iam.create_group(GroupName="mark")
        self.receive(self.sqs, self.kept_url)
        self.assert_nothing_arrived()
