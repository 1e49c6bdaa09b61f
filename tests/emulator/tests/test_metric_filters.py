"""Events that match a metric filter count."""

import datetime
import json
import time
import unittest
from typing import Any

from portcullis_emulator.metric_filters import pattern
from tests.cloudwatch_case import NAMESPACE, CloudWatchCase

# Of the CIS AWS Foundations Benchmark, as Security Hub wants them.
KEY_LOSS = "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))}"
UNAUTHORISED = '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}'
ROOT = '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}'
TRAIL = "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) }"
SIGN_IN = '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
DISABLED = {"eventSource": "kms.amazonaws.com", "eventName": "DisableKey"}


class PatternTest(unittest.TestCase):
    def assert_matches(self, text: str, wanted: bool, *events: Any) -> None:
        for event in events:
            with self.subTest(text, event=event):
                self.assertEqual(pattern.read(text)(json.dumps(event)), wanted)

    def test_the_patterns_of_the_benchmark(self) -> None:
        self.assert_matches(KEY_LOSS, True, DISABLED, {**DISABLED, "eventName": "ScheduleKeyDeletion"})
        self.assert_matches(KEY_LOSS, False, {**DISABLED, "eventSource": "other"}, {**DISABLED, "eventName": "Encrypt"})
        self.assert_matches(UNAUTHORISED, True, {"errorCode": "Client.UnauthorizedOperation"})
        self.assert_matches(UNAUTHORISED, True, {"errorCode": "AccessDenied"}, {"errorCode": "AccessDeniedException"})
        self.assert_matches(UNAUTHORISED, False, {}, {"errorCode": None}, {"errorCode": "NotFound"})
        root = {"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}
        self.assert_matches(ROOT, True, root)
        self.assert_matches(ROOT, False, {**root, "eventType": "AwsServiceEvent"})
        self.assert_matches(ROOT, False, {**root, "userIdentity": {"type": "Root", "invokedBy": "support"}})
        self.assert_matches(TRAIL, True, {"eventName": "DeleteTrail"})
        self.assert_matches(TRAIL, False, {"eventName": "DescribeTrails"})
        self.assert_matches(SIGN_IN, True, {"eventName": "ConsoleLogin", "errorMessage": "Failed authentication"})

    def test_both_before_either(self) -> None:
        text = "{ $.a = 1 || $.b = 1 && $.c = 1 }"
        self.assert_matches(text, True, {"a": 1}, {"b": 1, "c": 1})
        self.assert_matches(text, False, {"b": 1}, {"c": 1})
        self.assert_matches("{ ($.a = 1 || $.b = 1) && $.c = 1 }", False, {"a": 1})

    def test_numbers_texts_and_what_is_none(self) -> None:
        self.assert_matches("{ $.n >= 2 }", True, {"n": 2}, {"n": 2.5})
        self.assert_matches("{ $.n >= 2 }", False, {"n": 1}, {"n": "3"}, {})
        self.assert_matches("{ $.n < 1e3 }", True, {"n": 999})
        self.assert_matches("{ $.t = a*c }", True, {"t": "ac"}, {"t": "abbc"})
        self.assert_matches('{ $.t != "x" }', True, {"t": "y"}, {"t": 1})
        self.assert_matches('{ $.t != "x" }', False, {"t": "x"}, {}, {"t": ["y"]})
        self.assert_matches("{ $.t IS NULL }", True, {"t": None})
        self.assert_matches("{ $.t IS TRUE }", False, {"t": 1}, {"t": False}, {})
        self.assert_matches("{ $.t[1].u EXISTS }", True, {"t": [0, {"u": None}]})
        self.assert_matches("{ $.t[1].u EXISTS }", False, {"t": [{"u": 1}]}, {"t": {"1": {"u": 1}}})
        self.assert_matches('{ $.["a.b"] = 1 }', True, {"a.b": 1})

    def test_lines_that_are_not_json(self) -> None:
        self.assertFalse(pattern.read("{ $.a NOT EXISTS }")("REPORT RequestId"))
        self.assertTrue(pattern.read("")("anything"))
        self.assertTrue(pattern.read('ERROR "not found"')("ERROR key not found"))
        self.assertFalse(pattern.read('ERROR "not found"')("ERROR found not"))

    def test_what_cannot_be_read(self) -> None:
        for text in (
            "{",
            "{}",
            "{ $.a }",
            "{ $.a = }",
            "{ a = 1 }",
            "{ $.a = 1",
            "{ ($.a = 1 }",
            "{ $.a = 1 } x",
            "{ $.a = 1 & $.b = 1 }",
            "{ $.a > x }",
            "{ $.a IS ODD }",
            "{ $.a = %x% }",
            "[a, b]",
        ):
            with self.subTest(text), self.assertRaises(pattern.Unreadable):
                pattern.read(text)


class FilterCase(CloudWatchCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.logs = cls.client("logs")
        cls.logs.create_log_group(logGroupName="trail")
        cls.logs.create_log_stream(logGroupName="trail", logStreamName="stream")

    def request(self, name: str, text: str, group: str = "trail", **more: Any) -> dict[str, Any]:
        transformation = {"metricName": name, "metricNamespace": NAMESPACE, "metricValue": "1", **more}
        return {
            "logGroupName": group,
            "filterName": name,
            "filterPattern": text,
            "metricTransformations": [transformation],
        }

    def put_filter(self, name: str, text: str, **more: Any) -> None:
        self.logs.put_metric_filter(**self.request(name, text, **more))

    def put_events(self, *events: Any) -> None:
        now = int(time.time() * 1000)
        lines = [{"timestamp": now, "message": json.dumps(event)} for event in events]
        self.logs.put_log_events(logGroupName="trail", logStreamName="stream", logEvents=lines)

    def total(self, metric: str, **dimensions: str) -> float | None:
        now = datetime.datetime.now(datetime.timezone.utc)
        points = self.cloudwatch.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - datetime.timedelta(minutes=5),
            EndTime=now + datetime.timedelta(minutes=5),
            Period=86400,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points) if points else None


class MetricFiltersTest(FilterCase):
    def test_matching_events_count_and_ring(self) -> None:
        self.put_filter("key-loss", KEY_LOSS)
        self.put_alarm("gatehouse/cis/key-loss", MetricName="key-loss", Dimensions=[])
        self.put_events({"eventName": "Encrypt"})
        self.assertIsNone(self.total("key-loss"))
        self.put_events(DISABLED, {"eventName": "Encrypt"}, DISABLED)
        self.assertEqual(self.total("key-loss"), 2)
        self.assertEqual(self.alarm("gatehouse/cis/key-loss")["StateValue"], "ALARM")

    def test_values_dimensions_and_a_default(self) -> None:
        self.put_filter("sizes", "{ $.size > 0 }", metricValue="$.size", dimensions={"Event": "$.eventName"})
        self.put_events({"size": 3, "eventName": "Encrypt"}, {"size": 4, "eventName": "Encrypt"}, {"size": 0})
        self.assertEqual(self.total("sizes", Event="Encrypt"), 7)
        self.put_filter("defaulted", "{ $.size > 5 }", defaultValue=0.0)
        self.put_events({"size": 1})
        self.assertEqual(self.total("defaulted"), 0)

    def test_filters_are_described_and_deleted(self) -> None:
        self.put_filter("gatehouse-cis-trail", TRAIL)
        describe = self.logs.describe_metric_filters
        (found,) = describe(logGroupName="trail", filterNamePrefix="gatehouse-cis-")["metricFilters"]
        self.assertEqual(found["filterPattern"], TRAIL)
        delete = {"logGroupName": "trail", "filterName": "gatehouse-cis-trail"}
        self.logs.delete_metric_filter(**delete)
        self.assertEqual(describe(logGroupName="trail", filterNamePrefix="gatehouse-cis-")["metricFilters"], [])
        self.assert_error("ResourceNotFoundException", self.logs.delete_metric_filter, **delete)
        self.put_events({"eventName": "DeleteTrail"})
        self.assertIsNone(self.total("gatehouse-cis-trail"))

    def test_refusals(self) -> None:
        put = self.logs.put_metric_filter
        for text, more in (
            ("{ $.a = }", {}),
            (TRAIL, {"dimensions": {name: "$.a" for name in "abcd"}}),
            (TRAIL, {"dimensions": {"a": "$.a"}, "defaultValue": 0.0}),
        ):
            self.assert_error("InvalidParameterException", put, **self.request("refused", text, **more))
        self.logs.create_log_group(logGroupName="full")
        for index in (*range(100), 0):
            put(**self.request(f"f{index}", TRAIL, "full"))
        self.assert_error("LimitExceededException", put, **self.request("f100", TRAIL, "full"))


class WithoutTheAdditionTest(FilterCase):
    without = ("metric_filters",)

    def test_nothing_counts_and_nothing_is_refused(self) -> None:
        self.put_filter("key-loss", KEY_LOSS)
        self.put_filter("odd", "{ $.a = }")
        self.put_events(DISABLED)
        self.assertIsNone(self.total("key-loss"))
