"""What the tests of CloudWatch have in common."""

import unittest.mock
from typing import Any

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase

NAMESPACE = "Portcullis"
# Rings at the first value of 1 or more, and is well without any.
COUNTER = {
    "MetricName": "Denied",
    "Namespace": NAMESPACE,
    "Dimensions": [{"Name": "Asset", "Value": "payroll"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
BAND = {
    "Metrics": [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": {"Namespace": NAMESPACE, "MetricName": "Uses", "Dimensions": COUNTER["Dimensions"]},
                "Period": 300,
                "Stat": "Sum",
            },
            "ReturnData": True,
        },
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 3)", "Label": "expected", "ReturnData": True},
    ],
    "ThresholdMetricId": "band",
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "ComparisonOperator": "GreaterThanUpperThreshold",
    "TreatMissingData": "ignore",
}


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


class CloudWatchCase(EmulatorCase):
    """A CloudWatch, called in CBOR as the AWS SDK for Rust calls it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cloudwatch = cls.cbor()

    @classmethod
    def cbor(cls, credentials: dict[str, str] | None = None, **config: Any):
        """A client of CloudWatch that speaks CBOR, where boto3 would speak JSON."""
        protocols = ("smithy-rpc-v2-cbor",)
        with unittest.mock.patch("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", protocols):
            return cls.client("cloudwatch", credentials, **config)

    def put_alarm(self, name: str, **changes: Any) -> None:
        self.cloudwatch.put_metric_alarm(AlarmName=name, **{**COUNTER, **changes})
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=[name])

    def put_value(self, value: float, asset: str = "payroll", metric: str = "Denied", **more: Any) -> None:
        dimensions = [{"Name": "Asset", "Value": asset}] if asset else []
        datum = {"MetricName": metric, "Dimensions": dimensions, "Value": value, **more}
        self.cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])

    def alarm(self, name: str) -> dict[str, Any]:
        answer = self.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        (found,) = [*answer["MetricAlarms"], *answer["CompositeAlarms"]]
        return found

    def wait_for_state(self, name: str, state: str, seconds: float = 10) -> dict[str, Any]:
        self.wait_for(lambda: self.alarm(name)["StateValue"] == state, f"{name} to be {state}", seconds)
        return self.alarm(name)
