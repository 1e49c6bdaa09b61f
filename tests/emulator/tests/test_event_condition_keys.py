"""events:source and events:detail-type confine PutEvents, and what is put reaches the rules of the bus."""

import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow
from tests.lambda_package import package

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
OWN = {"Source": "portcullis", "DetailType": "Finding contained", "Detail": json.dumps({"finding": "F-1"})}
CONDITION = {"StringEquals": {"events:source": "portcullis"}}
SOURCE = """
import boto3

def handle(event):
    answer = boto3.client("events").put_events(Entries=[event])
    return answer["FailedEntryCount"]
"""


class EventConditionKeysTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.role = cls.create_role("function", allow("events:PutEvents", resource=BUS, Condition=CONDITION))
        cls.put = cls.client("events", cls.session_of(cls.role)).put_events

    def test_a_function_puts_events_of_its_own_source_which_reach_the_rules(self) -> None:
        url, arn = self.create_queue("received")
        events = self.client("events")
        events.put_rule(Name="own", EventPattern=json.dumps({"source": ["portcullis"]}))
        events.put_targets(Rule="own", Targets=[{"Id": "queue", "Arn": arn}])
        functions = self.client("lambda")
        functions.create_function(
            FunctionName="tell",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=self.role["Arn"],
            Code={"ZipFile": package(SOURCE)},
        )
        answer = functions.invoke(FunctionName="tell", Payload=json.dumps(OWN))
        self.assertEqual(json.load(answer["Payload"]), 0)
        (message,) = self.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
        event = json.loads(message["Body"])
        found = (event["source"], event["detail-type"], event["detail"], event["account"], event["region"])
        self.assertEqual(found, ("portcullis", "Finding contained", {"finding": "F-1"}, ACCOUNT, REGION))

    def test_another_source_is_denied(self) -> None:
        self.assert_error("AccessDeniedException", self.put, Entries=[{**OWN, "Source": "someone.else"}])

    def test_one_other_source_among_its_own_is_enough(self) -> None:
        self.assert_error("AccessDeniedException", self.put, Entries=[OWN, {**OWN, "Source": "someone.else"}])

    def test_another_bus_is_denied(self) -> None:
        self.client("events").create_event_bus(Name="other")
        self.assert_error("AccessDeniedException", self.put, Entries=[{**OWN, "EventBusName": "other"}])

    def test_the_detail_type(self) -> None:
        condition = {"StringLike": {"events:detail-type": "Finding *"}}
        role = self.create_role("typed", allow("events:PutEvents", Condition=condition))
        put = self.client("events", self.session_of(role)).put_events
        put(Entries=[OWN])
        self.assert_error("AccessDeniedException", put, Entries=[{**OWN, "DetailType": "Rumour"}])


class WithoutTheAdditionTest(EmulatorCase):
    without = ("event_condition_keys",)

    def test_its_own_source_is_denied_as_well(self) -> None:
        role = self.create_role("function", allow("events:PutEvents", Condition=CONDITION))
        put = self.client("events", self.session_of(role)).put_events
        self.assert_error("AccessDeniedException", put, Entries=[OWN])
