"""The template as the SAM translator and CloudFormation read it."""

import os
import re
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from policies import allowed, as_list

INFRA = Path(__file__).resolve().parent.parent
ACCOUNT = "111122223333"
MEMBER = "444455556666"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/gate/4711",
    "AWS::StackName": "gate",
    "AWS::URLSuffix": "amazonaws.com",
}
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
TOPIC_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL_KEY = "arn:aws:kms:eu-west-1:444455556666:key/0987dcba-09fe-87dc-65ba-ab0987654321"
SECRET_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/5678efab-12ab-34cd-56ef-1234567890ab"
ROUTING_KEY = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:pagerduty/oncall-Ab12Cd"
PARAMETERS = {
    "defaults": {},
    "everything": {
        "DenyPolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/deny",
        "DeployPrincipalArns": f"arn:aws:iam::{ACCOUNT}:user/deploy,arn:aws:iam::*:role/stacksets-exec-*",
        "EvidenceBucketName": "evidence",
        "ExternalId": "gate-4711",
        "MemberAccountIds": MEMBER,
        "PageEmail": "oncall@example.org",
        "PagerDutyRoutingKeySecretArn": ROUTING_KEY,
        "PagerDutySecretKmsKeyArn": SECRET_KEY,
        "PagingTopicArns": f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall,arn:aws:sns:eu-west-1:444455556666:security",
        "ProtectedPrincipalArns": f"arn:aws:iam::{ACCOUNT}:role/vault,arn:aws:iam::*:user/break-glass/*",
        "RespondConcurrency": "0",
        "TopicKmsKeyArn": TOPIC_KEY,
        "TrailBucketAccountId": "444455556666",
        "TrailBucketName": "trail-logs",
        "TrailKmsKeyArn": TRAIL_KEY,
        "TrailLogGroupName": "org/trail",
        "TrailTopicArn": "arn:aws:sns:eu-west-1:444455556666:trail-logs",
    },
    "nothing protected": {"ProtectedPrincipalArns": ""},
    "neither keys nor events": {"DeactivateAccessKeys": "false", "EventBusName": ""},
    "a key without a trail": {"TrailKmsKeyArn": TRAIL_KEY},
    "a key without a secret": {"PagerDutySecretKmsKeyArn": SECRET_KEY},
    "a secret without a key": {"PagerDutyRoutingKeySecretArn": ROUTING_KEY},
    "without Parameter Store": {"WatchParameterStore": "false"},
}
# Function → its role. The last is there if its parameter is given.
FUNCTIONS = {
    "Detect": "DetectRole",
    "Respond": "RespondRole",
    "Release": "ReleaseRole",
    "Alarms": "AlarmsRole",
    "PagerDuty": "PagerDutyRole",
}


def functions(t):
    """The functions of a template and their roles."""
    return {name: role for name, role in FUNCTIONS.items() if name in t.resources}


def roles(t):
    """All the roles of a template."""
    return [*functions(t).values(), "ScheduleRole"]


def source(name):
    return yaml_parse((INFRA / name).read_text())


def translated():
    """What CloudFormation is given: plain resources instead of SAM's."""
    template = source("template.yaml")
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
        self.values = PSEUDO | {name: value for name, value in values.items() if name in PSEUDO}
        for name, parameter in declared.items():
            value = values.get(name, parameter.get("Default"))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = value.split(",") if is_list else value
        unknown = set(values) - set(declared) - set(PSEUDO)
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

    def may(self, role, action, resource, context=None, besides=()):
        """Whether the role's policies, and the statements of `besides`, let it do this."""
        return allowed(self.statements(role), action, resource, context, besides=besides)

    @property
    def deny_policy(self):
        return self.values["DenyPolicyArn"] or DENY_ALL

    @property
    def deny_policies(self):
        """What a containment attaches: the policy of a quarantine, and that of a lockout."""
        return [self.deny_policy, "<LockoutPolicy>"]

    @property
    def lifted_policies(self):
        """What a release takes off: the same, and that of quarantines from before DenyPolicyArn was set."""
        return [*self.deny_policies, *({DENY_ALL} - {self.deny_policy})]

    @property
    def intake(self):
        """The rules that hand on what CloudTrail records."""
        rules = self.of_type("AWS::Events::Rule")
        return {name: rule for name, rule in rules.items() if name != "SettingsChangedRule"}

    @property
    def trail_key(self):
        return self.values["TrailKmsKeyArn"] if self.values["TrailBucketName"] else ""


def allows(template, role):
    return [s for s in template.statements(role) if s["Effect"] == "Allow"]


def allowed_actions(template, role):
    return {action for s in allows(template, role) for action in as_list(s["Action"])}


def of_service(actions, service):
    """The actions of a service, among them patterns that reach into it."""
    return {a for a in actions if a == "*" or a.partition(":")[0].lower() == service}


def only_over_tls(statements, resource):
    """The resource's policy denies whatever does not come over TLS."""
    return any(
        s["Effect"] == "Deny"
        and s["Principal"] == "*"
        and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and as_list(s["Resource"]) == as_list(resource)
        for s in statements
    )


TRANSLATED = translated()
