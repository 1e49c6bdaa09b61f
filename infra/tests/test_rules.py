"""EventBridge rules: what they pin, to whom they deliver, and that the functions do not wake themselves."""

import json
import unittest

from eventbridge import ALL_MANAGEMENT_EVENTS, delivers
from pack import is_read
from reading import allowed_actions, functions
from violations import given_everything, tests_of


class RuleTest(unittest.TestCase):
    pass


violated_by = tests_of(RuleTest)

# Whose events each rule lets in, as EventBridge calls the services, and whether it is given what only reads.
SOURCES = {
    "KeysRule": ("kms", True),
    "SecretsRule": ("secretsmanager", True),
    "ParametersRule": ("ssm", True),
    "TrailRule": ("cloudtrail", False),
    "LooksRule": ("cloudtrail config guardduty securityhub", True),
    "GuardsRule": ("access-analyzer config detective guardduty inspector2 macie2 securityhub", False),
    "StoresRule": ("logs s3", False),
    "PartsRule": ("cloudformation dynamodb events lambda monitoring scheduler sns sqs", False),
    "IdentityRule": ("iam organizations", False),
    "CopiesRule": ("ec2 rds", False),
    "ObjectsRule": ("s3", False),
}
# These let in calls of any name: everything that is written, or what is read in vain.
OPEN = {
    "TrailRule": {"readOnly": [False]},
    "LooksRule": {"readOnly": [True], "errorCode": [{"prefix": "AccessDenied"}]},
    "IdentityRule": {"readOnly": [False]},
}


def rules_of(t):
    return t.intake


def pattern(t, rule):
    return t.properties(rule)["EventPattern"]


@violated_by(
    lambda t: t.properties("KeysRule").update(State="ENABLED"),
    lambda t: t.properties("StoresRule").update(State=ALL_MANAGEMENT_EVENTS),
    lambda t: t.properties("KeysRule").pop("State"),
    lambda t: pattern(t, "SecretsRule").pop("source"),
    lambda t: pattern(t, "SecretsRule").update(source=["aws.kms"]),
    lambda t: pattern(t, "TrailRule").pop("detail-type"),
    lambda t: pattern(t, "KeysRule").pop("detail"),
    lambda t: pattern(t, "KeysRule")["detail"].pop("eventName"),
    lambda t: pattern(t, "StoresRule")["detail"].pop("eventName"),
    lambda t: pattern(t, "StoresRule")["detail"].update(eventName=[{"prefix": ""}]),
    lambda t: pattern(t, "StoresRule")["detail"].update(eventName=[{"anything-but": ["PutObject"]}]),
    lambda t: pattern(t, "PartsRule")["detail"]["eventName"].append("Subscribe*"),
    lambda t: pattern(t, "PartsRule")["detail"]["eventName"].append("Subscribe"),
    lambda t: pattern(t, "PartsRule")["detail"]["eventName"].extend(f"Call{n}" for n in range(200)),
    lambda t: pattern(t, "IdentityRule")["detail"].pop("readOnly"),
    lambda t: pattern(t, "LooksRule")["detail"].pop("errorCode"),
    lambda t: pattern(t, "ParametersRule")["detail"]["$or"].append({"eventName": ["DescribeParameters"]}),
    lambda t: pattern(t, "ObjectsRule")["detail"]["$or"][0].pop("requestParameters"),
    lambda t: t.resources.update(Other={"Type": "AWS::Events::Rule", "Properties": {"State": "ENABLED"}}),
)
def rules_pin_what_they_let_in(t):
    wanted = {name for name in SOURCES if name != "ParametersRule" or t.values["WatchParameterStore"] == "true"}
    if set(rules_of(t)) != wanted:
        yield f"rules: {sorted(rules_of(t))}"
    for name in wanted:
        rule, (sources, reads) = t.properties(name), SOURCES[name]
        if rule.get("State") != (ALL_MANAGEMENT_EVENTS if reads else "ENABLED"):
            yield f"{name} is {rule.get('State')}"
        if rule["EventPattern"].get("source") != [f"aws.{source}" for source in sources.split()]:
            yield f"{name} is open to {rule['EventPattern'].get('source')}"
        types = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]
        if rule["EventPattern"].get("detail-type") != types:
            yield f"{name}: {rule['EventPattern'].get('detail-type')}"
        yield from (f"{name}: {fault}" for fault in loose(name, rule["EventPattern"].get("detail", {})))
        # As CloudFormation hands it on, white space apart; ARNs and names are longer than what stands for them here.
        size = len(json.dumps(rule["EventPattern"]))
        if size > 2000:
            yield f"{name}: the pattern has {size} characters"


def loose(rule, detail):
    """What a pattern lets in unpinned."""
    if rule in OPEN:
        if detail != OPEN[rule]:
            yield f"lets in {detail}"
        return
    for branch in detail.get("$or", [detail]):
        names = branch.get("eventName", [])
        plain = [name for name in names if isinstance(name, str)]
        prefixes = [name["prefix"] for name in names if isinstance(name, dict) and "prefix" in name]
        if not names:
            yield "names no event"
        if not all(name.isalnum() for name in plain) or not all(len(prefix) > 3 for prefix in prefixes):
            yield f"event names {names}"
        if len({json.dumps(name) for name in names}) < len(names):
            yield f"a name twice: {names}"
        # All but some: of keys and secrets themselves.
        if len(plain) + len(prefixes) < len(names) and rule not in ("KeysRule", "SecretsRule"):
            yield f"lets in all but some: {names}"
        parameters = branch.get("requestParameters", {})
        reading = [name for name in plain if is_read("ssm.amazonaws.com", name)]
        if rule == "ParametersRule" and reading and not (parameters.get("withDecryption") or branch.get("errorCode")):
            yield f"lets in plain reads: {reading}"
        if rule == "ObjectsRule" and not parameters.get("bucketName"):
            yield f"lets in what is written to any bucket: {names}"


@violated_by(
    lambda t: pattern(t, "ObjectsRule")["detail"]["$or"][0]["requestParameters"].update(bucketName=["other"]),
    lambda t: pattern(t, "ObjectsRule")["detail"]["$or"][0]["eventName"].remove("PutObject"),
    given_everything(lambda t: pattern(t, "ObjectsRule")["detail"]["$or"].pop()),
    given_everything(lambda t: pattern(t, "ObjectsRule")["detail"]["$or"][1]["eventName"].append("PutObject")),
)
def objects_of_the_settings_and_the_trail_are_watched(t):
    def let_in(name, bucket):
        made = {"eventSource": "s3.amazonaws.com", "eventName": name, "readOnly": False, "eventCategory": "Data"}
        return delivers(t.properties("ObjectsRule"), made | {"requestParameters": {"bucketName": bucket}})

    trail = t.values["TrailBucketName"]
    for name in ("CompleteMultipartUpload", "CopyObject", "DeleteObject", "DeleteObjects", "PutObject"):
        if not let_in(name, "<ConfigBucket>"):
            yield f"{name} in the settings goes unseen"
        # CloudTrail itself puts a file there every few minutes.
        if trail and let_in(name, trail) != name.startswith("Delete"):
            yield f"{name} in the trail's bucket"
        if let_in(name, "another"):
            yield f"{name} in any bucket"


@violated_by(
    lambda t: pattern(t, "KeysRule")["detail"]["eventName"].append("ListAliases"),
    lambda t: t.allow("DetectRole", "kms:GetKeyPolicy"),
    lambda t: t.allow("DetectRole", "ssm:PutParameter"),
    lambda t: t.allow("RespondRole", "sqs:PurgeQueue"),
    lambda t: t.allow("DetectRole", "cloudtrail:LookupEvents"),
    lambda t: t.allow("AlarmsRole", "cloudwatch:DisableAlarmActions"),
    lambda t: t.allow("AlarmsRole", "kms:ListGrants"),
    given_everything(lambda t: t.allow("PagerDutyRole", "secretsmanager:BatchGetSecretValue")),
)
def functions_do_not_wake_themselves(t):
    """Each event leads to a call of detect: what it calls itself must not make events that are let in."""
    # Unavoidable: Lambda's Decrypt of the environment, a log file under a key, and a page to a topic with a key.
    unavoidable = {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if t.values["TopicKmsKeyArn"] else set())
    # Once for each containment and release, and nothing comes of it.
    unavoidable |= {f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User")}
    unavoidable |= {f"iam:{verb}{kind}PermissionsBoundary" for verb in ("Put", "Delete") for kind in ("Role", "User")}
    unavoidable |= {"iam:UpdateAccessKey"}
    # Only where an SCP denies what the role is allowed; once for each containment as well.
    looks = {"RespondRole": {"cloudtrail:LookupEvents"}}
    # The routing key, once per cold start.
    looks["PagerDutyRole"] = {"secretsmanager:GetSecretValue"}
    # The heartbeat, which is meant to come back; rotations, once an hour; and what changes when the settings do.
    looks["AlarmsRole"] = {
        *("kms:DescribeKey", "secretsmanager:DescribeSecret"),
        *("kms:GetKeyRotationStatus", "secretsmanager:ListSecrets"),
        *(f"cloudwatch:{name}" for name in ("DeleteAlarms", "PutCompositeAlarm")),
        *(f"cloudwatch:{name}" for name in ("PutMetricAlarm", "SetAlarmState")),
        "logs:DeleteMetricFilter",
    }
    for role in functions(t).values():
        for action in allowed_actions(t, role) - unavoidable - looks.get(role, set()):
            service, _, name = action.partition(":")
            service = {"cloudwatch": "monitoring"}.get(service, service)
            call = {"eventSource": f"{service}.amazonaws.com", "eventName": name, "errorCode": "AccessDenied"}
            call["readOnly"] = is_read(call["eventSource"], name)
            yield from (f"{role}: {action} by {rule}" for rule, p in rules_of(t).items() if delivers(p, call))


@violated_by(
    lambda t: t.properties("KeysRule")["Targets"][0].pop("DeadLetterConfig"),
    lambda t: t.properties("TrailRule")["Targets"][0].pop("RetryPolicy"),
    lambda t: t.properties("SecretsRule")["Targets"][0].update(Arn="<FindingsQueue.Arn>"),
    lambda t: t.properties("PartsRule").update(Targets=[]),
)
def rules_deliver_or_keep_aside(t):
    for name, rule in rules_of(t).items():
        if [target["Arn"] for target in rule["Targets"]] != ["<EventsQueue.Arn>"]:
            yield f"{name} delivers elsewhere"
        for target in rule["Targets"]:
            if target.get("DeadLetterConfig") != {"Arn": "<EventsDlq.Arn>"} or "RetryPolicy" not in target:
                yield f"{name} loses what it cannot deliver"


if __name__ == "__main__":
    unittest.main()
