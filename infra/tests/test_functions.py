"""Functions, their schedule and the alarms."""

import json
import tomllib
import unittest

from reading import ACCOUNT, FUNCTIONS, INFRA, ROUTING_KEY, TRAIL_KEY, allows, functions, source
from violations import given_everything, tests_of


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
        # detect knows the heartbeat by it.
        "PORTCULLIS_HEARTBEAT_ROLE": "<AlarmsRole.Arn>",
        "PORTCULLIS_STACK": "gate",
    },
    "Respond": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_LEDGER_TABLE": "<Ledger>",
        "PORTCULLIS_DETECTION_TABLE": "<DetectionTable>",
        "PORTCULLIS_TOPIC_ARN": "<PagesTopic>",
        "PORTCULLIS_LOCKOUT_POLICY": "portcullis/gate-lockout",
        "PORTCULLIS_MEMBER_ROLE": "portcullis/gate-contain",
        "PORTCULLIS_STACK": "gate",
    },
    "Release": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_LEDGER_TABLE": "<Ledger>",
        "PORTCULLIS_TOPIC_ARN": "<PagesTopic>",
        "PORTCULLIS_FINDINGS_QUEUE_URL": "<FindingsQueue>",
        "PORTCULLIS_LOCKOUT_POLICY": "portcullis/gate-lockout",
        "PORTCULLIS_MEMBER_ROLE": "portcullis/gate-lift",
        "PORTCULLIS_STACK": "gate",
    },
    "Alarms": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_ALARM_TOPIC_ARN": "<AlarmStatesTopic>",
        "PORTCULLIS_STACK": "gate",
    },
    "PagerDuty": {"PORTCULLIS_STACK": "gate"},
}


def environment(t, name):
    """The variables that a function has, those that parameters decide among them."""
    given = t.values
    of_both = {
        "PORTCULLIS_DENY_POLICY_ARN": t.deny_policy,
        "PORTCULLIS_EXTERNAL_ID": given["ExternalId"],
        "PORTCULLIS_EVIDENCE_BUCKET": given["EvidenceBucketName"],
        "PORTCULLIS_EVENT_BUS": given["EventBusName"],
        "PORTCULLIS_RUNBOOK": given["RunbookUrl"],
    }
    own_roles = ",".join(f"<{role}.Arn>" for role in ("DetectRole", "RespondRole", "ReleaseRole", "AlarmsRole"))
    own_roles += f",arn:aws:iam::{ACCOUNT}:role/portcullis/gate-schedule"
    more = {
        "Respond": of_both
        | {
            "PORTCULLIS_OWN_ROLES": own_roles + (",<PagerDutyRole.Arn>" if "PagerDuty" in t.resources else ""),
            "PORTCULLIS_DEPLOY_PRINCIPALS": ",".join(given["DeployPrincipalArns"]),
        },
        "Release": of_both,
        "Alarms": {
            "PORTCULLIS_RUNBOOK": given["RunbookUrl"],
            "PORTCULLIS_TRAIL_LOG_GROUP": given["TrailLogGroupName"],
            "PORTCULLIS_PAGERDUTY": "true" if given["PagerDutyRoutingKeySecretArn"] else "",
            "PORTCULLIS_EVIDENCE": "true" if given["EvidenceBucketName"] else "",
        },
        "PagerDuty": {
            "PORTCULLIS_ROUTING_KEY_SECRET": given["PagerDutyRoutingKeySecretArn"],
            "PORTCULLIS_PAGERDUTY_URL": given["PagerDutyUrl"],
        },
    }
    return ENVIRONMENT[name] | more.get(name, {})


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
    lambda t: t.properties("Respond")["Environment"]["Variables"].update(PORTCULLIS_MEMBER_ROLE="portcullis/gate-lift"),
    lambda t: t.properties("Release")["Environment"]["Variables"].update(PORTCULLIS_LOCKOUT_POLICY="gate-lockout"),
    lambda t: t.properties("Detect")["Environment"]["Variables"].pop("PORTCULLIS_HEARTBEAT_ROLE"),
    lambda t: t.properties("Alarms")["Environment"]["Variables"].update(PORTCULLIS_ALARM_TOPIC_ARN="<PagesTopic>"),
    given_everything(lambda t: t.properties("Alarms")["Environment"]["Variables"].update(PORTCULLIS_PAGERDUTY="")),
    given_everything(lambda t: t.properties("Alarms")["Environment"]["Variables"].pop("PORTCULLIS_TRAIL_LOG_GROUP")),
    # A heartbeat would wait behind a run of a quarter of an hour.
    lambda t: t.properties("Alarms").update(ReservedConcurrentExecutions=1),
    lambda t: t.properties("AlarmsLogGroup").update(LogGroupName="/aws/lambda/alarms"),
    given_everything(lambda t: t.properties("Respond")["Environment"]["Variables"].pop("PORTCULLIS_DEPLOY_PRINCIPALS")),
    given_everything(lambda t: t.properties("PagerDuty")["Environment"]["Variables"].pop("PORTCULLIS_PAGERDUTY_URL")),
    given_everything(lambda t: t.properties("PagerDuty").update(LoggingConfig={})),
)
def functions_are_set_up(t):
    for name in functions(t):
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
        if function["Environment"]["Variables"] != environment(t, name):
            yield f"{name}: {function['Environment']['Variables']}"


@violated_by(
    lambda t: t.properties("ReleaseSchedule").update(ScheduleExpression="rate(1 day)"),
    lambda t: t.properties("ReleaseSchedule")["Target"].update(Input="{}"),
    lambda t: t.properties("ReleaseSchedule").update(State="DISABLED"),
    lambda t: t.properties("WatchSchedule").update(ScheduleExpression="rate(5 minutes)"),
    lambda t: t.properties("WatchSchedule")["Target"].update(Input='{"watch": true}'),
    lambda t: t.properties("WatchSchedule")["Target"].update(Arn="<Release.Arn>"),
    lambda t: t.properties("HeartbeatSchedule").update(ScheduleExpression="rate(1 hour)"),
    lambda t: t.properties("HeartbeatSchedule")["Target"].update(Input='{"reconcile": true}'),
    lambda t: t.properties("ReconcileSchedule")["Target"].update(Arn="<Release.Arn>"),
    lambda t: t.properties("ReconcileSchedule").update(ScheduleExpression="rate(1 day)"),
    lambda t: t.statements("ScheduleRole")[0].update(Resource=["<Respond.Arn>"]),
    lambda t: t.allow("ScheduleRole", "lambda:InvokeFunction", "<Detect.Arn>"),
    lambda t: t.resources.update(Other={"Type": "AWS::Scheduler::Schedule", "Properties": {}}),
)
def the_schedules_run_what_they_must(t):
    wanted = {
        "ReleaseSchedule": ("rate(5 minutes)", "<Release.Arn>", {"expire": True}),
        "WatchSchedule": ("rate(1 minute)", "<Respond.Arn>", {"watch": "all"}),
        "ReconcileSchedule": ("rate(1 hour)", "<Alarms.Arn>", {"reconcile": True}),
        # Three of them in a quarter of an hour, the least that the settings take for its alarm.
        "HeartbeatSchedule": ("rate(5 minutes)", "<Alarms.Arn>", {"heartbeat": True}),
    }
    if set(t.of_type("AWS::Scheduler::Schedule")) != set(wanted):
        yield "other schedules"
    for name, (expression, function, message) in wanted.items():
        schedule = t.properties(name)
        if schedule["ScheduleExpression"] != expression or schedule.get("State", "ENABLED") != "ENABLED":
            yield f"{name}: another schedule"
        target = schedule["Target"]
        if target["Arn"] != function or json.loads(target["Input"]) != message:
            yield f"{name}: {target}"
        if target["RoleArn"] != "<ScheduleRole.Arn>":
            yield f"{name}: another role"
    rights = [(s["Action"], s["Resource"]) for s in allows(t, "ScheduleRole")]
    if rights != [("lambda:InvokeFunction", ["<Release.Arn>", "<Respond.Arn>", "<Alarms.Arn>"])]:
        yield f"the schedules may {rights}"


@violated_by(
    lambda t: t.properties("RespondEventInvokeConfig").update(MaximumEventAgeInSeconds=21600),
    lambda t: t.properties("RespondEventInvokeConfig").update(MaximumRetryAttempts=2),
    lambda t: t.resources.pop("RespondEventInvokeConfig"),
)
def a_stopped_respond_is_not_owed_hours_of_watching(t):
    configs = {c["FunctionName"]: c for c in t.of_type("AWS::Lambda::EventInvokeConfig").values()}
    config = configs.get("<Respond>", {})
    if (config.get("MaximumEventAgeInSeconds"), config.get("MaximumRetryAttempts")) != (60, 0):
        yield f"called asynchronously by {config}"


ALARMS = {
    ("ApproximateNumberOfMessagesVisible", "<EventsDlq.QueueName>"): (0, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateNumberOfMessagesVisible", "<FindingsDlq.QueueName>"): (0, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateAgeOfOldestMessage", "<EventsQueue.QueueName>"): (300, "GreaterThanThreshold", "notBreaching"),
    ("ApproximateAgeOfOldestMessage", "<FindingsQueue.QueueName>"): (300, "GreaterThanThreshold", "notBreaching"),
    ("Errors", "<Detect>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    ("Errors", "<Respond>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    ("Errors", "<Release>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    ("Errors", "<Alarms>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
    # A function that is no longer called has no data: that is the fault.
    ("Invocations", "<Release>"): (1, "LessThanThreshold", "breaching"),
    ("Invocations", "<Respond>"): (1, "LessThanThreshold", "breaching"),
    ("Invocations", "<Alarms>"): (1, "LessThanThreshold", "breaching"),
}
PAGERDUTY_ALARMS = {
    ("ApproximateNumberOfMessagesVisible", "<PagerDutyDlq.QueueName>"): (0, "GreaterThanThreshold", "notBreaching"),
    ("Errors", "<PagerDuty>"): (1, "GreaterThanOrEqualToThreshold", "notBreaching"),
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
    lambda t: t.resources.pop("RespondSilentAlarm"),
    lambda t: t.resources.pop("AlarmsSilentAlarm"),
    lambda t: t.resources.pop("AlarmsErrorsAlarm"),
    # respond would be told by respond that it fails.
    lambda t: t.properties("RespondErrorsAlarm").update(AlarmActions=["<AlarmStatesTopic>"]),
    given_everything(lambda t: t.properties("ReleaseErrorsAlarm").update(AlarmActions=["<PagesTopic>"])),
    given_everything(lambda t: t.resources.pop("PagerDutyDlqAlarm")),
)
def alarms_ring(t):
    found = {}
    # Mail is told by a topic of its own: see AlarmsTopic.
    topics = ["<PagesTopic>", *(["<AlarmsTopic>"] if t.values["PageEmail"] else [])]
    for name, alarm in t.of_type("AWS::CloudWatch::Alarm").items():
        (dimension,) = alarm["Dimensions"]
        found[alarm["MetricName"], dimension["Value"]] = (
            alarm["Threshold"],
            alarm["ComparisonOperator"],
            alarm.get("TreatMissingData"),
        )
        if alarm["AlarmActions"] != topics or alarm.get("ActionsEnabled") is False:
            yield f"{name} pages nobody"
        if alarm["Namespace"] not in ("AWS/SQS", "AWS/Lambda"):
            yield f"{name} rests on {alarm['Namespace']}"
        # The topic's policy admits the alarms by their names.
        if not alarm["AlarmName"].startswith("gate-"):
            yield f"{name} may not publish"
    if found != ALARMS | (PAGERDUTY_ALARMS if "PagerDuty" in t.resources else {}):
        yield f"alarms: {found}"


class ParameterTest(unittest.TestCase):
    """That a parameter cannot open what the template confines to a single resource."""

    def test_rights_are_given_on_whole_arns(self):
        topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall"
        cases = {
            "TrailKmsKeyArn": (TRAIL_KEY, ["*", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*", "alias/trail"]),
            # Pages do not go to FIFO topics.
            "PagerDutySecretKmsKeyArn": (TRAIL_KEY, ["*", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"]),
            # Whole, with the six characters at the end: a wildcard or a shorter name would be other secrets, too.
            "PagerDutyRoutingKeySecretArn": (ROUTING_KEY, ["*", ROUTING_KEY[:-7], ROUTING_KEY[:-6] + "??????"]),
            "EvidenceBucketName": ("evidence.example", ["*", "evidence/*", "Evidence"]),
            "TrailLogGroupName": ("aws-cloudtrail-logs/org.1#a", ["*", "a:b", "a b", "trail*"]),
            "EventBusName": ("teams/security-1", ["*", "a b", "default?"]),
            "MemberAccountIds": ("444455556666", ["*", "4444", "arn:aws:iam::444455556666:root"]),
            "ExternalId": ("gate-4711", ["*", "g", "a b"]),
            "RunbookUrl": ("https://wiki.example.org/runbook", ["http://wiki.example.org", "https://a b", "x"]),
            "PagingTopicArns": (topic, ["*", f"arn:aws:sns:*:{ACCOUNT}:oncall", f"{topic}*", f"{topic}.fifo"]),
        }
        for name, (taken, refused) in cases.items():
            allowed = source("template.yaml")["Parameters"][name]["AllowedPattern"]
            with self.subTest(parameter=name):
                for value in ("", taken):
                    self.assertRegex(value, allowed)
                for value in refused:
                    self.assertNotRegex(value, allowed)

    def test_what_denies_may_have_wildcards_and_pages_go_over_tls(self):
        parameters = source("template.yaml")["Parameters"]
        for value in ("", "arn:aws:iam::*:role/stacksets-exec-*", f"arn:aws-cn:iam::{ACCOUNT}:user/ci/deploy"):
            self.assertRegex(value, parameters["DeployPrincipalArns"]["AllowedPattern"])
        for value in ("*", "arn:aws:iam::*:group/a", "role/deploy"):
            self.assertNotRegex(value, parameters["DeployPrincipalArns"]["AllowedPattern"])
        self.assertNotRegex("http://events.pagerduty.com/v2/enqueue", parameters["PagerDutyUrl"]["AllowedPattern"])
        self.assertRegex(parameters["PagerDutyUrl"]["Default"], parameters["PagerDutyUrl"]["AllowedPattern"])


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
