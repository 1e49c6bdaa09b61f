"""forward-global-events.yaml: what is sent from us-east-1, by whom, and to where."""

import unittest

from reading import ACCOUNT, TRANSLATED, Resolved, allows, only_over_tls, source
from violations import tests_of

HOME = "eu-west-1"
BUS = f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/default"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:oncall"
PARAMETERS = {"defaults": {"StackRegion": HOME}, "an alarm": {"StackRegion": HOME, "AlarmTopicArn": TOPIC}}


class ForwardTest(unittest.TestCase):
    def test_it_is_not_for_the_region_where_iam_logs(self):
        (rule,) = source("forward-global-events.yaml")["Rules"].values()
        (assertion,) = rule["Assertions"]
        wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": "StackRegion"}, {"Ref": "AWS::Region"}]}]}
        self.assertEqual(assertion["Assert"], wanted)

    def test_a_region_is_taken_and_nothing_else(self):
        allowed = source("forward-global-events.yaml")["Parameters"]["StackRegion"]["AllowedPattern"]
        for region in (HOME, "us-gov-west-1", "ap-southeast-5"):
            self.assertRegex(region, allowed)
        for other in ("*", "eu-west-1:444455556666", "eu-west", "arn:aws:events:eu-west-1"):
            self.assertNotRegex(other, allowed)


def given_an_alarm(change):
    change.parameters = PARAMETERS["an alarm"]
    return change


def given_a_region(change):
    change.parameters = PARAMETERS["defaults"]
    return change


def violated_by(*changes):
    changes = [change if hasattr(change, "parameters") else given_a_region(change) for change in changes]
    return tests_of(ForwardTest, source("forward-global-events.yaml"), PARAMETERS)(*changes)


@violated_by(
    lambda t: t.properties("Rule")["EventPattern"].update(source=["aws.iam"]),
    lambda t: t.properties("Rule")["EventPattern"]["detail"].pop("readOnly"),
    lambda t: t.properties("Rule").update(State="DISABLED"),
)
def what_the_stack_lets_in_is_sent(t):
    identity = Resolved(TRANSLATED, {}).properties("IdentityRule")
    for member in ("EventPattern", "State"):
        if t.properties("Rule")[member] != identity[member]:
            yield f"{member}: {t.properties('Rule')[member]}"


@violated_by(
    lambda t: t.properties("Rule")["Targets"][0].update(Arn=BUS.replace(HOME, "us-east-1")),
    lambda t: t.properties("Rule")["Targets"].append({"Arn": BUS}),
    lambda t: t.properties("Rule")["Targets"][0].pop("DeadLetterConfig"),
    lambda t: t.properties("Rule")["Targets"][0].pop("RoleArn"),
)
def it_is_sent_to_the_stack_or_kept(t):
    targets = [{key: target.get(key) for key in ("Arn", "RoleArn")} for target in t.properties("Rule")["Targets"]]
    if targets != [{"Arn": BUS, "RoleArn": "<Role.Arn>"}]:
        yield f"sent to {targets}"
    if t.properties("Rule")["Targets"][0].get("DeadLetterConfig") != {"Arn": "<Undelivered.Arn>"}:
        yield "what cannot be sent is lost"
    queue, statements = t.properties("Undelivered"), t.properties("UndeliveredPolicy")["PolicyDocument"]["Statement"]
    if queue.get("SqsManagedSseEnabled") is not True or queue["MessageRetentionPeriod"] != 14 * 24 * 3600:
        yield f"the queue: {queue}"
    if not only_over_tls(statements, "<Undelivered.Arn>"):
        yield "open to plain HTTP"
    senders = [(s["Principal"], s["Condition"]) for s in statements if s["Effect"] == "Allow"]
    if senders != [({"Service": "events.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": "<Rule.Arn>"}})]:
        yield f"takes from {senders}"


@violated_by(
    lambda t: t.allow("Role", "events:*"),
    lambda t: t.statements("Role")[0].update(Resource="*"),
    lambda t: t.properties("Role").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonEventBridgeFullAccess"]),
    lambda t: t.properties("Role").update(Path="/"),
    lambda t: t.properties("Role")["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
    lambda t: t.properties("Role")["AssumeRolePolicyDocument"]["Statement"].append({}),
    lambda t: t.properties("Rule").update(Name="gate-other"),
    lambda t: t.resources.update(Other={"Type": "AWS::IAM::Role", "Properties": {}}),
)
def its_role_can_do_nothing_else(t):
    if [name for name, r in t.resources.items() if r["Type"].startswith("AWS::IAM::")] != ["Role"]:
        yield "other roles"
    role = t.properties("Role")
    if role["Path"] != "/portcullis/" or "ManagedPolicyArns" in role:
        yield f"{role['Path']}, managed policies: {role.get('ManagedPolicyArns')}"
    if [(s["Action"], s["Resource"]) for s in allows(t, "Role")] != [("events:PutEvents", BUS)]:
        yield f"it may {allows(t, 'Role')}"
    own = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/{t.properties('Rule')['Name']}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnEquals": {"aws:SourceArn": own}},
    }
    if role["AssumeRolePolicyDocument"]["Statement"] != [trust]:
        yield f"it trusts {role['AssumeRolePolicyDocument']['Statement']}"


@violated_by(
    given_an_alarm(lambda t: t.properties("UndeliveredAlarm").update(AlarmActions=[])),
    given_an_alarm(lambda t: t.properties("UndeliveredAlarm").update(Threshold=1)),
    given_an_alarm(lambda t: t.resources.pop("UndeliveredAlarm")),
    lambda t: t.resources.update(UndeliveredAlarm={"Type": "AWS::CloudWatch::Alarm", "Properties": {}}),
)
def an_alarm_rings_where_there_is_a_topic(t):
    alarms = t.of_type("AWS::CloudWatch::Alarm").values()
    rings = [(a.get("AlarmActions"), a.get("Threshold"), a.get("ComparisonOperator")) for a in alarms]
    topic = t.values["AlarmTopicArn"]
    if rings != ([([topic], 0, "GreaterThanThreshold")] if topic else []):
        yield f"alarms: {rings}"


if __name__ == "__main__":
    unittest.main()
