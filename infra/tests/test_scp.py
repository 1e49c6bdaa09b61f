"""scp-protect-quarantine.json: whom it keeps from lifting a containment, and whom it lets go on."""

import copy
import json
import unittest

from pack import operations
from policies import ADMINISTRATOR, allowed, as_list
from reading import ACCOUNT, INFRA, MEMBER

FILE = INFRA / "scp-protect-quarantine.json"
POLICY = json.loads(FILE.read_text())
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
# What the policy calls the stack.
STACK = "portcullis"


def role(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def own(account, name):
    return role(account, f"portcullis/{STACK}-{name}")


RELEASE, RESPOND = own(ACCOUNT, "release"), own(ACCOUNT, "respond")
LIFT, CONTAIN = own(MEMBER, "lift"), own(MEMBER, "contain")
STACKSETS = role(MEMBER, "stacksets-exec-0123456789abcdef")
DEPLOY = role(ACCOUNT, "deploy")
ANYBODY = [
    role(ACCOUNT, "admin"),
    role(MEMBER, "admin"),
    f"arn:aws:iam::{MEMBER}:user/root-like",
    # A name that looks like one of Portcullis's, elsewhere.
    own(MEMBER, "release"),
    role(MEMBER, f"{STACK}-lift"),
    role(MEMBER, "deploy"),
]


def may(statements, principal, action, resource, **keys):
    """Whether somebody who may do everything may do this under the policy."""
    context = {key.replace("_", ":"): value for key, value in keys.items()} | {"aws:PrincipalArn": principal}
    return allowed([ADMINISTRATOR, *statements], action, resource, context)


def policies_of(account):
    return [DENY_ALL, f"arn:aws:iam::{account}:policy/portcullis/{STACK}-lockout"]


def faults(statements):
    """What the policy lets through, and what it is in the way of."""
    for account, lifting, containing in ((ACCOUNT, RELEASE, RESPOND), (MEMBER, LIFT, CONTAIN)):
        deployer = DEPLOY if account == ACCOUNT else STACKSETS
        for kind in ("Role", "User"):
            victim = f"arn:aws:iam::{account}:{kind.lower()}/team/app"
            for policy in policies_of(account):
                for verb, key, by in (
                    (f"Detach{kind}Policy", "iam_PolicyARN", [lifting]),
                    (f"Delete{kind}PermissionsBoundary", "iam_PermissionsBoundary", [lifting]),
                    (f"Put{kind}PermissionsBoundary", "iam_PermissionsBoundary", [lifting, containing]),
                ):
                    for principal in (lifting, containing, deployer, *ANYBODY):
                        through = may(statements, principal, f"iam:{verb}", victim, **{key: policy})
                        if through != (principal in by):
                            yield f"{principal} {'may' if through else 'may not'} {verb} {policy}"
            other = "arn:aws:iam::aws:policy/ReadOnlyAccess"
            if not may(statements, ANYBODY[0], f"iam:Detach{kind}Policy", victim, iam_PolicyARN=other):
                yield "detaching other policies is denied"
            for verb in ("Put", "Delete"):
                action = f"iam:{verb}{kind}PermissionsBoundary"
                if not may(statements, ANYBODY[0], action, victim, iam_PermissionsBoundary=other):
                    yield f"{action} of other boundaries is denied"
        parts = [
            *((f"iam:{verb}", policies_of(account)[1]) for verb in POLICY_CHANGES),
            *((f"iam:{verb}", own(account, name)) for verb in ROLE_CHANGES for name in ("contain", "lift", "release")),
            *((f"iam:{verb}", role(account, "stacksets-exec-0123")) for verb in ROLE_CHANGES),
        ]
        for action, resource in parts:
            for principal in (lifting, containing, deployer, *ANYBODY):
                through = may(statements, principal, action, resource)
                if through != (principal in (DEPLOY, STACKSETS)):
                    yield f"{principal} {'may' if through else 'may not'} {action} on {resource}"
        for action, resource in (("iam:CreateRole", role(account, "team/app")), ("iam:GetRole", own(account, "lift"))):
            if not may(statements, ANYBODY[0], action, resource):
                yield f"{action} on {resource} is denied"
    for call in ("UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2", "UpdateFunctionCode"):
        for name, kept in ((f"{STACK}-release", True), ("other", False)):
            function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}"
            for principal in (DEPLOY, *ANYBODY):
                through = may(statements, principal, f"lambda:{call}", function)
                if through != (principal == DEPLOY or not kept):
                    yield f"{principal} {'may' if through else 'may not'} {call} of {name}"


POLICY_CHANGES = (
    "CreatePolicy",
    "CreatePolicyVersion",
    "DeletePolicy",
    "DeletePolicyVersion",
    "SetDefaultPolicyVersion",
)
ROLE_CHANGES = (
    "AcquireRole",
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PassRole",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
)


class ScpTest(unittest.TestCase):
    maxDiff = None

    def test_it_fits_as_it_stands(self):
        # Organizations User Guide, "Quotas for AWS Organizations"; by command line and SDK white space counts.
        self.assertLessEqual(len(FILE.read_text()), 5120)

    def test_it_denies_actions_that_exist(self):
        known = {f"iam:{name}" for name in operations("iam.amazonaws.com")} | {"iam:PassRole"}
        for statement in POLICY["Statement"]:
            self.assertEqual(statement["Effect"], "Deny")
            actions = {a for a in as_list(statement["Action"]) if a.startswith("iam:")}
            self.assertEqual(actions - known, set())

    def test_each_statement_excepts_somebody_by_name(self):
        for statement in POLICY["Statement"]:
            for principal in as_list(statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]):
                name = r"(portcullis/portcullis-|deploy$|stacksets-exec-)"
                self.assertRegex(principal, rf"^arn:aws:iam::(\*|111122223333):role/{name}")

    def test_a_containment_is_lifted_by_portcullis_alone(self):
        self.assertEqual(list(faults(POLICY["Statement"])), [])

    def test_nothing_can_be_left_out(self):
        # Each action, resource, policy and exception: without it the test above finds a fault.
        for number, statement in enumerate(POLICY["Statement"]):
            for path, values in lists(statement):
                for value in values if len(values) > 1 else ():
                    spoilt = copy.deepcopy(POLICY["Statement"])
                    at(spoilt[number], path).remove(value)
                    with self.subTest(statement=statement["Sid"], without=value):
                        self.assertNotEqual(list(faults(spoilt)), [])
            with self.subTest(without=statement["Sid"]):
                self.assertNotEqual(list(faults([s for s in POLICY["Statement"] if s is not statement])), [])


def lists(node, path=()):
    if isinstance(node, list):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from lists(value, (*path, key))


def at(node, path):
    for key in path:
        node = node[key]
    return node


if __name__ == "__main__":
    unittest.main()
