"""Functions, their schedule and the alarms."""

import json
import tomllib
import unittest

from reading import ACCOUNT, FUNCTIONS, INFRA, TRAIL_KEY, TRANSLATED, allows, source
from violations import tests_of


class FunctionTest(unittest.TestCase):
    pass


violated_by = tests_of(FunctionTest)


ENVIRONMENT = {
    "Detect": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_RULES": "s3://<ConfigBucket>/rules/",
        "PORTCULLIS_FINDINGS_QUEUE_URL": "<FindingsQueue>",
        "PORTCULLIS_UNREADABLE_QUEUE_URL": "<EventsDlq>",
        "PORTCULLIS_DETECTION_TABLE": "<DetectionTable>",
        "PORTCULLIS_LEDGER_TABLE": "<Ledger>",
        "PORTCULLIS_STACK": "gate",
    },
    "Respond": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_LEDGER_TABLE": "<Ledger>",
        "PORTCULLIS_TOPIC_ARN": "<PagesTopic>",
        "PORTCULLIS_DENY_POLICY_ARN": None,
        "PORTCULLIS_OWN_ROLES": "<DetectRole.Arn>,<RespondRole.Arn>,<ReleaseRole.Arn>",
        "PORTCULLIS_STACK": "gate",
    },
    "Release": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_LEDGER_TABLE": "<Ledger>",
        "PORTCULLIS_TOPIC_ARN": "<PagesTopic>",
        "PORTCULLIS_STACK": "gate",
    },
}


@violated_by(
    lambda t: t.properties("Detect").update(Runtime="python3.13"),
    lambda t: t.properties("Detect").update(Handler="detect"),
    lambda t: t.properties("Release").update(FunctionName="release"),
    lambda t: t.properties("Respond").update(Architectures=["x86_64"]),
    lambda t: t.properties("Respond").update(ReservedConcurrentExecutions=1),
    lambda t: t.properties("Release").update(LoggingConfig={"LogGroup": "<DetectLogGroup>"}),
    lambda t: t.properties("DetectLogGroup").pop("RetentionInDays"),
    lambda t: t.properties("Respond")["Environment"]["Variables"].pop("PORTCULLIS_STACK"),
    lambda t: t.properties("Respond")["Environment"]["Variables"].update(PORTCULLIS_DENY_POLICY_ARN="other"),
    lambda t: t.properties("Release")["Environment"]["Variables"].pop("PORTCULLIS_SETTINGS"),
    lambda t: t.properties("Detect")["Environment"]["Variables"].pop("PORTCULLIS_DETECTION_TABLE"),
    lambda t: t.properties("Detect")["Environment"]["Variables"].update(PORTCULLIS_LEDGER_TABLE="<DetectionTable>"),
)
def functions_are_set_up(t):
    for name in FUNCTIONS:
        function, short = t.properties(name), name.lower()
        if (function["Runtime"], function["Handler"]) != ("provided.al2023", "bootstrap"):
            yield f"{name}: {function['Runtime']}, {function['Handler']}"
        if function["FunctionName"] != f"gate-{short}" or function["Architectures"] != [t.values["Architecture"]]:
            yield f"{name}: {function['FunctionName']}, {function['Architectures']}"
        reserved = t.values["RespondConcurrency"] if name == "Respond" else ""
        if function.get("ReservedConcurrentExecutions", "") != reserved:
            yield f"{name} reserves {function.get('ReservedConcurrentExecutions')}"
        group = t.properties(f"{name}LogGroup")
        if function["LoggingConfig"] != {"LogGroup": f"<{name}LogGroup>"} or "RetentionInDays" not in group:
            yield f"{name} logs to {function['LoggingConfig']}"
        if group["LogGroupName"] != f"/aws/lambda/gate-{short}":
            yield f"{name} logs to {group['LogGroupName']}"
        wanted = dict(ENVIRONMENT[name])
        if "PORTCULLIS_DENY_POLICY_ARN" in wanted:
            wanted["PORTCULLIS_DENY_POLICY_ARN"] = t.deny_policy
        if function["Environment"]["Variables"] != wanted:
            yield f"{name}: {function['Environment']['Variables']}"


@violated_by(
    lambda t: t.properties("ReleaseSchedule").update(ScheduleExpression="rate(1 day)"),
    lambda t: t.properties("ReleaseSchedule")["Target"].update(Input="{}"),
    lambda t: t.properties("ReleaseSchedule").update(State="DISABLED"),
    lambda t: t.statements("ScheduleRole")[0].update(Resource="<Respond.Arn>"),
)
def release_runs_every_five_minutes(t):
    schedule = t.properties("ReleaseSchedule")
    if schedule["ScheduleExpression"] != "rate(5 minutes)" or schedule.get("State", "ENABLED") != "ENABLED":
        yield "another schedule"
    if schedule["Target"]["Arn"] != "<Release.Arn>" or json.loads(schedule["Target"]["Input"]) != {"expire": True}:
        yield f"{schedule['Target']}"
    if schedule["Target"]["RoleArn"] != "<ScheduleRole.Arn>":
        yield "another role"
    rights = [(s["Action"], s["Resource"]) for s in allows(t, "ScheduleRole")]
    if rights != [("lambda:InvokeFunction", "<Release.Arn>")]:
        yield f"the schedule may {rights}"


ALARMS = {
    ("ApproximateNumberOfMessagesVisible", "<EventsDlq.QueueName>"): (0, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateNumberOfMessagesVisible", "<FindingsDlq.QueueName>"): (0, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateAgeOfOldestMessage", "<EventsQueue.QueueName>"): (300, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateAgeOfOldestMessage", "<FindingsQueue.QueueName>"): (300, "GreaterThanThreshold", "notBreaching"),
    ("Errors", "<Detect>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    ("Errors", "<Respond>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    ("Errors", "<Release>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    # A function that is no longer called has no data: that is the fault.
    ("Invocations", "<Release>"): (1, "LessThanThreshold", "breaching"),
}


@violated_by(
    lambda t: t.resources.pop("EventsDlqAlarm"),
    lambda t: t.properties("FindingsDlqAlarm").update(AlarmActions=[]),
    lambda t: t.properties("DetectErrorsAlarm").update(ActionsEnabled=False),
    lambda t: t.properties("RespondErrorsAlarm").pop("TreatMissingData"),
    lambda t: t.properties("ReleaseSilentAlarm").update(TreatMissingData="notBreaching"),
    lambda t: t.properties("EventsAgeAlarm").update(Threshold=3000),
    lambda t: t.properties("EventsAgeAlarm").update(Namespace="Portcullis"),
    lambda t: t.properties("FindingsAgeAlarm").update(AlarmName="findings"),
)
def alarms_ring(t):
    found = {}
    for name, alarm in t.of_type("AWS::CloudWatch::Alarm").items():
        (dimension,) = alarm["Dimensions"]
        found[alarm["MetricName"], dimension["Value"]] = (
            alarm["Threshold"],
            alarm["ComparisonOperator"],
            alarm.get("TreatMissingData"),
        )
        if alarm["AlarmActions"] != ["<PagesTopic>"] or alarm.get("ActionsEnabled") is False:
            yield f"{name} pages nobody"
        if alarm["Namespace"] not in ("AWS/SQS", "AWS/Lambda"):
            yield f"{name} rests on {alarm['Namespace']}"
        # The topic's policy admits the alarms by their names.
        if not alarm["AlarmName"].startswith("gate-"):
            yield f"{name} may not publish"
    if found != ALARMS:
        yield f"alarms: {found}"


class ParameterTest(unittest.TestCase):
    """That a parameter cannot open what the template confines to a single resource."""

    def test_rights_are_given_on_whole_arns(self):
        topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall"
        cases = {
            "TrailKmsKeyArn": (TRAIL_KEY, ["*", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*", "alias/trail"]),
            # Pages do not go to FIFO topics.
            "PagingTopicArns": (topic, ["*", f"arn:aws:sns:*:{ACCOUNT}:oncall", f"{topic}*", f"{topic}.fifo"]),
        }
        for name, (taken, refused) in cases.items():
            allowed = source("template.yaml")["Parameters"][name]["AllowedPattern"]
            for value in ("", taken):
                self.assertRegex(value, allowed)
            for value in refused:
                self.assertNotRegex(value, allowed)

    def test_the_template_can_be_given_by_way_of_a_bucket(self):
        # CloudFormation User Guide, "Understand CloudFormation quotas": 1 MB in a bucket, where `sam deploy` puts it.
        # Half of it, so that what the translator makes of the functions has room, too.
        self.assertLessEqual(len((INFRA / "template.yaml").read_bytes()), 500_000)
        self.assertLessEqual(len(json.dumps(TRANSLATED)), 500_000)


class BuildTest(unittest.TestCase):
    """That `sam build` finds what the template names."""

    def test_each_function_is_built_from_a_package_with_its_binary(self):
        for name in FUNCTIONS:
            function = source("template.yaml")["Resources"][name]
            self.assertEqual(function["Metadata"]["BuildMethod"], "rust-cargolambda")
            manifest = tomllib.loads((INFRA / function["Properties"]["CodeUri"] / "Cargo.toml").read_text())
            binaries = [binary["name"] for binary in manifest["bin"]]
            self.assertEqual(binaries, [function["Metadata"]["BuildProperties"]["Binary"]])


if __name__ == "__main__":
    unittest.main()
