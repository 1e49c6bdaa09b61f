"""What the template must hold, checked on the template as the SAM translator and CloudFormation read it.

    target/emulator-venv/bin/python -m unittest discover -s infra/tests

Each property comes with the changes that would violate it: a test passes if the template has the property under every
set of parameters, and if each of those changes is noticed.
"""

import copy
import fnmatch
import json
import os
import re
import tomllib
import unittest
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

INFRA = Path(__file__).resolve().parent.parent
ACCOUNT = "111122223333"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackName": "gate",
    "AWS::URLSuffix": "amazonaws.com",
}
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
TOPIC_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL_KEY = "arn:aws:kms:eu-west-1:444455556666:key/0987dcba-09fe-87dc-65ba-ab0987654321"
PARAMETERS = {
    "defaults": {},
    "everything": {
        "DenyPolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/lockout",
        "PageEmail": "oncall@example.org",
        "PagingTopicArns": f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall,arn:aws:sns:eu-west-1:444455556666:security",
        "ProtectedPrincipalArns": f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "RespondConcurrency": "0",
        "TopicKmsKeyArn": TOPIC_KEY,
        "TrailBucketAccountId": "444455556666",
        "TrailBucketName": "trail-logs",
        "TrailKmsKeyArn": TRAIL_KEY,
        "TrailTopicArn": "arn:aws:sns:eu-west-1:444455556666:trail-logs",
    },
    "nothing protected": {"ProtectedPrincipalArns": ""},
    "a key without a trail": {"TrailKmsKeyArn": TRAIL_KEY},
}
FUNCTIONS = {"Detect": "DetectRole", "Respond": "RespondRole", "Release": "ReleaseRole"}
ROLES = [*FUNCTIONS.values(), "ScheduleRole"]
# Service name, which CloudTrail and CloudFormation spell alike, of each watched source.
RULES = {"KeysRule": "kms", "SecretsRule": "secretsmanager", "TrailRule": "cloudtrail"}
QUEUES = {"EventsQueue": "EventsDlq", "FindingsQueue": "FindingsDlq"}


# ── Reading the template ──────────────────────────────────────────────────────────────────────────────────────────────


def source():
    return yaml_parse((INFRA / "template.yaml").read_text())


def translated():
    """What CloudFormation is given: plain resources instead of SAM's."""
    template = source()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # The translator takes packages only, not folders.
            resource["Properties"]["CodeUri"] = {"Bucket": "packages", "Key": "function.zip"}
    os.environ.setdefault("AWS_DEFAULT_REGION", PSEUDO["AWS::Region"])

    class NoManagedPolicies:
        def load(self):
            return {}

    return transform(template, {}, NoManagedPolicies())


class Absent:
    """AWS::NoValue: the member disappears."""


class Resolved:
    """The template as CloudFormation makes it, with "<Name>" for a resource and "<Name.Arn>" for its attribute."""

    def __init__(self, template, values):
        declared = template["Parameters"]
        self.values = dict(PSEUDO)
        for name, parameter in declared.items():
            value = values.get(name, parameter.get("Default"))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = value.split(",") if is_list else value
        unknown = set(values) - set(declared)
        assert not unknown, f"no such parameter: {unknown}"
        self.conditions = template["Conditions"]
        self.resources = {
            name: self.resolve(resource)
            for name, resource in template["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def holds(self, name):
        return self.resolve(self.conditions[name])

    def resolve(self, node):
        if isinstance(node, list):
            items = (self.resolve(item) for item in node)
            return [item for item in items if item is not Absent]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((key, value),) = node.items()
            if key == "Ref" or key.startswith("Fn::"):
                return self._function(key, value)
            if key == "Condition" and isinstance(value, str):
                return self.holds(value)
        members = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in members.items() if value is not Absent}

    def _function(self, key, value):
        if key == "Ref":
            return Absent if value == "AWS::NoValue" else self.values.get(value, f"<{value}>")
        if key == "Fn::GetAtt":
            return "<" + (value if isinstance(value, str) else ".".join(value)) + ">"
        if key == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda name: self.values.get(name[1], f"<{name[1]}>"), value)
        if key == "Fn::If":
            condition, then, otherwise = value
            return self.resolve(then if self.holds(condition) else otherwise)
        value = self.resolve(value)
        if key == "Fn::Join":
            return value[0].join(value[1])
        if key == "Fn::Equals":
            return value[0] == value[1]
        if key == "Fn::Not":
            return not value[0]
        if key == "Fn::And":
            return all(value)
        raise NotImplementedError(key)

    # Shorthand for the checks and for the changes that violate them.

    def properties(self, name):
        return self.resources[name]["Properties"]

    def of_type(self, kind):
        return {name: r["Properties"] for name, r in self.resources.items() if r["Type"] == kind}

    def statements(self, role):
        return [s for policy in self.properties(role)["Policies"] for s in policy["PolicyDocument"]["Statement"]]

    def statement(self, role, sid):
        return next((s for s in self.statements(role) if s.get("Sid") == sid), {})

    def allow(self, role, action, resource="*", **more):
        """Grants a right, for a change that a check must notice."""
        policy = self.properties(role)["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource, **more})

    @property
    def deny_policy(self):
        return self.values["DenyPolicyArn"] or DENY_ALL

    @property
    def trail_key(self):
        return self.values["TrailKmsKeyArn"] if self.values["TrailBucketName"] else ""


def as_list(value):
    return value if isinstance(value, list) else [value]


def allows(template, role):
    return [s for s in template.statements(role) if s["Effect"] == "Allow"]


def allowed_actions(template, role):
    return {action for s in allows(template, role) for action in as_list(s["Action"])}


def of_service(actions, service):
    """The actions of a service, among them patterns that reach into it."""
    return {a for a in actions if a == "*" or a.partition(":")[0].lower() == service}


# ── The tests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class TemplateTest(unittest.TestCase):
    pass


def given_everything(change):
    """A change to the template with all parameters given, rather than with the defaults."""
    change.parameters = PARAMETERS["everything"]
    return change


def violated_by(*changes):
    """Makes a test of a check, which yields what is wrong with a template."""

    def decorate(check):
        def test(self):
            for title, values in PARAMETERS.items():
                with self.subTest(parameters=title):
                    self.assertEqual(list(check(Resolved(TRANSLATED, values))), [])
            for number, change in enumerate(changes):
                with self.subTest(change=number):
                    spoilt = Resolved(TRANSLATED, getattr(change, "parameters", {}))
                    change(spoilt)
                    self.assertNotEqual(list(check(spoilt)), [], "the change goes unnoticed")

        setattr(TemplateTest, f"test_{check.__name__}", test)
        return check

    return decorate


TRANSLATED = translated()


# Roles.


@violated_by(
    lambda t: t.properties("DetectRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
    lambda t: t.properties("DetectRole").update(Path="/"),
    lambda t: t.properties("DetectRole").update(RoleName="detect"),
    lambda t: t.resources.update(Other={"Type": "AWS::IAM::Role", "Properties": {}}),
    lambda t: t.resources.update(Other={"Type": "AWS::IAM::ManagedPolicy", "Properties": {}}),
)
def roles_are_ours_alone(t):
    iam = sorted(name for name, r in t.resources.items() if r["Type"].startswith("AWS::IAM::"))
    if iam != sorted(ROLES):
        yield f"IAM resources: {iam}"
    for name in ROLES:
        role = t.properties(name)
        if "ManagedPolicyArns" in role:
            yield f"{name} has managed policies"
        if role["Path"] != "/portcullis/" or not role["RoleName"].startswith("gate-"):
            yield f"{name} is {role['Path']}{role['RoleName']}"


@violated_by(
    lambda t: t.properties("DetectRole")["AssumeRolePolicyDocument"]["Statement"][0].update(Principal="*"),
    lambda t: t.properties("ReleaseRole")["AssumeRolePolicyDocument"]["Statement"].append({}),
    lambda t: t.properties("ScheduleRole")["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
)
def roles_trust_their_service_only(t):
    for name in ROLES:
        scheduled = name == "ScheduleRole"
        (statement, *more) = t.properties(name)["AssumeRolePolicyDocument"]["Statement"]
        service = "scheduler.amazonaws.com" if scheduled else "lambda.amazonaws.com"
        if more or statement["Principal"] != {"Service": service}:
            yield f"{name} trusts others"
        condition = statement.get("Condition", {})
        if scheduled and condition.get("StringEquals", {}).get("aws:SourceAccount") != ACCOUNT:
            yield f"{name} trusts the schedules of other accounts"


@violated_by(lambda t: t.properties("Detect").update(Role="<RespondRole.Arn>"))
def each_function_has_its_role(t):
    for function, role in FUNCTIONS.items():
        if t.properties(function)["Role"] != f"<{role}.Arn>":
            yield f"{function} runs as {t.properties(function)['Role']}"


@violated_by(
    lambda t: t.allow("DetectRole", "iam:GetRole", "arn:aws:iam::111122223333:role/*"),
    lambda t: t.allow("DetectRole", ["sqs:SendMessage", "IAM:ListRoles"]),
    lambda t: t.allow("DetectRole", "*"),
    lambda t: t.allow("DetectRole", "kms:Decrypt", TOPIC_KEY),
    lambda t: t.allow("DetectRole", "secretsmanager:DescribeSecret"),
)
def detect_has_no_right_over_identities_and_secrets(t):
    actions = allowed_actions(t, "DetectRole")
    yield from of_service(actions, "iam") | of_service(actions, "secretsmanager")
    yield from of_service(actions, "kms") - {"kms:ListAliases"} - ({"kms:Decrypt"} if t.trail_key else set())


LOOK = {"iam:GetRole", "iam:GetUser", "iam:ListAttachedRolePolicies", "iam:ListAttachedUserPolicies"}


def changes_one_policy_only(t, role, verb, reads):
    """The role may attach (or detach) the deny policy, in this account, and may change nothing else in IAM."""
    change = {f"iam:{verb}RolePolicy", f"iam:{verb}UserPolicy"}
    actions = of_service(allowed_actions(t, role), "iam")
    if actions != change | reads:
        yield f"{role} may {sorted(actions ^ (change | reads))}"
    for s in allows(t, role):
        if not change & set(as_list(s["Action"])):
            continue
        if s.get("Condition") != {"ArnEquals": {"iam:PolicyARN": t.deny_policy}}:
            yield f"{role} may {verb.lower()} under {s.get('Condition')}"
        for resource in as_list(s["Resource"]):
            if resource not in (f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:user/*"):
                yield f"{role} may {verb.lower()} on {resource}"
    deny = t.statement(role, "NothingButTheDenyPolicy")
    if deny != {
        "Sid": "NothingButTheDenyPolicy",
        "Effect": "Deny",
        "Action": f"iam:{verb}*",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"iam:PolicyARN": t.deny_policy}},
    }:
        yield f"{role}: {deny}"


@violated_by(
    lambda t: t.allow("RespondRole", "iam:DetachRolePolicy"),
    lambda t: t.allow("RespondRole", "iam:PutRolePolicy"),
    lambda t: t.allow("RespondRole", "iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/*"),
    lambda t: t.statement("RespondRole", "Quarantine").pop("Condition"),
    lambda t: t.statement("RespondRole", "Quarantine").update(
        Condition={"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}
    ),
    lambda t: t.statement("RespondRole", "Quarantine").update(Resource="*"),
    lambda t: t.statement("RespondRole", "NothingButTheDenyPolicy").update(Effect="Allow"),
    lambda t: t.statement("RespondRole", "Quarantine").update(Action="iam:*"),
)
def respond_attaches_one_policy_and_detaches_none(t):
    yield from changes_one_policy_only(t, "RespondRole", "Attach", LOOK)


@violated_by(
    lambda t: t.allow("ReleaseRole", "iam:AttachRolePolicy"),
    lambda t: t.allow("ReleaseRole", "iam:DeleteRolePolicy"),
    lambda t: t.statement("ReleaseRole", "Lift").pop("Condition"),
    lambda t: t.statement("ReleaseRole", "Lift").update(Resource=["arn:aws:iam::*:role/*"]),
    lambda t: t.statement("ReleaseRole", "NothingButTheDenyPolicy").pop("Condition"),
)
def release_detaches_one_policy_and_attaches_none(t):
    yield from changes_one_policy_only(t, "ReleaseRole", "Detach", {a for a in LOOK if "ListAttached" in a})


@violated_by(
    lambda t: t.statement("RespondRole", "ProtectedPaths")["Resource"].pop(0),
    lambda t: t.statement("RespondRole", "ProtectedPaths").update(Effect="Allow"),
    lambda t: t.statement("RespondRole", "ProtectedPaths")["Action"].remove("iam:AttachRolePolicy"),
    lambda t: t.statement("RespondRole", "ProtectedPrincipals").update(Resource=[]),
    lambda t: t.statement("RespondRole", "ProtectedPrincipals").update(Condition={}),
)
def respond_is_denied_the_protected_principals(t):
    denied = {
        resource
        for s in t.statements("RespondRole")
        if s["Effect"] == "Deny" and "Condition" not in s
        if {"iam:AttachRolePolicy", "iam:AttachUserPolicy"} <= set(as_list(s.get("Action")))
        for resource in as_list(s["Resource"])
    }
    paths = [f"arn:aws:iam::{ACCOUNT}:role/{p}/*" for p in ("portcullis", "aws-service-role", "aws-reserved")]
    wanted = {*paths, *filter(None, t.values["ProtectedPrincipalArns"])}
    if denied != wanted:
        yield f"denied to respond: {sorted(denied)}"
    for name in ROLES:
        arn = f"arn:aws:iam::{ACCOUNT}:role{t.properties(name)['Path']}{t.properties(name)['RoleName']}"
        if not any(fnmatch.fnmatchcase(arn, pattern) for pattern in denied):
            yield f"respond can reach {arn}"


@violated_by(
    lambda t: t.statement("RespondRole", "NeverReadsASecret")["Action"].pop(),
    lambda t: t.statement("RespondRole", "NeverReadsASecret").update(Condition={}),
)
def respond_never_reads_a_secret(t):
    deny = t.statement("RespondRole", "NeverReadsASecret")
    actions = {"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"}
    if {*as_list(deny.get("Action"))} != actions or deny["Resource"] != "*" or deny["Effect"] != "Deny":
        yield f"{deny}"
    if "Condition" in deny:
        yield "the denial is conditional"


@violated_by(
    lambda t: t.statement("DetectRole", "Ceiling")["NotAction"].append("iam:CreateAccessKey"),
    lambda t: t.statement("RespondRole", "Ceiling").update(Resource=[]),
    lambda t: t.statement("ReleaseRole", "Ceiling").update(Condition={"Bool": {"aws:SecureTransport": "false"}}),
    lambda t: t.statement("ReleaseRole", "Ceiling")["NotAction"].remove("kms:Decrypt"),
    # The Allow that the ceiling would take back.
    lambda t: t.allow("ReleaseRole", "sqs:SendMessage", "<EventsDlq.Arn>"),
)
def nothing_can_be_added_to_a_function_role(t):
    for role in FUNCTIONS.values():
        ceiling = {key: value for key, value in t.statement(role, "Ceiling").items() if key != "NotAction"}
        if ceiling != {"Sid": "Ceiling", "Effect": "Deny", "Resource": "*"}:
            yield f"{role}: {ceiling}"
        # Lambda's own Decrypt of the environment is allowed by a grant, not here.
        expected = allowed_actions(t, role) | {"kms:Decrypt"}
        if set(t.statement(role, "Ceiling").get("NotAction", [])) != expected:
            yield f"{role}: the ceiling is not what the role is allowed, {sorted(expected)}"


@violated_by(
    lambda t: t.statement("RespondRole", "OnlyOwnEnvironment").update(Effect="Allow"),
    lambda t: t.statement("RespondRole", "OnlyOwnEnvironment").pop("Condition"),
    lambda t: t.statement("DetectRole", "OnlyOwnEnvironment").update(Condition={"StringNotEquals": {}}),
    lambda t: t.allow("ReleaseRole", "kms:Decrypt", "*"),
    lambda t: t.allow("RespondRole", "kms:Decrypt", TOPIC_KEY),
    lambda t: t.allow("DetectRole", "kms:Decrypt", TRAIL_KEY),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Effect="Deny")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Resource="*")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").pop("Condition")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Action="kms:*")),
    # The Allow that this Deny would take back.
    given_everything(
        lambda t: t.statement("DetectRole", "OnlyOwnEnvironment")["Condition"]["StringNotEquals"].pop("kms:ViaService")
    ),
    given_everything(lambda t: t.statement("ReleaseRole", "EncryptPages").update(Resource=TRAIL_KEY)),
)
def functions_decrypt_their_environment_the_trail_and_pages_only(t):
    trail = (t.trail_key, "s3.eu-west-1.amazonaws.com", {"kms:Decrypt"})
    pages = (t.values["TopicKmsKeyArn"], "sns.eu-west-1.amazonaws.com", {"kms:Decrypt", "kms:GenerateDataKey"})
    for function, role in FUNCTIONS.items():
        key, service, actions = trail if role == "DetectRole" else pages
        via = {"kms:ViaService": service}
        name = t.properties(function)["FunctionName"]
        own = {"kms:EncryptionContext:aws:lambda:FunctionArn": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}"}
        deny = {
            "Sid": "OnlyOwnEnvironment",
            "Effect": "Deny",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringNotEquals": own | (via if key else {})},
        }
        if t.statement(role, "OnlyOwnEnvironment") != deny:
            yield f"{role}: {t.statement(role, 'OnlyOwnEnvironment')}"
        granted = set()
        for s in allows(t, role):
            used = of_service(as_list(s["Action"]), "kms") - {"kms:ListAliases"}
            granted |= used
            if used and (not key or s["Resource"] != key or s.get("Condition") != {"StringEquals": via}):
                yield f"{role} may use keys: {s}"
        if granted != (actions if key else set()):
            yield f"{role} may {sorted(granted)}"


CONTAIN = {f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User")}
# Resource with a wildcard → actions that may have it.
WILDCARDS = {
    # These know no resource-level permissions.
    "*": {"tag:GetResources", "kms:ListAliases"},
    f"arn:aws:iam::{ACCOUNT}:role/*": CONTAIN | LOOK,
    f"arn:aws:iam::{ACCOUNT}:user/*": CONTAIN | LOOK,
    "<ConfigBucket.Arn>/rules/*": {"s3:GetObject"},
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
# Without it an object that is not there is a 403 rather than a 404.
LIST = ("s3:ListBucket", "<ConfigBucket.Arn>")
CONFIGURATION = {
    "DetectRole": {SETTINGS, OWN_RULES, LIST},
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


# Rules.


def pattern(t, rule):
    return t.properties(rule)["EventPattern"]


@violated_by(
    lambda t: t.properties("KeysRule").update(State="ENABLED"),
    lambda t: t.properties("KeysRule").pop("State"),
    lambda t: pattern(t, "SecretsRule").pop("source"),
    lambda t: pattern(t, "SecretsRule").update(source=["aws.kms"]),
    lambda t: pattern(t, "TrailRule").pop("detail-type"),
    lambda t: pattern(t, "KeysRule")["detail"].pop("eventName"),
    lambda t: pattern(t, "KeysRule")["detail"].update(eventName=[{"prefix": ""}]),
    lambda t: pattern(t, "KeysRule")["detail"]["eventName"].append("Decrypt*"),
    lambda t: pattern(t, "KeysRule")["detail"]["eventName"].append("Decrypt"),
    lambda t: pattern(t, "KeysRule")["detail"]["eventName"].extend(f"Call{n}" for n in range(200)),
)
def rules_get_all_events_and_pin_them(t):
    if set(t.of_type("AWS::Events::Rule")) != set(RULES):
        yield "other rules"
    for name, service in RULES.items():
        rule, wanted = t.properties(name), pattern(t, name)
        if rule.get("State") != "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS":
            yield f"{name} is {rule.get('State')}"
        if wanted.get("source") != [f"aws.{service}"]:
            yield f"{name} is open to {wanted.get('source')}"
        if wanted.get("detail-type") != ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]:
            yield f"{name}: {wanted.get('detail-type')}"
        names = wanted["detail"].get("eventName", [])
        if not names or not all(isinstance(n, str) and n.isalnum() for n in names) or len(set(names)) < len(names):
            yield f"{name}: event names {names}"
        if len(json.dumps(wanted)) > 2048:
            yield f"{name}: the pattern has {len(json.dumps(wanted))} characters"


WATCHED = {
    "KeysRule": "Decrypt GenerateDataKey ReEncrypt Sign CreateGrant PutKeyPolicy DisableKey DisableKeyRotation "
    "ScheduleKeyDeletion DeleteImportedKeyMaterial UpdateAlias DeleteAlias UntagResource RotateKey DeleteKey",
    "SecretsRule": "GetSecretValue BatchGetSecretValue DescribeSecret ListSecrets PutSecretValue UpdateSecret "
    "DeleteSecret PutResourcePolicy CancelRotateSecret UntagResource RotationStarted RotationSucceeded RotationFailed",
    "TrailRule": "StopLogging DeleteTrail UpdateTrail PutEventSelectors PutInsightSelectors DeleteEventDataStore",
}


@violated_by(*(lambda t, r=r, n=n: pattern(t, r)["detail"]["eventName"].remove(n)
               for r, names in WATCHED.items() for n in names.split()))
def rules_watch_what_the_detections_need(t):
    for rule, names in WATCHED.items():
        yield from set(names.split()) - set(pattern(t, rule)["detail"]["eventName"])


@violated_by(
    lambda t: pattern(t, "KeysRule")["detail"]["eventName"].append("ListAliases"),
    lambda t: t.allow("DetectRole", "kms:GetKeyPolicy"),
)
def functions_do_not_wake_themselves(t):
    # Unavoidable: Lambda's Decrypt of the environment, a log file under a key, and a page to a topic with a key.
    unavoidable = {"Decrypt"} | ({"GenerateDataKey"} if t.values["TopicKmsKeyArn"] else set())
    for role in FUNCTIONS.values():
        for rule, service in RULES.items():
            called = {a.partition(":")[2] for a in of_service(allowed_actions(t, role), service)}
            yield from (called & set(pattern(t, rule)["detail"]["eventName"])) - unavoidable


@violated_by(
    lambda t: t.properties("KeysRule")["Targets"][0].pop("DeadLetterConfig"),
    lambda t: t.properties("TrailRule")["Targets"][0].pop("RetryPolicy"),
    lambda t: t.properties("SecretsRule")["Targets"][0].update(Arn="<FindingsQueue.Arn>"),
    lambda t: t.properties("SecretsRule").update(Targets=[]),
)
def rules_deliver_or_keep_aside(t):
    for name in RULES:
        targets = t.properties(name)["Targets"]
        if [target["Arn"] for target in targets] != ["<EventsQueue.Arn>"]:
            yield f"{name} delivers elsewhere"
        for target in targets:
            if target.get("DeadLetterConfig") != {"Arn": "<EventsDlq.Arn>"} or "RetryPolicy" not in target:
                yield f"{name} loses what it cannot deliver"


# Queues.


def source_of(t, queue):
    mappings = t.of_type("AWS::Lambda::EventSourceMapping").values()
    return next(mapping for mapping in mappings if mapping["EventSourceArn"] == f"<{queue}.Arn>")


@violated_by(
    lambda t: t.properties("EventsQueue").pop("SqsManagedSseEnabled"),
    lambda t: t.properties("EventsDlq").update(SqsManagedSseEnabled=False),
    lambda t: t.properties("FindingsDlq").update(KmsMasterKeyId="alias/aws/sqs"),
    lambda t: t.properties("FindingsQueue").pop("RedrivePolicy"),
    lambda t: t.properties("FindingsQueue")["RedrivePolicy"].update(deadLetterTargetArn="<EventsDlq.Arn>"),
    lambda t: t.properties("EventsQueue")["RedrivePolicy"].update(maxReceiveCount=4),
    lambda t: t.properties("EventsDlq").update(MessageRetentionPeriod=345600),
    lambda t: t.resources.update(Other={"Type": "AWS::SQS::Queue", "Properties": {}}),
)
def queues_are_encrypted_and_keep_what_fails(t):
    queues = t.of_type("AWS::SQS::Queue")
    if set(queues) != {*QUEUES, *QUEUES.values()}:
        yield "other queues"
    for name, queue in queues.items():
        if queue.get("SqsManagedSseEnabled") is not True or "KmsMasterKeyId" in queue:
            yield f"{name} is not encrypted with SQS's key"
    for name, dlq in QUEUES.items():
        redrive = queues[name].get("RedrivePolicy", {})
        if redrive.get("deadLetterTargetArn") != f"<{dlq}.Arn>" or redrive.get("maxReceiveCount", 0) < 5:
            yield f"{name} gives up by {redrive}"
        if queues[dlq]["MessageRetentionPeriod"] != 14 * 24 * 3600:
            yield f"{dlq} keeps for {queues[dlq]['MessageRetentionPeriod']} s"
        if queues[name]["MessageRetentionPeriod"] >= queues[dlq]["MessageRetentionPeriod"]:
            yield f"{dlq} does not keep longer than {name}"


@violated_by(
    lambda t: t.properties("EventsQueue").update(VisibilityTimeout=359),
    lambda t: t.properties("Respond").update(Timeout=60),
    lambda t: source_of(t, "EventsQueue").pop("FunctionResponseTypes"),
    lambda t: source_of(t, "FindingsQueue").update(FunctionName="<Detect>"),
    # Without a window Lambda takes ten at most.
    lambda t: source_of(t, "FindingsQueue").update(BatchSize=11),
)
def functions_have_time_for_their_batches(t):
    for queue, function in {"EventsQueue": "Detect", "FindingsQueue": "Respond"}.items():
        mapping = source_of(t, queue)
        if mapping["FunctionName"] != f"<{function}>":
            yield f"{queue} feeds {mapping['FunctionName']}"
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{function} repeats whole batches"
        if mapping["BatchSize"] > 10:
            yield f"{function} takes {mapping['BatchSize']}"
        if t.properties(queue)["VisibilityTimeout"] < 6 * t.properties(function)["Timeout"]:
            yield f"{queue}: visible again before {function} is done"


RULE_ARNS = {f"<{rule}.Arn>" for rule in RULES}


def only_over_tls(statements, resource):
    """The resource's policy denies whatever does not come over TLS."""
    return any(
        s["Effect"] == "Deny"
        and s["Principal"] == "*"
        and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and as_list(s["Resource"]) == as_list(resource)
        for s in statements
    )


def queue_statements(t, queue):
    policies = [p for p in t.of_type("AWS::SQS::QueuePolicy").values() if p["Queues"] == [f"<{queue}>"]]
    return [s for p in policies for s in p["PolicyDocument"]["Statement"]]


@violated_by(
    lambda t: queue_statements(t, "EventsQueue")[0].pop("Condition"),
    lambda t: queue_statements(t, "EventsQueue")[0].update(Principal="*"),
    lambda t: queue_statements(t, "EventsQueue")[0]["Condition"]["ArnEquals"]["aws:SourceArn"].pop(),
    lambda t: queue_statements(t, "EventsDlq")[0].update(Effect="Deny"),
    lambda t: queue_statements(t, "FindingsQueue")[0].update(Effect="Allow"),
    lambda t: t.resources.pop("FindingsDlqPolicy"),
    lambda t: t.resources["EventsQueuePolicy"]["Properties"].update(Queues=["<EventsDlq>"]),
)
def queues_take_from_whom_they_must(t):
    bucket, topic = t.values["TrailBucketName"], t.values["TrailTopicArn"]
    rules = {"events.amazonaws.com": {"ArnEquals": {"aws:SourceArn": RULE_ARNS}}}
    senders = {"EventsQueue": dict(rules), "EventsDlq": rules, "FindingsQueue": {}, "FindingsDlq": {}}
    if bucket:
        account = t.values["TrailBucketAccountId"] or ACCOUNT
        senders["EventsQueue"]["s3.amazonaws.com"] = {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": account},
        }
    if topic:
        senders["EventsQueue"]["sns.amazonaws.com"] = {"ArnEquals": {"aws:SourceArn": topic}}
    for queue, wanted in senders.items():
        statements = queue_statements(t, queue)
        if not only_over_tls(statements, f"<{queue}.Arn>"):
            yield f"{queue} is open to plain HTTP"
        found = {}
        for s in statements:
            if s["Effect"] != "Allow":
                continue
            condition = copy.deepcopy(s.get("Condition", {}))
            arns = condition.get("ArnEquals", {})
            if isinstance(arns.get("aws:SourceArn"), list):
                arns["aws:SourceArn"] = set(arns["aws:SourceArn"])
            found[str(s["Principal"] if s["Principal"] == "*" else s["Principal"]["Service"])] = condition
            if s["Action"] != "sqs:SendMessage" or s["Resource"] != f"<{queue}.Arn>":
                yield f"{queue}: {s['Action']} on {s['Resource']}"
        if found != wanted:
            yield f"{queue} takes from {found}"


# Ledger, configuration, pages.


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
    lambda t: t.resources["ConfigBucket"].pop("DeletionPolicy"),
    lambda t: t.properties("ConfigBucket").pop("VersioningConfiguration"),
    lambda t: t.properties("ConfigBucket").pop("BucketEncryption"),
    lambda t: t.properties("ConfigBucket")["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False),
    lambda t: t.properties("ConfigBucketPolicy")["PolicyDocument"]["Statement"].clear(),
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
    lambda t: t.resources.update(PageEmailSubscription={"Type": "AWS::SNS::Subscription", "Properties": {}}),
)
def pages_reach_whom_they_should(t):
    statements = t.properties("PagesTopicPolicy")["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    if [s["Principal"] for s in allowed] != [{"Service": "cloudwatch.amazonaws.com"}]:
        yield "others than the alarms may publish"
    for s in allowed:
        if s["Condition"].get("StringEquals") != {"aws:SourceAccount": ACCOUNT} or s["Action"] != "sns:Publish":
            yield "the alarms of other accounts may publish"
    if not only_over_tls(statements, "<PagesTopic>"):
        yield "open to plain HTTP"
    # alias/aws/sns would silence the alarms.
    if t.properties("PagesTopic").get("KmsMasterKeyId", "") != t.values["TopicKmsKeyArn"]:
        yield "encrypted with another key"
    if ("PageEmailSubscription" in t.resources) != bool(t.values["PageEmail"]):
        yield "e-mail without an address, or an address without e-mail"


# Functions and alarms.

ENVIRONMENT = {
    "Detect": {
        "PORTCULLIS_SETTINGS": "s3://<ConfigBucket>/portcullis.yaml",
        "PORTCULLIS_RULES": "s3://<ConfigBucket>/rules/",
        "PORTCULLIS_FINDINGS_QUEUE_URL": "<FindingsQueue>",
        "PORTCULLIS_UNREADABLE_QUEUE_URL": "<EventsDlq>",
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
            allowed = source()["Parameters"][name]["AllowedPattern"]
            for value in ("", taken):
                self.assertRegex(value, allowed)
            for value in refused:
                self.assertNotRegex(value, allowed)

    def test_the_template_can_be_given_whole(self):
        # CloudFormation API Reference, "CreateChangeSet": TemplateBody; more only by way of a bucket.
        self.assertLessEqual(len((INFRA / "template.yaml").read_bytes()), 51_200)


class BuildTest(unittest.TestCase):
    """That `sam build` finds what the template names."""

    def test_each_function_is_built_from_a_package_with_its_binary(self):
        for name in FUNCTIONS:
            function = source()["Resources"][name]
            self.assertEqual(function["Metadata"]["BuildMethod"], "rust-cargolambda")
            manifest = tomllib.loads((INFRA / function["Properties"]["CodeUri"] / "Cargo.toml").read_text())
            binaries = [binary["name"] for binary in manifest["bin"]]
            self.assertEqual(binaries, [function["Metadata"]["BuildProperties"]["Binary"]])


if __name__ == "__main__":
    unittest.main()
