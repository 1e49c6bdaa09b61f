"""The evaluation of policies that the other tests rest on."""

import unittest

from policies import ADMINISTRATOR, allowed, like

ROLE = "arn:aws:iam::111122223333:role/team/app"
ATTACH = {"Effect": "Allow", "Action": "iam:Attach*", "Resource": "arn:aws:iam::111122223333:role/*"}


def deny(**members):
    return [ADMINISTRATOR, {"Effect": "Deny", "Action": "*", "Resource": "*", **members}]


class PolicyTest(unittest.TestCase):
    def test_nothing_is_allowed_by_default(self):
        self.assertFalse(allowed([], "iam:AttachRolePolicy", ROLE))
        self.assertTrue(allowed([ATTACH], "iam:AttachRolePolicy", ROLE))
        self.assertTrue(allowed([ATTACH], "IAM:attachrolepolicy", ROLE), "actions have no case")
        self.assertFalse(allowed([ATTACH], "iam:DetachRolePolicy", ROLE))
        self.assertFalse(allowed([ATTACH], "iam:AttachRolePolicy", ROLE.replace("1111", "4444")))
        self.assertFalse(allowed([ATTACH], "iam:AttachRolePolicy", ROLE.replace("role", "Role")), "resources have")

    def test_a_denial_wins(self):
        for members, expected in [
            ({}, False),
            ({"Action": "iam:Detach*"}, True),
            ({"Action": ["iam:Detach*", "iam:Attach*"]}, False),
            ({"Resource": "arn:aws:iam::*:role/team/*"}, False),
            ({"Resource": "arn:aws:iam::*:role/other/*"}, True),
        ]:
            with self.subTest(members=members):
                self.assertEqual(allowed(deny(**members), "iam:AttachRolePolicy", ROLE), expected)

    def test_what_is_named_by_exclusion(self):
        for members, expected in [
            ({"NotAction": ["iam:AttachRolePolicy"], "Resource": "*"}, True),
            ({"NotAction": ["iam:GetRole"], "Resource": "*"}, False),
            ({"Action": "*", "NotResource": ROLE}, True),
            ({"Action": "*", "NotResource": "arn:aws:iam::*:user/*"}, False),
        ]:
            with self.subTest(members=members):
                statements = [ADMINISTRATOR, {"Effect": "Deny", **members}]
                self.assertEqual(allowed(statements, "iam:AttachRolePolicy", ROLE), expected)

    def test_conditions(self):
        one, two, none = {"k": "a"}, {"k": ["a", "b"]}, {}
        for operator, wanted, context, holds in [
            ("StringEquals", "a", one, True),
            ("StringEquals", ["x", "a"], one, True),
            ("StringEquals", "a*", one, False),
            ("StringEquals", "a", none, False),
            ("StringLike", "?", one, True),
            ("StringNotEquals", "a", one, False),
            ("StringNotEquals", ["x", "y"], one, True),
            ("StringNotEquals", "a", none, True),
            ("StringNotLike", "a*", one, False),
            ("ArnEquals", "a*", one, True),
            ("ArnNotEquals", ["x", "a"], one, False),
            ("ArnNotLike", "b*", none, True),
            ("ForAllValues:StringEquals", "a", two, False),
            ("ForAllValues:StringEquals", ["a", "b"], two, True),
            ("ForAllValues:StringEquals", "a", none, True),
            ("ForAnyValue:StringEquals", "a", two, True),
            ("ForAnyValue:StringNotEquals", "a", two, True),
            ("ForAnyValue:StringNotEquals", ["a", "b"], two, False),
            ("ForAnyValue:StringNotLike", "a", none, False),
        ]:
            with self.subTest(operator=operator, wanted=wanted, context=context):
                statements = deny(Condition={operator: {"k": wanted}})
                self.assertEqual(not allowed(statements, "iam:GetRole", ROLE, context), holds)

    def test_all_conditions_must_hold(self):
        statements = deny(Condition={"StringEquals": {"k": "a", "l": "b"}})
        self.assertTrue(allowed(statements, "iam:GetRole", ROLE, {"k": "a", "l": "c"}))
        self.assertFalse(allowed(statements, "iam:GetRole", ROLE, {"k": "a", "l": "b"}))

    def test_what_is_not_known_is_not_passed_over(self):
        self.assertRaises(NotImplementedError, allowed, deny(Condition={"Bool": {"k": "a"}}), "iam:GetRole", ROLE)
        self.assertRaises(AssertionError, allowed, deny(Principal="*"), "iam:GetRole", ROLE)

    def test_patterns(self):
        self.assertTrue(like("a.b", "a.b"))
        self.assertFalse(like("axb", "a.b"))
        self.assertTrue(like("a/b/c", "a*c"))
        self.assertFalse(like("ab", "a?b"))


if __name__ == "__main__":
    unittest.main()
