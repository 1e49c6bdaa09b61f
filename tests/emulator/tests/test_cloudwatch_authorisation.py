"""Calls of CloudWatch are authorised, in CBOR as in JSON, and can be made to fail."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tests.cloudwatch_case import COUNTER, CloudWatchCase, alarm_arn
from tests.emulator_case import allow

DASHBOARD = "arn:aws:cloudwatch::111122223333:dashboard/gatehouse"
OURS = [{"Key": "portcullis:stack", "Value": "gatehouse"}]
BODY = '{"widgets": []}'
ALARMS = alarm_arn("gatehouse/*")


class CloudWatchAuthorisationTest(CloudWatchCase):
    def of_role(self, name: str, *statements: dict[str, Any]):
        """A client, in CBOR, with the rights of a role."""
        return self.cbor(self.session_of(self.create_role(name, *statements)))

    def test_alarms_by_name(self) -> None:
        able = self.of_role("alarms", allow("cloudwatch:*", resource=ALARMS))
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=["gatehouse/a", "other/a"])
        self.cloudwatch.put_metric_alarm(AlarmName="other/a", **COUNTER)
        able.put_metric_alarm(AlarmName="gatehouse/a", Tags=OURS, **COUNTER)
        able.set_alarm_state(AlarmName="gatehouse/a", StateValue="ALARM", StateReason="drill")
        able.tag_resource(ResourceARN=alarm_arn("gatehouse/a"), Tags=OURS)
        message = self.assert_denied(able.put_metric_alarm, AlarmName="other/a", **COUNTER)
        self.assertIn(f"cloudwatch:PutMetricAlarm on resource: {alarm_arn('other/a')} because no", message)
        self.assert_denied(able.set_alarm_state, AlarmName="other/a", StateValue="OK", StateReason="drill")
        self.assert_denied(able.tag_resource, ResourceARN=alarm_arn("other/a"), Tags=OURS)
        self.assert_denied(able.list_tags_for_resource, ResourceARN=alarm_arn("other/a"))

    def test_each_of_several(self) -> None:
        able = self.of_role("several", allow("cloudwatch:DeleteAlarms", resource=ALARMS))
        self.put_alarm("other/b")
        self.put_alarm("gatehouse/b")
        message = self.assert_denied(able.delete_alarms, AlarmNames=["gatehouse/b", "other/b"])
        self.assertIn(alarm_arn("other/b"), message)
        able.delete_alarms(AlarmNames=["gatehouse/b", "gatehouse/c"])

    def test_tags_need_a_right_of_their_own(self) -> None:
        able = self.of_role("untagged", allow("cloudwatch:PutMetricAlarm", "cloudwatch:PutDashboard"))
        message = self.assert_denied(able.put_metric_alarm, AlarmName="gatehouse/t", Tags=OURS, **COUNTER)
        self.assertIn(f"cloudwatch:TagResource on resource: {alarm_arn('gatehouse/t')}", message)
        message = self.assert_denied(able.put_dashboard, DashboardName="gatehouse", DashboardBody=BODY, Tags=OURS)
        self.assertIn(f"cloudwatch:TagResource on resource: {DASHBOARD}", message)
        able.put_metric_alarm(AlarmName="gatehouse/t", **COUNTER)
        self.cloudwatch.delete_alarms(AlarmNames=["gatehouse/t"])

    def test_composite_alarms_need_all_alarms(self) -> None:
        scoped = self.of_role("scoped", allow("cloudwatch:*", resource=ALARMS))
        self.assert_denied(scoped.put_composite_alarm, AlarmName="gatehouse/d", AlarmRule="FALSE")
        self.assert_denied(scoped.describe_alarms, AlarmTypes=["CompositeAlarm"])
        self.assert_denied(scoped.describe_alarms)
        able = self.of_role("any", allow("cloudwatch:PutCompositeAlarm", "cloudwatch:DescribeAlarms"))
        able.put_composite_alarm(AlarmName="gatehouse/d", AlarmRule="FALSE")
        able.describe_alarms(AlarmTypes=["CompositeAlarm"])
        self.of_role("metric-only", allow("cloudwatch:DescribeAlarms", resource=alarm_arn("*"))).describe_alarms()

    def test_dashboards_by_name(self) -> None:
        able = self.of_role("dashboards", allow("cloudwatch:*", resource=DASHBOARD))
        able.put_dashboard(DashboardName="gatehouse", DashboardBody=BODY, Tags=OURS)
        able.get_dashboard(DashboardName="gatehouse")
        able.delete_dashboards(DashboardNames=["gatehouse"])
        self.assert_denied(able.put_dashboard, DashboardName="other", DashboardBody=BODY)
        self.assert_denied(able.delete_dashboards, DashboardNames=["gatehouse", "other"])
        self.assert_denied(able.list_dashboards)

    def test_condition_keys(self) -> None:
        spaces = {"StringEquals": {"cloudwatch:namespace": "Portcullis"}}
        tagged = {"StringEquals": {"aws:ResourceTag/portcullis:stack": "gatehouse"}}
        tagging = {"StringEquals": {"aws:RequestTag/portcullis:stack": "gatehouse"}}
        able = self.of_role(
            "conditions",
            allow("cloudwatch:PutMetricData", Condition=spaces),
            allow("cloudwatch:DeleteAlarms", Condition=tagged),
            allow("cloudwatch:PutMetricAlarm"),
            allow("cloudwatch:TagResource", Condition=tagging),
        )
        data = [{"MetricName": "Uses", "Value": 1}]
        able.put_metric_data(Namespace="Portcullis", MetricData=data)
        self.assert_denied(able.put_metric_data, Namespace="Other", MetricData=data)
        able.put_metric_alarm(AlarmName="tagged", Tags=OURS, **COUNTER)
        other = [{"Key": "portcullis:stack", "Value": "other"}]
        self.assert_denied(able.put_metric_alarm, AlarmName="other", Tags=other, **COUNTER)
        self.put_alarm("untagged")
        self.assert_denied(able.delete_alarms, AlarmNames=["tagged", "untagged"])
        able.delete_alarms(AlarmNames=["tagged"])

    def test_in_json_just_the_same(self) -> None:
        keys = self.session_of(self.create_role("json", allow("cloudwatch:DeleteAlarms", resource=ALARMS)))
        able = self.client("cloudwatch", keys)
        able.delete_alarms(AlarmNames=["gatehouse/a"])
        self.assert_denied(able.delete_alarms, AlarmNames=["gatehouse/a", "other/a"])

    def test_resources_are_found_with_the_right_to_look(self) -> None:
        role = self.create_role("finder", allow("tag:GetResources"))
        self.client("resourcegroupstaggingapi", self.session_of(role)).get_resources()
        nobody = self.client("resourcegroupstaggingapi", self.session_of(self.create_role("nobody")))
        self.assert_error("AccessDeniedException", nobody.get_resources)


class FaultsTest(CloudWatchCase):
    faults_file: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.faults_file = Path(scratch.name) / "faults.json"
        cls.environment = {"PORTCULLIS_FAULTS_FILE": str(cls.faults_file)}
        super().setUpClass()

    def test_a_throttling_on_order(self) -> None:
        once = self.cbor(retries={"total_max_attempts": 1})
        order = {"call": "cloudwatch:PutMetricAlarm", "do": "error", "code": "Throttling", "times": 1}
        for place, tried in ({"resource": "alarm:gatehouse/a"}, 1), ({}, 2):
            with self.subTest(place):
                part = self.faults_file.with_suffix(".part")
                part.write_text(json.dumps([{**order, **place}]), encoding="utf-8")
                os.replace(part, self.faults_file)
                once.put_dashboard(DashboardName="gatehouse", DashboardBody=BODY)
                if tried == 1:
                    once.put_metric_alarm(AlarmName="gatehouse/b", **COUNTER)
                with self.assertRaises(ClientError) as caught:
                    once.put_metric_alarm(AlarmName="gatehouse/a", **COUNTER)
                self.assertEqual(caught.exception.response["Error"]["Code"], "Throttling")
                once.put_metric_alarm(AlarmName="gatehouse/a", **COUNTER)


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("cloudwatch_authorisation",)

    def test_everything_goes_in_cbor(self) -> None:
        keys = self.session_of(self.create_role("nobody"))
        self.cbor(keys).put_metric_alarm(AlarmName="any", **COUNTER)

    def test_dashboards_have_no_names_in_json(self) -> None:
        keys = self.session_of(self.create_role("dashboards", allow("cloudwatch:*", resource=DASHBOARD)))
        get = self.client("cloudwatch", keys).get_dashboard
        self.assert_denied(get, DashboardName="gatehouse")
