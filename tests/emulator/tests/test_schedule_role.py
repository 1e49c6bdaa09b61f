"""A schedule fires, with the rights of its role."""

import datetime
import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow, policy
from tests.lambda_package import package

SOURCE = """
import boto3

def handle(event):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Queue: {Type: String}}
Resources:
  Watch:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: watch
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: {Bucket: artifacts, Key: watch.zip}
      Environment: {Variables: {QUEUE: !Ref Queue}}
      Policies: [{Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}]}]
      Events:
        EveryMinute:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 minute), Input: '{"watch": "all"}'}
"""
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/default"


class ScheduleCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.sqs = cls.client("sqs")

    def schedule(self, name: str, service: str, action: str, source: str = GROUP) -> str:
        """A schedule, due in a second, that sends to a queue of its name; answers with the queue's URL."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": service},
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        role = self.create_role(name, allow(action, resource=queue))
        self.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy(trust)))
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
        self.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": queue, "RoleArn": role["Arn"], "Input": json.dumps({"name": name})},
        )
        return url

    def received(self, url: str, seconds: float) -> dict:
        (message,) = self.wait_for(
            lambda: self.sqs.receive_message(QueueUrl=url).get("Messages"), f"a message in {url}", seconds
        )
        return json.loads(message["Body"])


class ScheduleRoleTest(ScheduleCase):
    def test_what_the_role_allows_is_called_and_nothing_else(self) -> None:
        refused = [
            self.schedule("another-action", "scheduler.amazonaws.com", "sqs:ReceiveMessage"),
            self.schedule("another-service", "events.amazonaws.com", "sqs:SendMessage"),
            self.schedule("another-group", "scheduler.amazonaws.com", "sqs:SendMessage", f"{GROUP}-of-others"),
        ]
        # Schedules are looked at in the order in which they were made: this one marks the time.
        allowed = self.schedule("allowed", "scheduler.amazonaws.com", "sqs:SendMessage")
        self.assertEqual(self.received(allowed, 25), {"name": "allowed"})
        for url in refused:
            with self.subTest(url):
                self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url))


class EveryMinuteTest(ScheduleCase):
    """A minute is the shortest that a schedule can wait, and so does this test."""

    def test_a_function_of_a_template_is_called_every_minute(self) -> None:
        url = self.sqs.create_queue(QueueName="watched")["QueueUrl"]
        s3, stacks = self.client("s3"), self.client("cloudformation")
        s3.create_bucket(Bucket="artifacts")
        s3.put_object(Bucket="artifacts", Key="watch.zip", Body=package(SOURCE))
        stacks.create_stack(
            StackName="watch",
            TemplateBody=TEMPLATE,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": "Queue", "ParameterValue": url}],
        )
        stacks.get_waiter("stack_create_complete").wait(StackName="watch")
        self.assertEqual(self.received(url, 90), {"watch": "all"})


class WithoutTheAdditionTest(ScheduleCase):
    without = ("schedule_role",)

    def test_the_role_is_not_asked(self) -> None:
        url = self.schedule("another-action", "scheduler.amazonaws.com", "sqs:ReceiveMessage")
        self.assertEqual(self.received(url, 25), {"name": "another-action"})
