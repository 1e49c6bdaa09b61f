"""The emulator starts, refuses to start, and leaves nothing behind."""

import contextlib
import os
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

import boto3

from tests.emulator_case import ACCOUNT, LAUNCHER, REGION, EmulatorCase, end
from tests.lambda_package import package


@contextlib.contextmanager
def launch(*arguments: str, **environment: str) -> Iterator[subprocess.Popen]:
    """An emulator that does not outlive the block, whatever happens in it."""
    inherited = {name: value for name, value in os.environ.items() if name != "GATEWAY_PORT"}
    emulator = subprocess.Popen(
        [sys.executable, str(LAUNCHER), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, **environment},
    )
    try:
        yield emulator
    finally:
        end(emulator)


class RefusalTest(unittest.TestCase):
    def assert_refused(self, wanted: str, *arguments: str, **environment: str) -> None:
        with launch(*arguments, **environment) as emulator:
            output, errors = emulator.communicate(timeout=20)
        self.assertNotEqual(emulator.returncode, 0)
        self.assertEqual(output, "")
        self.assertIn(wanted, errors)

    def test_another_address_than_loopback(self) -> None:
        self.assert_refused("listens on 127.0.0.1 only", BIND_HOST="0.0.0.0")

    def test_a_port_in_use(self) -> None:
        with launch("--with-parent") as emulator:
            port = emulator.stdout.readline().rpartition(":")[2].strip()
            self.assert_refused("Address already in use", GATEWAY_PORT=port)

    def test_an_addition_that_does_not_exist(self) -> None:
        self.assert_refused("no such addition: telepathy", "--without", "telepathy")


class EndTest(EmulatorCase):
    """The emulator of this class has a live function when its end comes."""

    def start_function(self) -> int:
        """Starts a function and returns the id of its process."""
        role = self.create_role("function")
        functions = self.client("lambda")
        functions.create_function(
            FunctionName="probe",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role["Arn"],
            Code={"ZipFile": package("def handle(event): return os.getpid()")},
        )
        return int(functions.invoke(FunctionName="probe")["Payload"].read())

    def test_the_end_of_the_parent_ends_everything(self) -> None:
        function = Path(f"/proc/{self.start_function()}")
        self.assertTrue(function.exists())
        # What the kernel does for a parent that was killed.
        self.emulator.stdin.close()
        self.assertEqual(self.emulator.wait(timeout=20), 0)
        self.wait_for(lambda: not function.exists(), "the end of the function")


class TerminationTest(unittest.TestCase):
    def test_a_signal_ends_it_and_its_files_go_with_it(self) -> None:
        with tempfile.TemporaryDirectory() as scratch, launch(TMPDIR=scratch) as emulator:
            self.assertTrue(emulator.stdout.readline().startswith("ready http://127.0.0.1:"))
            self.assertEqual(len(os.listdir(scratch)), 1)
            emulator.terminate()
            output, errors = emulator.communicate(timeout=20)
            self.assertEqual((emulator.returncode, output, errors), (0, "", ""))
            self.assertEqual(os.listdir(scratch), [])


class LogTest(unittest.TestCase):
    def test_the_log_of_ministack_goes_to_a_file(self) -> None:
        with tempfile.NamedTemporaryFile() as log, launch("--with-parent", "--log", log.name) as emulator:
            emulator.stdout.readline()
            emulator.communicate(timeout=20)
            self.assertIn("Ready", Path(log.name).read_text(encoding="utf-8"))


class FaultTest(unittest.TestCase):
    def test_a_record_that_cannot_be_kept_is_told_and_the_call_is_answered(self) -> None:
        with launch("--with-parent", PORTCULLIS_CLOUDTRAIL_FILE="/nonexistent/records.jsonl") as emulator:
            url = emulator.stdout.readline().split()[1]
            kms = boto3.client(
                "kms",
                endpoint_url=url,
                region_name=REGION,
                aws_access_key_id=ACCOUNT,
                aws_secret_access_key="test",
            )
            kms.list_keys()
            told = emulator.stderr.readline()
        self.assertEqual(told, "portcullis: no CloudTrail record of kms:ListKeys\n")
