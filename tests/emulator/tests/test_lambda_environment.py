"""What a function finds in its environment, and who it is."""

import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow
from tests.lambda_package import package

SOURCE = """
import boto3

def handle(event):
    boto3.client("iam").list_roles()
    caller = boto3.client("sts").get_caller_identity()
    return {"environment": dict(os.environ), "caller": [caller["Arn"], caller["UserId"]]}
"""


class FunctionCase(EmulatorCase):
    environment = {"ONLY_IN_THE_SHELL": "leaked", "AWS_PROFILE": "tester"}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.role = cls.create_role("function", allow("iam:ListRoles"))
        functions = cls.client("lambda")
        functions.create_function(
            FunctionName="probe",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=cls.role["Arn"],
            Code={"ZipFile": package(SOURCE)},
            Environment={"Variables": {"TABLE": "ledger"}},
        )
        answer = json.load(functions.invoke(FunctionName="probe")["Payload"])
        cls.found = answer["environment"]
        cls.caller = answer["caller"]


class LambdaEnvironmentTest(FunctionCase):
    def test_the_configured_variables_are_there(self) -> None:
        self.assertEqual(self.found["TABLE"], "ledger")

    def test_the_sdk_finds_the_emulator_and_its_region(self) -> None:
        self.assertEqual(self.found["AWS_ENDPOINT_URL"], self.url)
        self.assertEqual(self.found["AWS_REGION"], REGION)

    def test_the_shell_is_not_handed_down(self) -> None:
        for name in ("ONLY_IN_THE_SHELL", "AWS_PROFILE", "HOME", "GATEWAY_PORT", "PORTCULLIS_CLOUDTRAIL_FILE"):
            self.assertNotIn(name, self.found)

    def test_the_function_is_a_session_of_its_role(self) -> None:
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/function/probe"
        self.assertEqual(self.caller, [arn, f"{self.role['RoleId']}:probe"])

    def test_the_records_of_its_calls_name_the_function(self) -> None:
        scope = self.wait_for_record("ListRoles")["userIdentity"]["inScopeOf"]
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:probe"
        self.assertEqual(scope, {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": arn})


class WithoutTheAdditionTest(FunctionCase):
    without = ("lambda_environment",)

    def test_the_shell_is_handed_down(self) -> None:
        self.assertEqual(self.found["ONLY_IN_THE_SHELL"], "leaked")
        self.assertEqual(self.caller[1], "function:probe")
