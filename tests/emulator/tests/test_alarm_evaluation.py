"""The state of an alarm follows its metric, as the tables in the CloudWatch User Guide have it."""

import time
import unittest
from typing import Any, ClassVar

from ministack.services import cloudwatch

from portcullis_emulator.alarm_evaluation import judgement, periods
from tests.cloudwatch_case import COUNTER, NAMESPACE, CloudWatchCase
from tests.lambda_package import package

MARKS = {"0": False, "X": True, "-": None}
STATES = {"OK": "OK", "ALARM": "ALARM", "NONE": "INSUFFICIENT_DATA", "STAYS": None}
# "Configuring how CloudWatch alarms treat missing data": missing, ignore, breaching, notBreaching; the oldest first.
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
THREE_OF_THREE = {
    "0-X-X": "OK OK OK OK",
    "0----": "OK OK OK OK",
    "-----": "NONE STAYS ALARM OK",
    "0XX-X": "ALARM ALARM ALARM ALARM",
    "--X--": "ALARM STAYS ALARM OK",
}
TWO_OF_THREE = {
    "0-X-X": "ALARM ALARM ALARM ALARM",
    "00X0X": "ALARM ALARM ALARM ALARM",
    "0-X--": "OK OK ALARM OK",
    "----0": "OK OK ALARM OK",
    "---X-": "ALARM STAYS ALARM OK",
}


class JudgementTest(unittest.TestCase):
    def assert_states(self, table: dict[str, str], wanted: int, needed: int) -> None:
        for marks, states in table.items():
            breaches = [MARKS[mark] for mark in reversed(marks)]
            for treatment, state in zip(TREATMENTS, states.split(), strict=True):
                with self.subTest(marks, treatment=treatment):
                    self.assertEqual(judgement.state(breaches, wanted, needed, treatment), STATES[state])

    def test_three_of_three(self) -> None:
        self.assert_states(THREE_OF_THREE, 3, 3)

    def test_two_of_three(self) -> None:
        self.assert_states(TWO_OF_THREE, 3, 2)

    def test_it_does_not_ring_before_its_time(self) -> None:
        self.assert_states({"----X": "STAYS STAYS ALARM OK", "---X-": "STAYS STAYS ALARM OK"}, 3, 3)


class PeriodsTest(unittest.TestCase):
    # 11 seconds into a minute.
    NOW: ClassVar[float] = 1_767_600_011.0

    def setUp(self) -> None:
        self.addCleanup(cloudwatch._metrics.clear)

    def latest(self, *points: tuple[float, float], count: int = 2, **changes: Any) -> list[float | None]:
        """The values of an alarm's periods, of points so many seconds ago."""
        alarm = {**COUNTER, **changes}
        dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
        for age, value in points:
            cloudwatch._store_datum(
                NAMESPACE, "Denied", dimensions, self.NOW - age, "Count", value, None, None, None
            )
        return [period.value for period in periods.latest(alarm, count, self.NOW)]

    def test_periods_end_with_the_latest_full_minute(self) -> None:
        self.assertEqual(self.latest((12, 1), (71, 2), (72, 4), (131, 8), (132, 16)), [3, 12])

    def test_longer_periods_too(self) -> None:
        self.assertEqual(self.latest((11.1, 1), (311, 2), (312, 4), Period=300), [3, 4])

    def test_short_ones_with_the_latest_full_of_them(self) -> None:
        self.assertEqual(self.latest((1.5, 1), (11, 2), (11.5, 4), Period=10, Threshold=9), [3, 4])

    def test_news_counts_at_once_where_nothing_can_undo_it(self) -> None:
        self.assertEqual(self.latest((5, 1), (12, 0)), [1, 0])
        self.assertEqual(self.latest(Statistic="Maximum"), [1, 0])
        # The sum may still pass it, the least value cannot.
        below = {"ComparisonOperator": "LessThanThreshold", "Threshold": 2}
        self.assertEqual(self.latest(**below), [0, None])
        self.assertEqual(self.latest(Statistic="Minimum", **below), [1, 0])
        self.assertEqual(self.latest(Statistic="Average", **below), [0, None])
        self.assertEqual(self.latest(Statistic="Minimum", Threshold=1), [0, None])

    def test_the_statistics(self) -> None:
        for statistic, value in {"Sum": 6, "Minimum": 1, "Maximum": 3, "Average": 2, "SampleCount": 3}.items():
            with self.subTest(statistic):
                cloudwatch._metrics.clear()
                self.assertEqual(self.latest((20, 1), (30, 2), (40, 3), count=1, Statistic=statistic), [value])

    def test_a_unit_keeps_others_out(self) -> None:
        self.assertEqual(self.latest((20, 1), Unit="Seconds"), [None, None])
        self.assertEqual(self.latest(Unit="Count"), [1, None])


class AlarmEvaluationTest(CloudWatchCase):
    environment = {"PORTCULLIS_ALARM_TICK_MS": "100", "PORTCULLIS_ALARM_EXTRA_PERIODS": "0"}

    def test_data_of_its_own_dimensions_changes_it_at_once(self) -> None:
        self.put_alarm("denied")
        self.assertEqual(self.alarm("denied")["StateValue"], "OK")
        self.put_value(5, asset="other")
        self.put_value(5, asset="")
        self.assertEqual(self.alarm("denied")["StateValue"], "OK")
        self.put_value(2)
        found = self.alarm("denied")
        self.assertEqual(found["StateValue"], "ALARM")
        self.assertRegex(
            found["StateReason"],
            r"^Threshold Crossed: 1 out of the last 1 datapoints \[2\.0 \(\d\d/\d\d/\d\d \d\d:\d\d:00\)\] "
            r"was greater than or equal to the threshold \(1\.0\) "
            r"\(minimum 1 datapoint for OK -> ALARM transition\)\.$",
        )

    def test_missing_data_that_breaches(self) -> None:
        beats = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching", "EvaluationPeriods": 3}
        self.put_alarm("silent", MetricName="Beats", **beats)
        found = self.wait_for_state("silent", "ALARM")
        self.assertIn("no datapoints were received for 3 periods and 3 missing datapoints", found["StateReason"])
        self.put_value(1, metric="Beats")
        self.assertEqual(self.alarm("silent")["StateValue"], "OK")

    def test_without_data_nothing_is_known(self) -> None:
        self.put_alarm("unknown", MetricName="Unknown", TreatMissingData="missing")
        self.put_alarm("ignoring", MetricName="Unknown", TreatMissingData="ignore")
        time.sleep(0.3)
        for name in ("unknown", "ignoring"):
            self.assertEqual(self.alarm(name)["StateReason"], "Unchecked: Initial alarm creation")

    def test_a_state_that_was_set_does_not_last(self) -> None:
        self.put_alarm("set", MetricName="Set")
        self.cloudwatch.set_alarm_state(AlarmName="set", StateValue="ALARM", StateReason="drill")
        self.wait_for_state("set", "OK")
        history = self.cloudwatch.describe_alarm_history(AlarmName="set", HistoryItemType="StateUpdate")
        self.assertEqual(len(history["AlarmHistoryItems"]), 4)

    def test_it_goes_back_by_itself_and_composite_alarms_follow(self) -> None:
        # A period of AWS's least, so that the test need not wait for a minute.
        self.put_alarm("child", MetricName="Child", Period=10)
        self.cloudwatch.put_composite_alarm(AlarmName="parent", AlarmRule='ALARM("child")')
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=["parent"])
        self.assertEqual(self.alarm("parent")["StateValue"], "OK")
        self.put_value(1, metric="Child")
        self.assertEqual(self.alarm("parent")["StateValue"], "ALARM")
        self.wait_for_state("parent", "OK", 25)
        self.assertIn("1 missing datapoint was treated as [NonBreaching]", self.alarm("child")["StateReason"])

    def test_metrics_of_aws(self) -> None:
        function = [{"Name": "FunctionName", "Value": "counts"}]
        self.put_alarm("invoked", Namespace="AWS/Lambda", MetricName="Invocations", Dimensions=function)
        functions = self.client("lambda")
        functions.create_function(
            FunctionName="counts",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=self.create_role("function")["Arn"],
            Code={"ZipFile": package("def handle(event): pass")},
        )
        functions.invoke(FunctionName="counts")
        self.wait_for_state("invoked", "ALARM")


class NoTickTest(CloudWatchCase):
    environment = {"PORTCULLIS_ALARM_TICK_MS": "0"}

    def test_without_ticks_only_data_counts(self) -> None:
        self.put_alarm("denied")
        self.cloudwatch.set_alarm_state(AlarmName="denied", StateValue="ALARM", StateReason="drill")
        time.sleep(1.5)
        self.assertEqual(self.alarm("denied")["StateValue"], "ALARM")
        self.put_value(1, asset="other")
        self.assertEqual(self.alarm("denied")["StateValue"], "OK")


class NeverTest(CloudWatchCase):
    environment = {"PORTCULLIS_ALARM_TICK_MS": "-1"}

    def test_no_alarm_is_judged(self) -> None:
        self.put_alarm("denied")
        self.put_value(5)
        self.put_alarm("silent", MetricName="Beats", TreatMissingData="breaching")
        for name in ("denied", "silent"):
            self.assertEqual(self.alarm(name)["StateValue"], "INSUFFICIENT_DATA")


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("alarm_evaluation",)

    def test_any_dimensions_will_do(self) -> None:
        self.put_alarm("denied")
        self.put_value(5, asset="other")
        self.assertEqual(self.alarm("denied")["StateValue"], "ALARM")

    def test_missing_data_changes_nothing(self) -> None:
        self.put_alarm("silent", MetricName="Beats", TreatMissingData="breaching")
        time.sleep(1.5)
        self.assertEqual(self.alarm("silent")["StateValue"], "INSUFFICIENT_DATA")
