"""Which rules get the events of reading calls."""

import json
from typing import Any

from tests.emulator_case import EmulatorCase

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


class RulesCase(EmulatorCase):
    """One rule in each state, and one reading call between two changing ones."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.events = cls.client("events")
        cls.queues = {state: cls.add_rule(state) for state in ("ENABLED", "DISABLED", ALL)}
        cls.secrets = cls.client("secretsmanager")
        cls.secrets.create_secret(Name="db", SecretString="hush")
        cls.secrets.get_secret_value(SecretId="db")
        # A later writing call tells when the reading one must have arrived.
        cls.secrets.put_secret_value(SecretId="db", SecretString="hush hush")

    @classmethod
    def add_rule(cls, state: str) -> str:
        url, arn = cls.create_queue(state)
        pattern = {"source": ["aws.secretsmanager"], "detail-type": ["AWS API Call via CloudTrail"]}
        cls.events.put_rule(Name=state, State=state, EventPattern=json.dumps(pattern))
        cls.events.put_targets(Rule=state, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def received(self, state: str, count: int) -> list[dict[str, Any]]:
        sqs = self.client("sqs")
        events: list[dict[str, Any]] = []

        def enough() -> bool:
            answer = sqs.receive_message(QueueUrl=self.queues[state], MaxNumberOfMessages=10, VisibilityTimeout=0)
            events[:] = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
            return len(events) >= count

        self.wait_for(enough, f"{count} events for the rule in the state {state}")
        return events


class EventRuleStatesTest(RulesCase):
    def test_a_plain_rule_gets_the_changing_calls_only(self) -> None:
        names = [event["detail"]["eventName"] for event in self.received("ENABLED", 2)]
        self.assertEqual(names, ["CreateSecret", "PutSecretValue"])

    def test_a_rule_for_all_management_events_gets_the_reading_calls_too(self) -> None:
        names = [event["detail"]["eventName"] for event in self.received(ALL, 3)]
        self.assertEqual(names, ["CreateSecret", "GetSecretValue", "PutSecretValue"])

    def test_a_disabled_rule_gets_nothing(self) -> None:
        self.received(ALL, 3)
        self.assertEqual(self.received("DISABLED", 0), [])

    def test_the_state_is_described(self) -> None:
        self.assertEqual(self.events.describe_rule(Name=ALL)["State"], ALL)

    def test_another_state_is_refused(self) -> None:
        put_rule = self.events.put_rule
        self.assert_error(
            "ValidationException", put_rule, Name="r", State="ON", EventPattern='{"source":["aws.kms"]}'
        )

    def test_the_envelope(self) -> None:
        event = self.received(ALL, 1)[0]
        self.assertEqual(event["source"], "aws.secretsmanager")
        self.assertEqual(event["detail-type"], "AWS API Call via CloudTrail")
        self.assertEqual(event["account"], event["detail"]["recipientAccountId"])
        self.assertEqual(event["region"], event["detail"]["awsRegion"])
        self.assertEqual(event["time"], event["detail"]["eventTime"])


class WithoutTheAdditionTest(RulesCase):
    without = ("event_rule_states",)

    def test_the_state_takes_a_rule_out_of_service(self) -> None:
        names = [event["detail"]["eventName"] for event in self.received("ENABLED", 3)]
        self.assertEqual(names, ["CreateSecret", "GetSecretValue", "PutSecretValue"])
        self.assertEqual(self.received(ALL, 0), [])
