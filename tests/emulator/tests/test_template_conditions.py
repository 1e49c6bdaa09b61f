"""Conditions of a template compare what functions make of parameters."""

import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase

# Each condition with what it comes to for Accounts = "a,b", and Empty and Text = "".
CONDITIONS = {
    "IsHere": ({"Fn::Equals": [{"Ref": "AWS::Region"}, REGION]}, True),
    "IsElsewhere": ({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, False),
    "IsMine": ({"Fn::Equals": [{"Ref": "AWS::AccountId"}, ACCOUNT]}, True),
    "HasAccounts": ({"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Accounts"}]}, ""]}]}, True),
    "HasEmpty": ({"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Empty"}]}, ""]}]}, False),
    "IsNamed": ({"Fn::Equals": [{"Fn::Sub": "${AWS::Region}-${Text}"}, f"{REGION}-"]}, True),
    "IsMapped": ({"Fn::Equals": [{"Fn::FindInMap": ["Homes", {"Ref": "AWS::Region"}, "Home"]}, "yes"]}, True),
    "IsFirst": ({"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Accounts"}]}, "a"]}, True),
    "IsSplit": ({"Fn::Equals": [{"Fn::Select": [1, {"Fn::Split": ["-", REGION]}]}, "east"]}, True),
    "IsText": ({"Fn::Equals": [{"Ref": "Text"}, ""]}, True),
    "All": ({"Fn::And": [{"Condition": "IsHere"}, {"Condition": "HasAccounts"}]}, True),
    "Any": ({"Fn::Or": [{"Condition": "IsElsewhere"}, {"Condition": "HasEmpty"}]}, False),
}


def template(*names: str) -> str:
    parameters = {
        "Accounts": {"Type": "CommaDelimitedList", "Default": "a,b"},
        "Empty": {"Type": "CommaDelimitedList", "Default": ""},
        "Text": {"Type": "String", "Default": ""},
    }
    return json.dumps(
        {
            "Parameters": parameters,
            "Mappings": {"Homes": {REGION: {"Home": "yes"}}},
            "Conditions": {name: CONDITIONS[name][0] for name in names},
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": {"Fn::If": [name, "yes", "no"]}} for name in names},
        }
    )


class ConditionsCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stacks = cls.client("cloudformation")

    def outcomes(self) -> dict[str, bool]:
        self.stacks.get_waiter("stack_create_complete").wait(StackName="made")
        (stack,) = self.stacks.describe_stacks(StackName="made")["Stacks"]
        self.stacks.delete_stack(StackName="made")
        return {output["OutputKey"]: output["OutputValue"] == "yes" for output in stack["Outputs"]}


class TemplateConditionsTest(ConditionsCase):
    def assert_each_comes_to_what_it_says(self) -> None:
        self.assertEqual(self.outcomes(), {name: outcome for name, (_, outcome) in CONDITIONS.items()})

    def test_of_a_stack(self) -> None:
        self.stacks.create_stack(StackName="made", TemplateBody=template(*CONDITIONS))
        self.assert_each_comes_to_what_it_says()

    def test_of_a_change_set(self) -> None:
        change_set = {"StackName": "made", "ChangeSetName": "first"}
        body = template(*CONDITIONS)
        self.stacks.create_change_set(**change_set, ChangeSetType="CREATE", TemplateBody=body)
        self.stacks.get_waiter("change_set_create_complete").wait(**change_set)
        self.stacks.execute_change_set(**change_set)
        self.assert_each_comes_to_what_it_says()


class WithoutTheAdditionTest(ConditionsCase):
    without = ("template_conditions",)

    def test_a_function_equals_nothing(self) -> None:
        self.stacks.create_stack(StackName="made", TemplateBody=template("IsHere", "HasEmpty"))
        self.assertEqual(self.outcomes(), {"IsHere": False, "HasEmpty": True})
