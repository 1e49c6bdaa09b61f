"""member.yaml: what a member account sends and to where, and what may be done there by whom."""

import unittest

from containment import contains, lifts
from policies import ADMINISTRATOR
from reading import ACCOUNT, DENY_ALL, MEMBER, TRANSLATED, Resolved, allows, only_over_tls, source
from violations import tests_of

MEMBER_TEMPLATE = source("member.yaml")
HOME = "eu-west-1"
GIVEN = {"SecurityAccountId": ACCOUNT, "StackName": "gate", "StackRegion": HOME, "ExternalId": "gate-4711"}
GLOBAL = GIVEN | {"AWS::Region": "us-east-1"}
PARAMETERS = {
    "where IAM logs": GLOBAL,
    "where the stack is": GIVEN,
    "another partition": GLOBAL | {"GlobalRegion": "us-gov-west-1", "AWS::Region": "us-gov-west-1"},
    "no stack where IAM logs": GLOBAL | {"ForwardRegionalEvents": "false"},
    "another StackSet sends the events of IAM": GLOBAL | {"StackRegion": ""},
    "everything": GLOBAL
    | {
        "AlarmTopicName": "alarms",
        "DeployPrincipalArns": f"arn:aws:iam::{MEMBER}:user/deploy,arn:aws:iam::*:role/stacksets-exec-*",
        "ProtectedPrincipalArns": "arn:aws:iam::*:role/vault,arn:aws:iam::*:user/break-glass/*",
    },
    "no parameters, no keys": GLOBAL | {"WatchParameterStore": "false", "DeactivateAccessKeys": "false"},
}
ROLES = {"ContainRole": "respond", "LiftRole": "release", "ForwardRole": None}


class Member(Resolved):
    """member.yaml in an account and a Region."""

    def __init__(self, template, values):
        super().__init__(template, {"AWS::AccountId": MEMBER} | (values or GLOBAL))

    deny_policy = DENY_ALL


class MemberTest(unittest.TestCase):
    def test_it_is_not_for_the_security_account(self):
        (rule,) = MEMBER_TEMPLATE["Rules"].values()
        wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": "SecurityAccountId"}, {"Ref": "AWS::AccountId"}]}]}
        self.assertEqual(rule["Assertions"][0]["Assert"], wanted)

    def test_each_rule_of_the_stack_is_here_but_that_of_its_buckets(self):
        here = {name for name, r in MEMBER_TEMPLATE["Resources"].items() if r["Type"] == "AWS::Events::Rule"}
        there = set(Resolved(TRANSLATED, {}).intake)
        self.assertEqual(there - here, {"ObjectsRule"})
        self.assertEqual(here - there, set())

    def test_no_name_comes_from_the_name_that_stacksets_chooses(self):
        self.assertNotIn("AWS::StackName", str(MEMBER_TEMPLATE))

    def test_nothing_global_is_made_in_two_regions(self):
        regions = {}
        for region in ("us-east-1", "eu-west-1", "ap-southeast-2"):
            t = Member(MEMBER_TEMPLATE, GIVEN | {"AWS::Region": region})
            regions[region] = {name for name, r in t.resources.items() if r["Type"].startswith("AWS::IAM::")}
        everything = {name for name, r in MEMBER_TEMPLATE["Resources"].items() if r["Type"].startswith("AWS::IAM::")}
        self.assertEqual(regions, {"us-east-1": everything, "eu-west-1": set(), "ap-southeast-2": set()})

    def test_policies_fit_the_quotas(self):
        t = Member(MEMBER_TEMPLATE, PARAMETERS["everything"])
        for name in ROLES:
            self.assertLess(len(str(t.statements(name))), 8000, name)


def given_everything(change):
    change.parameters = PARAMETERS["everything"]
    return change


violated_by = tests_of(MemberTest, MEMBER_TEMPLATE, PARAMETERS, Member)


@violated_by(
    lambda t: t.properties("KeysRule").update(State="ENABLED"),
    lambda t: t.properties("SecretsRule")["EventPattern"].pop("source"),
    lambda t: t.properties("PartsRule")["EventPattern"]["detail"]["eventName"].pop(),
    lambda t: t.properties("IdentityRule")["EventPattern"].update(source=["aws.iam"]),
    lambda t: t.properties("TrailRule").update(Name="trail"),
    lambda t: t.resources.pop("CopiesRule"),
    lambda t: t.resources.pop("IdentityRule"),
    lambda t: t.resources.pop("ParametersRule"),
)
def what_the_stack_lets_in_is_sent(t):
    home = Resolved(TRANSLATED, {"WatchParameterStore": t.values["WatchParameterStore"]})
    rules = t.of_type("AWS::Events::Rule")
    wanted = set(home.intake) - {"ObjectsRule", "IdentityRule"}
    if t.values["ForwardRegionalEvents"] != "true":
        wanted = set()
    if t.values["AWS::Region"] == t.values["GlobalRegion"] and t.values["StackRegion"]:
        wanted |= {"IdentityRule"}
    if set(rules) != wanted:
        yield f"rules: {sorted(set(rules) ^ wanted)}"
    for name, rule in rules.items():
        for member in ("EventPattern", "State", "Name"):
            if rule[member] != home.properties(name)[member]:
                yield f"{name}: {member} is {rule[member]}"


@violated_by(
    lambda t: t.properties("KeysRule")["Targets"][0].update(Arn=f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/default"),
    lambda t: t.properties("IdentityRule")["Targets"][0].update(
        Arn=f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    ),
    lambda t: t.properties("KeysRule")["Targets"][0].update(RoleArn="<LiftRole.Arn>"),
    lambda t: t.properties("TrailRule")["Targets"].append({"Arn": "elsewhere"}),
    lambda t: t.properties("TrailRule")["Targets"][0].pop("DeadLetterConfig"),
    lambda t: t.properties("TrailRule")["Targets"][0].pop("RetryPolicy"),
    lambda t: t.properties("Undelivered").update(MessageRetentionPeriod=60),
    lambda t: t.properties("UndeliveredPolicy")["PolicyDocument"]["Statement"][0].pop("Condition"),
    lambda t: t.properties("UndeliveredPolicy")["PolicyDocument"]["Statement"].pop(),
)
def it_is_sent_to_the_security_account_or_kept(t):
    is_global = t.values["AWS::Region"] == t.values["GlobalRegion"]
    role = "<ForwardRole.Arn>" if is_global else f"arn:aws:iam::{MEMBER}:role/portcullis/gate-forward"
    for name, rule in t.of_type("AWS::Events::Rule").items():
        region = t.values["StackRegion"] if name == "IdentityRule" else t.values["AWS::Region"]
        bus = f"arn:aws:events:{region}:{ACCOUNT}:event-bus/default"
        if [(target["Arn"], target.get("RoleArn")) for target in rule["Targets"]] != [(bus, role)]:
            yield f"{name} sends to {rule['Targets']}"
        for target in rule["Targets"]:
            if target.get("DeadLetterConfig") != {"Arn": "<Undelivered.Arn>"} or "RetryPolicy" not in target:
                yield f"{name} loses what it cannot send"
    queue, statements = t.properties("Undelivered"), t.properties("UndeliveredPolicy")["PolicyDocument"]["Statement"]
    if queue.get("SqsManagedSseEnabled") is not True or queue["MessageRetentionPeriod"] != 14 * 24 * 3600:
        yield f"the queue: {queue}"
    if not only_over_tls(statements, "<Undelivered.Arn>"):
        yield "open to plain HTTP"
    own = f"arn:aws:events:{t.values['AWS::Region']}:{MEMBER}:rule/gate-*"
    senders = [(s["Principal"], s.get("Condition")) for s in statements if s["Effect"] == "Allow"]
    if senders != [({"Service": "events.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": own}})]:
        yield f"takes from {senders}"


@violated_by(
    lambda t: t.allow("ForwardRole", "events:PutRule"),
    lambda t: t.statements("ForwardRole")[0].update(Resource="*"),
    lambda t: t.properties("ForwardRole").update(RoleName="gate-send"),
    lambda t: t.properties("ForwardRole").update(Path="/"),
    lambda t: t.properties("ForwardRole")["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
)
def the_bus_of_the_security_account_takes_what_is_sent(t):
    if "ForwardRole" not in t.resources:
        return
    role = t.properties("ForwardRole")
    sends = [(s["Action"], s["Resource"]) for s in allows(t, "ForwardRole")]
    if sends != [("events:PutEvents", f"arn:aws:events:*:{ACCOUNT}:event-bus/default")]:
        yield f"the role may {sends}"
    condition = {
        "StringEquals": {"aws:SourceAccount": MEMBER},
        "ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{MEMBER}:rule/gate-*"},
    }
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    if trust["Principal"] != {"Service": "events.amazonaws.com"} or trust.get("Condition") != condition:
        yield f"the role trusts {trust}"
    home = Resolved(TRANSLATED, {"MemberAccountIds": MEMBER, "ExternalId": "gate-4711"})
    (policy,) = home.of_type("AWS::Events::EventBusPolicy").values()
    pattern = policy["Statement"]["Condition"]["ArnLike"]["aws:PrincipalArn"]
    if pattern.replace("*", MEMBER) != f"arn:aws:iam::{MEMBER}:role{role['Path']}{role['RoleName']}":
        yield f"the bus takes from {pattern}"


@violated_by(
    lambda t: t.properties("ContainRole")["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
    lambda t: t.properties("LiftRole")["AssumeRolePolicyDocument"]["Statement"][0].update(Principal={"AWS": ACCOUNT}),
    lambda t: t.properties("LiftRole")["AssumeRolePolicyDocument"]["Statement"].append({}),
    lambda t: t.properties("LiftRole")["AssumeRolePolicyDocument"].update(
        t.properties("ContainRole")["AssumeRolePolicyDocument"]
    ),
    lambda t: t.properties("ContainRole").update(RoleName="gate-respond"),
    lambda t: t.properties("LiftRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/IAMFullAccess"]),
    lambda t: t.properties("LiftRole").update(Path="/"),
    lambda t: t.resources.update(Other={"Type": "AWS::IAM::Role", "Properties": {}}),
)
def each_role_trusts_its_function_at_home_only(t):
    is_global = t.values["AWS::Region"] == t.values["GlobalRegion"]
    if set(t.of_type("AWS::IAM::Role")) != (set(ROLES) if is_global else set()):
        yield f"roles: {sorted(t.of_type('AWS::IAM::Role'))}"
    home = Resolved(TRANSLATED, {})
    for name, function in ROLES.items() if is_global else ():
        role = t.properties(name)
        if role["Path"] != "/portcullis/" or "ManagedPolicyArns" in role:
            yield f"{name}: {role['Path']}, managed policies {role.get('ManagedPolicyArns')}"
        if function is None:
            continue
        variables = home.properties(function.capitalize())["Environment"]["Variables"]
        if f"portcullis/{role['RoleName']}" != variables["PORTCULLIS_MEMBER_ROLE"]:
            yield f"{function} does not know {role['RoleName']}"
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/portcullis/gate-{function}"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "gate-4711"}},
        }
        if role["AssumeRolePolicyDocument"]["Statement"] != [trust]:
            yield f"{name} trusts {role['AssumeRolePolicyDocument']['Statement']}"


@violated_by(
    lambda t: t.allow("ContainRole", "iam:DetachRolePolicy", "*"),
    lambda t: t.statement("ContainRole", "Contain").update(Resource="*"),
    lambda t: t.statement("ContainRole", "ContainByBoundary").pop("Condition"),
    lambda t: t.statement("ContainRole", "NoOtherBoundary").update(Effect="Allow"),
    lambda t: t.statement("ContainRole", "ProtectedPaths")["Resource"].pop(0),
    lambda t: t.statement("ContainRole", "ProtectedByTag")["Action"].pop(),
    lambda t: t.statement("ContainRole", "DeployPrincipals").update(Resource=[]),
    lambda t: t.statement("ContainRole", "Ceiling")["NotAction"].append("iam:PutRolePolicy"),
)
def the_one_contains_as_respond_does_at_home(t):
    if "ContainRole" in t.resources:
        yield from contains(t, "ContainRole", {"iam:SimulatePrincipalPolicy"})


@violated_by(
    lambda t: t.allow("LiftRole", "iam:AttachRolePolicy", "*"),
    lambda t: t.statement("LiftRole", "Lift").update(Resource="*"),
    lambda t: t.statement("LiftRole", "LiftBoundary").pop("Condition"),
    lambda t: t.statement("LiftRole", "OwnPaths")["Action"].pop(),
    lambda t: t.statement("LiftRole", "Ceiling")["NotAction"].append("iam:PutRolePolicy"),
)
def the_other_lifts_as_release_does_at_home(t):
    if "LiftRole" in t.resources:
        yield from lifts(t, "LiftRole")


@violated_by(
    lambda t: t.allow("ContainRole", "s3:GetObject", "arn:aws:s3:::any/*"),
    lambda t: t.allow("LiftRole", "cloudtrail:LookupEvents"),
    lambda t: t.allow("ContainRole", "cloudtrail:LookupEvents"),
    lambda t: t.statement("ContainRole", "NeverReadsASecret")["Action"].pop(),
    lambda t: t.statement("LiftRole", "Ceiling").update(Resource=[]),
)
def they_can_do_nothing_outside_iam(t):
    for name, function in ROLES.items():
        if name not in t.resources or function is None:
            continue
        actions = {a for s in allows(t, name) for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])}
        others = {action for action in actions if not action.startswith("iam:")}
        if others:
            yield f"{name} may {sorted(others)}"
        for action in ("secretsmanager:GetSecretValue", "kms:Decrypt", "sts:AssumeRole", "s3:GetObject"):
            if t.may(name, action, "any", besides=[ADMINISTRATOR]):
                yield f"{name} may {action} if it is made an administrator"
    if "ContainRole" in t.resources:
        denied = t.statement("ContainRole", "NeverReadsASecret")
        if denied != Resolved(TRANSLATED, {}).statement("RespondRole", "NeverReadsASecret"):
            yield f"{denied}"


@violated_by(
    given_everything(lambda t: t.properties("UndeliveredAlarm").update(AlarmActions=[])),
    given_everything(lambda t: t.properties("UndeliveredAlarm").update(Threshold=1)),
    given_everything(lambda t: t.resources.pop("UndeliveredAlarm")),
)
def an_alarm_rings_where_there_is_a_topic(t):
    alarms = t.of_type("AWS::CloudWatch::Alarm").values()
    rings = [(a.get("AlarmActions"), a.get("Threshold"), a.get("ComparisonOperator")) for a in alarms]
    topic = t.values["AlarmTopicName"]
    arn = f"arn:aws:sns:{t.values['AWS::Region']}:{MEMBER}:{topic}"
    if rings != ([([arn], 0, "GreaterThanThreshold")] if topic else []):
        yield f"alarms: {rings}"


if __name__ == "__main__":
    unittest.main()
