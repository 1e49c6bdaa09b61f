"""A second account: a role of the first acts in it, and a SAM template is deployed into it.

MiniStack does all of this by itself. The tests are here because Portcullis relies on it.
"""

import json

from tests.emulator_case import ACCOUNT, DENY_ALL, MEMBER, REGION, EmulatorCase, allow, policy, root_of
from tests.lambda_package import package

EXTERNAL_ID = "example-external-id"
CONTAIN = f"arn:aws:iam::{MEMBER}:role/portcullis/contain"
SOURCE = """
import boto3

def handle(event):
    boto3.client("iam").list_roles()
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  ExternalId: {Type: String}
  Responder: {Type: String}
Resources:
  Contain:
    Type: AWS::IAM::Role
    Properties:
      RoleName: contain
      Path: /portcullis/
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {AWS: !Ref Responder}
            Condition: {StringEquals: {"sts:ExternalId": !Ref ExternalId}}
      Policies:
        - PolicyName: contain
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "iam:AttachRolePolicy", Resource: !Sub "arn:aws:iam::${AWS::AccountId}:role/*"}
  Probe:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: probe
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: {Bucket: member-artifacts, Key: probe.zip}
      Policies: [{Statement: [{Effect: Allow, Action: "iam:ListRoles", Resource: "*"}]}]
Outputs:
  Account: {Value: !Ref "AWS::AccountId"}
  Contain: {Value: !GetAtt Contain.Arn}
"""


class SecondAccountTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        member = root_of(MEMBER)
        cls.member_iam = cls.client("iam", member)
        right = allow("sts:AssumeRole", resource=CONTAIN)
        cls.responder = cls.create_role("respond", right)
        cls.create_role("respond-too", right)
        cls.create_role("powerless")
        bucket = cls.client("s3", member)
        bucket.create_bucket(Bucket="member-artifacts")
        bucket.put_object(Bucket="member-artifacts", Key="probe.zip", Body=package(SOURCE))
        stacks = cls.client("cloudformation", member)
        stacks.create_change_set(
            StackName="member",
            ChangeSetName="first",
            ChangeSetType="CREATE",
            TemplateBody=TEMPLATE,
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": "ExternalId", "ParameterValue": EXTERNAL_ID},
                {"ParameterKey": "Responder", "ParameterValue": cls.responder["Arn"]},
            ],
        )
        stacks.get_waiter("change_set_create_complete").wait(StackName="member", ChangeSetName="first")
        stacks.execute_change_set(StackName="member", ChangeSetName="first")
        stacks.get_waiter("stack_create_complete").wait(StackName="member")
        (stack,) = stacks.describe_stacks(StackName="member")["Stacks"]
        cls.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def sts_of(self, role: str):
        return self.client("sts", self.session_of({"Arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}))

    def test_the_stack_is_in_the_second_account_only(self) -> None:
        self.assertEqual(self.outputs, {"Account": MEMBER, "Contain": CONTAIN})
        self.assert_error("NoSuchEntity", self.client("iam").get_role, RoleName="contain")

    def test_a_session_acts_in_the_second_account_and_its_records_are_there(self) -> None:
        assume = self.sts_of("respond").assume_role
        keys = assume(RoleArn=CONTAIN, RoleSessionName="F-1", ExternalId=EXTERNAL_ID)["Credentials"]
        self.member_iam.create_role(RoleName="victim", AssumeRolePolicyDocument="{}")
        self.client("iam", keys).attach_role_policy(RoleName="victim", PolicyArn=DENY_ALL)
        (attached,) = self.member_iam.list_attached_role_policies(RoleName="victim")["AttachedPolicies"]
        self.assertEqual(attached["PolicyArn"], DENY_ALL)
        self.assert_denied(self.client("iam", keys).list_users)

        record = self.wait_for_record("AttachRolePolicy")
        self.assertEqual(record["recipientAccountId"], MEMBER)
        self.assertEqual(record["userIdentity"]["accountId"], MEMBER)
        self.assertEqual(record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"], CONTAIN)
        trail = self.client("cloudtrail", root_of(MEMBER))
        by_name = [{"AttributeKey": "EventName", "AttributeValue": "AttachRolePolicy"}]
        self.wait_for(lambda: trail.lookup_events(LookupAttributes=by_name)["Events"], "the event in that account")

    def test_both_accounts_have_a_record_of_the_assumption(self) -> None:
        assume = self.sts_of("respond").assume_role
        assume(RoleArn=CONTAIN, RoleSessionName="twice", ExternalId=EXTERNAL_ID)

        def recorded() -> list[tuple[str, str]]:
            found = [r for r in self.records("AssumeRole") if r["requestParameters"]]
            meant = [r for r in found if r["requestParameters"]["roleSessionName"] == "twice"]
            return [(record["recipientAccountId"], record["userIdentity"]["type"]) for record in meant]

        self.wait_for(lambda: len(recorded()) == 2, "two records")
        self.assertEqual(recorded(), [(ACCOUNT, "AssumedRole"), (MEMBER, "AWSAccount")])

    def test_the_external_id_the_principal_and_the_callers_own_right_are_needed(self) -> None:
        for role, more in [
            ("respond", {}),
            ("respond", {"ExternalId": "another"}),
            ("respond-too", {"ExternalId": EXTERNAL_ID}),
        ]:
            with self.subTest(role, **more):
                self.assert_denied(self.sts_of(role).assume_role, RoleArn=CONTAIN, RoleSessionName="no", **more)
        document = self.member_iam.get_role(RoleName="contain")["Role"]["AssumeRolePolicyDocument"]
        self.addCleanup(
            self.member_iam.update_assume_role_policy, RoleName="contain", PolicyDocument=json.dumps(document)
        )
        everybody = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        self.member_iam.update_assume_role_policy(
            RoleName="contain", PolicyDocument=json.dumps(policy(everybody))
        )
        self.sts_of("respond-too").assume_role(RoleArn=CONTAIN, RoleSessionName="yes")
        self.assert_denied(self.sts_of("powerless").assume_role, RoleArn=CONTAIN, RoleSessionName="no")

    def test_a_function_there_acts_as_its_role_there(self) -> None:
        answer = self.client("lambda", root_of(MEMBER)).invoke(FunctionName="probe")
        caller = json.load(answer["Payload"])
        self.assertTrue(caller.startswith(f"arn:aws:sts::{MEMBER}:assumed-role/"), caller)
        self.assertTrue(caller.endswith("/probe"), caller)
        record = self.wait_for_record("ListRoles", lambda one: one["recipientAccountId"] == MEMBER)
        function = f"arn:aws:lambda:{REGION}:{MEMBER}:function:probe"
        self.assertEqual(record["userIdentity"]["inScopeOf"]["credentialsIssuedTo"], function)
