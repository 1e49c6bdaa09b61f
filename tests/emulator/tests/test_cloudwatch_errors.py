"""Errors of CloudWatch carry the codes that the SDKs go by."""

from tests.cloudwatch_case import CloudWatchCase

MISSING = {"DashboardNames": ["nobody"]}


class CloudWatchErrorsTest(CloudWatchCase):
    def test_the_code_is_in_a_header_in_cbor_and_json(self) -> None:
        for client in (self.cloudwatch, self.client("cloudwatch")):
            self.assert_error("ResourceNotFound", client.delete_dashboards, **MISSING)
            self.assert_error("ResourceNotFound", client.get_dashboard, DashboardName="nobody")
            state = {"StateValue": "OK", "StateReason": "drill"}
            self.assert_error("ResourceNotFound", client.set_alarm_state, AlarmName="nobody", **state)

    def test_a_denial_too(self) -> None:
        keys = self.session_of(self.create_role("nobody"))
        for client in (self.cbor(keys), self.client("cloudwatch", keys)):
            self.assert_error("AccessDenied", client.list_dashboards)


class WithoutTheAdditionTest(CloudWatchCase):
    without = ("cloudwatch_errors",)

    def test_the_name_stands_for_the_code(self) -> None:
        self.assert_error("DashboardNotFoundError", self.cloudwatch.delete_dashboards, **MISSING)
        keys = self.session_of(self.create_role("nobody"))
        self.assert_error("AccessDeniedException", self.cbor(keys).list_dashboards)
