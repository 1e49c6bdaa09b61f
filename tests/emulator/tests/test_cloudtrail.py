"""Records of the key and secret services, in CloudTrail's shape."""

import json

from botocore.exceptions import ClientError

from tests.emulator_case import ACCOUNT, DENY_ALL, REGION, EmulatorCase, allow

OTHER_ACCOUNT = "444455556666"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
# What every record of an allowed call has.
MEMBERS = {
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
}


class CloudTrailCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.role = cls.create_role("reader", allow("secretsmanager:*", "kms:*"), path="/app/")
        cls.credentials = cls.session_of(cls.role)
        cls.secrets = cls.client("secretsmanager", cls.credentials, user_agent="intruder/1")
        cls.kms = cls.client("kms", cls.credentials)
        cls.key = cls.client("kms").create_key()["KeyMetadata"]["Arn"]

    def record_of(self, answer: dict) -> dict:
        """The record of a call, found by the request id that its caller was given."""
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        return self.wait_for(
            lambda: next((r for r in self.all_records() if r["requestID"] == request_id), None), "the record"
        )

    def failure_of(self, call, **parameters) -> dict:
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        return caught.exception.response

    def all_records(self) -> list[dict]:
        return [json.loads(line) for line in self.records_file.read_text(encoding="utf-8").splitlines()]


class IdentityTest(CloudTrailCase):
    def test_a_role_session(self) -> None:
        record = self.record_of(self.secrets.list_secrets())
        self.assertEqual(MEMBERS, set(record))
        identity = record["userIdentity"]
        self.assertRegex(identity["sessionContext"]["attributes"].pop("creationDate"), r"^\d{4}-.*Z$")
        self.assertEqual(
            identity,
            {
                "type": "AssumedRole",
                "principalId": f"{self.role['RoleId']}:intruder",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/intruder",
                "accountId": ACCOUNT,
                "accessKeyId": self.credentials["AccessKeyId"],
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": self.role["RoleId"],
                        "arn": f"arn:aws:iam::{ACCOUNT}:role/app/reader",
                        "accountId": ACCOUNT,
                        "userName": "reader",
                    },
                    "attributes": {"mfaAuthenticated": "false"},
                },
            },
        )
        self.assertTrue(identity["accessKeyId"].startswith("ASIA"))

    def test_a_user(self) -> None:
        iam = self.client("iam")
        user = iam.create_user(UserName="alice", Path="/staff/")["User"]
        iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        # A user's key belongs to the account that issued it.
        record = self.record_of(self.client("kms", key).list_keys())
        self.assertEqual(
            record["userIdentity"],
            {
                "type": "IAMUser",
                "principalId": user["UserId"],
                "arn": f"arn:aws:iam::{ACCOUNT}:user/staff/alice",
                "accountId": ACCOUNT,
                "accessKeyId": key["AccessKeyId"],
                "userName": "alice",
            },
        )

    def test_root(self) -> None:
        identity = self.record_of(self.client("kms").list_keys())["userIdentity"]
        self.assertEqual((identity["type"], identity["arn"]), ("Root", f"arn:aws:iam::{ACCOUNT}:root"))

    def test_an_unknown_key_leaves_no_record(self) -> None:
        stranger = self.client("kms", {"AccessKeyId": "AKIASTRANGER", "SecretAccessKey": "x"})
        self.failure_of(stranger.list_aliases)
        forger = self.client("kms", {**self.credentials, "SecretAccessKey": "forged"})
        self.failure_of(forger.list_aliases)
        self.record_of(self.client("kms").list_keys())
        self.assertEqual(self.records("ListAliases"), [])


class SecretsManagerTest(CloudTrailCase):
    def test_a_read_names_the_secret_as_typed_and_the_agent(self) -> None:
        self.secrets.create_secret(Name="plain", SecretString="hush-plain")
        record = self.record_of(self.secrets.get_secret_value(SecretId="plain", VersionStage="AWSCURRENT"))
        self.assertEqual(record["requestParameters"], {"secretId": "plain", "versionStage": "AWSCURRENT"})
        self.assertEqual(record["userAgent"].split()[0], "intruder/1")
        self.assertEqual(record["sourceIPAddress"], "127.0.0.1")
        self.assertEqual(record["awsRegion"], REGION)
        self.assertTrue(record["readOnly"])
        self.assertIsNone(record["responseElements"])

    def test_secret_material_is_left_out(self) -> None:
        created = self.record_of(self.secrets.create_secret(Name="material", SecretString="hush-material"))
        self.assertEqual(created["requestParameters"]["name"], "material")
        self.assertNotIn("secretString", created["requestParameters"])
        self.record_of(self.secrets.put_secret_value(SecretId="material", SecretBinary=b"hush-material"))
        self.record_of(self.secrets.get_secret_value(SecretId="material"))
        self.assertNotIn("hush-material", self.records_file.read_text(encoding="utf-8"))

    def test_a_read_under_a_customer_key_also_decrypts(self) -> None:
        secret = self.secrets.create_secret(Name="sealed", SecretString="hush", KmsKeyId=self.key)
        self.secrets.get_secret_value(SecretId="sealed")
        context = {"SecretARN": secret["ARN"], "SecretVersionId": secret["VersionId"]}
        record = self.wait_for_record("Decrypt", lambda r: r["requestParameters"]["encryptionContext"] == context)
        identity = record["userIdentity"]
        self.assertEqual(identity["invokedBy"], "secretsmanager.amazonaws.com")
        self.assertEqual(record["sourceIPAddress"], identity["invokedBy"])
        self.assertEqual(record["userAgent"], identity["invokedBy"])
        self.assertEqual(identity["principalId"], f"{self.role['RoleId']}:intruder")
        self.assertNotEqual(identity["accessKeyId"], self.credentials["AccessKeyId"])
        self.assertEqual(
            record["resources"], [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": self.key}]
        )
        validated = self.records("GenerateDataKey")[0]["requestParameters"]["encryptionContext"]
        self.assertEqual(validated["SecretVersionId"], "RequestToValidateKeyAccess")

    def test_a_batch_gives_a_record_for_each_secret(self) -> None:
        arns = [self.secrets.create_secret(Name=name, SecretString="hush")["ARN"] for name in ("one", "two")]
        record = self.record_of(self.secrets.batch_get_secret_value(SecretIdList=["one", "two"]))
        self.assertEqual(record["requestParameters"], {"secretIdList": ["one", "two"]})
        for arn in arns:
            self.wait_for_record("GetSecretValue", lambda r: r["requestParameters"] == {"secretId": arn})

    def test_another_error_keeps_the_parameters(self) -> None:
        record = self.record_of(self.failure_of(self.secrets.get_secret_value, SecretId="missing"))
        self.assertEqual(record["errorCode"], "ResourceNotFoundException")
        self.assertEqual(record["requestParameters"], {"secretId": "missing"})


class KmsTest(CloudTrailCase):
    def test_a_decryption_names_the_key_and_keeps_the_context_as_typed(self) -> None:
        context = {"App": "billing", "lower": "x"}
        blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"hush", EncryptionContext=context)["CiphertextBlob"]
        record = self.record_of(self.kms.decrypt(CiphertextBlob=blob, EncryptionContext=context))
        self.assertEqual(
            record["requestParameters"],
            {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        )
        self.assertEqual(
            record["resources"], [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": self.key}]
        )
        self.assertIn("keyMaterialId", record["additionalEventData"])
        self.assertTrue(record["readOnly"])

    def test_a_change_of_a_key_answers_with_its_arn(self) -> None:
        key_id = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        record = self.record_of(self.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7))
        self.assertEqual(record["requestParameters"], {"keyId": key_id, "pendingWindowInDays": 7})
        self.assertTrue(record["responseElements"]["keyId"].endswith(f":key/{key_id}"))
        self.assertFalse(record["readOnly"])


class OtherServicesTest(CloudTrailCase):
    def test_iam(self) -> None:
        iam = self.client("iam")
        record = self.record_of(iam.attach_role_policy(RoleName="reader", PolicyArn=DENY_ALL))
        iam.detach_role_policy(RoleName="reader", PolicyArn=DENY_ALL)
        self.assertEqual(record["requestParameters"], {"roleName": "reader", "policyArn": DENY_ALL})
        self.assertEqual(record["awsRegion"], "us-east-1")
        self.assertFalse(record["readOnly"])

    def test_a_new_access_key_without_its_secret(self) -> None:
        iam = self.client("iam")
        iam.create_user(UserName="bob")
        answer = iam.create_access_key(UserName="bob")
        elements = self.record_of(answer)["responseElements"]["accessKey"]
        self.assertEqual(elements["accessKeyId"], answer["AccessKey"]["AccessKeyId"])
        self.assertEqual(set(elements), {"userName", "accessKeyId", "status", "createDate"})

    def test_an_assumed_role_without_its_token(self) -> None:
        answer = self.client("sts").assume_role(
            RoleArn=self.role["Arn"], RoleSessionName="session", DurationSeconds=900, PolicyArns=[{"arn": READ_ONLY}]
        )
        record = self.record_of(answer)
        self.assertEqual(record["requestParameters"]["durationSeconds"], 900)
        self.assertEqual(record["requestParameters"]["policyArns"], [{"arn": READ_ONLY}])
        self.assertEqual(set(record["responseElements"]["credentials"]), {"accessKeyId", "expiration"})
        self.assertEqual(record["resources"][0]["ARN"], self.role["Arn"])
        self.assertTrue(record["readOnly"])

    def test_a_role_of_another_account_gives_two_records(self) -> None:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        foreign = self.client("iam", {"AccessKeyId": OTHER_ACCOUNT, "SecretAccessKey": "test"})
        role = foreign.create_role(
            RoleName="foreign", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )["Role"]
        answer = self.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
        shared = self.record_of(answer)["sharedEventID"]
        copies = {r["recipientAccountId"]: r for r in self.all_records() if r.get("sharedEventID") == shared}
        self.assertEqual(set(copies), {ACCOUNT, OTHER_ACCOUNT})
        self.assertEqual(copies[OTHER_ACCOUNT]["userIdentity"]["type"], "AWSAccount")

    def test_cloudtrail(self) -> None:
        trails = self.client("cloudtrail")
        self.client("s3").create_bucket(Bucket="trail")
        trails.create_trail(Name="main", S3BucketName="trail")
        selectors = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False}]
        record = self.record_of(trails.put_event_selectors(TrailName="main", EventSelectors=selectors))
        self.assertEqual(
            record["requestParameters"],
            {
                "trailName": "main",
                "eventSelectors": [{"readWriteType": "WriteOnly", "includeManagementEvents": False}],
            },
        )
        self.assertEqual(
            self.record_of(trails.stop_logging(Name="main"))["requestParameters"], {"name": "main"}
        )

    def test_the_parameter_store(self) -> None:
        self.client("ssm").put_parameter(Name="/db", Value="hush-parameter", Type="SecureString")
        record = self.record_of(self.client("ssm").get_parameter(Name="/db", WithDecryption=True))
        self.assertEqual(record["requestParameters"], {"name": "/db", "withDecryption": True})
        self.assertNotIn("hush-parameter", self.records_file.read_text(encoding="utf-8"))

    def test_records_can_be_looked_up(self) -> None:
        record = self.record_of(self.kms.describe_key(KeyId=self.key))
        by_id = [{"AttributeKey": "EventId", "AttributeValue": record["eventID"]}]
        trails = self.client("cloudtrail")
        (found,) = self.wait_for(lambda: trails.lookup_events(LookupAttributes=by_id)["Events"], "the event")
        self.assertEqual(json.loads(found["CloudTrailEvent"]), record)


class DeniedTest(CloudTrailCase):
    """The form of a denied record that has been seen: no parameters, no resources."""

    def test_a_denied_call(self) -> None:
        nobody = self.session_of(self.create_role("nobody", allow("s3:ListBucket")))
        denied = self.failure_of(self.client("kms", nobody).describe_key, KeyId=self.key)
        record = self.record_of(denied)
        self.assertEqual(record["errorCode"], "AccessDenied")
        self.assertEqual(record["errorMessage"], denied["Error"]["Message"])
        self.assert_parameters(record)
        self.assertIsNone(record["responseElements"])
        self.assertNotIn("resources", record)

    def assert_parameters(self, record: dict) -> None:
        self.assertIsNone(record["requestParameters"])


class DeniedWithParametersTest(DeniedTest):
    """The other form, which the services have not been seen to rule out."""

    environment = {"PORTCULLIS_DENIED_PARAMETERS": "present"}

    def assert_parameters(self, record: dict) -> None:
        self.assertEqual(record["requestParameters"], {"keyId": self.key})


class DelayTest(CloudTrailCase):
    environment = {"PORTCULLIS_CLOUDTRAIL_DELAY_MS": "500"}

    def test_the_call_does_not_wait_for_its_record(self) -> None:
        answer = self.kms.list_aliases()
        self.assertEqual(self.records("ListAliases"), [])
        self.record_of(answer)


class WithoutTheAdditionTest(EmulatorCase):
    without = ("cloudtrail",)

    def test_no_event_reaches_a_rule(self) -> None:
        url, arn = self.create_queue("events")
        events = self.client("events")
        events.put_rule(Name="all", EventPattern='{"detail-type": ["AWS API Call via CloudTrail"]}')
        events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
        self.client("iam").create_user(UserName="alice")
        self.assertNotIn("Messages", self.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1))
