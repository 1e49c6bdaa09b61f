"""Calls fail, and functions die, where the file of faults says so."""

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from portcullis_emulator.faults.orders import Orders, UnreadableOrders
from tests.emulator_case import ACCOUNT, DENY_ALL, REGION, EmulatorCase, allow
from tests.lambda_package import package

# Notes each attempt in a table, then changes a role: two effects, in this order.
SOURCE = """
import boto3
from botocore.config import Config

ONCE = Config(retries={"total_max_attempts": 1})

def handle(event):
    for message in event["Records"]:
        boto3.client("dynamodb", config=ONCE).put_item(
            TableName="attempts", Item={"id": {"S": message["attributes"]["ApproximateReceiveCount"]}}
        )
        boto3.client("iam", config=ONCE).attach_role_policy(RoleName=message["body"], PolicyArn=os.environ["DENY_ALL"])
"""


class FaultsCase(EmulatorCase):
    faults_file: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.faults_file = Path(scratch.name) / "faults.json"
        cls.environment = {"PORTCULLIS_FAULTS_FILE": str(cls.faults_file)}
        super().setUpClass()

    @classmethod
    def once(cls, service: str):
        """A client that does not try again by itself."""
        return cls.client(service, retries={"total_max_attempts": 1})

    def order(self, *faults: dict[str, Any]) -> None:
        """Puts these faults in the place of all others."""
        part = self.faults_file.with_suffix(".part")
        part.write_text(json.dumps(faults), encoding="utf-8")
        os.replace(part, self.faults_file)
        self.addCleanup(self.faults_file.unlink, missing_ok=True)
        self.addCleanup(self.fired_file().unlink, missing_ok=True)

    def fired_file(self) -> Path:
        return Path(f"{self.faults_file}.fired")

    def fired(self) -> list[dict[str, Any]]:
        file = self.fired_file()
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


class ErrorTest(FaultsCase):
    def assert_fails(self, code: str, status: int, call, **parameters: Any) -> None:
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        response = caught.exception.response
        found = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
        self.assertEqual(found, (code, status))

    def test_every_protocol_can_tell_it(self) -> None:
        calls = [
            ("iam", "list_roles", {}, "Throttling", 400),
            ("dynamodb", "describe_table", {"TableName": "any"}, "ProvisionedThroughputExceededException", 400),
            ("sns", "list_topics", {}, "AuthorizationError", 403),
            ("sqs", "list_queues", {}, "OverLimit", 403),
            ("s3", "list_buckets", {}, "SlowDown", 503),
            ("lambda", "list_functions", {}, "TooManyRequestsException", 429),
            ("secretsmanager", "list_secrets", {}, "InternalServiceError", 500),
            ("events", "list_rules", {}, "InternalException", 500),
        ]
        for service, operation, parameters, code, status in calls:
            with self.subTest(service):
                self.order({"call": f"{service}:*", "do": "error", "code": code, "status": status})
                self.assert_fails(code, status, getattr(self.once(service), operation), **parameters)

    def test_it_comes_as_often_as_ordered_and_is_noted(self) -> None:
        iam = self.once("iam")
        self.order({"call": "iam:ListRoles", "do": "error", "code": "Throttling", "skip": 1, "times": 2})
        outcomes = []
        for _ in range(4):
            try:
                iam.list_roles()
                outcomes.append("answered")
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])
        self.assertEqual(outcomes, ["answered", "Throttling", "Throttling", "answered"])
        self.assertEqual([(one["index"], one["call"]) for one in self.fired()], [(0, "iam:ListRoles")] * 2)

    def test_a_replaced_file_counts_anew_and_a_removed_one_ends_it(self) -> None:
        iam = self.once("iam")
        for _ in range(2):
            self.order({"call": "iam:ListRoles", "do": "error", "code": "Throttling", "times": 1})
            self.assert_fails("Throttling", 400, iam.list_roles)
            iam.list_roles()
        self.order({"call": "iam:ListRoles", "do": "error", "code": "Throttling"})
        self.assert_fails("Throttling", 400, iam.list_roles)
        self.faults_file.unlink()
        iam.list_roles()

    def test_it_meets_only_the_resource_it_names(self) -> None:
        iam = self.once("iam")
        self.create_role("meant", path="/team/")
        self.create_role("other", path="/team/")
        for name in ("meant", "role/team/me*", f"arn:aws:iam::{ACCOUNT}:role/*/meant"):
            with self.subTest(name):
                self.order({"call": "iam:GetRole", "resource": name, "do": "error", "code": "ServiceFailure"})
                self.assert_fails("ServiceFailure", 400, iam.get_role, RoleName="meant")
                iam.get_role(RoleName="other")

    def test_a_table_inside_of_a_transaction_can_be_named(self) -> None:
        self.order({"call": "dynamodb:TransactWriteItems", "resource": "ledger", "do": "error", "code": "Conflict"})
        dynamodb = self.once("dynamodb")
        put = {"Put": {"TableName": "ledger", "Item": {"id": {"S": "1"}}}}
        self.assert_fails("Conflict", 400, dynamodb.transact_write_items, TransactItems=[put])

    def test_before_the_call_nothing_has_happened_and_the_record_tells_the_error(self) -> None:
        self.order({"call": "iam:CreateGroup", "do": "error", "code": "ServiceFailure", "status": 500, "times": 1})
        iam = self.once("iam")
        self.assert_fails("ServiceFailure", 500, iam.create_group, GroupName="before")
        self.assert_error("NoSuchEntity", iam.get_group, GroupName="before")
        record = self.wait_for_record("CreateGroup", lambda r: r["requestParameters"]["groupName"] == "before")
        self.assertEqual(record["errorCode"], "ServiceFailure")

    def test_after_the_call_it_has_happened_and_the_record_tells_that(self) -> None:
        late = {"call": "iam:CreateGroup", "when": "after", "do": "error", "code": "ServiceFailure", "status": 500}
        self.order({**late, "times": 1})
        iam = self.once("iam")
        self.assert_fails("ServiceFailure", 500, iam.create_group, GroupName="after")
        iam.get_group(GroupName="after")
        record = self.wait_for_record("CreateGroup", lambda r: r["requestParameters"]["groupName"] == "after")
        self.assertNotIn("errorCode", record)

    def test_a_fault_for_functions_leaves_others_alone(self) -> None:
        self.order({"call": "*", "from": "*", "do": "error", "code": "Throttling"})
        self.once("iam").list_roles()

    def test_an_unreadable_file_fails_every_call(self) -> None:
        self.order({"call": "iam:*", "do": "error"})
        message = self.assert_error("UnreadableFaultsFile", self.once("iam").list_roles)
        self.assertIn("an error without a code", message)


class OrdersTest(unittest.TestCase):
    def test_what_is_wrong_is_said(self) -> None:
        for text, wanted in [
            ("[", "is not JSON"),
            ("{}", "is not a list"),
            ('["kill"]', "is not an object"),
            ('[{"do": "kill"}]', "fault 0 of .* lacks call"),
            ('[{"call": "*", "do": "kill", "form": "x"}]', "unknown members: form"),
            ('[{"call": "*", "do": "sulk"}]', "which is none of kill, error"),
            ('[{"call": "*", "do": "kill", "times": "once"}]', "not a whole number"),
        ]:
            with self.subTest(text), tempfile.TemporaryDirectory() as scratch:
                file = Path(scratch) / "faults.json"
                file.write_text(text, encoding="utf-8")
                with self.assertRaisesRegex(UnreadableOrders, wanted):
                    Orders(file).read()


class KillTest(FaultsCase):
    """A function that a queue starts dies at a call, and is started again."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        role = cls.create_role("function", allow("iam:AttachRolePolicy", "dynamodb:PutItem", "sqs:*"))
        cls.client("dynamodb").create_table(
            TableName="attempts",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        functions = cls.client("lambda")
        functions.create_function(
            FunctionName="gate-respond",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role["Arn"],
            Code={"ZipFile": package(SOURCE)},
            Timeout=10,
            Environment={"Variables": {"DENY_ALL": DENY_ALL}},
        )
        # Long enough that nothing comes back by itself within the test.
        long = {"VisibilityTimeout": "600"}
        cls.queue = cls.client("sqs").create_queue(QueueName="work", Attributes=long)["QueueUrl"]
        functions.create_event_source_mapping(
            FunctionName="gate-respond", EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:work", BatchSize=1
        )

    def tearDown(self) -> None:
        dynamodb = self.client("dynamodb")
        for attempt in self.attempts():
            dynamodb.delete_item(TableName="attempts", Key={"id": {"S": attempt}})

    def attempts(self) -> list[str]:
        return sorted(item["id"]["S"] for item in self.client("dynamodb").scan(TableName="attempts")["Items"])

    def attached(self, role: str) -> list[dict[str, str]]:
        return self.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]

    def recorded(self, role: str) -> list[dict[str, Any]]:
        return [r for r in self.records("AttachRolePolicy") if r["requestParameters"]["roleName"] == role]

    def send(self, role: str) -> None:
        self.create_role(role)
        self.client("sqs").send_message(QueueUrl=self.queue, MessageBody=role)

    def assert_queue_is_empty(self) -> None:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        read = self.client("sqs").get_queue_attributes
        self.wait_for(
            lambda: set(read(QueueUrl=self.queue, AttributeNames=names)["Attributes"].values()) == {"0"},
            "the queue to be empty",
        )

    def test_after_the_call_it_has_taken_effect_and_the_message_comes_back(self) -> None:
        kill = {"call": "iam:AttachRolePolicy", "from": "gate-*", "when": "after", "do": "kill", "times": 1}
        self.order({**kill, "visible_after": 0})
        self.send("after")
        self.wait_for(lambda: self.attempts() == ["1", "2"], "a second attempt")
        self.assert_queue_is_empty()
        self.assertEqual(len(self.attached("after")), 1)
        (fired,) = self.fired()
        self.assertEqual((fired["from"], fired["call"]), ("gate-respond", "iam:AttachRolePolicy"))
        self.assertEqual(fired["resources"], [f"arn:aws:iam::{ACCOUNT}:role/after"])
        # The record of the call that nobody got an answer to, and that of its repetition.
        self.wait_for(lambda: len(self.recorded("after")) == 2, "two records")
        self.assertEqual(["errorCode" in record for record in self.recorded("after")], [False, False])

    def test_before_the_call_it_has_not(self) -> None:
        self.order({"call": "iam:AttachRolePolicy", "when": "before", "do": "kill", "times": 1})
        self.send("before")
        self.wait_for(self.fired, "the fault")
        self.assertEqual((self.attempts(), self.attached("before")), (["1"], []))
        self.assertEqual(self.recorded("before"), [])
        # The message stays away for as long as the queue says: the test has no handle to bring it back with.
        self.client("sqs").purge_queue(QueueUrl=self.queue)

    def test_the_invocation_ends_as_that_of_a_crashed_function(self) -> None:
        self.order({"call": "dynamodb:PutItem", "resource": "attempts", "do": "kill", "times": 1})
        message = {"body": "nobody", "attributes": {"ApproximateReceiveCount": "9"}}
        invoke = self.client("lambda").invoke
        answer = invoke(FunctionName="gate-respond", Payload=json.dumps({"Records": [message]}))
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(json.load(answer["Payload"])["errorType"], "Runtime.ExitError")
        self.assertEqual(self.attempts(), [])


class WithoutTheAdditionTest(FaultsCase):
    without = ("faults",)

    def test_nothing_fails_on_order(self) -> None:
        self.order({"call": "*", "do": "error", "code": "Throttling"})
        self.client("iam").list_roles()
        self.assertEqual(self.fired(), [])
