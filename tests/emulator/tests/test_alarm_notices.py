"""A topic is told of an alarm's states, if its policy lets it, and a queue behind it hears of them."""

import json
import unittest
from typing import Any

from portcullis_emulator.alarm_notices import region_name
from tests.cloudwatch_case import BAND, COUNTER, NAMESPACE, CloudWatchCase, alarm_arn
from tests.emulator_case import ACCOUNT, MEMBER, REGION, allow, policy

STAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$"


class RegionTest(unittest.TestCase):
    def test_the_names_that_alarms_use(self) -> None:
        self.assertEqual(region_name("us-east-1"), "US East (N. Virginia)")
        self.assertEqual(region_name("eu-west-1"), "EU (Ireland)")
        self.assertEqual(region_name("ap-southeast-2"), "Asia Pacific (Sydney)")


class NoticeCase(CloudWatchCase):
    # What was set stays.
    environment = {"PORTCULLIS_ALARM_TICK_MS": "0"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.sns, cls.sqs = cls.client("sns"), cls.client("sqs")

    def topic(self, name: str, **condition: Any) -> tuple[str, str]:
        """A topic that CloudWatch may publish to, and the URL of a queue that gets what is published."""
        topic = self.sns.create_topic(Name=name)["TopicArn"]
        service = {"Service": "cloudwatch.amazonaws.com"}
        publishing = allow("sns:Publish", resource=topic, Principal=service, **condition)
        self.sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy(publishing))
        )
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        only_topic = {"ArnEquals": {"aws:SourceArn": topic}}
        sending = allow(
            "sqs:SendMessage", resource=queue, Principal={"Service": "sns.amazonaws.com"}, Condition=only_topic
        )
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(sending))})
        self.sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
        )
        return topic, url

    def messages(self, url: str) -> list[dict[str, Any]]:
        got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in got]

    def set_state(self, name: str, state: str) -> None:
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="drill")


class AlarmNoticesTest(NoticeCase):
    def test_a_metric_alarm(self) -> None:
        topic, url = self.topic("metric")
        actions = {"AlarmActions": [topic], "OKActions": [topic], "AlarmDescription": "Denied calls on payroll"}
        self.put_alarm("gatehouse/denied/payroll", **actions)
        self.messages(url)
        self.put_value(2)
        (told,) = self.messages(url)
        for member in ("StateChangeTime", "AlarmConfigurationUpdatedTimestamp"):
            self.assertRegex(told.pop(member), STAMP)
        self.assertIn("1 out of the last 1 datapoints [2.0 (", told.pop("NewStateReason"))
        self.assertEqual(
            told,
            {
                "AlarmName": "gatehouse/denied/payroll",
                "AlarmDescription": "Denied calls on payroll",
                "AWSAccountId": ACCOUNT,
                "NewStateValue": "ALARM",
                "Region": "US East (N. Virginia)",
                "AlarmArn": alarm_arn("gatehouse/denied/payroll"),
                "OldStateValue": "OK",
                "OKActions": [topic],
                "AlarmActions": [topic],
                "InsufficientDataActions": [],
                "Trigger": {
                    "MetricName": "Denied",
                    "Namespace": NAMESPACE,
                    "StatisticType": "Statistic",
                    "Statistic": "SUM",
                    "Unit": None,
                    "Dimensions": [{"value": "payroll", "name": "Asset"}],
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "DatapointsToAlarm": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "Threshold": 1.0,
                    "TreatMissingData": "notBreaching",
                    "EvaluateLowSampleCountPercentile": "",
                },
            },
        )

    def test_both_ways_by_set_alarm_state(self) -> None:
        topic, url = self.topic("set")
        self.put_alarm("set", MetricName="Set", AlarmActions=[topic])
        self.set_state("set", "ALARM")
        self.set_state("set", "OK")
        self.set_state("set", "ALARM")
        told = self.messages(url)
        self.assertEqual([one["NewStateValue"] for one in told], ["ALARM", "ALARM"])
        self.assertEqual({(one["NewStateReason"], one["OldStateValue"]) for one in told}, {("drill", "OK")})
        self.assertIsNone(told[0]["AlarmDescription"])

    def test_an_alarm_on_a_band(self) -> None:
        topic, url = self.topic("band")
        self.cloudwatch.put_metric_alarm(AlarmName="band", AlarmActions=[topic], **BAND)
        self.set_state("band", "ALARM")
        trigger = self.messages(url)[0]["Trigger"]
        self.assertEqual((trigger["Period"], trigger["ThresholdMetricId"]), (300, "band"))
        self.assertNotIn("Threshold", trigger)
        metric, band = trigger["Metrics"]
        self.assertEqual(metric["MetricStat"]["Metric"]["Dimensions"], [{"value": "payroll", "name": "Asset"}])
        self.assertEqual(band, BAND["Metrics"][1])

    def test_a_composite_alarm_names_its_children(self) -> None:
        topic, url = self.topic("composite")
        self.put_alarm("one", MetricName="One")
        self.put_alarm("two", MetricName="Two")
        rule = 'ALARM("one") AND ALARM("two")'
        self.cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=rule, AlarmActions=[topic], OKActions=[topic])
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=["both"])
        self.messages(url)
        self.put_value(1, metric="One")
        self.put_value(1, metric="Two")
        (told,) = self.messages(url)
        self.assertEqual((told["AlarmRule"], told["AlarmArn"]), (rule, alarm_arn("both")))
        self.assertNotIn("Trigger", told)
        self.assertEqual([child["Arn"] for child in told["TriggeringChildren"]], [alarm_arn("two"), alarm_arn("one")])
        self.assertEqual({child["State"]["Value"] for child in told["TriggeringChildren"]}, {"ALARM"})
        self.assertRegex(told["TriggeringChildren"][0]["State"]["Timestamp"], STAMP)
        self.set_state("one", "OK")
        (told,) = self.messages(url)
        self.assertEqual((told["NewStateValue"], told["OldStateValue"]), ("OK", "ALARM"))

    def test_the_policy_of_the_topic_is_asked(self) -> None:
        source = {"ArnLike": {"aws:SourceArn": alarm_arn("gatehouse/*")}}
        for name, condition, heard in (
            ("of-stack", {**source, "StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
            ("of-member", {"StringEquals": {"aws:SourceAccount": MEMBER}}, False),
            ("of-other", {"ArnLike": {"aws:SourceArn": alarm_arn("other/*")}}, False),
        ):
            with self.subTest(name):
                topic, url = self.topic(name, Condition=condition)
                alarm = f"gatehouse/{name}"
                self.put_alarm(alarm, MetricName="Asked", AlarmActions=[topic])
                self.set_state(alarm, "ALARM")
                self.assertEqual(bool(self.messages(url)), heard)
                history = self.cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")
                (item,) = history["AlarmHistoryItems"]
                self.assertEqual(item["HistorySummary"].startswith("Successfully"), heard)

    def test_actions_that_are_switched_off(self) -> None:
        topic, url = self.topic("off")
        self.put_alarm("off", MetricName="Off", AlarmActions=[topic], ActionsEnabled=False)
        self.set_state("off", "ALARM")
        self.assertEqual(self.messages(url), [])


class WithoutTheAdditionTest(NoticeCase):
    without = ("alarm_notices",)

    def test_the_message_is_another_and_no_policy_is_asked(self) -> None:
        topic, url = self.topic("closed", Condition={"StringEquals": {"aws:SourceAccount": MEMBER}})
        self.put_alarm("set", MetricName="Set", AlarmActions=[topic])
        self.set_state("set", "ALARM")
        (told,) = self.messages(url)
        self.assertNotIn("AlarmArn", told)
        self.assertEqual(told["Region"], REGION)
        self.assertEqual(told["Trigger"]["Statistic"], COUNTER["Statistic"])
