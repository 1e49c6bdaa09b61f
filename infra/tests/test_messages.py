"""What the roles may read and write in buckets, send to queues and event buses, and publish to topics."""

import unittest

from policies import ADMINISTRATOR, allowed, as_list
from reading import ACCOUNT, allowed_actions, allows, of_service, roles
from violations import given_everything, tests_of


class MessageTest(unittest.TestCase):
    pass


violated_by = tests_of(MessageTest)

SETTINGS = ("s3:GetObject", "<ConfigBucket.Arn>/portcullis.yaml")
OWN_RULES = ("s3:GetObject", "<ConfigBucket.Arn>/rules/*")
DATABASES = ("s3:GetObject", "<ConfigBucket.Arn>/*.mmdb")
# The kill switch.
STOP = "<ConfigBucket.Arn>/STOP"
# Without it an object that is not there is a 403 rather than a 404.
LIST = ("s3:ListBucket", "<ConfigBucket.Arn>")
EVIDENCE = ("s3:PutObject", "arn:aws:s3:::evidence/ledger/*")
BUCKETS = {
    "DetectRole": {SETTINGS, OWN_RULES, DATABASES, LIST},
    "RespondRole": {SETTINGS, LIST, ("s3:GetObject", STOP)},
    "ReleaseRole": {SETTINGS, LIST, *((f"s3:{verb}Object", STOP) for verb in ("Get", "Put", "Delete"))},
    "AlarmsRole": {SETTINGS, LIST},
}


@violated_by(
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Effect="Deny"),
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Resource="<ConfigBucket.Arn>/*"),
    lambda t: t.statement("ReleaseRole", "ReadSettings").update(Action=["s3:GetObject", "s3:PutObject"]),
    lambda t: t.statement("ReleaseRole", "ListConfig").update(Resource=[]),
    lambda t: t.statement("ReleaseRole", "StopAndResume")["Action"].pop(),
    lambda t: t.statement("ReleaseRole", "StopAndResume")["Action"].append("s3:DeleteObjectVersion"),
    lambda t: t.statement("RespondRole", "ReadConfig")["Resource"].pop(),
    lambda t: t.allow("RespondRole", *OWN_RULES),
    lambda t: t.allow("AlarmsRole", "s3:GetObject", STOP),
    lambda t: t.statement("AlarmsRole", "ListConfig").update(Effect="Deny"),
    lambda t: t.statement("AlarmsRole", "OnlySettings").update(NotResource="*"),
    lambda t: t.statement("RespondRole", "ListConfig").update(Condition={"StringEquals": {"s3:prefix": "rules/"}}),
    lambda t: t.allow("ReleaseRole", *OWN_RULES),
    lambda t: t.allow("RespondRole", "s3:PutObject", STOP),
    lambda t: t.allow("DetectRole", "s3:PutObject", "<ConfigBucket.Arn>/portcullis.yaml"),
    given_everything(lambda t: t.statement("RespondRole", "ExportLedger").update(Resource="arn:aws:s3:::evidence/*")),
    given_everything(lambda t: t.statement("ReleaseRole", "ExportLedger").update(Effect="Deny")),
    given_everything(lambda t: t.statement("RespondRole", "OnlyEvidence").update(NotResource="*")),
    lambda t: t.statement("ReleaseRole", "OnlyStopAndEvidence")["NotResource"].append("<ConfigBucket.Arn>/*"),
)
def functions_read_their_configuration_and_write_the_switch_and_evidence_only(t):
    evidence = {EVIDENCE} if t.values["EvidenceBucketName"] else set()
    for role in roles(t):
        wanted = BUCKETS.get(role, set()) | (evidence if role in ("RespondRole", "ReleaseRole") else set())
        rights = {
            (action, resource)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "s3")
            for resource in as_list(s["Resource"])
            if "trail-logs" not in resource and "Condition" not in s
        }
        if rights != wanted:
            yield f"{role}: {sorted(rights ^ wanted)}"
    if t.may("AlarmsRole", "s3:GetObject", "arn:aws:s3:::any/portcullis.yaml", besides=[ADMINISTRATOR]):
        yield "alarms may read other buckets if it is made an administrator"
    for role in ("DetectRole", "RespondRole", "ReleaseRole", "AlarmsRole"):
        for action in ("s3:PutObject", "s3:DeleteObject"):
            for thing in ("<ConfigBucket.Arn>/portcullis.yaml", "arn:aws:s3:::evidence/other", "arn:aws:s3:::any/STOP"):
                if t.may(role, action, thing, besides=[ADMINISTRATOR]):
                    yield f"{role} may {action} on {thing} if it is made an administrator"


def granted_on(t, role, action):
    """The resources that a role is granted an action on."""
    return {one for s in allows(t, role) if action in as_list(s["Action"]) for one in as_list(s["Resource"])}


SENDERS = {
    "DetectRole": {"<FindingsQueue.Arn>", "<EventsDlq.Arn>"},
    "ReleaseRole": {"<FindingsQueue.Arn>"},
    "PagerDutyRole": {"<PagerDutyDlq.Arn>"},
}


@violated_by(
    lambda t: t.statement("ReleaseRole", "Answer").update(Resource="<EventsQueue.Arn>"),
    lambda t: t.statement("ReleaseRole", "Answer").update(Effect="Deny"),
    lambda t: t.statement("DetectRole", "HandOn")["Resource"].pop(),
    lambda t: t.statement("ReleaseRole", "OnlyAnswers").update(NotResource="*"),
    lambda t: t.allow("RespondRole", "sqs:SendMessage", "<FindingsQueue.Arn>"),
    given_everything(lambda t: t.statement("PagerDutyRole", "KeepAside").update(Resource="<EventsDlq.Arn>")),
    given_everything(lambda t: t.statement("PagerDutyRole", "OnlyOwnQueue").update(NotResource="*")),
)
def functions_send_to_their_queues_only(t):
    for role in roles(t):
        sends = granted_on(t, role, "sqs:SendMessage")
        if sends != SENDERS.get(role, set()):
            yield f"{role} sends to {sorted(sends)}"
        if role in ("ReleaseRole", "PagerDutyRole"):
            if t.may(role, "sqs:SendMessage", "<EventsQueue.Arn>", besides=[ADMINISTRATOR]):
                yield f"{role} may send to any queue if it is made an administrator"


@violated_by(
    lambda t: t.statement("RespondRole", "Tell").pop("Condition"),
    lambda t: t.statement("RespondRole", "Tell").update(Resource="*"),
    lambda t: t.statement("ReleaseRole", "Tell").update(Effect="Deny"),
    lambda t: t.statement("ReleaseRole", "OnlyOwnEvents").update(Effect="Allow"),
    lambda t: t.allow("DetectRole", "events:PutEvents", "*"),
    lambda t: t.allow("RespondRole", "events:PutRule", "*"),
)
def containments_and_releases_are_told_to_the_event_bus_under_their_own_name(t):
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/"
    for role in roles(t):
        tells = role in ("RespondRole", "ReleaseRole")
        wanted = {bus + t.values["EventBusName"]} if tells and t.values["EventBusName"] else set()
        found = granted_on(t, role, "events:PutEvents")
        if of_service(allowed_actions(t, role), "events") - {"events:PutEvents"}:
            yield f"{role} may change event buses"
        if found != wanted:
            yield f"{role} tells {sorted(found)}"
        for sources in (["aws.kms"], ["portcullis", "aws.kms"], ["other"]):
            others = {"events:source": sources}
            if any(allowed(allows(t, role), "events:PutEvents", one, others) for one in found):
                yield f"{role} is granted to tell as {sources}"
            if tells and t.may(role, "events:PutEvents", bus + "default", others, besides=[ADMINISTRATOR]):
                yield f"{role} may tell as {sources} if it is made an administrator"
        if wanted and not t.may(role, "events:PutEvents", *wanted, {"events:source": ["portcullis"]}):
            yield f"{role} may not tell"


@violated_by(
    lambda t: t.statement("RespondRole", "Page").update(Resource=[]),
    lambda t: t.statement("ReleaseRole", "Page").update(Effect="Deny"),
    lambda t: t.allow("RespondRole", "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall"),
    lambda t: t.allow("DetectRole", "sns:Publish", "<PagesTopic>"),
    lambda t: t.allow("AlarmsRole", "sns:Publish", "<AlarmStatesTopic>"),
    given_everything(lambda t: t.statement("RespondRole", "PageElsewhere").update(Resource=[])),
    given_everything(lambda t: t.statement("ReleaseRole", "PageElsewhere").update(Effect="Deny")),
    given_everything(lambda t: t.statement("ReleaseRole", "PageElsewhere").update(Action="sns:*")),
    given_everything(lambda t: t.allow("ReleaseRole", "sns:Publish", t.values["TrailTopicArn"])),
)
def pages_go_to_the_topics_that_the_settings_may_name(t):
    topics = {"<PagesTopic>", *filter(None, t.values["PagingTopicArns"])}
    for role in roles(t):
        wanted = {("sns:Publish", topic) for topic in topics} if role in ("RespondRole", "ReleaseRole") else set()
        rights = {
            (action, resource)
            for s in allows(t, role)
            for action in of_service(as_list(s["Action"]), "sns")
            for resource in as_list(s["Resource"])
        }
        if rights != wanted:
            yield f"{role}: {sorted(rights ^ wanted)}"


if __name__ == "__main__":
    unittest.main()
