"""A template joins a bucket, a rule and a function, and an alarm, a topic and a queue.

MiniStack does this by itself. The tests are here because Portcullis relies on it.
"""

import json
from typing import Any

from tests.emulator_case import EmulatorCase
from tests.lambda_package import package

SOURCE = """
import boto3

def handle(event):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Heard:
    Type: AWS::SQS::Queue
    Properties: {QueueName: heard}
  Config:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: config
      NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}
  Reconcile:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: reconcile
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: {Bucket: artifacts, Key: reconcile.zip}
      Environment: {Variables: {QUEUE: !Ref Heard}}
      Policies: [{Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Heard.Arn}]}]
  SettingsChanged:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created, Object Deleted]
        detail: {bucket: {name: [!Ref Config]}, object: {key: [portcullis.yaml]}}
      Targets: [{Id: reconcile, Arn: !GetAtt Reconcile.Arn}]
  SettingsChangedPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Reconcile
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt SettingsChanged.Arn
  Findings:
    Type: AWS::SQS::Queue
    Properties: {QueueName: findings}
  AlarmStates:
    Type: AWS::SNS::Topic
    Properties: {TopicName: alarm-states}
  AlarmStatesPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref AlarmStates]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: cloudwatch.amazonaws.com}
            Action: sns:Publish
            Resource: !Ref AlarmStates
            Condition:
              StringEquals: {"aws:SourceAccount": !Ref "AWS::AccountId"}
              ArnLike: {"aws:SourceArn": !Sub "arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:wired/*"}
  FindingsPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Findings]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Findings.Arn
            Condition: {ArnEquals: {"aws:SourceArn": !Ref AlarmStates}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref AlarmStates
      Protocol: sqs
      Endpoint: !GetAtt Findings.Arn
      RawMessageDelivery: true
  Denied:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: wired/denied
      Namespace: Portcullis
      MetricName: Denied
      Dimensions: [{Name: Asset, Value: payroll}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
      AlarmActions: [!Ref AlarmStates]
"""


class TemplateWiringTest(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.s3, cls.sqs, stacks = cls.client("s3"), cls.client("sqs"), cls.client("cloudformation")
        cls.s3.create_bucket(Bucket="artifacts")
        cls.s3.put_object(Bucket="artifacts", Key="reconcile.zip", Body=package(SOURCE))
        names = {"StackName": "wired", "ChangeSetName": "first"}
        able = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        stacks.create_change_set(**names, ChangeSetType="CREATE", TemplateBody=TEMPLATE, Capabilities=able)
        stacks.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 1})
        stacks.execute_change_set(**names)
        stacks.get_waiter("stack_create_complete").wait(StackName="wired", WaiterConfig={"Delay": 1})

    def receive(self, queue: str) -> dict[str, Any]:
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        (message,) = self.wait_for(lambda: self.sqs.receive_message(QueueUrl=url).get("Messages"), f"{queue} to hear")
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])

    def test_an_object_that_is_written_or_deleted_starts_the_function(self) -> None:
        self.s3.put_object(Bucket="config", Key="other.yaml", Body=b"mode: page")
        self.s3.put_object(Bucket="config", Key="portcullis.yaml", Body=b"mode: page")
        event = self.receive("heard")
        self.assertEqual((event["source"], event["detail-type"]), ("aws.s3", "Object Created"))
        self.assertEqual(event["detail"]["object"]["key"], "portcullis.yaml")
        self.assertEqual(event["detail"]["bucket"]["name"], "config")
        self.s3.delete_object(Bucket="config", Key="portcullis.yaml")
        self.assertEqual(self.receive("heard")["detail-type"], "Object Deleted")

    def test_an_alarm_reaches_the_queue(self) -> None:
        datum = {"MetricName": "Denied", "Dimensions": [{"Name": "Asset", "Value": "payroll"}], "Value": 1}
        self.client("cloudwatch").put_metric_data(Namespace="Portcullis", MetricData=[datum])
        told = self.receive("findings")
        self.assertEqual((told["AlarmName"], told["NewStateValue"]), ("wired/denied", "ALARM"))
        self.assertEqual(told["Trigger"]["Statistic"], "SUM")
