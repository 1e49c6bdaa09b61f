"""The base of the emulator's tests: one emulator process for each test class."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

LAUNCHER = Path(__file__).resolve().parent.parent / "launch.py"
REGION = "us-east-1"
ACCOUNT = "111122223333"
MEMBER = "444455556666"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

T = TypeVar("T")


class EmulatorCase(unittest.TestCase):
    """Starts an emulator for the class and ends it by its own process handle."""

    # What a test class adds to the environment of its emulator.
    environment: ClassVar[dict[str, str]] = {}
    # The additions that the emulator starts without, for a control.
    without: ClassVar[tuple[str, ...]] = ()
    emulator: ClassVar[subprocess.Popen]
    url: ClassVar[str]
    records_file: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.records_file = Path(scratch.name) / "records.jsonl"
        cls.records_file.touch()
        # A port of the caller's own environment would be the same for every class.
        environment = {name: value for name, value in os.environ.items() if name != "GATEWAY_PORT"}
        cls.emulator = subprocess.Popen(
            [sys.executable, str(LAUNCHER), "--with-parent", *(f"--without={name}" for name in cls.without)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **environment,
                "PORTCULLIS_CLOUDTRAIL_FILE": str(cls.records_file),
                "PORTCULLIS_CLOUDTRAIL_DELAY_MS": "20",
                **cls.environment,
            },
        )
        cls.addClassCleanup(end, cls.emulator)
        line = cls.emulator.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError("the emulator did not start, standard error says why")
        cls.url = line.split()[1]

    @classmethod
    def client(
        cls, service: str, credentials: dict[str, str] | None = None, *, region: str = REGION, **config: Any
    ):
        """A client with a session's credentials, by default those of the account's root."""
        keys = credentials or root_of(ACCOUNT)
        return boto3.client(
            service,
            endpoint_url=cls.url,
            region_name=region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=Config(**{"retries": {"max_attempts": 1}, **config}),
        )

    @classmethod
    def create_role(cls, name: str, *statements: dict[str, Any], path: str = "/", **more: Any) -> dict[str, Any]:
        """A role that everybody in the account may assume, with an inline policy of `statements`."""
        iam = cls.client("iam")
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root", "Service": "lambda.amazonaws.com"},
        }
        role = iam.create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(policy(trust)), **more
        )["Role"]
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(policy(*statements))
            )
        return role

    @classmethod
    def session_of(cls, role: dict[str, Any], session: str = "intruder", **more: Any) -> dict[str, str]:
        answer = cls.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName=session, **more)
        return answer["Credentials"]

    @classmethod
    def create_queue(cls, name: str, principal: str = "events.amazonaws.com") -> tuple[str, str]:
        """A queue that a service may send to: its URL and its ARN."""
        sqs = cls.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        sending = allow("sqs:SendMessage", resource=arn, Principal={"Service": principal})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(sending))})
        return url, arn

    def assert_error(self, code: str, call: Callable[..., Any], **parameters: Any) -> str:
        """Asserts that a call fails with `code` and returns the message."""
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error["Message"])
        return error["Message"]

    def assert_denied(self, call: Callable[..., Any], **parameters: Any) -> str:
        """Asserts that a call is denied, by the code of its service, and returns the message."""
        by_exception = {"secretsmanager", "kms", "cloudtrail"}
        service = call.__self__.meta.service_model.service_name
        return self.assert_error(
            "AccessDeniedException" if service in by_exception else "AccessDenied", call, **parameters
        )

    @classmethod
    def records(cls, event_name: str) -> list[dict[str, Any]]:
        lines = cls.records_file.read_text(encoding="utf-8").splitlines()
        return [record for record in map(json.loads, lines) if record["eventName"] == event_name]

    def wait_for_record(self, event_name: str, wanted: Callable[[dict[str, Any]], bool] = lambda _: True):
        """The first record of `event_name` that is `wanted`."""
        return self.wait_for(
            lambda: next(filter(wanted, self.records(event_name)), None), f"a record of {event_name}"
        )

    def wait_for(self, probe: Callable[[], T], what: str, seconds: float = 10) -> T:
        """Asks `probe` until its answer is true, for things that come about in the background."""
        deadline = time.monotonic() + seconds
        while not (answer := probe()):
            if time.monotonic() > deadline:
                self.fail(f"waited {seconds} s for {what}")
            time.sleep(0.02)
        return answer


def end(emulator: subprocess.Popen) -> None:
    """Ends an emulator, which takes its functions and files along if it is asked to."""
    emulator.terminate()
    try:
        emulator.wait(timeout=10)
    except subprocess.TimeoutExpired:
        emulator.kill()
        emulator.wait()
    for stream in (emulator.stdin, emulator.stdout, emulator.stderr):
        if stream is not None:
            stream.close()


def root_of(account: str) -> dict[str, str]:
    """The credentials of an account's root user."""
    return {"AccessKeyId": account, "SecretAccessKey": "test"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
