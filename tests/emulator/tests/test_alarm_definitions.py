"""An alarm is described as it was put, and what cannot be judged is refused."""

import unittest
from typing import Any

from portcullis_emulator.alarm_definitions import faults
from tests.cloudwatch_case import BAND, COUNTER, CloudWatchCase, alarm_arn

# What describes the state, and not what was put.
STATE = {
    "AlarmArn",
    "AlarmConfigurationUpdatedTimestamp",
    "StateReason",
    "StateReasonData",
    "StateTransitionedTimestamp",
    "StateUpdatedTimestamp",
    "StateValue",
}
# What is there whether or not it was put.
ALWAYS = {"ActionsEnabled": True, "AlarmActions": [], "OKActions": [], "InsufficientDataActions": []}
TOPIC = "arn:aws:sns:us-east-1:111122223333:alarm-states"


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in COUNTER.items() if name != member}


class FaultsTest(unittest.TestCase):
    def assert_refused(self, *alarms: dict[str, Any]) -> None:
        for alarm in alarms:
            with self.subTest(alarm):
                self.assertEqual(len(list(faults({"AlarmName": "denied", **alarm}))), 1)

    def test_what_is_well(self) -> None:
        percentile = {**without("Statistic"), "ExtendedStatistic": "p90"}
        for alarm in (COUNTER, BAND, without("TreatMissingData"), percentile):
            self.assertEqual(list(faults({"AlarmName": "denied", **alarm})), [])

    def test_what_is_missing(self) -> None:
        needed = ("MetricName", "Namespace", "Statistic", "Period", "EvaluationPeriods", "Threshold")
        self.assert_refused(*map(without, (*needed, "ComparisonOperator")))

    def test_what_is_out_of_bounds(self) -> None:
        changes: list[dict[str, Any]] = [
            {"AlarmName": "n" * 256},
            {"AlarmName": ""},
            {"AlarmDescription": "d" * 1025},
            {"AlarmActions": [TOPIC] * 6},
            {"Period": 45},
            {"Period": 90},
            {"Period": 300, "EvaluationPeriods": 289},
            {"EvaluationPeriods": 0},
            {"DatapointsToAlarm": 2},
            {"Statistic": "Median"},
            {"ExtendedStatistic": "p90"},
            {"ComparisonOperator": "Equals"},
            {"TreatMissingData": "never"},
            {"Dimensions": [{"Name": "Asset", "Value": ""}]},
        ]
        self.assert_refused(*({**COUNTER, **change} for change in changes))

    def test_bands(self) -> None:
        metric, band = BAND["Metrics"]
        self.assert_refused(
            {**BAND, "Threshold": 1.0},
            {**BAND, "ThresholdMetricId": "m1"},
            {**BAND, "MetricName": "Uses"},
            {**BAND, "ComparisonOperator": "GreaterThanThreshold"},
            {**BAND, "Metrics": [{**metric, "ReturnData": False}, band]},
            {**BAND, "Metrics": [metric, band, {**metric, "Id": "m2"}]},
            {**BAND, "Metrics": [metric, band, {**metric, "Id": "m2", "ReturnData": False, "Expression": "m1"}]},
            {**BAND, "Metrics": [metric, band, {**metric, "ReturnData": False}]},
        )


class AlarmDefinitionsTest(CloudWatchCase):
    def put_of(self, name: str) -> dict[str, Any]:
        """What was put of an alarm, as it is described."""
        found = self.alarm(name)
        self.assertEqual(found["AlarmArn"], alarm_arn(name))
        return {member: value for member, value in found.items() if member not in STATE}

    def test_a_metric_alarm_is_told_as_it_was_put(self) -> None:
        self.put_alarm("plain")
        self.assertEqual(self.put_of("plain"), {"AlarmName": "plain", **COUNTER, **ALWAYS})
        more = {
            "AlarmDescription": "why",
            "DatapointsToAlarm": 2,
            "EvaluationPeriods": 3,
            "Unit": "Count",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
        }
        self.put_alarm("full", **more)
        self.assertEqual(self.put_of("full"), {"AlarmName": "full", **COUNTER, **ALWAYS, **more})

    def test_an_update_replaces_all_of_it_and_leaves_the_state(self) -> None:
        self.put_alarm("changed", AlarmDescription="why", DatapointsToAlarm=1)
        self.put_value(1)
        before = self.alarm("changed")
        self.put_alarm("changed", Threshold=0.5)
        self.assertEqual(self.put_of("changed"), {"AlarmName": "changed", **COUNTER, **ALWAYS, "Threshold": 0.5})
        after = self.alarm("changed")
        for member in ("StateValue", "StateReason", "StateReasonData", "StateTransitionedTimestamp"):
            self.assertEqual(after[member], before[member], member)

    def test_an_alarm_on_a_band_is_kept_and_never_judged(self) -> None:
        self.cloudwatch.put_metric_alarm(AlarmName="band", **BAND)
        self.put_value(1000, metric="Uses")
        self.assertEqual(self.put_of("band"), {"AlarmName": "band", "Dimensions": [], **BAND, **ALWAYS})
        self.assertEqual(self.alarm("band")["StateValue"], "INSUFFICIENT_DATA")

    def test_a_composite_alarm(self) -> None:
        self.put_alarm("child")
        composite = {"AlarmRule": 'ALARM("child") OR FALSE', "AlarmDescription": "why", "OKActions": [TOPIC]}
        suppressed = {
            "ActionsSuppressor": "child",
            "ActionsSuppressorWaitPeriod": 60,
            "ActionsSuppressorExtensionPeriod": 120,
        }
        for more in (suppressed, {}):
            self.cloudwatch.put_composite_alarm(AlarmName="parent", **composite, **more)
            self.assertEqual(self.put_of("parent"), {"AlarmName": "parent", **ALWAYS, **composite, **more})
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=["parent"])

    def test_a_refusal_is_a_validation_error(self) -> None:
        put = self.cloudwatch.put_metric_alarm
        self.assert_error("ValidationError", put, AlarmName="no", **{**COUNTER, "Period": 45})
        composite = self.cloudwatch.put_composite_alarm
        self.assert_error("ValidationError", composite, AlarmName="no", AlarmRule=" " * 10241)
        self.assert_error("ValidationError", composite, AlarmName="no", AlarmRule="ALARM(nobody)")
        self.assertEqual(self.cloudwatch.describe_alarms(AlarmNames=["no"])["MetricAlarms"], [])

    def test_pages_of_both_kinds_by_prefix(self) -> None:
        names = [f"gatehouse/page/{index}" for index in range(5)]
        for name in names[:4]:
            self.put_alarm(name)
        self.cloudwatch.put_composite_alarm(AlarmName=names[4], AlarmRule="FALSE")
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=[names[4]])
        self.put_alarm("other/page/0")
        ask = {"AlarmNamePrefix": "gatehouse/page/", "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 2}
        found, token = [], {}
        while True:
            answer = self.cloudwatch.describe_alarms(**ask, **token)
            page = [*answer["MetricAlarms"], *answer["CompositeAlarms"]]
            self.assertLessEqual(len(page), 2)
            found += [alarm["AlarmName"] for alarm in page]
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        self.assertEqual(found, names)
        metric_only = self.cloudwatch.describe_alarms(AlarmNamePrefix="gatehouse/page/")
        self.assertEqual((len(metric_only["MetricAlarms"]), metric_only["CompositeAlarms"]), (4, []))

    def test_deletions(self) -> None:
        delete = self.cloudwatch.delete_alarms
        self.put_alarm("needed")
        for name in ("first", "second"):
            self.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule='ALARM("needed")')
        self.assert_error("ValidationError", delete, AlarmNames=["needed"])
        self.assert_error("ValidationError", delete, AlarmNames=["first", "second"])
        self.assert_error("ValidationError", delete, AlarmNames=[f"a{index}" for index in range(101)])
        for name in ("first", "second", "needed"):
            delete(AlarmNames=[name, "nobody"])
        left = self.cloudwatch.describe_alarms(AlarmNames=["needed"])
        self.assertEqual(left["MetricAlarms"], [])


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("alarm_definitions",)

    def test_a_band_is_lost_and_defaults_come_in_its_place(self) -> None:
        self.cloudwatch.put_metric_alarm(AlarmName="band", **BAND)
        found = self.alarm("band")
        self.assertNotIn("ThresholdMetricId", found)
        self.assertEqual((found["Statistic"], found["Threshold"]), ("Average", 0))

    def test_anything_is_taken(self) -> None:
        self.put_alarm("odd", Period=45)
