"""Accounts of one organization know each other by its id."""

import json
import unittest

from tests.emulator_case import ACCOUNT, MEMBER, EmulatorCase, allow, policy, root_of
from tests.test_launcher import launch

ORGANIZATION = "o-exampleorgid"


class OrganizationCase(EmulatorCase):
    environment = {"PORTCULLIS_ORGANIZATION": f"{ORGANIZATION}:{ACCOUNT},{MEMBER}"}

    def assume_from(self, account: str) -> None:
        """Assumes a role of the management account that lets in whoever is of the organization."""
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "*"},
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
        }
        iam = self.client("iam")
        role = iam.create_role(RoleName="open", AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]
        self.addCleanup(iam.delete_role, RoleName="open")
        user = self.client("iam", root_of(account))
        user.create_user(UserName="ann")
        user.put_user_policy(
            UserName="ann", PolicyName="inline", PolicyDocument=json.dumps(policy(allow("sts:AssumeRole")))
        )
        keys = user.create_access_key(UserName="ann")["AccessKey"]
        self.client("sts", keys).assume_role(RoleArn=role["Arn"], RoleSessionName="ann")


class OrganizationTest(OrganizationCase):
    def test_all_accounts_are_told_of_it(self) -> None:
        for account in (ACCOUNT, MEMBER):
            described = self.client("organizations", root_of(account)).describe_organization()["Organization"]
            self.assertEqual((described["Id"], described["MasterAccountId"]), (ORGANIZATION, ACCOUNT))
            self.assertIn(f":organization/{ORGANIZATION}", described["Arn"])
        accounts = self.client("organizations").list_accounts()["Accounts"]
        self.assertEqual({account["Id"] for account in accounts}, {ACCOUNT, MEMBER})

    def test_a_policy_lets_its_members_in(self) -> None:
        self.assume_from(MEMBER)

    def test_and_nobody_else(self) -> None:
        with self.assertRaisesRegex(Exception, "AccessDenied"):
            self.assume_from("000000000000")


class RefusalTest(unittest.TestCase):
    def test_another_form_ends_the_start(self) -> None:
        with launch(PORTCULLIS_ORGANIZATION=f"{ACCOUNT},{MEMBER}") as emulator:
            _, errors = emulator.communicate(timeout=20)
        self.assertNotEqual(emulator.returncode, 0)
        self.assertIn("must be of the form", errors)


class WithoutTheAdditionTest(OrganizationCase):
    without = ("organization",)

    def test_each_account_has_one_of_its_own(self) -> None:
        found = {
            self.client("organizations", root_of(account)).describe_organization()["Organization"]["Id"]
            for account in (ACCOUNT, MEMBER)
        }
        self.assertEqual(len(found), 2)
        with self.assertRaisesRegex(Exception, "AccessDenied"):
            self.assume_from(MEMBER)
