"""Tables, the bucket of the configuration, the topic of the pages."""

import unittest

from reading import ACCOUNT, only_over_tls
from violations import tests_of


class StoreTest(unittest.TestCase):
    pass


violated_by = tests_of(StoreTest)


@violated_by(
    lambda t: t.resources["Ledger"].pop("DeletionPolicy"),
    lambda t: t.resources["Ledger"].update(UpdateReplacePolicy="Delete"),
    lambda t: t.properties("Ledger").pop("PointInTimeRecoverySpecification"),
    lambda t: t.properties("Ledger")["TimeToLiveSpecification"].update(AttributeName="ttl"),
    lambda t: t.properties("Ledger").update(BillingMode="PROVISIONED"),
    lambda t: t.properties("Ledger").update(TableName="ledger"),
    lambda t: t.properties("Ledger")["KeySchema"].reverse(),
    # The callers would need kms:Decrypt, which they are denied.
    lambda t: t.properties("Ledger").update(SSESpecification={"SSEEnabled": True}),
)
def ledger_is_kept_and_can_be_restored(t):
    resource, table = t.resources["Ledger"], t.properties("Ledger")
    if resource.get("DeletionPolicy") != "RetainExceptOnCreate" or resource["UpdateReplacePolicy"] != "Retain":
        yield "the ledger goes with the stack"
    if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield "no point-in-time recovery"
    if table["TimeToLiveSpecification"] != {"AttributeName": "expires_at", "Enabled": True}:
        yield "nothing expires"
    if table["BillingMode"] != "PAY_PER_REQUEST" or table["TableName"] != "gate-ledger":
        yield f"{table['TableName']}, {table['BillingMode']}"
    if [(k["AttributeName"], k["KeyType"]) for k in table["KeySchema"]] != [("pk", "HASH"), ("sk", "RANGE")]:
        yield "other keys"
    if "SSESpecification" in table:
        yield "encrypted with a key that the functions may not use"


@violated_by(
    lambda t: t.resources["DetectionTable"].update(DeletionPolicy="Retain"),
    lambda t: t.resources["DetectionTable"].pop("UpdateReplacePolicy"),
    lambda t: t.properties("DetectionTable").pop("TimeToLiveSpecification"),
    lambda t: t.properties("DetectionTable")["TimeToLiveSpecification"].update(AttributeName="ttl"),
    lambda t: t.properties("DetectionTable").update(BillingMode="PROVISIONED"),
    lambda t: t.properties("DetectionTable").update(TableName="gate-ledger"),
    lambda t: t.properties("DetectionTable")["KeySchema"].reverse(),
    lambda t: t.properties("DetectionTable")["AttributeDefinitions"][0].update(AttributeType="N"),
    lambda t: t.properties("DetectionTable").update(SSESpecification={"SSEEnabled": True}),
    lambda t: t.properties("DetectionTable").update(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
)
def detection_table_forgets_and_goes_with_the_stack(t):
    resource, table = t.resources["DetectionTable"], t.properties("DetectionTable")
    if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("Delete", "Delete"):
        yield "the table stays, and is in the way of a new stack of the same name"
    wanted = {
        "TableName": "gate-detection",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    }
    if table != wanted:
        yield f"the table is {table}"


@violated_by(
    lambda t: t.resources["ConfigBucket"].pop("DeletionPolicy"),
    lambda t: t.properties("ConfigBucket").pop("VersioningConfiguration"),
    lambda t: t.properties("ConfigBucket").pop("BucketEncryption"),
    lambda t: t.properties("ConfigBucket")["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False),
    lambda t: t.properties("ConfigBucketPolicy")["PolicyDocument"]["Statement"].clear(),
)
def config_bucket_is_closed_and_kept(t):
    resource, bucket = t.resources["ConfigBucket"], t.properties("ConfigBucket")
    if resource.get("DeletionPolicy") != "RetainExceptOnCreate" or resource["UpdateReplacePolicy"] != "Retain":
        yield "the bucket goes with the stack"
    if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "not versioned"
    rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
    if [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] != ["AES256"]:
        yield "not encrypted with S3's key"
    block = bucket["PublicAccessBlockConfiguration"]
    if len(block) != 4 or not all(value is True for value in block.values()):
        yield "may become public"
    statements = t.properties("ConfigBucketPolicy")["PolicyDocument"]["Statement"]
    if not only_over_tls(statements, ["<ConfigBucket.Arn>", "<ConfigBucket.Arn>/*"]):
        yield "open to plain HTTP"
    if any(s["Effect"] == "Allow" for s in statements):
        yield "the bucket's policy allows something"


@violated_by(
    lambda t: t.properties("PagesTopicPolicy")["PolicyDocument"]["Statement"][0].update(Principal="*"),
    lambda t: t.properties("PagesTopicPolicy")["PolicyDocument"]["Statement"][0]["Condition"].pop("StringEquals"),
    lambda t: t.properties("PagesTopicPolicy")["PolicyDocument"]["Statement"].pop(),
    lambda t: t.properties("PagesTopic").update(KmsMasterKeyId="alias/aws/sns"),
    lambda t: t.resources.update(PageEmailSubscription={"Type": "AWS::SNS::Subscription", "Properties": {}}),
)
def pages_reach_whom_they_should(t):
    statements = t.properties("PagesTopicPolicy")["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    if [s["Principal"] for s in allowed] != [{"Service": "cloudwatch.amazonaws.com"}]:
        yield "others than the alarms may publish"
    for s in allowed:
        if s["Condition"].get("StringEquals") != {"aws:SourceAccount": ACCOUNT} or s["Action"] != "sns:Publish":
            yield "the alarms of other accounts may publish"
    if not only_over_tls(statements, "<PagesTopic>"):
        yield "open to plain HTTP"
    # alias/aws/sns would silence the alarms.
    if t.properties("PagesTopic").get("KmsMasterKeyId", "") != t.values["TopicKmsKeyArn"]:
        yield "encrypted with another key"
    if ("PageEmailSubscription" in t.resources) != bool(t.values["PageEmail"]):
        yield "e-mail without an address, or an address without e-mail"


if __name__ == "__main__":
    unittest.main()
