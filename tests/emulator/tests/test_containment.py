"""The whole loop, deployed from a SAM template by change set: a session reads a
secret, a function that the event reaches contains its role, and the role's other
rights stay out of the function's reach."""

import json

from tests.emulator_case import DENY_ALL, EmulatorCase, allow
from tests.lambda_package import package

SOURCE = """
import boto3

def handle(event):
    iam = boto3.client("iam")
    failed = []
    for message in event["Records"]:
        try:
            record = json.loads(message["body"])["detail"]
            role = record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"]
            iam.attach_role_policy(RoleName=role, PolicyArn=os.environ["DENY_ALL"])
        except (ValueError, KeyError):
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      State: ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
      EventPattern:
        source: [aws.secretsmanager]
        detail: {eventName: [GetSecretValue], errorCode: [{exists: false}]}
      Targets: [{Id: queue, Arn: !GetAtt Events.Arn}]
  Events:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: true
      VisibilityTimeout: 1
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 2}
  DeadLetters: {Type: AWS::SQS::Queue}
  EventsPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Events]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Events.Arn
            Condition: {ArnEquals: {"aws:SourceArn": !GetAtt Rule.Arn}}
  Respond:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: respond
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: {Bucket: artifacts, Key: respond.zip}
      Timeout: 10
      Environment: {Variables: {DENY_ALL: "arn:aws:iam::aws:policy/AWSDenyAll"}}
      Policies:
        - Statement:
            - Effect: Allow
              Action: iam:AttachRolePolicy
              Resource: !Sub "arn:aws:iam::${AWS::AccountId}:role/*"
              Condition: {ArnEquals: {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDenyAll"}}
            - Effect: Deny
              Action: iam:*
              Resource: !Sub "arn:aws:iam::${AWS::AccountId}:role/security/*"
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Events.Arn, FunctionResponseTypes: [ReportBatchItemFailures]}
Outputs:
  Events: {Value: !Ref Events}
  DeadLetters: {Value: !Ref DeadLetters}
  RespondRole: {Value: !GetAtt RespondRole.Arn}
"""


class ContainmentTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        s3 = cls.client("s3")
        s3.create_bucket(Bucket="artifacts")
        s3.put_object(Bucket="artifacts", Key="respond.zip", Body=package(SOURCE))
        cls.outputs = cls.deploy()
        cls.client("secretsmanager").create_secret(Name="db", SecretString="hush")

    @classmethod
    def deploy(cls) -> dict[str, str]:
        formation = cls.client("cloudformation")
        names = {"StackName": "portcullis", "ChangeSetName": "deploy"}
        formation.create_change_set(
            **names,
            ChangeSetType="CREATE",
            TemplateBody=TEMPLATE,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        formation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 1})
        formation.execute_change_set(**names)
        formation.get_waiter("stack_create_complete").wait(StackName="portcullis", WaiterConfig={"Delay": 1})
        (stack,) = formation.describe_stacks(StackName="portcullis")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def test_a_reading_session_is_contained_released_and_free_again(self) -> None:
        role = self.create_role("app", allow("secretsmanager:GetSecretValue"))
        read = self.client("secretsmanager", self.session_of(role)).get_secret_value
        read(SecretId="db")
        self.wait_for_record("AttachRolePolicy", lambda r: r["requestParameters"]["roleName"] == "app")
        self.assertIn("explicit deny", self.assert_denied(read, SecretId="db"))
        self.client("iam").detach_role_policy(RoleName="app", PolicyArn=DENY_ALL)
        read(SecretId="db")

    def test_the_responding_role_can_do_nothing_else(self) -> None:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        name = self.outputs["RespondRole"].rpartition("/")[2]
        self.client("iam").update_assume_role_policy(
            RoleName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
        self.create_role("victim")
        self.create_role("release", path="/security/")
        iam = self.client("iam", self.session_of({"Arn": self.outputs["RespondRole"]}))
        iam.attach_role_policy(RoleName="victim", PolicyArn=DENY_ALL)
        self.assert_denied(iam.detach_role_policy, RoleName="victim", PolicyArn=DENY_ALL)
        self.assert_denied(iam.attach_role_policy, RoleName="release", PolicyArn=DENY_ALL)
        administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
        self.assert_denied(iam.attach_role_policy, RoleName=name, PolicyArn=administrator)

    def test_a_message_that_fails_twice_goes_to_the_dead_letter_queue(self) -> None:
        sqs = self.client("sqs")
        sqs.send_message(QueueUrl=self.outputs["Events"], MessageBody="not a record")
        receive = sqs.receive_message
        messages = self.wait_for(
            lambda: receive(QueueUrl=self.outputs["DeadLetters"]).get("Messages"), "a dead letter", seconds=15
        )
        self.assertEqual(messages[0]["Body"], "not a record")
