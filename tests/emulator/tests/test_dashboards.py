"""CloudWatch takes the bodies that it can show, and no others."""

import json
import unittest
from typing import Any

from portcullis_emulator.dashboards import faults
from tests.cloudwatch_case import CloudWatchCase

TEXT = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# Gatehouse"}}
METRIC = {
    "type": "metric",
    "x": 12,
    "y": 2,
    "width": 12,
    "height": 6,
    "properties": {"region": "us-east-1", "metrics": [["Portcullis", "Uses", "Stack", "gatehouse"]]},
}


def body(*widgets: Any) -> str:
    return json.dumps({"start": "-PT3H", "widgets": list(widgets)})


class FaultsTest(unittest.TestCase):
    def test_what_is_well(self) -> None:
        alarms = {"type": "alarm", "properties": {"alarms": ["arn"]}}
        self.assertEqual(list(faults(body(*[TEXT] * 498, METRIC, alarms))), [])

    def test_what_is_not(self) -> None:
        wrong = {
            "/": "{",
            "/widgets": "{}",
            "/widgets/0/type": body({**TEXT, "type": "picture"}),
            "/widgets/1/x": body(TEXT, {**TEXT, "x": 24}),
            "/widgets/0/width": body({**TEXT, "width": 0}),
            "/widgets/0/height": body({**TEXT, "height": 2.5}),
            "/widgets/0/properties": body({**TEXT, "properties": None}),
            "/widgets/0/properties/markdown": body({**TEXT, "properties": {}}),
            "/widgets/0/properties/region": body({**METRIC, "properties": {"metrics": [["A", "B"]]}}),
            "/widgets/0/properties/metrics": body({**METRIC, "properties": {"region": "us-east-1"}}),
        }
        for where, text in wrong.items():
            with self.subTest(where):
                self.assertEqual([found for found, _ in faults(text)], [where])
        self.assertEqual([found for found, _ in faults(body(*[TEXT] * 501))], ["/widgets"])


class DashboardsTest(CloudWatchCase):
    def test_a_dashboard_comes_and_goes(self) -> None:
        put, get = self.cloudwatch.put_dashboard, self.cloudwatch.get_dashboard
        delete = self.cloudwatch.delete_dashboards
        self.assertEqual(put(DashboardName="gatehouse", DashboardBody=body(TEXT))["DashboardValidationMessages"], [])
        put(DashboardName="gatehouse", DashboardBody=body(METRIC))
        found = get(DashboardName="gatehouse")
        self.assertEqual(found["DashboardBody"], body(METRIC))
        self.assertEqual(found["DashboardArn"], "arn:aws:cloudwatch::111122223333:dashboard/gatehouse")
        delete(DashboardNames=["gatehouse"])
        self.assert_error("ResourceNotFound", get, DashboardName="gatehouse")
        self.assert_error("ResourceNotFound", delete, DashboardNames=["gatehouse"])

    def test_a_refusal_says_what_is_wrong(self) -> None:
        put = self.cloudwatch.put_dashboard
        message = self.assert_error("InvalidParameterInput", put, DashboardName="no", DashboardBody=body({"type": "x"}))
        self.assertIn("/widgets/0/type", message)
        self.assert_error("InvalidParameterInput", put, DashboardName="no/slash", DashboardBody=body(TEXT))


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("dashboards",)

    def test_anything_is_a_dashboard(self) -> None:
        self.cloudwatch.put_dashboard(DashboardName="no/slash", DashboardBody="{")
