"""A principal that is confined to one partition of a table."""

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"
KEYS = "dynamodb:LeadingKeys"
QUARANTINES = {"ForAllValues:StringEquals": {KEYS: ["quarantine"]}}
OTHERS = {"ForAnyValue:StringNotEquals": {KEYS: ["quarantine"]}}


class LedgerCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client("dynamodb").create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        writing = allow("dynamodb:*", resource=TABLE, Condition=QUARANTINES)
        cls.allowed = cls.session_client("allowed", writing)
        denial = {"Effect": "Deny", "Action": "dynamodb:Query", "Resource": TABLE, "Condition": OTHERS}
        cls.denied = cls.session_client("denied", allow("dynamodb:*"), denial)

    @classmethod
    def session_client(cls, name, *statements):
        return cls.client("dynamodb", cls.session_of(cls.create_role(name, *statements)))

    @staticmethod
    def key(partition: str, sort: str = "x"):
        return {"pk": {"S": partition}, "sk": {"S": sort}}

    @staticmethod
    def query(client, partition: str):
        client.query(
            TableName="ledger",
            KeyConditionExpression="#p = :p AND sk BETWEEN :a AND :z",
            ExpressionAttributeNames={"#p": "pk"},
            ExpressionAttributeValues={":p": {"S": partition}, ":a": {"S": "a"}, ":z": {"S": "z"}},
        )


class DynamodbLeadingKeysTest(LedgerCase):
    def test_a_query(self) -> None:
        for client in (self.allowed, self.denied):
            self.query(client, "quarantine")
            self.assert_error("AccessDeniedException", self.query, client=client, partition="finding#F-1")

    def test_one_item(self) -> None:
        self.allowed.put_item(TableName="ledger", Item=self.key("quarantine"))
        self.allowed.get_item(TableName="ledger", Key=self.key("quarantine"))
        # What stands in the sort key does not count.
        other = self.key("finding", "quarantine")
        self.assert_error("AccessDeniedException", self.allowed.put_item, TableName="ledger", Item=other)
        self.assert_error("AccessDeniedException", self.allowed.get_item, TableName="ledger", Key=other)

    def test_every_item_of_a_batch(self) -> None:
        own, other = [self.key("quarantine", sort) for sort in "xy"], self.key("finding")
        self.allowed.batch_get_item(RequestItems={"ledger": {"Keys": own}})
        read = self.allowed.batch_get_item
        self.assert_error("AccessDeniedException", read, RequestItems={"ledger": {"Keys": [*own, other]}})
        put = [{"PutRequest": {"Item": key}} for key in own]
        self.allowed.batch_write_item(RequestItems={"ledger": put})
        delete = {"DeleteRequest": {"Key": other}}
        write = self.allowed.batch_write_item
        self.assert_error("AccessDeniedException", write, RequestItems={"ledger": [*put, delete]})

    def test_a_scan_names_no_item(self) -> None:
        # ForAllValues holds of no value at all, which is why a policy must not allow scans by it alone.
        self.allowed.scan(TableName="ledger")


class WithoutTheAdditionTest(LedgerCase):
    without = ("dynamodb_leading_keys",)

    def test_every_partition_is_open(self) -> None:
        self.query(self.allowed, "finding#F-1")
        self.query(self.denied, "finding#F-1")
