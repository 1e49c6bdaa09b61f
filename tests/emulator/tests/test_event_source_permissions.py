"""A function's role must be allowed to read its queue."""

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow
from tests.lambda_package import package

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"
TEMPLATE = f"""
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: unable, EventSourceArn: "{QUEUE}"}}
"""


class MappingCase(EmulatorCase):
    """A queue, a function that may read it and one that may not."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client("sqs").create_queue(QueueName="work")
        reading = allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", resource=QUEUE)
        for name, statements in (("able", [reading]), ("unable", [])):
            cls.client("lambda").create_function(
                FunctionName=name,
                Runtime="provided.al2023",
                Handler="bootstrap",
                Role=cls.create_role(name, *statements)["Arn"],
                Code={"ZipFile": package("def handle(event): return {}")},
            )
        cls.map = cls.client("lambda").create_event_source_mapping


class EventSourcePermissionsTest(MappingCase):
    def test_a_mapping_needs_the_permissions(self) -> None:
        self.map(FunctionName="able", EventSourceArn=QUEUE)
        message = self.assert_error(
            "InvalidParameterValueException", self.map, FunctionName="unable", EventSourceArn=QUEUE
        )
        self.assertIn("permissions to call ReceiveMessage on SQS", message)

    def test_a_template_without_them_fails(self) -> None:
        formation = self.client("cloudformation")
        formation.create_stack(StackName="s", TemplateBody=TEMPLATE)

        def status() -> str:
            return formation.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]

        self.wait_for(lambda: not status().endswith("IN_PROGRESS"), "the stack")
        self.assertEqual(status(), "ROLLBACK_COMPLETE")


class WithoutTheAdditionTest(MappingCase):
    without = ("event_source_permissions",)

    def test_a_mapping_needs_no_permissions(self) -> None:
        self.map(FunctionName="unable", EventSourceArn=QUEUE)
