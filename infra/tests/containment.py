"""What a role that contains, and one that lifts, may do in IAM: the same at home and in a member account.

Each check yields what is wrong with a template. It asks by calls, each with the condition keys that IAM makes of it
(Service Authorization Reference, "AWS Identity and Access Management (IAM)"): `iam:PolicyARN` is the policy of an
attachment; `iam:PermissionsBoundary` the boundary that is being set, or, where one is deleted, the one that is there.
"""

from functools import cache

from pack import operations
from policies import ADMINISTRATOR, allowed
from reading import ACCOUNT, MEMBER, allowed_actions, allows, of_service

ADMINISTRATOR_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
READS = {
    "iam:GetRole",
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
}
BOUNDARIES = {f"iam:Put{kind}PermissionsBoundary" for kind in ("Role", "User")}
ATTACH = {f"iam:Attach{kind}Policy" for kind in ("Role", "User")}
DETACH = {f"iam:Detach{kind}Policy" for kind in ("Role", "User")}
UNBIND = {f"iam:Delete{kind}PermissionsBoundary" for kind in ("Role", "User")}


@cache
def all_calls():
    """Every operation of IAM, and the right that is no operation."""
    return {f"iam:{name}" for name in operations("iam.amazonaws.com")} | {"iam:PassRole"}


def named(policy):
    """A call that names a policy, be it to attach it or to make it the boundary."""
    return {"iam:PolicyARN": policy, "iam:PermissionsBoundary": policy}


def own(t, kind, name):
    return f"arn:aws:iam::{t.values['AWS::AccountId']}:{kind}/{name}"


def kinds_of(action):
    """The principals that a call may be about."""
    if action.endswith("AccessKey"):
        return ["user"]
    return [kind for kind in ("role", "user") if kind.capitalize() in action] or ["role", "user"]


def contains(t, role, more_reads):
    """The role may put either of two deny policies on a role or user of its account, and do nothing else in IAM."""
    changes = ATTACH | BOUNDARIES | _keys(t)
    yield from _does_only(t, role, changes | READS | more_reads, t.deny_policies)
    yield from _names_only(t, role, ATTACH | BOUNDARIES, t.deny_policies)
    yield from _stays_in_its_account(t, role, changes)
    yield from _keeps_off(t, role, changes, [*_own_paths(t), *_protected(t)])
    for action in changes:
        for kind in kinds_of(action):
            context = named(t.deny_policy) | {"iam:ResourceTag/portcullis:protected": "true"}
            if t.may(role, action, own(t, kind, "app"), context, besides=[ADMINISTRATOR]):
                yield f"{role} may {action} on a {kind} that is tagged as protected"
            context["iam:ResourceTag/portcullis:protected"] = "false"
            if not t.may(role, action, own(t, kind, "app"), context):
                yield f"{role} may not {action} on a {kind} that is tagged as not protected"


def lifts(t, role):
    """The role may take the deny policies off and restore what was there, and do nothing else in IAM."""
    changes = DETACH | UNBIND | BOUNDARIES | _keys(t)
    yield from _does_only(t, role, changes | READS, t.lifted_policies)
    yield from _names_only(t, role, DETACH | UNBIND, t.lifted_policies)
    yield from _stays_in_its_account(t, role, changes)
    yield from _keeps_off(t, role, changes, _own_paths(t))
    for action in BOUNDARIES:
        (kind,) = kinds_of(action)
        if not t.may(role, action, own(t, kind, "team/app"), named(own(t, "policy", "former"))):
            yield f"{role} cannot restore a boundary by {action}"


def _keys(t):
    return {"iam:UpdateAccessKey"} if t.values["DeactivateAccessKeys"] == "true" else set()


def _own_paths(t):
    """Portcullis's own parts, service-linked roles, and the roles of Identity Center."""
    yield from (own(t, "role", f"portcullis/{name}") for name in ("gate-respond", "gate-lift", "any"))
    yield own(t, "role", "aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport")
    yield own(t, "role", "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef")
    yield own(t, "user", "portcullis/any")


def _protected(t):
    for parameter in ("ProtectedPrincipalArns", "DeployPrincipalArns"):
        for pattern in filter(None, t.values[parameter]):
            account, _, name = pattern.removeprefix("arn:aws:iam::").partition(":")
            if account in ("*", t.values["AWS::AccountId"]):
                yield own(t, *name.replace("*", "any").split("/", 1))


def _does_only(t, role, wanted, policies):
    """Each right is granted, no other one is, and no other one could be by a policy that is attached later."""
    statements, grants = t.statements(role), allows(t, role)
    if of_service(allowed_actions(t, role), "iam") != wanted:
        yield f"{role} is granted {sorted(of_service(allowed_actions(t, role), 'iam') ^ wanted)}"
    for title, judged in (("grants", grants), ("all", statements), ("more", [*statements, ADMINISTRATOR])):
        for kind in ("role", "user"):
            expected = {action for action in wanted if kind in kinds_of(action)}
            calls = [action for action in all_calls() if kind in kinds_of(action)]
            for policy in policies:
                found = {call for call in calls if allowed(judged, call, own(t, kind, "team/app"), named(policy))}
                if found != expected:
                    yield f"{role}, {kind}, {policy}, by {title}: {sorted(found ^ expected)}"
    for kind in ("group", "policy", "instance-profile", "mfa"):
        found = {call for call in all_calls() if allowed(grants, call, own(t, kind, "any"), named(policies[0]))}
        if found:
            yield f"{role} may {sorted(found)} on a {kind}"


def _names_only(t, role, actions, policies):
    """What is granted names the policies, and what is denied does so again, whatever else is attached."""
    own_policy = own(t, "policy", "portcullis/other")
    for judged in (allows(t, role), [*t.statements(role), ADMINISTRATOR]):
        for action in actions:
            for kind in kinds_of(action):
                for context in (named(ADMINISTRATOR_POLICY), named(own_policy), named(policies[0] + "x"), {}):
                    if allowed(judged, action, own(t, kind, "app"), context):
                        yield f"{role} may {action} with {context}"


def _stays_in_its_account(t, role, changes):
    other = ACCOUNT if t.values["AWS::AccountId"] == MEMBER else MEMBER
    for action in changes:
        for kind in kinds_of(action):
            if t.may(role, action, f"arn:aws:iam::{other}:{kind}/app", named(t.deny_policy)):
                yield f"{role} may {action} in another account"


def _keeps_off(t, role, changes, arns):
    for arn in arns:
        kind = arn.split(":")[5].partition("/")[0]
        for action in changes:
            if kind in kinds_of(action) and t.may(role, action, arn, named(t.deny_policy), besides=[ADMINISTRATOR]):
                yield f"{role} may {action} on {arn}"
