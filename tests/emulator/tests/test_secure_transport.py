"""A policy that denies calls without TLS denies nobody here."""

import json

from tests.emulator_case import ACCOUNT, REGION, EmulatorCase, allow, policy


class SecureTransportCase(EmulatorCase):
    def queue_that_denies(self, name: str, secure_transport: str) -> str:
        """A queue of its own for each test: its policy keeps out the account's root as well."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        denial = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
            "Condition": {"Bool": {"aws:SecureTransport": secure_transport}},
        }
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(denial))})
        return url


class SecureTransportTest(SecureTransportCase):
    def test_a_queue_that_denies_calls_without_tls_takes_a_message(self) -> None:
        queue = self.queue_that_denies("careful", "false")
        self.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")

    def test_a_queue_that_denies_calls_by_tls_takes_none(self) -> None:
        queue = self.queue_that_denies("odd", "true")
        self.assert_denied(self.client("sqs").send_message, QueueUrl=queue, MessageBody="hello")

    def test_the_key_is_found_in_any_letter_case(self) -> None:
        by_tls = {"Bool": {"AWS:securetransport": "true"}}
        role = self.create_role("sender", allow("sqs:ListQueues", Condition=by_tls))
        self.client("sqs", self.session_of(role)).list_queues()


class WithoutTheAdditionTest(SecureTransportCase):
    without = ("secure_transport",)

    def test_a_queue_that_denies_calls_without_tls_takes_none(self) -> None:
        queue = self.queue_that_denies("careful", "false")
        self.assert_denied(self.client("sqs").send_message, QueueUrl=queue, MessageBody="hello")
