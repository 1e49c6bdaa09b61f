"""Time to live, recovery and encryption of a table, asked for by a template."""

from tests.emulator_case import EmulatorCase

TEMPLATE = """
Resources:
  Ledger:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: ledger
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
PROPERTIES = """\
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
"""


class TableCase(EmulatorCase):
    def deploy(self, template: str, operation: str = "create") -> None:
        formation = self.client("cloudformation")
        getattr(formation, f"{operation}_stack")(StackName="s", TemplateBody=template)
        done = f"{operation.upper()}_COMPLETE"
        self.wait_for(
            lambda: formation.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == done, done
        )

    def settings(self) -> tuple[str, str, str | None]:
        dynamodb = self.client("dynamodb")
        time_to_live = dynamodb.describe_time_to_live(TableName="ledger")["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName="ledger")["ContinuousBackupsDescription"]
        table = dynamodb.describe_table(TableName="ledger")["Table"]
        return (
            time_to_live["TimeToLiveStatus"],
            backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
            (table.get("SSEDescription") or {}).get("Status"),
        )


class DynamodbTablePropertiesTest(TableCase):
    def test_they_take_effect_and_follow_an_update(self) -> None:
        self.deploy(TEMPLATE + PROPERTIES)
        self.assertEqual(self.settings(), ("ENABLED", "ENABLED", "ENABLED"))
        self.deploy(TEMPLATE, "update")
        self.assertEqual(self.settings()[:2], ("DISABLED", "DISABLED"))


class WithoutTheAdditionTest(TableCase):
    without = ("dynamodb_table_properties",)

    def test_they_are_dropped(self) -> None:
        self.deploy(TEMPLATE + PROPERTIES)
        self.assertEqual(self.settings(), ("DISABLED", "DISABLED", None))
