"""What the roles may do to tables and log files, and where wildcards stand."""

import json
import unittest

from policies import ADMINISTRATOR, as_list
from reading import ACCOUNT, allows, of_service, roles
from violations import tests_of


class RightTest(unittest.TestCase):
    pass


violated_by = tests_of(RightTest)

# What is written, is written whole, on the condition of what was read; nothing is deleted.
KEEP_LEDGER = {
    (f"dynamodb:{verb}", "<Ledger.Arn>", None) for verb in ("GetItem", "PutItem", "Query")
}
ACTIVE = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["active#*"]}}
QUARANTINES = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["quarantine"]}}
# Role → actions on tables, each with its table and its condition.
TABLES = {
    "DetectRole": {
        *((f"dynamodb:{verb}", "<DetectionTable.Arn>", None) for verb in ("BatchGetItem", "Query", "UpdateItem")),
        ("dynamodb:Query", "<Ledger.Arn>", str(QUARANTINES)),
    },
    "RespondRole": KEEP_LEDGER | {("dynamodb:Query", "<DetectionTable.Arn>", str(ACTIVE))},
    "ReleaseRole": KEEP_LEDGER,
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
    "RespondRole": {
        "OnlyTheLedger": {
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "NotResource": "<Ledger.Arn>",
        },
        "OnlyTheLedgerAndWhoIsActive": {
            "Action": "dynamodb:Query",
            "NotResource": ["<Ledger.Arn>", "<DetectionTable.Arn>"],
        },
        "OnlyWhoIsActive": {
            "Action": "dynamodb:Query",
            "Resource": "<DetectionTable.Arn>",
            "Condition": {"ForAnyValue:StringNotLike": {"dynamodb:LeadingKeys": ["active#*"]}},
        },
    },
    "ReleaseRole": {"OnlyTheLedger": {"Action": "dynamodb:*", "NotResource": "<Ledger.Arn>"}},
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
    lambda t: t.allow("RespondRole", "dynamodb:UpdateItem", "<Ledger.Arn>"),
    lambda t: t.statement("ReleaseRole", "KeepLedger")["Action"].append("dynamodb:DeleteItem"),
    lambda t: t.statement("ReleaseRole", "KeepLedger")["Action"].remove("dynamodb:PutItem"),
    lambda t: t.statement("RespondRole", "KeepLedger")["Action"].append("dynamodb:ConditionCheckItem"),
    lambda t: t.allow("AlarmsRole", "dynamodb:Query", "<Ledger.Arn>"),
    lambda t: t.statement("RespondRole", "SeeWhoIsActive").pop("Condition"),
    lambda t: t.statement("RespondRole", "OnlyWhoIsActive").pop("Condition"),
    lambda t: t.statement("RespondRole", "OnlyTheLedgerAndWhoIsActive").update(NotResource="*"),
    lambda t: t.allow("ScheduleRole", "dynamodb:Query", "<Ledger.Arn>"),
)
def each_function_keeps_to_its_table(t):
    for role in roles(t):
        wanted = TABLES.get(role, set())
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


@violated_by(
    lambda t: t.statement("RespondRole", "SeeWhoIsActive").update(Resource="<Ledger.Arn>"),
    lambda t: t.statement("RespondRole", "OnlyWhoIsActive").update(Resource="<Ledger.Arn>"),
)
def respond_sees_who_is_active_and_no_more_of_the_detection_table(t):
    for keys, wanted in (
        (["active#111122223333#2026-01-05"], True),
        (["seen#111122223333"], False),
        (["active#111122223333#2026-01-05", "seen#111122223333"], False),
    ):
        for besides in ((), (ADMINISTRATOR,)):
            context = {"dynamodb:LeadingKeys": keys}
            may = t.may("RespondRole", "dynamodb:Query", "<DetectionTable.Arn>", context, besides)
            if may != wanted:
                yield f"respond {'may' if may else 'may not'} query {keys}"
    if not t.may("RespondRole", "dynamodb:Query", "<Ledger.Arn>", {"dynamodb:LeadingKeys": ["quarantine"]}):
        yield "respond may not query the ledger"


LOOK = {
    "iam:GetRole",
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:SimulatePrincipalPolicy",
}
CHANGE = {
    *(f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User")),
    *(f"iam:{verb}{kind}PermissionsBoundary" for verb in ("Delete", "Put") for kind in ("Role", "User")),
}
OF_ALARMS = {
    "cloudwatch:DeleteAnomalyDetector",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutCompositeAlarm",
    "kms:DescribeKey",
    "kms:GetKeyRotationStatus",
    "kms:ListKeys",
    "secretsmanager:ListSecrets",
}
# Resource with a wildcard → actions that may have it.
WILDCARDS = {
    # These know no resource-level permissions, or are asked for on all there is; what the looks at keys may be about
    # depends on whether there is such a key. See test_alarms.py.
    "*": {"cloudtrail:LookupEvents", "kms:ListAliases", "tag:GetResources"} | OF_ALARMS,
    f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:gate/*": {
        f"cloudwatch:{name}"
        for name in ("DeleteAlarms", "ListTagsForResource", "PutMetricAlarm", "SetAlarmState", "TagResource")
    },
    f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:org/trail:*": {
        f"logs:{name}" for name in ("DeleteMetricFilter", "DescribeMetricFilters", "PutMetricFilter")
    },
    f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:gate-heartbeat*": {"secretsmanager:DescribeSecret"},
    f"arn:aws:iam::{ACCOUNT}:role/*": CHANGE | LOOK,
    f"arn:aws:iam::{ACCOUNT}:user/*": CHANGE | LOOK | {"iam:UpdateAccessKey"},
    # The accounts are in the condition.
    "arn:aws:iam::*:role/portcullis/gate-contain": {"sts:AssumeRole"},
    "arn:aws:iam::*:role/portcullis/gate-lift": {"sts:AssumeRole"},
    "arn:aws:s3:::evidence/ledger/*": {"s3:PutObject"},
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
    lambda t: t.allow("AlarmsRole", "cloudwatch:PutMetricAlarm", "*"),
    lambda t: t.statements("ReleaseRole")[0].update(NotResource="x", Resource=[]),
)
def wildcards_stand_where_they_must(t):
    for role in roles(t):
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
    for role in roles(t):
        # White space does not count. ARNs are longer than the placeholders that stand for them here, and there may be
        # more members and protected principals.
        size = sum(len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) for p in t.properties(role)["Policies"])
        if size > 7000:
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


if __name__ == "__main__":
    unittest.main()
