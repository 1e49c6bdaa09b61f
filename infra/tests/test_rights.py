"""What the roles may do to tables, files, queues and topics: on which, and on nothing else."""

import json
import unittest

from reading import ACCOUNT, ROLES, allows, as_list, of_service
from violations import given_everything, tests_of


class RightTest(unittest.TestCase):
    pass


violated_by = tests_of(RightTest)

KEEP_LEDGER = {(f"dynamodb:{verb}", "<Ledger.Arn>", None) for verb in ("GetItem", "PutItem", "Query", "UpdateItem")}
QUARANTINES = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["quarantine"]}}
# Role → actions on tables, each with its table and its condition.
TABLES = {
    "DetectRole": {
        *((f"dynamodb:{verb}", "<DetectionTable.Arn>", None) for verb in ("BatchGetItem", "Query", "UpdateItem")),
        ("dynamodb:Query", "<Ledger.Arn>", str(QUARANTINES)),
    },
    "RespondRole": KEEP_LEDGER,
    "ReleaseRole": KEEP_LEDGER,
    "ScheduleRole": set(),
}
# Role → what it is denied, whatever policy is attached to it later, by the name of the statement.
TABLE_DENIALS = {
    "DetectRole": {
        "OnlyOwnTable": {
            "Action": ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
            "NotResource": "<DetectionTable.Arn>",
        },
        "OnlyOwnTableAndLedger": {
            "Action": "dynamodb:Query",
            "NotResource": ["<DetectionTable.Arn>", "<Ledger.Arn>"],
        },
        "OnlyQuarantines": {
            "Action": "dynamodb:Query",
            "Resource": "<Ledger.Arn>",
            "Condition": {"ForAnyValue:StringNotEquals": {"dynamodb:LeadingKeys": ["quarantine"]}},
        },
    },
    **{
        role: {"OnlyTheLedger": {"Action": "dynamodb:*", "NotResource": "<Ledger.Arn>"}}
        for role in ("RespondRole", "ReleaseRole")
    },
}


@violated_by(
    lambda t: t.allow("DetectRole", "dynamodb:UpdateItem", "<Ledger.Arn>"),
    lambda t: t.allow("DetectRole", "dynamodb:DeleteItem", "<DetectionTable.Arn>"),
    lambda t: t.statement("DetectRole", "SeeQuarantines").pop("Condition"),
    lambda t: t.statement("DetectRole", "SeeQuarantines").update(
        Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*"]}}
    ),
    lambda t: t.statement("DetectRole", "Remember").update(Resource=["<DetectionTable.Arn>", "<Ledger.Arn>"]),
    lambda t: t.statement("DetectRole", "OnlyOwnTable").update(Condition={"Bool": {"aws:SecureTransport": "false"}}),
    lambda t: t.statement("DetectRole", "OnlyOwnTable")["Action"].remove("dynamodb:UpdateItem"),
    lambda t: t.statement("DetectRole", "OnlyOwnTableAndLedger")["NotResource"].append("*"),
    lambda t: t.statement("DetectRole", "OnlyQuarantines").pop("Condition"),
    lambda t: t.statement("RespondRole", "OnlyTheLedger").update(Action="dynamodb:PutItem"),
    lambda t: t.statement("ReleaseRole", "OnlyTheLedger").update(NotResource="*"),
    lambda t: t.allow("RespondRole", "dynamodb:UpdateItem", "<DetectionTable.Arn>"),
    lambda t: t.allow("ScheduleRole", "dynamodb:Query", "<Ledger.Arn>"),
)
def each_function_keeps_to_its_table(t):
    for role, wanted in TABLES.items():
        rights = {
            (action, resource, str(s["Condition"]) if "Condition" in s else None)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "dynamodb")
            for resource in as_list(s["Resource"])
        }
        if rights != wanted:
            yield f"{role}: {sorted(rights ^ wanted, key=str)}"
    for role, denials in TABLE_DENIALS.items():
        for sid, denial in denials.items():
            if t.statement(role, sid) != {"Sid": sid, "Effect": "Deny", **denial}:
                yield f"{role}: {t.statement(role, sid)}"


LOOK = {"iam:GetRole", "iam:GetUser", "iam:ListAttachedRolePolicies", "iam:ListAttachedUserPolicies"}
CONTAIN = {f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User")}
# Resource with a wildcard → actions that may have it.
WILDCARDS = {
    # These know no resource-level permissions.
    "*": {"tag:GetResources", "kms:ListAliases"},
    f"arn:aws:iam::{ACCOUNT}:role/*": CONTAIN | LOOK,
    f"arn:aws:iam::{ACCOUNT}:user/*": CONTAIN | LOOK,
    "<ConfigBucket.Arn>/rules/*": {"s3:GetObject"},
    "<ConfigBucket.Arn>/*.mmdb": {"s3:GetObject"},
    "arn:aws:s3:::trail-logs/AWSLogs/*/CloudTrail/*": {"s3:GetObject"},
    "arn:aws:s3:::trail-logs/*/AWSLogs/*/CloudTrail/*": {"s3:GetObject"},
}


@violated_by(
    lambda t: t.allow("DetectRole", "sqs:SendMessage", "*"),
    lambda t: t.allow("RespondRole", "dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/*"),
    lambda t: t.allow("ReleaseRole", "dynamodb:*", "<Ledger.Arn>"),
    lambda t: t.allow("ScheduleRole", "lambda:InvokeFunction", "*"),
    lambda t: t.statements("ReleaseRole")[0].update(NotResource="x", Resource=[]),
)
def wildcards_stand_where_they_must(t):
    for role in ROLES:
        for s in allows(t, role):
            if {"NotAction", "NotResource"} & set(s):
                yield f"{role}: an Allow by exclusion"
            for action in as_list(s["Action"]):
                if "*" in action:
                    yield f"{role}: {action}"
                for resource in as_list(s["Resource"]):
                    if "*" in resource and action not in WILDCARDS.get(resource, ()):
                        yield f"{role}: {action} on {resource}"


@violated_by(lambda t: t.allow("RespondRole", ["iam:GetRole"] * 1000))
def inline_policies_fit_the_quota(t):
    for role in ROLES:
        # White space does not count; ARNs are longer than the placeholders that stand for them here.
        size = sum(len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) for p in t.properties(role)["Policies"])
        if size > 8000:
            yield f"{role}: {size} of 10,240 characters"


@violated_by(
    lambda t: t.allow("DetectRole", "s3:GetObject", "arn:aws:s3:::trail-logs/AWSLogs/*"),
)
def detect_reads_the_trail_only_if_there_is_one(t):
    bucket = t.values["TrailBucketName"]
    read = {
        resource
        for s in allows(t, "DetectRole")
        if "s3:GetObject" in as_list(s["Action"])
        for resource in as_list(s["Resource"])
        if "ConfigBucket" not in resource
    }
    paths = ("AWSLogs/*/CloudTrail/*", "*/AWSLogs/*/CloudTrail/*")
    if read != ({f"arn:aws:s3:::{bucket}/{path}" for path in paths} if bucket else set()):
        yield f"detect reads {sorted(read)}"


SETTINGS = ("s3:GetObject", "<ConfigBucket.Arn>/portcullis.yaml")
OWN_RULES = ("s3:GetObject", "<ConfigBucket.Arn>/rules/*")
DATABASES = ("s3:GetObject", "<ConfigBucket.Arn>/*.mmdb")
# Without it an object that is not there is a 403 rather than a 404.
LIST = ("s3:ListBucket", "<ConfigBucket.Arn>")
CONFIGURATION = {
    "DetectRole": {SETTINGS, OWN_RULES, DATABASES, LIST},
    "RespondRole": {SETTINGS, OWN_RULES, LIST},
    "ReleaseRole": {SETTINGS, LIST},
    "ScheduleRole": set(),
}


@violated_by(
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Effect="Deny"),
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Resource="<ConfigBucket.Arn>/*"),
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Action=["s3:GetObject", "s3:PutObject"]),
    lambda t: t.statement("ReleaseRole", "ListConfig").update(Resource=[]),
    lambda t: t.statement("RespondRole", "ListConfig").update(Condition={"StringEquals": {"s3:prefix": "rules/"}}),
    lambda t: t.allow("ReleaseRole", *OWN_RULES),
    lambda t: t.allow("DetectRole", "s3:PutObject", "<ConfigBucket.Arn>/portcullis.yaml"),
)
def functions_read_their_configuration_only(t):
    for role, wanted in CONFIGURATION.items():
        rights = {
            (action, resource)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "s3")
            for resource in as_list(s["Resource"])
            if "trail-logs" not in resource and "Condition" not in s
        }
        if rights != wanted:
            yield f"{role}: {sorted(rights ^ wanted)}"


@violated_by(
    lambda t: t.statement("RespondRole", "Page").update(Resource=[]),
    lambda t: t.statement("ReleaseRole", "Page").update(Effect="Deny"),
    lambda t: t.allow("RespondRole", "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall"),
    lambda t: t.allow("DetectRole", "sns:Publish", "<PagesTopic>"),
    given_everything(lambda t: t.statement("RespondRole", "PageElsewhere").update(Resource=[])),
    given_everything(lambda t: t.statement("ReleaseRole", "PageElsewhere").update(Effect="Deny")),
    given_everything(lambda t: t.statement("ReleaseRole", "PageElsewhere").update(Action="sns:*")),
    given_everything(lambda t: t.allow("ReleaseRole", "sns:Publish", t.values["TrailTopicArn"])),
)
def pages_go_to_the_topics_that_the_settings_may_name(t):
    topics = {"<PagesTopic>", *filter(None, t.values["PagingTopicArns"])}
    for role in ROLES:
        wanted = {("sns:Publish", topic) for topic in topics} if role in ("RespondRole", "ReleaseRole") else set()
        rights = {
            (action, resource)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "sns")
            for resource in as_list(s["Resource"])
        }
        if rights != wanted:
            yield f"{role}: {sorted(rights ^ wanted)}"


if __name__ == "__main__":
    unittest.main()
