"""SimulatePrincipalPolicy answers what the policies of a principal decide."""

import json
from typing import Any

from tests.emulator_case import ACCOUNT, DENY_ALL, EmulatorCase, allow, policy

BUCKET = "arn:aws:s3:::reports"


def deny(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(*actions, resource=resource, **more), "Effect": "Deny"}


class SimulationCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.iam = cls.client("iam")

    @classmethod
    def create_policy(cls, name: str, *statements: dict[str, Any]) -> str:
        document = json.dumps(policy(*statements))
        return cls.iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]

    def simulate(self, arn: str, *actions: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)
        return answer["EvaluationResults"]

    def decisions(self, arn: str, *actions: str, **more: Any) -> list[str]:
        return [result["EvalDecision"] for result in self.simulate(arn, *actions, **more)]


class PolicySimulationTest(SimulationCase):
    def test_inline_and_managed_policies_of_a_role(self) -> None:
        role = self.create_role("app", allow("s3:GetObject", "s3:PutObject"), path="/team/")
        no_writing = self.create_policy("no-writing", deny("s3:PutObject"))
        self.iam.attach_role_policy(RoleName="app", PolicyArn=no_writing)
        found = self.simulate(role["Arn"], "s3:GetObject", "s3:PutObject", "s3:DeleteObject")
        self.assertEqual(
            [(result["EvalActionName"], result["EvalDecision"], result["EvalResourceName"]) for result in found],
            [
                ("s3:GetObject", "allowed", "*"),
                ("s3:PutObject", "explicitDeny", "*"),
                ("s3:DeleteObject", "implicitDeny", "*"),
            ],
        )
        matched = [[one["SourcePolicyId"] for one in result["MatchedStatements"]] for result in found]
        self.assertEqual(matched, [["inline"], ["no-writing"], []])

    def test_a_contained_role(self) -> None:
        role = self.create_role("contained", allow("*"))
        self.iam.attach_role_policy(RoleName="contained", PolicyArn=DENY_ALL)
        (result,) = self.simulate(role["Arn"], "sts:GetCallerIdentity")
        self.assertEqual(result["EvalDecision"], "explicitDeny")
        self.assertEqual(result["MatchedStatements"][0]["SourcePolicyId"], "AWSDenyAll")

    def test_a_user_and_the_groups_it_is_in(self) -> None:
        user = self.iam.create_user(UserName="ann", Path="/people/")["User"]
        self.iam.create_group(GroupName="readers")
        self.iam.create_group(GroupName="writers")
        for group, verb in (("readers", "Get"), ("writers", "Put")):
            document = json.dumps(policy(allow(f"s3:{verb}Object")))
            self.iam.put_group_policy(GroupName=group, PolicyName="inline", PolicyDocument=document)
        self.iam.add_user_to_group(GroupName="readers", UserName="ann")
        document = json.dumps(policy(allow("kms:Decrypt")))
        self.iam.put_user_policy(UserName="ann", PolicyName="inline", PolicyDocument=document)
        actions = ("s3:GetObject", "s3:PutObject", "kms:Decrypt")
        self.assertEqual(self.decisions(user["Arn"], *actions), ["allowed", "implicitDeny", "allowed"])
        self.iam.attach_group_policy(GroupName="readers", PolicyArn=DENY_ALL)
        self.assertEqual(self.decisions(user["Arn"], *actions), ["explicitDeny"] * 3)

    def test_a_group(self) -> None:
        group = self.iam.create_group(GroupName="lone")["Group"]
        document = json.dumps(policy(allow("s3:GetObject")))
        self.iam.put_group_policy(GroupName="lone", PolicyName="inline", PolicyDocument=document)
        self.assertEqual(self.decisions(group["Arn"], "s3:GetObject", "s3:PutObject"), ["allowed", "implicitDeny"])

    def test_a_boundary_limits_and_denies(self) -> None:
        boundary = self.create_policy("boundary", allow("s3:*"), deny("s3:PutObject"))
        role = self.create_role("bounded", allow("s3:*", "kms:Decrypt"), PermissionsBoundary=boundary)
        found = self.simulate(role["Arn"], "s3:GetObject", "s3:PutObject", "kms:Decrypt")
        told = [
            (one["EvalDecision"], one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
            for one in found
        ]
        self.assertEqual(told, [("allowed", True), ("explicitDeny", False), ("implicitDeny", False)])

    def test_a_boundary_that_only_denies_leaves_nothing(self) -> None:
        boundary = self.create_policy("only-deny", deny("kms:*"))
        role = self.create_role("walled", allow("*"), PermissionsBoundary=boundary)
        self.assertEqual(self.decisions(role["Arn"], "s3:GetObject", "kms:Decrypt"), ["implicitDeny", "explicitDeny"])

    def test_each_resource_is_judged_by_itself(self) -> None:
        role = self.create_role("narrow", allow("s3:GetObject", resource=f"{BUCKET}/a*"))
        resources = [f"{BUCKET}/a1", f"{BUCKET}/b1"]
        found = self.simulate(role["Arn"], "s3:GetObject", ResourceArns=resources)
        specific = [one for result in found for one in result["ResourceSpecificResults"]]
        told = [(one["EvalResourceName"], one["EvalResourceDecision"]) for one in specific]
        self.assertEqual(told, list(zip(resources, ["allowed", "implicitDeny"], strict=True)))
        # Whoever has rights on some resources only has none on all of them.
        self.assertEqual(self.decisions(role["Arn"], "s3:GetObject"), ["implicitDeny"])

    def test_conditions_are_judged_by_the_keys_of_the_request(self) -> None:
        condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
        role = self.create_role("regional", allow("s3:GetObject", Condition=condition))
        (without,) = self.simulate(role["Arn"], "s3:GetObject")
        self.assertEqual(without["EvalDecision"], "implicitDeny")
        self.assertEqual(without["MissingContextValues"], ["aws:RequestedRegion"])
        key = {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string"}
        for region, decision in (("eu-west-1", "allowed"), ("us-east-1", "implicitDeny")):
            entries = [{**key, "ContextKeyValues": [region]}]
            self.assertEqual(self.decisions(role["Arn"], "s3:GetObject", ContextEntries=entries), [decision])

    def test_conditions_on_the_principal_need_no_key(self) -> None:
        own = f"arn:aws:iam::{ACCOUNT}:role/team/known"
        condition = {"ArnEquals": {"aws:PrincipalArn": own}, "StringEquals": {"aws:PrincipalTag/team": "a"}}
        tags = [{"Key": "team", "Value": "a"}]
        role = self.create_role("known", allow("s3:GetObject", Condition=condition), path="/team/", Tags=tags)
        self.assertEqual(self.decisions(role["Arn"], "s3:GetObject"), ["allowed"])

    def test_policies_of_the_request_are_added(self) -> None:
        role = self.create_role("plain", allow("s3:GetObject"))
        more = {"PolicyInputList": [json.dumps(policy(deny("s3:GetObject")))]}
        self.assertEqual(self.decisions(role["Arn"], "s3:GetObject", **more), ["explicitDeny"])

    def test_principals_that_there_are_not(self) -> None:
        simulate = self.iam.simulate_principal_policy
        self.create_role("pathed", path="/team/")
        for arn, code in [
            (f"arn:aws:iam::{ACCOUNT}:role/nobody", "NoSuchEntity"),
            (f"arn:aws:iam::{ACCOUNT}:role/pathed", "NoSuchEntity"),
            (f"arn:aws:sts::{ACCOUNT}:assumed-role/pathed/session", "InvalidInput"),
        ]:
            with self.subTest(arn):
                self.assert_error(code, simulate, PolicySourceArn=arn, ActionNames=["s3:GetObject"])

    def test_the_caller_needs_the_right_for_the_principal(self) -> None:
        arn = f"arn:aws:iam::{ACCOUNT}:role/team/*"
        caller = self.create_role("caller", allow("iam:SimulatePrincipalPolicy", resource=arn))
        meant, other = self.create_role("meant", path="/team/"), self.create_role("other")
        simulate = self.client("iam", self.session_of(caller)).simulate_principal_policy
        simulate(PolicySourceArn=meant["Arn"], ActionNames=["s3:GetObject"])
        message = self.assert_denied(simulate, PolicySourceArn=other["Arn"], ActionNames=["s3:GetObject"])
        self.assertIn("on resource: role other", message)


class WithoutTheAdditionTest(SimulationCase):
    without = ("policy_simulation",)

    def test_the_boundary_is_not_looked_at(self) -> None:
        role = self.create_role("bounded", allow("kms:Decrypt"), PermissionsBoundary=DENY_ALL)
        self.assertEqual(self.decisions(role["Arn"], "kms:Decrypt"), ["allowed"])

    def test_a_path_hides_the_principal(self) -> None:
        role = self.create_role("pathed", allow("kms:Decrypt"), path="/team/")
        self.assertEqual(self.decisions(role["Arn"], "kms:Decrypt"), ["implicitDeny"])

    def test_the_first_resource_counts_for_all(self) -> None:
        role = self.create_role("narrow", allow("s3:GetObject", resource=f"{BUCKET}/a"))
        resources = [f"{BUCKET}/a", f"{BUCKET}/b"]
        self.assertEqual(self.decisions(role["Arn"], "s3:GetObject", ResourceArns=resources), ["allowed"])
