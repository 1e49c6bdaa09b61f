"""Log lines in the embedded metric format become metrics, and others count as errors."""

import datetime
import json
import time
import unittest
from typing import Any

from portcullis_emulator.embedded_metrics import document
from tests.cloudwatch_case import NAMESPACE, CloudWatchCase
from tests.lambda_package import package

NOW = 1_767_600_000.0
DIRECTIVE = {
    "Namespace": NAMESPACE,
    "Dimensions": [["Stack"], ["Stack", "Asset"]],
    "Metrics": [{"Name": "Uses", "Unit": "Count"}],
}
ROOT = {"Stack": "gatehouse", "Asset": "payroll", "Uses": [1, 2.5], "principal": "somebody"}
SOURCE = "def handle(event): print(event['line'], flush=True)"


def line(root: dict[str, Any] = ROOT, timestamp: Any = NOW * 1000, **changes: Any) -> str:
    directive = {**DIRECTIVE, **changes}
    stamp = int(timestamp) if isinstance(timestamp, float) else timestamp
    return json.dumps({"_aws": {"Timestamp": stamp, "CloudWatchMetrics": [directive]}, **root})


class DocumentTest(unittest.TestCase):
    def test_a_metric_for_each_set_of_dimensions(self) -> None:
        stack, asset = document.metrics(line(), NOW)
        self.assertEqual((stack.name, stack.unit, stack.time, stack.values), ("Uses", "Count", NOW, [1.0, 2.5]))
        self.assertEqual(stack.dimensions, {"Stack": "gatehouse"})
        self.assertEqual(asset.dimensions, {"Stack": "gatehouse", "Asset": "payroll"})

    def test_other_lines_have_none(self) -> None:
        for other in ("", "CloudWatchMetrics", "[1]", '{"a": 1}', '{"text": "\\"CloudWatchMetrics\\""}'):
            with self.subTest(other):
                self.assertEqual(document.metrics(other, NOW), [])

    def test_the_limits_that_are_kept(self) -> None:
        many = {f"D{index}": "x" for index in range(29)}
        metrics = [{"Name": f"M{index}"} for index in range(99)] + [{"Name": "Uses", "StorageResolution": 1}]
        root = {**ROOT, **many, "Stack": "s" * 1024, **{metric["Name"]: 1 for metric in metrics}, "Uses": [1] * 100}
        found = document.metrics(line(root, Dimensions=[["Stack", *many], []], Metrics=metrics), NOW)
        self.assertEqual(len(found), 200)
        self.assertEqual(len(found[0].dimensions), 30)
        for edge in (NOW - 14 * 24 * 3600, NOW + 2 * 3600):
            self.assertTrue(document.metrics(line(timestamp=edge * 1000), NOW))

    def test_what_has_another_structure(self) -> None:
        wrong = {
            "cut off": line()[:-1],
            "not a number": line().replace("2.5", "NaN"),
            "no timestamp": line(timestamp=None),
            "a timestamp in words": line(timestamp="now"),
            "a fraction of a millisecond": line(timestamp="0").replace('"0"', "0.5"),
            "no namespace": line(Namespace=None),
            "one set only": line(Dimensions=["Stack"]),
            "no sets": line(Dimensions=[]),
            "no metrics": line(Metrics={"Name": "Uses"}),
            "a metric by its name": line(Metrics=["Uses"]),
            "a metric without a name": line(Metrics=[{"Unit": "Count"}]),
            "an empty object": '{"_aws": {"CloudWatchMetrics": {}, "Timestamp": 1767600000000}}',
        }
        for what, text in wrong.items():
            with self.subTest(what), self.assertRaises(document.Unparsable):
                document.metrics(text, NOW)

    def test_what_no_metric_may_be(self) -> None:
        wrong = {
            "too old": line(timestamp=(NOW - 14 * 24 * 3600 - 1) * 1000),
            "too far ahead": line(timestamp=(NOW + 2 * 3600 + 1) * 1000),
            "in seconds": line(timestamp=NOW),
            "101 metrics": line(Metrics=[{"Name": "Uses"}] * 101),
            "31 dimensions": line(Dimensions=[[f"D{index}" for index in range(31)]]),
            "a dimension without a value": line(Dimensions=[["Team"]]),
            "a dimension that is a number": line({**ROOT, "Stack": 1}),
            "an empty dimension": line({**ROOT, "Stack": ""}),
            "a blank dimension": line({**ROOT, "Stack": " "}),
            "a long dimension": line({**ROOT, "Stack": "s" * 1025}),
            "a dimension in Greek": line({**ROOT, "Stack": "\u03b1"}),
            "a metric without a value": line(Metrics=[{"Name": "Denied"}]),
            "a metric that is a text": line({**ROOT, "Uses": "1"}),
            "a metric that is a truth": line({**ROOT, "Uses": True}),
            "a metric with 101 values": line({**ROOT, "Uses": [1] * 101}),
            "a metric with no values": line({**ROOT, "Uses": []}),
            "a metric beyond numbers": line({**ROOT, "Uses": 0}).replace('"Uses": 0', '"Uses": 1e999'),
            "a metric with too many digits": line({**ROOT, "Uses": 10**400}),
            "an unknown unit": line(Metrics=[{"Name": "Uses", "Unit": "Pieces"}]),
            "several units": line(Metrics=[{"Name": "Uses", "Unit": ["Count"]}]),
            "an odd resolution": line(Metrics=[{"Name": "Uses", "StorageResolution": 30}]),
            "a namespace of AWS": line(Namespace="AWS/Lambda"),
        }
        for what, text in wrong.items():
            with self.subTest(what), self.assertRaises(document.Invalid):
                document.metrics(text, NOW)


class FunctionCase(CloudWatchCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.functions = cls.client("lambda")
        cls.functions.create_function(
            FunctionName="counts",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=cls.create_role("function")["Arn"],
            Code={"ZipFile": package(SOURCE)},
        )

    def log(self, text: str) -> None:
        self.functions.invoke(FunctionName="counts", Payload=json.dumps({"line": text}))

    def statistics(self, metric: str, dimensions: dict[str, str], namespace: str = NAMESPACE) -> list[dict[str, Any]]:
        now = datetime.datetime.now(datetime.timezone.utc)
        answer = self.cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - datetime.timedelta(minutes=5),
            EndTime=now + datetime.timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum", "SampleCount", "Minimum"],
        )
        return answer["Datapoints"]


class EmbeddedMetricsTest(FunctionCase):
    def test_what_a_function_prints_can_be_read_in_every_way(self) -> None:
        self.log(line(timestamp=time.time() * 1000))
        asset = {"Stack": "gatehouse", "Asset": "payroll"}
        (point,) = self.wait_for(lambda: self.statistics("Uses", asset), "a datapoint")
        self.assertEqual((point["Sum"], point["SampleCount"], point["Minimum"]), (3.5, 2, 1))
        self.assertTrue(self.statistics("Uses", {"Stack": "gatehouse"}))
        self.assertFalse(self.statistics("Uses", {"Asset": "payroll"}))
        listed = self.cloudwatch.list_metrics(Namespace=NAMESPACE, MetricName="Uses")["Metrics"]
        self.assertEqual(sorted(len(metric["Dimensions"]) for metric in listed), [1, 2])

    def test_queries(self) -> None:
        self.log(line({**ROOT, "Delay": 7}, time.time() * 1000, Metrics=[{"Name": "Delay", "Unit": "Seconds"}]))
        metric = {
            "Namespace": NAMESPACE,
            "MetricName": "Delay",
            "Dimensions": [{"Name": "Stack", "Value": "gatehouse"}],
        }
        query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
        now = datetime.datetime.now(datetime.timezone.utc)
        span = {"StartTime": now - datetime.timedelta(minutes=5), "EndTime": now + datetime.timedelta(minutes=5)}
        read = self.cloudwatch.get_metric_data
        values = self.wait_for(
            lambda: read(MetricDataQueries=[query], **span)["MetricDataResults"][0]["Values"], "a value"
        )
        self.assertEqual(values, [7])

    def test_lines_that_do_not_keep_to_the_format_count_by_log_group(self) -> None:
        group = {"LogGroupName": "/aws/lambda/counts"}
        shapeless = line(timestamp=time.time() * 1000, Metrics=None)
        for text, metric in ((line(timestamp=1), "EMFValidationErrors"), (shapeless, "EMFParsingErrors")):
            with self.subTest(metric):
                self.log(text)
                (point,) = self.wait_for(lambda m=metric: self.statistics(m, group, "AWS/Logs"), "an error")
                self.assertEqual(point["Sum"], 1)

    def test_events_that_are_put(self) -> None:
        logs = self.client("logs")
        logs.create_log_group(logGroupName="own")
        logs.create_log_stream(logGroupName="own", logStreamName="stream")
        now = int(time.time() * 1000)
        put = {"Dimensions": [["Stack"]], "Metrics": [{"Name": "Put"}]}
        message = line({"Stack": "gatehouse", "Put": 4}, now, **put)
        logs.put_log_events(
            logGroupName="own", logStreamName="stream", logEvents=[{"timestamp": now, "message": message}]
        )
        (point,) = self.statistics("Put", {"Stack": "gatehouse"})
        self.assertEqual(point["Sum"], 4)

    def test_the_metrics_are_of_the_account_and_region(self) -> None:
        self.log(line({**ROOT, "Here": 1}, time.time() * 1000, Metrics=[{"Name": "Here"}]))
        self.wait_for(lambda: self.statistics("Here", {"Stack": "gatehouse"}), "a datapoint")
        elsewhere = self.client("cloudwatch", region="eu-west-1")
        self.assertEqual(elsewhere.list_metrics(Namespace=NAMESPACE)["Metrics"], [])


class WithoutTheAdditionTest(FunctionCase):
    without = ("embedded_metrics",)

    def test_a_line_is_a_line(self) -> None:
        self.log(line(timestamp=time.time() * 1000))
        logs = self.client("logs")
        self.wait_for(lambda: logs.describe_log_groups()["logGroups"], "the log of the function")
        self.assertEqual(self.cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"], [])
