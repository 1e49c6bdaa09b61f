"""Queues: encrypted, closed, patient."""

import copy
import unittest

from reading import ACCOUNT, only_over_tls
from violations import given_everything, tests_of


class QueueTest(unittest.TestCase):
    pass


violated_by = tests_of(QueueTest)

QUEUES = {"EventsQueue": "EventsDlq", "FindingsQueue": "FindingsDlq"}
# Of pages, which come without a queue.
PAGES_DLQ = "PagerDutyDlq"


def source_of(t, queue):
    mappings = t.of_type("AWS::Lambda::EventSourceMapping").values()
    return next(mapping for mapping in mappings if mapping["EventSourceArn"] == f"<{queue}.Arn>")


@violated_by(
    lambda t: t.properties("EventsQueue").pop("SqsManagedSseEnabled"),
    lambda t: t.properties("EventsDlq").update(SqsManagedSseEnabled=False),
    lambda t: t.properties("FindingsDlq").update(KmsMasterKeyId="alias/aws/sqs"),
    lambda t: t.properties("FindingsQueue").pop("RedrivePolicy"),
    lambda t: t.properties("FindingsQueue")["RedrivePolicy"].update(deadLetterTargetArn="<EventsDlq.Arn>"),
    lambda t: t.properties("EventsQueue")["RedrivePolicy"].update(maxReceiveCount=4),
    lambda t: t.properties("EventsDlq").update(MessageRetentionPeriod=345600),
    lambda t: t.resources.update(Other={"Type": "AWS::SQS::Queue", "Properties": {}}),
    given_everything(lambda t: t.properties("PagerDutyDlq").update(MessageRetentionPeriod=345600)),
    given_everything(lambda t: t.properties("PagerDutyDlq").pop("SqsManagedSseEnabled")),
    given_everything(lambda t: t.resources.pop("PagerDutyDlq")),
    lambda t: t.resources.update(PagerDutyDlq=t.resources["EventsDlq"]),
)
def queues_are_encrypted_and_keep_what_fails(t):
    queues = t.of_type("AWS::SQS::Queue")
    pages = {PAGES_DLQ} if t.values["PagerDutyRoutingKeySecretArn"] else set()
    if set(queues) != {*QUEUES, *QUEUES.values(), *pages}:
        yield "other queues"
    for name in pages & set(queues):
        if queues[name]["MessageRetentionPeriod"] != 14 * 24 * 3600:
            yield f"{name} keeps for {queues[name]['MessageRetentionPeriod']} s"
    for name, queue in queues.items():
        if queue.get("SqsManagedSseEnabled") is not True or "KmsMasterKeyId" in queue:
            yield f"{name} is not encrypted with SQS's key"
    for name, dlq in QUEUES.items():
        redrive = queues[name].get("RedrivePolicy", {})
        if redrive.get("deadLetterTargetArn") != f"<{dlq}.Arn>" or redrive.get("maxReceiveCount", 0) < 5:
            yield f"{name} gives up by {redrive}"
        if queues[dlq]["MessageRetentionPeriod"] != 14 * 24 * 3600:
            yield f"{dlq} keeps for {queues[dlq]['MessageRetentionPeriod']} s"
        if queues[name]["MessageRetentionPeriod"] >= queues[dlq]["MessageRetentionPeriod"]:
            yield f"{dlq} does not keep longer than {name}"


@violated_by(
    lambda t: t.properties("EventsQueue").update(VisibilityTimeout=359),
    lambda t: t.properties("Respond").update(Timeout=60),
    lambda t: source_of(t, "EventsQueue").pop("FunctionResponseTypes"),
    lambda t: source_of(t, "FindingsQueue").update(FunctionName="<Detect>"),
    # Without a window Lambda takes ten at most.
    lambda t: source_of(t, "FindingsQueue").update(BatchSize=11),
)
def functions_have_time_for_their_batches(t):
    for queue, function in {"EventsQueue": "Detect", "FindingsQueue": "Respond"}.items():
        mapping = source_of(t, queue)
        if mapping["FunctionName"] != f"<{function}>":
            yield f"{queue} feeds {mapping['FunctionName']}"
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{function} repeats whole batches"
        if mapping["BatchSize"] > 10:
            yield f"{function} takes {mapping['BatchSize']}"
        if t.properties(queue)["VisibilityTimeout"] < 6 * t.properties(function)["Timeout"]:
            yield f"{queue}: visible again before {function} is done"


def queue_statements(t, queue):
    policies = [p for p in t.of_type("AWS::SQS::QueuePolicy").values() if p["Queues"] == [f"<{queue}>"]]
    return [s for p in policies for s in p["PolicyDocument"]["Statement"]]


@violated_by(
    lambda t: queue_statements(t, "EventsQueue")[0].pop("Condition"),
    lambda t: queue_statements(t, "EventsQueue")[0].update(Principal="*"),
    lambda t: queue_statements(t, "EventsQueue")[0]["Condition"]["ArnEquals"]["aws:SourceArn"].pop(),
    lambda t: queue_statements(t, "EventsDlq")[0].update(Effect="Deny"),
    lambda t: queue_statements(t, "FindingsQueue")[-1].update(Effect="Allow"),
    lambda t: queue_statements(t, "FindingsQueue")[0].pop("Condition"),
    lambda t: queue_statements(t, "FindingsQueue")[0]["Condition"].update(ArnEquals={"aws:SourceArn": "<PagesTopic>"}),
    lambda t: queue_statements(t, "FindingsDlq")[0].update(Effect="Deny"),
    lambda t: t.resources.pop("FindingsDlqPolicy"),
    lambda t: t.resources["EventsQueuePolicy"]["Properties"].update(Queues=["<EventsDlq>"]),
    given_everything(lambda t: queue_statements(t, "PagerDutyDlq")[0].pop("Condition")),
    given_everything(lambda t: queue_statements(t, "PagerDutyDlq").pop() and t.resources.pop("PagerDutyDlqPolicy")),
)
def queues_take_from_whom_they_must(t):
    bucket, topic = t.values["TrailBucketName"], t.values["TrailTopicArn"]
    arns = {f"<{rule}.Arn>" for rule in t.intake}
    rules = {"events.amazonaws.com": {"ArnEquals": {"aws:SourceArn": arns}}}
    alarms = {"sns.amazonaws.com": {"ArnEquals": {"aws:SourceArn": "<AlarmStatesTopic>"}}}
    senders = {"EventsQueue": dict(rules), "EventsDlq": rules, "FindingsQueue": alarms, "FindingsDlq": alarms}
    if bucket:
        account = t.values["TrailBucketAccountId"] or ACCOUNT
        senders["EventsQueue"]["s3.amazonaws.com"] = {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": account},
        }
    if topic:
        senders["EventsQueue"]["sns.amazonaws.com"] = {"ArnEquals": {"aws:SourceArn": topic}}
    if t.values["PagerDutyRoutingKeySecretArn"]:
        senders[PAGES_DLQ] = {"sns.amazonaws.com": {"ArnEquals": {"aws:SourceArn": "<PagesTopic>"}}}
    for queue, wanted in senders.items():
        statements = queue_statements(t, queue)
        if not only_over_tls(statements, f"<{queue}.Arn>"):
            yield f"{queue} is open to plain HTTP"
        found = {}
        for s in statements:
            if s["Effect"] != "Allow":
                continue
            condition = copy.deepcopy(s.get("Condition", {}))
            arns = condition.get("ArnEquals", {})
            if isinstance(arns.get("aws:SourceArn"), list):
                arns["aws:SourceArn"] = set(arns["aws:SourceArn"])
            found[str(s["Principal"] if s["Principal"] == "*" else s["Principal"]["Service"])] = condition
            if s["Action"] != "sqs:SendMessage" or s["Resource"] != f"<{queue}.Arn>":
                yield f"{queue}: {s['Action']} on {s['Resource']}"
        if found != wanted:
            yield f"{queue} takes from {found}"


if __name__ == "__main__":
    unittest.main()
