"""A model is made by a call or by an alarm on a band, and stays until it is deleted."""

from tests.cloudwatch_case import BAND, NAMESPACE, CloudWatchCase

METRIC = {**BAND["Metrics"][0]["MetricStat"]["Metric"], "Stat": "Sum"}


class AnomalyDetectorsTest(CloudWatchCase):
    def detectors(self, **ask) -> list[str]:
        found = self.cloudwatch.describe_anomaly_detectors(**ask)["AnomalyDetectors"]
        return [one["SingleMetricAnomalyDetector"]["MetricName"] for one in found]

    def test_by_call(self) -> None:
        other = {**METRIC, "MetricName": "Other"}
        for one in (METRIC, other):
            self.cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=one)
        self.assertEqual(self.detectors(Namespace=NAMESPACE), ["Other", "Uses"])
        self.assertEqual(self.detectors(MetricName="Uses", Dimensions=METRIC["Dimensions"]), ["Uses"])
        self.assertEqual(self.detectors(Dimensions=[{"Name": "Asset", "Value": "other"}]), [])
        self.assertEqual(self.detectors(AnomalyDetectorTypes=["METRIC_MATH"]), [])
        first = self.cloudwatch.describe_anomaly_detectors(MaxResults=1)
        second = self.cloudwatch.describe_anomaly_detectors(MaxResults=1, NextToken=first["NextToken"])
        (found,) = second["AnomalyDetectors"]
        self.assertEqual((found["SingleMetricAnomalyDetector"], found["StateValue"]), (METRIC, "PENDING_TRAINING"))
        self.assertNotIn("NextToken", second)
        delete = self.cloudwatch.delete_anomaly_detector
        for one in (METRIC, other):
            delete(SingleMetricAnomalyDetector=one)
        self.assertEqual(self.detectors(), [])
        self.assert_error("ResourceNotFoundException", delete, SingleMetricAnomalyDetector=METRIC)
        missing = {"Namespace": NAMESPACE, "MetricName": "Uses"}
        self.assert_error("MissingParameter", delete, SingleMetricAnomalyDetector=missing)

    def test_by_an_alarm_in_whose_place_it_stays(self) -> None:
        self.cloudwatch.put_metric_alarm(AlarmName="band", **BAND)
        self.cloudwatch.delete_alarms(AlarmNames=["band"])
        self.assertEqual(self.detectors(Namespace=NAMESPACE), ["Uses"])
        # As boto3 and the AWS CLI ask.
        plain = self.client("cloudwatch")
        self.assertEqual(len(plain.describe_anomaly_detectors()["AnomalyDetectors"]), 1)
        plain.delete_anomaly_detector(**METRIC)
        self.assertEqual(self.detectors(), [])


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("anomaly_detectors",)

    def test_the_calls_are_unknown(self) -> None:
        self.assert_error("InvalidAction", self.cloudwatch.describe_anomaly_detectors)
