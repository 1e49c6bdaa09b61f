"""The lockout policy, at home and in members: what it takes away, and what it leaves."""

import json
import unittest

import botocore.session
from pack import is_read, operations
from policies import ADMINISTRATOR, allowed
from reading import ACCOUNT, MEMBER, TRANSLATED, Resolved
from test_member import GLOBAL, MEMBER_TEMPLATE, Member
from violations import tests_of

# What only reads in IAM and is called otherwise.
READS_OF_IAM = ("GenerateCredentialReport", "GenerateOrganizationsAccessReport", "GenerateServiceLastAccessedDetails")


class LockoutTest(unittest.TestCase):
    def test_both_are_known_by_one_name(self):
        for function in ("Respond", "Release"):
            variables = Resolved(TRANSLATED, {}).properties(function)["Environment"]["Variables"]
            known = variables["PORTCULLIS_LOCKOUT_POLICY"]
            for t in (Resolved(TRANSLATED, {}), Member(MEMBER_TEMPLATE, GLOBAL)):
                policy = t.properties("LockoutPolicy")
                self.assertEqual(f"/{known}", policy["Path"] + policy["ManagedPolicyName"])

    def test_it_fits_the_quota(self):
        # 6,144 characters without white space; ARNs are longer than the placeholders that stand for them here.
        for t in (Resolved(TRANSLATED, {}), Member(MEMBER_TEMPLATE, GLOBAL)):
            self.assertLess(len(json.dumps(document(t), separators=(",", ":"))), 4500)


def document(t):
    return t.properties("LockoutPolicy")["PolicyDocument"]


def statement(t, sid):
    return next(s for s in document(t)["Statement"] if s["Sid"] == sid)


def leaves(t, action, resource="any"):
    """Whether an administrator with the policy may still do this."""
    return allowed([ADMINISTRATOR, *document(t)["Statement"]], action, resource)


def everywhere(t):
    for service in ("kms", "secretsmanager"):
        for name in calls(service):
            if leaves(t, f"{service}:{name}"):
                yield f"leaves {service}:{name}"
    for name in calls("ssm"):
        if leaves(t, f"ssm:{name}") == name.startswith("GetParameter"):
            yield f"ssm:{name}"
    for name in {*operations("iam.amazonaws.com"), "PassRole"}:
        reads = is_read("iam.amazonaws.com", name) or name in READS_OF_IAM
        if leaves(t, f"iam:{name}") != reads:
            yield f"{'leaves' if not reads else 'denies'} iam:{name}"
    for action in ("s3:GetObject", "s3:PutObject", "dynamodb:PutItem", "sqs:SendMessage", "lambda:InvokeFunction"):
        if not leaves(t, action, "arn:aws:any:eu-west-1:111122223333:other"):
            yield f"denies {action} on what is not Portcullis's"
    if not leaves(t, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/app") or not leaves(t, "ec2:RunInstances"):
        yield "denies what is not asked for"
    if any(s["Effect"] != "Deny" or "Condition" in s for s in document(t)["Statement"]):
        yield "allows something, or denies on a condition"


def calls(service):
    return botocore.session.get_session().get_service_model(service).operation_names


home = tests_of(LockoutTest)


@home(
    lambda t: statement(t, "NoKeysAndSecrets")["Action"].remove("ssm:GetParameter*"),
    lambda t: statement(t, "NoKeysAndSecrets")["Action"].append("ssm:*"),
    lambda t: statement(t, "NoKeysAndSecrets").update(Resource=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"),
    *(
        lambda t, a=action: statement(t, "NoWritesInIam")["Action"].remove(a)
        for action in Resolved(TRANSLATED, {}).properties("LockoutPolicy")["PolicyDocument"]["Statement"][1]["Action"]
    ),
    lambda t: statement(t, "NoWritesInIam")["Action"].append("iam:*"),
    lambda t: statement(t, "NoWritesInIam").update(Condition={"StringEquals": {"aws:x": "y"}}),
    lambda t: document(t)["Statement"].append({"Sid": "x", "Effect": "Deny", "Action": "sts:*", "Resource": "*"}),
)
def it_takes_keys_secrets_and_writes_in_iam(t):
    yield from everywhere(t)


FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:gate-release"
STACK = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/gate/4711"
TABLES = ("<Ledger.Arn>", "<DetectionTable.Arn>")
QUEUES = ("<EventsQueue.Arn>", "<EventsDlq.Arn>", "<FindingsQueue.Arn>", "<FindingsDlq.Arn>")
OBJECTS = ("<ConfigBucket.Arn>/portcullis.yaml", "<ConfigBucket.Arn>/STOP", "<ConfigBucket.Arn>/rules/own.yml")
MAPPING = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:event-source-mapping:0a1b"
SCHEDULE = f"arn:aws:scheduler:eu-west-1:{ACCOUNT}:schedule/default/gate-release"
RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/gate-secrets"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:gate-pages"
ALARMS = [f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}" for name in ("gate-events-dlq", "gate/denied/payroll")]
DASHBOARD = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/gate"
TAKEN = [
    *((f"cloudwatch:{verb}", alarm) for alarm in ALARMS for verb in ("DeleteAlarms", "DisableAlarmActions")),
    *((f"cloudwatch:{verb}", alarm) for alarm in ALARMS for verb in ("PutMetricAlarm", "PutCompositeAlarm")),
    *((f"cloudwatch:{verb}", alarm) for alarm in ALARMS for verb in ("SetAlarmState", "TagResource", "UntagResource")),
    *((f"cloudwatch:{verb}", DASHBOARD) for verb in ("DeleteDashboards", "PutDashboard")),
    *((f"lambda:{verb}EventSourceMapping", MAPPING) for verb in ("Delete", "Update")),
    *((f"scheduler:{verb}Schedule", SCHEDULE) for verb in ("Delete", "Update")),
    *((f"events:{verb}", RULE) for verb in ("DeleteRule", "DisableRule", "PutTargets", "RemoveTargets")),
    *((f"sns:{verb}", TOPIC) for verb in ("DeleteTopic", "RemovePermission", "SetTopicAttributes", "Unsubscribe")),
    *((f"lambda:{verb}", FUNCTION) for verb in ("InvokeFunction", "InvokeFunctionUrl", "UpdateFunctionCode20150331v2")),
    *((f"lambda:{verb}", FUNCTION) for verb in ("AddPermission", "CreateFunction", "DeleteFunction", "PublishVersion")),
    *((f"lambda:{verb}", FUNCTION) for verb in ("PutFunctionConcurrency", "RemovePermission")),
    *((f"cloudformation:{verb}Stack", STACK) for verb in ("Create", "Delete", "Update", "CancelUpdate", "Rollback")),
    *((f"cloudformation:{verb}", STACK) for verb in ("ExecuteChangeSet", "SetStackPolicy", "ContinueUpdateRollback")),
    *((f"s3:{verb}", thing) for thing in OBJECTS for verb in ("PutObject", "DeleteObject", "DeleteObjectVersion")),
    *((f"s3:{verb}", OBJECTS[0]) for verb in ("ReplicateObject", "RestoreObject")),
    *((f"s3:{verb}Policy", "<ConfigBucket.Arn>") for verb in ("PutBucket", "DeleteBucket")),
    *((f"dynamodb:{verb}Item", table) for table in TABLES for verb in ("Put", "Update", "Delete", "BatchWrite")),
    *((f"dynamodb:PartiQL{verb}", table) for table in TABLES for verb in ("Insert", "Update", "Delete")),
    *((f"dynamodb:{verb}", TABLES[0]) for verb in ("DeleteTable", "UpdateTable", "RestoreTableFromBackup")),
    *((f"sqs:{verb}", queue) for queue in QUEUES for verb in ("SendMessage", "DeleteMessage", "PurgeQueue")),
    *((f"sqs:{verb}", QUEUES[0]) for verb in ("ReceiveMessage", "SetQueueAttributes", "DeleteQueue")),
]
LEFT = [
    ("lambda:GetFunctionConfiguration", FUNCTION),
    ("cloudformation:DescribeStacks", STACK),
    ("s3:GetObject", OBJECTS[0]),
    *(("dynamodb:GetItem", table) for table in TABLES),
    ("sqs:GetQueueAttributes", QUEUES[0]),
    *(("cloudwatch:DescribeAlarms", alarm) for alarm in ALARMS),
    ("cloudwatch:GetDashboard", DASHBOARD),
    ("cloudwatch:PutDashboard", DASHBOARD.replace("gate", "gate-of-others")),
    *(("cloudwatch:DeleteAlarms", alarm.replace("gate", "other")) for alarm in ALARMS),
    ("lambda:InvokeFunction", FUNCTION.replace("gate", "other")),
    ("cloudformation:UpdateStack", STACK.replace("gate", "other")),
]


@home(
    *(
        lambda t, s=s["Sid"], a=action: statement(t, s)["Action"].remove(a)
        for s in Resolved(TRANSLATED, {}).properties("LockoutPolicy")["PolicyDocument"]["Statement"][2:]
        for action in s["Action"]
    ),
    lambda t: statement(t, "NoSettings")["Resource"].pop(),
    lambda t: statement(t, "NoTables")["Resource"].pop(),
    lambda t: statement(t, "NoQueues")["Resource"].pop(),
    *(lambda t, n=number: statement(t, "NoAlarms")["Resource"].pop(n) for number in range(3)),
    *(lambda t, n=number: statement(t, "NoRulesNorPages")["Resource"].pop(n) for number in range(2)),
    lambda t: statement(t, "NoFunctionOfPortcullis").update(Resource="*"),
    lambda t: statement(t, "NoStackOfPortcullis").update(Resource="*"),
    lambda t: statement(t, "NoSettings")["Action"].append("s3:Get*"),
)
def it_takes_what_would_undo_it(t):
    yield from (f"leaves {action} on {resource}" for action, resource in TAKEN if leaves(t, action, resource))
    yield from (f"takes {action} on {resource}" for action, resource in LEFT if not leaves(t, action, resource))


# What has no counterpart in a member: the functions, the settings and the tables are in the security account alone.
AT_HOME_ONLY = {"NoFunctionOfPortcullis", "NoSettings", "NoTables"}
TAKEN_THERE = [
    *((f"sqs:{verb}", "sqs:us-east-1:{0}:gate-undelivered") for verb in ("ReceiveMessage", "PurgeQueue")),
    ("sqs:DeleteQueue", "sqs:eu-west-1:{0}:gate-undelivered"),
    *((f"events:{verb}", "events:eu-west-1:{0}:rule/gate-secrets") for verb in ("DisableRule", "RemoveTargets")),
    ("events:PutRule", "events:us-east-1:{0}:rule/gate-identity"),
    ("scheduler:DeleteSchedule", "scheduler:eu-west-1:{0}:schedule/default/gate-any"),
    ("sns:SetTopicAttributes", "sns:eu-west-1:{0}:gate-any"),
    ("lambda:DeleteEventSourceMapping", "lambda:eu-west-1:{0}:event-source-mapping:0a1b"),
    ("cloudwatch:DeleteAlarms", "cloudwatch:eu-west-1:{0}:alarm:gate-undelivered"),
]


@tests_of(LockoutTest, MEMBER_TEMPLATE, {"a member": GLOBAL}, Member)(
    lambda t: statement(t, "NoWritesInIam")["Action"].remove("iam:Detach*"),
    lambda t: statement(t, "NoKeysAndSecrets")["Action"].remove("kms:*"),
    lambda t: statement(t, "NoStackOfPortcullis").update(Resource="*"),
    lambda t: statement(t, "NoStackOfPortcullis")["Action"].remove("cloudformation:Update*"),
    *(
        lambda t, s=sid: document(t)["Statement"].remove(statement(t, s))
        for sid in ("NoQueues", "NoMappings", "NoSchedules", "NoRulesNorPages", "NoAlarms")
    ),
    lambda t: statement(t, "NoQueues")["Action"].remove("sqs:Purge*"),
    lambda t: statement(t, "NoAlarms")["Action"].append("cloudwatch:Get*"),
    lambda t: statement(t, "NoRulesNorPages")["Resource"].pop(0),
    lambda t: statement(t, "NoQueues").update(Resource="arn:aws:sqs:eu-west-1:444455556666:gate-*"),
    lambda t: statement(t, "NoSchedules").update(Resource="*"),
)
def it_does_so_in_members(t):
    yield from everywhere(t)
    here = [s for s in document(Resolved(TRANSLATED, {}))["Statement"] if s["Sid"] not in AT_HOME_ONLY]
    names = {"Resource"}
    plain = [{key: value for key, value in s.items() if key not in names} for s in document(t)["Statement"]]
    if plain != [{key: value for key, value in s.items() if key not in names} for s in here]:
        yield f"another policy in members: {plain}"
    for sid in ("NoKeysAndSecrets", "NoWritesInIam"):
        if statement(t, sid)["Resource"] != "*":
            yield f"{sid} has an end in members"
    stack = t.values["AWS::StackId"]
    if leaves(t, "cloudformation:UpdateStack", stack) or not leaves(t, "cloudformation:UpdateStack", stack + "0"):
        yield "another stack is kept"
    for action, resource in TAKEN_THERE:
        mine = f"arn:aws:{resource}".format(MEMBER)
        if leaves(t, action, mine):
            yield f"leaves {action} on {mine}"
        others = [f"arn:aws:{resource}".format(ACCOUNT), *([mine.replace("gate", "other")] if "gate" in mine else [])]
        yield from (f"takes {action} on {other}" for other in others if not leaves(t, action, other))
    assert t.values["AWS::AccountId"] == MEMBER


if __name__ == "__main__":
    unittest.main()
