"""What respond and release may do to identities, at home and by the roles of member accounts."""

import unittest

from containment import contains, lifts
from policies import ADMINISTRATOR, allowed
from reading import (
    ACCOUNT,
    DENY_ALL,
    MEMBER,
    PARAMETERS,
    TRANSLATED,
    Resolved,
    allowed_actions,
    allows,
    of_service,
    roles,
    source,
)
from violations import given_everything, tests_of


class ContainmentTest(unittest.TestCase):
    def test_with_members_an_external_id_is_asked_for(self):
        (rule,) = source("template.yaml")["Rules"].values()
        members = {"Fn::EachMemberEquals": [{"Ref": "MemberAccountIds"}, ""]}
        self.assertEqual(rule["RuleCondition"], {"Fn::Not": [members]})
        self.assertEqual(rule["Assertions"][0]["Assert"], {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]})

    def test_every_protected_principal_is_among_the_cases(self):
        # Of a check that tries nobody nothing would be learned.
        t = Resolved(TRANSLATED, PARAMETERS["everything"])
        for parameter in ("ProtectedPrincipalArns", "DeployPrincipalArns"):
            self.assertTrue(all(t.values[parameter]), parameter)


violated_by = tests_of(ContainmentTest)
APP = f"arn:aws:iam::{ACCOUNT}:role/app"


@violated_by(
    lambda t: t.allow("RespondRole", "iam:DetachRolePolicy", APP),
    lambda t: t.allow("RespondRole", "iam:PutRolePolicy", "*"),
    lambda t: t.allow("RespondRole", "iam:AttachGroupPolicy", "*"),
    lambda t: t.statement("RespondRole", "Contain").update(Resource="*"),
    lambda t: t.statement("RespondRole", "Contain").pop("Condition"),
    lambda t: t.statement("RespondRole", "ContainByBoundary").pop("Condition"),
    lambda t: t.statement("RespondRole", "Contain")["Condition"]["ArnEquals"]["iam:PolicyARN"].pop(),
    lambda t: t.statement("RespondRole", "Contain").update(Effect="Deny"),
    lambda t: t.statement("RespondRole", "ContainByBoundary").update(Resource="*"),
    lambda t: t.statement("RespondRole", "ContainByBoundary")["Condition"].update(
        ArnEquals={"iam:PermissionsBoundary": t.deny_policy}
    ),
    lambda t: t.statement("RespondRole", "DeactivateKeys").update(Resource="arn:aws:iam::*:user/*"),
    lambda t: t.statement("RespondRole", "DeactivateKeys").update(Action="iam:*AccessKey"),
    lambda t: t.statement("RespondRole", "LookBeforeAndAfter")["Action"].remove("iam:SimulatePrincipalPolicy"),
    lambda t: t.statement("RespondRole", "LookBeforeAndAfter")["Action"].append("iam:GetRolePolicy"),
    # The denials, each of which holds whatever else is attached.
    lambda t: t.statement("RespondRole", "NothingButTheDenyPolicies").update(Effect="Allow"),
    lambda t: t.statement("RespondRole", "NothingButTheDenyPolicies").update(Condition={}, Resource=[]),
    lambda t: t.statement("RespondRole", "NoOtherBoundary").update(Action="iam:PutUserPermissionsBoundary"),
    lambda t: t.statement("RespondRole", "NoOtherBoundary").update(
        Condition={"ArnNotLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"}}
    ),
    *(lambda t, n=number: t.statement("RespondRole", "ProtectedPaths")["Resource"].pop(n) for number in range(4)),
    *(
        lambda t, s=sid, n=number: t.statement("RespondRole", s)["Action"].pop(n)
        for sid in ("ProtectedPaths", "ProtectedByTag")
        for number in range(3)
    ),
    *(
        given_everything(lambda t, s=sid, n=number: t.statement("RespondRole", s)["Action"].pop(n))
        for sid in ("ProtectedPrincipals", "DeployPrincipals")
        for number in range(3)
    ),
    lambda t: t.statement("RespondRole", "ProtectedPrincipals").update(Resource=[]),
    lambda t: t.statement("RespondRole", "ProtectedPrincipals").update(Condition={"StringEquals": {"aws:x": "y"}}),
    lambda t: t.statement("RespondRole", "ProtectedByTag").update(
        Condition={"StringLike": {"iam:ResourceTag/portcullis:protected": "*"}}
    ),
    given_everything(
        lambda t: t.statement("RespondRole", "DeployPrincipals").update(Resource=t.values["DeployPrincipalArns"][:1])
    ),
    lambda t: t.statement("RespondRole", "Ceiling")["NotAction"].append("iam:PutRolePolicy"),
    lambda t: t.statement("RespondRole", "Ceiling")["NotAction"].remove("iam:UpdateAccessKey"),
)
def respond_puts_two_policies_on_whom_it_may_and_does_nothing_else(t):
    yield from contains(t, "RespondRole", {"iam:SimulatePrincipalPolicy"})


@violated_by(
    lambda t: t.allow("ReleaseRole", "iam:AttachRolePolicy", APP),
    lambda t: t.allow("ReleaseRole", "iam:DeleteRolePolicy", "*"),
    lambda t: t.statement("ReleaseRole", "Lift").update(Resource="*"),
    lambda t: t.statement("ReleaseRole", "Lift").pop("Condition"),
    lambda t: t.statement("ReleaseRole", "LiftBoundary").pop("Condition"),
    lambda t: t.statement("ReleaseRole", "Lift")["Condition"]["ArnEquals"]["iam:PolicyARN"].pop(0),
    # Who was put in quarantine before there was a policy of one's own could not be released.
    *(
        given_everything(
            lambda t, s=sid, k=key: t.statement("ReleaseRole", s)["Condition"]["ArnEquals"][k].remove(DENY_ALL)
        )
        for sid, key in (("Lift", "iam:PolicyARN"), ("LiftBoundary", "iam:PermissionsBoundary"))
    ),
    *(
        given_everything(
            lambda t, s=sid, k=key: t.statement("ReleaseRole", s)["Condition"]["ArnNotEquals"][k].remove(DENY_ALL)
        )
        for sid, key in (
            ("NothingButTheDenyPolicies", "iam:PolicyARN"),
            ("NoOtherBoundary", "iam:PermissionsBoundary"),
        )
    ),
    lambda t: t.statement("ReleaseRole", "LiftBoundary").update(Resource="*"),
    lambda t: t.statement("ReleaseRole", "LiftBoundary")["Action"].pop(),
    lambda t: t.statement("ReleaseRole", "LiftBoundary")["Condition"]["ArnEquals"]["iam:PermissionsBoundary"].pop(),
    lambda t: t.statement("ReleaseRole", "RestoreBoundary").update(Resource="*"),
    lambda t: t.statement("ReleaseRole", "RestoreBoundary").update(
        Condition={"ArnEquals": {"iam:PermissionsBoundary": t.deny_policy}}
    ),
    lambda t: t.statement("ReleaseRole", "ReactivateKeys").update(Effect="Deny"),
    lambda t: t.statement("ReleaseRole", "NothingButTheDenyPolicies").update(Effect="Allow"),
    lambda t: t.statement("ReleaseRole", "NoOtherBoundary").update(Action="iam:DeleteUserPermissionsBoundary"),
    *(lambda t, n=number: t.statement("ReleaseRole", "OwnPaths")["Resource"].pop(n) for number in range(4)),
    *(lambda t, n=number: t.statement("ReleaseRole", "OwnPaths")["Action"].pop(n) for number in range(4)),
    lambda t: t.statement("ReleaseRole", "Ceiling")["NotAction"].append("iam:AttachRolePolicy"),
)
def release_takes_the_deny_policies_off_and_restores_what_was_there(t):
    yield from lifts(t, "ReleaseRole")


@violated_by(
    lambda t: t.statement("RespondRole", "NeverReadsASecret")["Action"].pop(),
    lambda t: t.statement("RespondRole", "NeverReadsASecret").update(Condition={"StringEquals": {"aws:x": "y"}}),
)
def respond_never_reads_a_secret(t):
    statements = [t.statement("RespondRole", "NeverReadsASecret")]
    for action in ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"):
        if t.may("RespondRole", action, "arn:aws:secretsmanager:eu-west-1:1:secret:db", besides=[ADMINISTRATOR]):
            yield f"respond may {action}"
        if not any(s["Effect"] == "Deny" and action in s["Action"] and "Condition" not in s for s in statements):
            yield f"{action} is not denied by name"


@violated_by(
    lambda t: t.allow("DetectRole", "iam:GetRole", "arn:aws:iam::111122223333:role/*"),
    lambda t: t.allow("DetectRole", ["sqs:SendMessage", "IAM:ListRoles"]),
    lambda t: t.allow("ScheduleRole", "iam:PassRole"),
    given_everything(lambda t: t.allow("PagerDutyRole", "iam:GetUser")),
)
def the_other_roles_have_no_right_in_iam(t):
    # Those of detect are for tags alone.
    tags = {"iam:GetAccountAuthorizationDetails"} if t.values["ReadPrincipalTags"] == "true" else set()
    for role in roles(t):
        if role not in ("RespondRole", "ReleaseRole"):
            yield from of_service(allowed_actions(t, role), "iam") - (tags if role == "DetectRole" else set())


@violated_by(
    given_everything(lambda t: t.statement("RespondRole", "ActInMembers").pop("Condition")),
    given_everything(lambda t: t.statement("RespondRole", "ActInMembers").update(Resource=APP)),
    given_everything(lambda t: t.statement("ReleaseRole", "ActInMembers").update(Effect="Deny")),
    given_everything(
        lambda t: t.statement("ReleaseRole", "ActInMembers").update(
            Resource=t.statement("RespondRole", "ActInMembers")["Resource"]
        )
    ),
    given_everything(lambda t: t.statement("RespondRole", "OnlyMembers").update(Effect="Allow")),
    given_everything(lambda t: t.statement("ReleaseRole", "OnlyMembers").update(NotResource="*")),
    given_everything(lambda t: t.allow("DetectRole", "sts:AssumeRole", "arn:aws:iam::444455556666:role/any")),
    given_everything(lambda t: t.allow("RespondRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/any")),
)
def each_assumes_its_role_in_the_members_only(t):
    mine = {"RespondRole": "contain", "ReleaseRole": "lift"}
    members = [account for account in t.values["MemberAccountIds"] if account]
    for role in roles(t):
        for account in (MEMBER, ACCOUNT):
            for name in ("portcullis/gate-contain", "portcullis/gate-lift", "portcullis/other-lift", "any"):
                arn = f"arn:aws:iam::{account}:role/{name}"
                wanted = account in members and name == f"portcullis/gate-{mine.get(role)}"
                for judged in (t.statements(role), allows(t, role)):
                    if allowed(judged, "sts:AssumeRole", arn, {"aws:ResourceAccount": account}) != wanted:
                        yield f"{role}: {'may not' if wanted else 'may'} assume {arn}"
        if role in mine and t.may(role, "sts:AssumeRole", APP, besides=[ADMINISTRATOR]):
            yield f"{role} may assume any role if it is made an administrator"


if __name__ == "__main__":
    unittest.main()
