"""Tables, the bucket of the configuration, the topic of the pages."""

import unittest

from reading import ACCOUNT, only_over_tls
from violations import given_everything, tests_of


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
    lambda t: t.properties("ConfigBucket").pop("NotificationConfiguration"),
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
    # So that alarms hears of new settings.
    if bucket.get("NotificationConfiguration") != {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}:
        yield "nobody is told what is uploaded"
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
    given_everything(lambda t: t.properties("AlarmsTopicPolicy")["PolicyDocument"]["Statement"].pop(0)),
    given_everything(lambda t: t.properties("AlarmsTopicPolicy")["PolicyDocument"]["Statement"].pop()),
    given_everything(lambda t: t.properties("AlarmsTopic").pop("KmsMasterKeyId")),
    given_everything(lambda t: t.resources.pop("AlarmsTopic")),
    given_everything(lambda t: t.properties("AlarmStatesTopic").pop("KmsMasterKeyId")),
    lambda t: t.properties("AlarmStatesTopicPolicy")["PolicyDocument"]["Statement"].pop(0),
    lambda t: t.properties("AlarmStatesTopicPolicy")["PolicyDocument"]["Statement"].pop(),
)
def topics_take_from_the_alarms_alone(t):
    topics = {"PagesTopic", "AlarmStatesTopic"} | ({"AlarmsTopic"} if t.values["PageEmail"] else set())
    if set(t.of_type("AWS::SNS::Topic")) != topics:
        yield f"topics: {sorted(t.of_type('AWS::SNS::Topic'))}"
    for topic in topics & set(t.of_type("AWS::SNS::Topic")):
        statements = t.properties(f"{topic}Policy")["PolicyDocument"]["Statement"]
        allowed = [s for s in statements if s["Effect"] == "Allow"]
        if [s["Principal"] for s in allowed] != [{"Service": "cloudwatch.amazonaws.com"}]:
            yield f"others than the alarms may publish to {topic}"
        for s in allowed:
            if s["Condition"].get("StringEquals") != {"aws:SourceAccount": ACCOUNT} or s["Action"] != "sns:Publish":
                yield f"the alarms of other accounts may publish to {topic}"
        if not only_over_tls(statements, f"<{topic}>"):
            yield f"{topic} is open to plain HTTP"
        # alias/aws/sns would silence the alarms.
        if t.properties(topic).get("KmsMasterKeyId", "") != t.values["TopicKmsKeyArn"]:
            yield f"{topic} is encrypted with another key"


def let_in(policy, attributes):
    """Whether a filter policy on message attributes lets a message through.

    Source: SNS Developer Guide, "Amazon SNS subscription filter policies" and "Key matching in Amazon SNS":
    `exists: false` needs at least one attribute of another name.
    """

    def fits(name, wanted):
        return name not in attributes if wanted == {"exists": False} else wanted == attributes.get(name)

    matches = all(any(fits(name, wanted) for wanted in one) for name, one in policy.items())
    return matches and bool(attributes or not policy)


@violated_by(
    lambda t: t.resources.update(PageEmailSubscription={"Type": "AWS::SNS::Subscription", "Properties": {}}),
    given_everything(lambda t: t.properties("PageEmailSubscription").pop("FilterPolicy")),
    given_everything(lambda t: t.properties("PageEmailSubscription")["FilterPolicy"]["action"].append("update")),
    given_everything(lambda t: t.properties("PageEmailSubscription")["FilterPolicy"]["action"].remove("resolve")),
    given_everything(lambda t: t.properties("PageEmailSubscription")["FilterPolicy"]["action"].pop(0)),
    given_everything(lambda t: t.properties("PageEmailSubscription").update(FilterPolicyScope="MessageBody")),
    # The alarms would not get through.
    given_everything(lambda t: t.properties("AlarmEmailSubscription").update(TopicArn="<PagesTopic>")),
    given_everything(
        lambda t: t.properties("AlarmEmailSubscription").update(FilterPolicy={"action": [{"exists": False}]})
    ),
    given_everything(lambda t: t.resources.pop("AlarmEmailSubscription")),
)
def mail_tells_the_beginning_and_the_end_and_every_alarm_once(t):
    mails = [s for s in t.of_type("AWS::SNS::Subscription").values() if s.get("Protocol", "email") == "email"]
    if not t.values["PageEmail"]:
        if mails:
            yield "mail without an address"
        return
    for topic, attributes, wanted in (
        ("<PagesTopic>", {"kind": "finding", "action": "trigger"}, 1),
        ("<PagesTopic>", {"kind": "finding", "action": "update"}, 0),
        ("<PagesTopic>", {"kind": "released", "action": "resolve"}, 1),
        ("<PagesTopic>", {"kind": "finding"}, 1),
        # An alarm, which goes to both topics.
        ("<PagesTopic>", {}, 0),
        ("<AlarmsTopic>", {}, 1),
    ):
        reached = [
            mail["Endpoint"]
            for mail in mails
            if mail["TopicArn"] == topic
            and mail.get("FilterPolicyScope", "MessageAttributes") == "MessageAttributes"
            and let_in(mail.get("FilterPolicy", {}), attributes)
        ]
        if reached != [t.values["PageEmail"]] * wanted:
            yield f"{attributes} of {topic} reaches {reached}"


@violated_by(
    given_everything(lambda t: t.properties("PagerDutyPages").update(TopicArn="<AlarmsTopic>")),
    given_everything(lambda t: t.properties("PagerDutyPages").pop("RedrivePolicy")),
    given_everything(lambda t: t.properties("PagerDuty").pop("DeadLetterConfig")),
    given_everything(lambda t: t.properties("PagerDutyPagesPermission").update(SourceArn="*")),
    given_everything(lambda t: t.properties("PagerDutyPagesPermission").update(Principal="*")),
    given_everything(lambda t: t.resources.pop("PagerDutyPages")),
)
def pagerduty_is_told_or_the_page_is_kept(t):
    told = [s for s in t.of_type("AWS::SNS::Subscription").values() if s.get("Protocol") == "lambda"]
    permissions = [p for p in t.of_type("AWS::Lambda::Permission").values() if p["FunctionName"] != "<Alarms>"]
    if not t.values["PagerDutyRoutingKeySecretArn"]:
        if told or permissions:
            yield "PagerDuty is told without a key"
        return
    kept = {"deadLetterTargetArn": "<PagerDutyDlq.Arn>"}
    wanted = {"Protocol": "lambda", "TopicArn": "<PagesTopic>", "Endpoint": "<PagerDuty.Arn>", "RedrivePolicy": kept}
    if told != [wanted]:
        yield f"subscribed: {told}"
    if t.properties("PagerDuty").get("DeadLetterConfig") != {"TargetArn": "<PagerDutyDlq.Arn>"}:
        yield "what fails is lost"
    if [(p["Principal"], p["SourceArn"]) for p in permissions] != [("sns.amazonaws.com", "<PagesTopic>")]:
        yield f"called by {list(permissions)}"


if __name__ == "__main__":
    unittest.main()
