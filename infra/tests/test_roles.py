"""The roles: whom they trust, what they may do with keys and secrets, and that nothing can be added to them."""

import unittest

from policies import ADMINISTRATOR, as_list
from reading import (
    ACCOUNT,
    ROUTING_KEY,
    TOPIC_KEY,
    TRAIL_KEY,
    allowed_actions,
    allows,
    functions,
    of_service,
    roles,
)
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
    iam = {name: r["Type"] for name, r in t.resources.items() if r["Type"].startswith("AWS::IAM::")}
    if iam != dict.fromkeys(roles(t), "AWS::IAM::Role") | {"LockoutPolicy": "AWS::IAM::ManagedPolicy"}:
        yield f"IAM resources: {iam}"
    for name in roles(t):
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
    for name in roles(t):
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
    found = {name for name, r in t.resources.items() if r["Type"] == "AWS::Lambda::Function"}
    if found != set(functions(t)):
        yield f"functions: {sorted(found)}"
    for function, role in functions(t).items():
        if t.properties(function)["Role"] != f"<{role}.Arn>":
            yield f"{function} runs as {t.properties(function)['Role']}"


@violated_by(
    lambda t: t.allow("DetectRole", "*"),
    lambda t: t.allow("DetectRole", "secretsmanager:DescribeSecret"),
    lambda t: t.allow("RespondRole", "secretsmanager:GetSecretValue", ROUTING_KEY),
    lambda t: t.allow("AlarmsRole", "secretsmanager:GetSecretValue", ROUTING_KEY),
    given_everything(lambda t: t.statement("PagerDutyRole", "ReadRoutingKey").update(Resource="*")),
    given_everything(lambda t: t.statement("PagerDutyRole", "ReadRoutingKey").update(Effect="Deny")),
    given_everything(lambda t: t.statement("PagerDutyRole", "OnlyTheRoutingKey").update(NotResource="*")),
)
def no_function_reads_a_secret_but_the_routing_key(t):
    heartbeat = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:gate-heartbeat*"
    wanted = {
        "PagerDutyRole": {("secretsmanager:GetSecretValue", t.values["PagerDutyRoutingKeySecretArn"])},
        # Of which none says what is in a secret.
        "AlarmsRole": {("secretsmanager:DescribeSecret", heartbeat), ("secretsmanager:ListSecrets", "*")},
    }
    for role in roles(t):
        rights = {
            (action, resource)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "secretsmanager")
            for resource in as_list(s["Resource"])
        }
        if rights != wanted.get(role, set()):
            yield f"{role}: {sorted(rights)}"
    other = ROUTING_KEY.replace("oncall", "other")
    for role in set(functions(t).values()):
        if t.may(role, "secretsmanager:GetSecretValue", other, besides=[ADMINISTRATOR]):
            yield f"{role} may read {other} if it is made an administrator"


@violated_by(
    lambda t: t.statement("DetectRole", "Ceiling")["NotAction"].append("iam:CreateAccessKey"),
    lambda t: t.statement("RespondRole", "Ceiling").update(Resource=[]),
    lambda t: t.statement("ReleaseRole", "Ceiling").update(Condition={"Bool": {"aws:SecureTransport": "false"}}),
    lambda t: t.statement("ReleaseRole", "Ceiling")["NotAction"].remove("kms:Decrypt"),
    # The Allow that the ceiling would take back.
    lambda t: t.allow("ReleaseRole", "sqs:PurgeQueue", "<FindingsQueue.Arn>"),
    lambda t: t.statement("AlarmsRole", "Ceiling")["NotAction"].append("lambda:InvokeFunction"),
    given_everything(lambda t: t.statement("PagerDutyRole", "Ceiling")["NotAction"].append("iam:CreateAccessKey")),
)
def nothing_can_be_added_to_a_function_role(t):
    for role in functions(t).values():
        ceiling = {key: value for key, value in t.statement(role, "Ceiling").items() if key != "NotAction"}
        if ceiling != {"Sid": "Ceiling", "Effect": "Deny", "Resource": "*"}:
            yield f"{role}: {ceiling}"
        # Lambda's own Decrypt of the environment is allowed by a grant, not here.
        expected = allowed_actions(t, role) | {"kms:Decrypt"}
        if set(t.statement(role, "Ceiling").get("NotAction", [])) != expected:
            yield f"{role}: the ceiling is not what the role is allowed, {sorted(expected)}"


LOOKS_AT_KEYS = {"kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListKeys"}


@violated_by(
    lambda t: t.statement("RespondRole", "OnlyOwnEnvironment").update(Effect="Allow"),
    lambda t: t.statement("RespondRole", "OnlyOwnEnvironment").pop("Condition"),
    lambda t: t.statement("DetectRole", "OnlyOwnEnvironment").update(Condition={"StringNotEquals": {}}),
    lambda t: t.allow("ReleaseRole", "kms:Decrypt", "*"),
    lambda t: t.allow("RespondRole", "kms:Decrypt", TOPIC_KEY),
    lambda t: t.allow("DetectRole", "kms:Decrypt", TOPIC_KEY),
    lambda t: t.allow("DetectRole", "kms:Decrypt", TRAIL_KEY),
    lambda t: t.allow("AlarmsRole", "kms:Decrypt", TOPIC_KEY),
    lambda t: t.statement("AlarmsRole", "OnlyOwnEnvironment").update(
        t.statement("DetectRole", "OnlyOwnEnvironment")
    ),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Effect="Deny")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Resource="*")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").pop("Condition")),
    given_everything(lambda t: t.statement("DetectRole", "DecryptTrail").update(Action="kms:*")),
    # The Allow that this Deny would take back.
    given_everything(
        lambda t: t.statement("DetectRole", "OnlyOwnEnvironment")["Condition"]["StringNotEquals"].pop("kms:ViaService")
    ),
    given_everything(lambda t: t.statement("ReleaseRole", "EncryptPages").update(Resource=TRAIL_KEY)),
    given_everything(lambda t: t.statement("PagerDutyRole", "DecryptRoutingKey").update(Resource="*")),
    given_everything(lambda t: t.statement("PagerDutyRole", "DecryptRoutingKey").pop("Condition")),
    # Without it no secret under the key aws/secretsmanager could be read.
    given_everything(
        lambda t: t.statement("PagerDutyRole", "OnlyOwnEnvironment").update(
            Condition=t.statement("DetectRole", "OnlyOwnEnvironment")["Condition"]
        )
    ),
)
def functions_decrypt_their_environment_the_trail_pages_and_the_routing_key_only(t):
    trail = (t.trail_key, "s3.eu-west-1.amazonaws.com", {"kms:Decrypt"})
    pages = (t.values["TopicKmsKeyArn"], "sns.eu-west-1.amazonaws.com", {"kms:Decrypt", "kms:GenerateDataKey"})
    secret = (t.values["PagerDutySecretKmsKeyArn"], "secretsmanager.eu-west-1.amazonaws.com", {"kms:Decrypt"})
    nothing = ("", "", set())
    for function, role in functions(t).items():
        others = {"DetectRole": trail, "PagerDutyRole": secret, "AlarmsRole": nothing}
        key, service, actions = others.get(role, pages)
        via = {"kms:ViaService": service}
        name = t.properties(function)["FunctionName"]
        own = {"kms:EncryptionContext:aws:lambda:FunctionArn": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}"}
        deny = {
            "Sid": "OnlyOwnEnvironment",
            "Effect": "Deny",
            "Action": "kms:Decrypt",
            "Resource": "*",
            # Secrets Manager decrypts with the reader's rights, under whichever key.
            "Condition": {"StringNotEquals": own | (via if key or role == "PagerDutyRole" else {})},
        }
        if t.statement(role, "OnlyOwnEnvironment") != deny:
            yield f"{role}: {t.statement(role, 'OnlyOwnEnvironment')}"
        granted = set()
        for s in allows(t, role):
            # What only tells about a key does not use it.
            used = of_service(as_list(s["Action"]), "kms") - LOOKS_AT_KEYS
            granted |= used
            if used and (not key or s["Resource"] != key or s.get("Condition") != {"StringEquals": via}):
                yield f"{role} may use keys: {s}"
        if granted != (actions if key else set()):
            yield f"{role} may {sorted(granted)}"


if __name__ == "__main__":
    unittest.main()
