"""What wakes the function that makes alarms and dashboard, and that it makes them last and takes them away first."""

import json
import re
import tomllib
import unittest

from eventbridge import matches
from policies import as_list
from reading import ACCOUNT, INFRA, PARAMETERS, TRANSLATED, Resolved, functions
from violations import given_everything, tests_of


class WakeTest(unittest.TestCase):
    pass


violated_by = tests_of(WakeTest)

ALARMS = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm"


def needs(t, name, seen=()):
    """Whatever is there before a resource, and goes after it."""
    text = json.dumps({key: value for key, value in t.resources[name].items() if key != "Type"})
    direct = set(re.findall(r"<(\w+)[.>]", text)) | set(as_list(t.resources[name].get("DependsOn", [])))
    found = set(seen)
    for one in (direct & set(t.resources)) - found - {name}:
        found |= {one} | needs(t, one, found | {one})
    return found


BEFORE = {
    *("Alarms", "AlarmsRole", "AlarmsLogGroup", "ConfigBucket", "ConfigBucketPolicy"),
    *("AlarmStatesTopic", "AlarmStatesTopicPolicy", "AlarmStatesSubscription"),
    *("FindingsQueue", "FindingsQueuePolicy", "FindingsDlq", "FindingsDlqPolicy"),
}


@violated_by(
    *(
        lambda t, n=name: t.resources["AlarmsReconcile"]["DependsOn"].remove(n)
        for name in ("AlarmStatesSubscription", "AlarmStatesTopicPolicy", "ConfigBucketPolicy", "FindingsQueuePolicy")
    ),
    lambda t: t.resources["AlarmsReconcile"]["DependsOn"].append("ReconcileSchedule"),
    lambda t: t.resources["ReconcileSchedule"].pop("DependsOn"),
    lambda t: t.resources["SettingsChangedRule"].pop("DependsOn"),
    lambda t: t.resources["AlarmsReconcile"].update(DeletionPolicy="Retain"),
    lambda t: t.resources["AlarmsReconcile"].update(Condition="HasPageEmail"),
    lambda t: t.properties("AlarmsReconcile").update(ServiceToken="<Respond.Arn>"),
    lambda t: t.properties("AlarmsReconcile").pop("ServiceTimeout"),
    lambda t: t.properties("AlarmsReconcile").update(ServiceTimeout=900),
)
def alarms_are_made_last_and_taken_away_first(t):
    custom = t.resources["AlarmsReconcile"]
    if custom["Properties"]["ServiceToken"] != "<Alarms.Arn>" or {"DeletionPolicy", "Condition"} & set(custom):
        yield f"{custom}"
    # CloudFormation would wait for an hour (CloudFormation Template Reference, "AWS::CloudFormation::CustomResource").
    if not t.properties("Alarms")["Timeout"] < custom["Properties"].get("ServiceTimeout", 3600) < 3600:
        yield "a deployment waits too long, or not long enough"
    if missing := BEFORE - needs(t, "AlarmsReconcile"):
        yield f"made before there is {sorted(missing)}"
    for name in ("ReconcileSchedule", "SettingsChangedRule"):
        # Or an alarm would be made again after all were taken away.
        if "AlarmsReconcile" not in needs(t, name):
            yield f"{name} outlasts it"
        if name in needs(t, "AlarmsReconcile"):
            yield f"each waits for {name}"


class ReconcileTest(unittest.TestCase):
    def setUp(self):
        self.resolved = {title: Resolved(TRANSLATED, values) for title, values in PARAMETERS.items()}

    def test_it_runs_again_when_the_function_is_told_something_else(self):
        # Of a set of parameters that says nothing new nothing would be learned.
        told = {json.dumps(self.environment(t), sort_keys=True) for t in self.resolved.values()}
        self.assertGreater(len(told), 2)
        for first in self.resolved.values():
            for second in self.resolved.values():
                if self.environment(first) != self.environment(second):
                    self.assertNotEqual(first.properties("AlarmsReconcile"), second.properties("AlarmsReconcile"))

    def test_it_is_told_apart_by_each_parameter_that_the_function_is_given(self):
        for parameter, value in {
            "RunbookUrl": "https://wiki.example.org/runbook",
            "TrailLogGroupName": "org/trail",
            "EvidenceBucketName": "evidence",
            "PagerDutyRoutingKeySecretArn": PARAMETERS["everything"]["PagerDutyRoutingKeySecretArn"],
        }.items():
            with self.subTest(parameter=parameter):
                plain, given = Resolved(TRANSLATED, {}), Resolved(TRANSLATED, {parameter: value})
                self.assertNotEqual(self.environment(plain), self.environment(given))
                self.assertNotEqual(plain.properties("AlarmsReconcile"), given.properties("AlarmsReconcile"))

    def test_another_version_of_portcullis_has_it_run_again(self):
        manifest = tomllib.loads((INFRA.parent / "Cargo.toml").read_text())
        version = self.resolved["defaults"].properties("AlarmsReconcile")["Version"]
        self.assertEqual(version, manifest["workspace"]["package"]["version"])

    @staticmethod
    def environment(t):
        return t.properties("Alarms")["Environment"]["Variables"]


def uploaded(key="portcullis.yaml", bucket="<ConfigBucket>", kind="Object Created", **more):
    """The event of S3, as far as a pattern may ask (S3 User Guide, "EventBridge event message structure")."""
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "size": 5}, "reason": "PutObject"}
    return {"source": "aws.s3", "detail-type": kind, "detail": detail} | more


def settings_pattern(t):
    return t.properties("SettingsChangedRule")["EventPattern"]


@violated_by(
    lambda t: t.properties("SettingsChangedRule").update(State="DISABLED"),
    lambda t: settings_pattern(t).pop("source"),
    lambda t: settings_pattern(t)["detail-type"].pop(),
    lambda t: settings_pattern(t)["detail"].pop("bucket"),
    lambda t: settings_pattern(t)["detail"].pop("object"),
    lambda t: settings_pattern(t)["detail"]["object"].update(key=[{"prefix": ""}]),
    lambda t: t.properties("SettingsChangedRule")["Targets"][0].update(Arn="<Respond.Arn>"),
    lambda t: t.properties("SettingsChangedRule")["Targets"][0].pop("RetryPolicy"),
    lambda t: t.properties("SettingsChangedPermission").update(Principal="*"),
    lambda t: t.properties("SettingsChangedPermission").pop("SourceArn"),
    lambda t: t.properties("SettingsChangedRule").update(Name="settings"),
    lambda t: t.resources.pop("SettingsChangedPermission"),
)
def new_settings_wake_it(t):
    rule = t.properties("SettingsChangedRule")
    for event, wanted in (
        (uploaded(), True),
        (uploaded(kind="Object Deleted"), True),
        (uploaded(kind="Object Tags Added"), False),
        (uploaded(kind="AWS API Call via CloudTrail"), False),
        (uploaded(key="STOP"), False),
        (uploaded(key="rules/own.yml"), False),
        (uploaded(key="old/portcullis.yaml"), False),
        (uploaded(bucket="another"), False),
        # PutEvents takes no source that begins with "aws.", but anything else.
        (uploaded(source="forged"), False),
    ):
        if (rule["State"] == "ENABLED" and matches(rule["EventPattern"], event)) != wanted:
            yield f"{'does not wake' if wanted else 'wakes'}: {event}"
    if [target["Arn"] for target in rule["Targets"]] != ["<Alarms.Arn>"] or "RetryPolicy" not in rule["Targets"][0]:
        yield f"wakes {rule['Targets']}"
    arn = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/{rule['Name']}"
    wanted = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": "<Alarms>",
        "Principal": "events.amazonaws.com",
        "SourceArn": arn,
    }
    if [p for p in t.of_type("AWS::Lambda::Permission").values() if p["FunctionName"] == "<Alarms>"] != [wanted]:
        yield "called by others, or not by the rule"


@violated_by(
    lambda t: t.properties("AlarmsEventInvokeConfig").update(MaximumRetryAttempts=0),
    lambda t: t.properties("AlarmsEventInvokeConfig").update(MaximumEventAgeInSeconds=60),
    lambda t: t.resources.pop("AlarmsEventInvokeConfig"),
    lambda t: t.properties("Alarms").update(Timeout=300),
    lambda t: t.properties("ReconcileSchedule").update(ScheduleExpression="rate(10 minutes)"),
)
def what_fails_is_repeated_until_the_next_run_does_it(t):
    configs = {c["FunctionName"]: c for c in t.of_type("AWS::Lambda::EventInvokeConfig").values()}
    config = configs.get("<Alarms>", {})
    if (config.get("MaximumEventAgeInSeconds"), config.get("MaximumRetryAttempts")) != (3600, 2):
        yield f"called asynchronously by {config}"
    # The longest that Lambda takes: 2,700 alarms, at three a second.
    if t.properties("Alarms")["Timeout"] != 900:
        yield "it has less time than it could"
    if t.properties("ReconcileSchedule")["ScheduleExpression"] != "rate(1 hour)":
        yield "runs overtake each other, or settings that were missed wait"


@violated_by(
    lambda t: t.resources.pop("AlarmsErrorsAlarm"),
    lambda t: t.resources.pop("AlarmsLogGroup"),
    given_everything(lambda t: t.resources.pop("PagerDutyErrorsAlarm")),
    lambda t: t.resources.pop("RespondSilentAlarm"),
)
def every_function_is_watched(t):
    watched = {(a["MetricName"], a["Dimensions"][0]["Value"]) for a in t.of_type("AWS::CloudWatch::Alarm").values()}
    scheduled = {s["Target"]["Arn"] for s in t.of_type("AWS::Scheduler::Schedule").values()}
    for name in functions(t):
        if f"{name}LogGroup" not in t.resources:
            yield f"{name} has no log group"
        if ("Errors", f"<{name}>") not in watched:
            yield f"nobody hears of it when {name} fails"
        if f"<{name}.Arn>" in scheduled and ("Invocations", f"<{name}>") not in watched:
            yield f"nobody hears of it when {name} is not run"


@violated_by(
    lambda t: t.properties("EventsDlqAlarm").update(AlarmName="gate/events-dlq"),
    lambda t: t.properties("AlarmsErrorsAlarm").update(AlarmName="gate-events-dlq"),
    lambda t: t.properties("AlarmStatesTopic").update(TopicName="gate-pages"),
    lambda t: t.properties("SettingsChangedRule").update(Name="gate-keys"),
    lambda t: t.properties("HeartbeatSchedule").update(Name="gate-watch"),
)
def names_are_taken_once_and_the_stacks_alarms_are_out_of_its_reach(t):
    for kind, member in (
        ("AWS::CloudWatch::Alarm", "AlarmName"),
        ("AWS::Events::Rule", "Name"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::SNS::Topic", "TopicName"),
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::Scheduler::Schedule", "Name"),
    ):
        names = [properties[member] for properties in t.of_type(kind).values()]
        if len(set(names)) < len(names):
            yield f"a name twice: {names}"
    for alarm in t.of_type("AWS::CloudWatch::Alarm").values():
        if t.may("AlarmsRole", "cloudwatch:DeleteAlarms", f"{ALARMS}:{alarm['AlarmName']}"):
            yield f"{alarm['AlarmName']} may be taken for one of the function's"


if __name__ == "__main__":
    unittest.main()
