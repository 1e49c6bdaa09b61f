"""Alarms and dashboards have tags, and are found by them."""

from typing import Any

from tests.cloudwatch_case import CloudWatchCase, alarm_arn

OURS = [{"Key": "portcullis:stack", "Value": "gatehouse"}]
DASHBOARD = "arn:aws:cloudwatch::111122223333:dashboard/gatehouse"
BODY = '{"widgets": []}'


class CloudWatchTagsTest(CloudWatchCase):
    def tags(self, arn: str) -> dict[str, str]:
        found = self.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def find(self, **ask: Any) -> list[str]:
        answer = self.client("resourcegroupstaggingapi").get_resources(**ask)
        return [resource["ResourceARN"] for resource in answer["ResourceTagMappingList"]]

    def test_tags_of_an_alarm_come_with_it_and_do_not_change_with_it(self) -> None:
        self.put_alarm("gatehouse/denied/a", Tags=OURS)
        self.put_alarm("gatehouse/denied/a", Tags=[{"Key": "portcullis:stack", "Value": "other"}])
        arn = alarm_arn("gatehouse/denied/a")
        self.assertEqual(self.tags(arn), {"portcullis:stack": "gatehouse"})
        self.cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "a"}])
        self.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["portcullis:stack"])
        self.assertEqual(self.tags(arn), {"team": "a"})

    def test_tags_of_a_dashboard_too(self) -> None:
        put = self.cloudwatch.put_dashboard
        put(DashboardName="gatehouse", DashboardBody=BODY, Tags=OURS)
        self.addCleanup(self.cloudwatch.delete_dashboards, DashboardNames=["gatehouse"])
        put(DashboardName="gatehouse", DashboardBody=BODY, Tags=[{"Key": "more", "Value": "x"}])
        self.assertEqual(self.tags(DASHBOARD), {"portcullis:stack": "gatehouse"})
        self.cloudwatch.tag_resource(ResourceARN=DASHBOARD, Tags=[{"Key": "team", "Value": "a"}])
        self.assertEqual(self.tags(DASHBOARD), {"portcullis:stack": "gatehouse", "team": "a"})

    def test_what_does_not_exist(self) -> None:
        for arn in (alarm_arn("nobody"), DASHBOARD.replace("gatehouse", "nobody")):
            self.assert_error("ResourceNotFoundException", self.cloudwatch.list_tags_for_resource, ResourceARN=arn)
            self.assert_error("ResourceNotFoundException", self.cloudwatch.tag_resource, ResourceARN=arn, Tags=OURS)

    def test_tags_go_with_what_they_are_on(self) -> None:
        self.put_alarm("gone", Tags=OURS)
        self.cloudwatch.delete_alarms(AlarmNames=["gone"])
        self.assertEqual(self.find(ResourceTypeFilters=["cloudwatch"]), [])
        self.put_alarm("gone")
        self.assertEqual(self.tags(alarm_arn("gone")), {})

    def test_they_are_found_by_tag_and_type(self) -> None:
        self.put_alarm("gatehouse/denied/a", Tags=OURS)
        self.put_alarm("other/denied/a", Tags=[{"Key": "portcullis:stack", "Value": "other"}])
        self.put_alarm("untagged")
        self.cloudwatch.put_composite_alarm(AlarmName="gatehouse/attack/a", AlarmRule="FALSE", Tags=OURS)
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=["gatehouse/attack/a"])
        self.cloudwatch.put_dashboard(DashboardName="gatehouse", DashboardBody=BODY, Tags=OURS)
        self.addCleanup(self.cloudwatch.delete_dashboards, DashboardNames=["gatehouse"])
        ours = {"TagFilters": [{"Key": "portcullis:stack", "Values": ["gatehouse"]}]}
        alarms = [alarm_arn("gatehouse/attack/a"), alarm_arn("gatehouse/denied/a")]
        self.assertEqual(self.find(ResourceTypeFilters=["cloudwatch:alarm"], **ours), alarms)
        self.assertEqual(self.find(ResourceTypeFilters=["cloudwatch:dashboard"], **ours), [DASHBOARD])
        self.assertEqual(self.find(ResourceTypeFilters=["cloudwatch"], **ours), [DASHBOARD, *alarms])
        self.assertEqual(len(self.find(ResourceTypeFilters=["cloudwatch:alarm"])), 3)

    def test_pages(self) -> None:
        for index in range(5):
            self.put_alarm(f"gatehouse/page/{index}", Tags=OURS)
        pages = self.client("resourcegroupstaggingapi").get_paginator("get_resources")
        ask = {"ResourceTypeFilters": ["cloudwatch:alarm"], "ResourcesPerPage": 2}
        sizes = [len(page["ResourceTagMappingList"]) for page in pages.paginate(**ask)]
        self.assertEqual(sizes, [2, 2, 1])
        get = self.client("resourcegroupstaggingapi").get_resources
        self.assert_error("InvalidParameterException", get, ResourcesPerPage=101)


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("cloudwatch_tags",)

    def test_nothing_is_found_and_dashboards_have_none(self) -> None:
        self.put_alarm("gatehouse/denied/a", Tags=OURS)
        answer = self.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["cloudwatch:alarm"])
        self.assertEqual(answer["ResourceTagMappingList"], [])
        self.cloudwatch.put_dashboard(DashboardName="gatehouse", DashboardBody=BODY, Tags=OURS)
        self.assert_error("ResourceNotFound", self.cloudwatch.list_tags_for_resource, ResourceARN=DASHBOARD)
