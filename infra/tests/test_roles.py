"""The roles: whom they trust, what they may do to identities and with keys, and what they are denied."""

import fnmatch
import unittest

from reading import ACCOUNT, FUNCTIONS, ROLES, TOPIC_KEY, TRAIL_KEY, allowed_actions, allows, as_list, of_service
from violations import given_everything, tests_of


class RoleTest(unittest.TestCase):
    pass


violated_by = tests_of(RoleTest)


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


if __name__ == "__main__":
    unittest.main()
