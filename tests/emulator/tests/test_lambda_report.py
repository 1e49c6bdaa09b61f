"""The REPORT line measures the initialisation and the memory of the process."""

import base64
import re

from tests.emulator_case import EmulatorCase
from tests.lambda_package import package

# The initialisation takes its time and the handler takes its memory, to be told apart.
SOURCE = """
import time
time.sleep(0.3)

def handle(event):
    len(bytearray(64 << 20))
"""
REPORT = re.compile(
    r"REPORT RequestId: \S+\tDuration: (?P<duration>[\d.]+) ms\tBilled Duration: \d+ ms\t"
    r"Memory Size: 256 MB\tMax Memory Used: (?P<memory>\d+) MB(?:\tInit Duration: (?P<init>[\d.]+) ms)?"
)


class ReportCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        functions = cls.client("lambda")
        functions.create_function(
            FunctionName="probe",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=cls.create_role("function")["Arn"],
            Code={"ZipFile": package(SOURCE)},
            MemorySize=256,
        )
        answers = [functions.invoke(FunctionName="probe", LogType="Tail") for _ in range(2)]
        cls.tail = base64.b64decode(answers[-1].get("LogResult", "")).decode()
        logs = cls.client("logs")
        events = logs.filter_log_events(logGroupName="/aws/lambda/probe")["events"]
        cls.lines = [event["message"] for event in events]
        cls.reports = [REPORT.fullmatch(line) for line in cls.lines if line.startswith("REPORT ")]


class LambdaReportTest(ReportCase):
    def test_a_cold_start_reports_its_initialisation_apart(self) -> None:
        cold = self.reports[0]
        self.assertGreater(float(cold["init"]), 300)
        self.assertLess(float(cold["duration"]), 300)

    def test_a_warm_start_has_none(self) -> None:
        self.assertIsNone(self.reports[1]["init"])

    def test_the_memory_is_that_of_the_process(self) -> None:
        for report in self.reports:
            self.assertGreater(int(report["memory"]), 64)

    def test_each_invocation_is_framed(self) -> None:
        kinds = [line.split()[0] for line in self.lines]
        self.assertEqual(kinds, ["START", "END", "REPORT"] * 2)

    def test_the_answer_to_a_request_for_the_log_has_the_same_lines(self) -> None:
        self.assertEqual(self.tail.splitlines(), self.lines[3:])


class WithoutTheAdditionTest(ReportCase):
    without = ("lambda_report",)

    def test_neither_is_measured(self) -> None:
        self.assertIn("Max Memory Used: 0 MB", self.lines[2])
        self.assertNotIn("Init Duration", self.lines[2])
