"""The function that makes alarms and the dashboard: what it may touch, and who is told by what it makes."""

import unittest
from functools import cache

import botocore.session
from policies import ADMINISTRATOR, allowed
from reading import ACCOUNT, PARAMETERS, allows
from violations import given_everything, tests_of


class AlarmTest(unittest.TestCase):
    pass


# Of the parameters only these make a difference to the role.
violated_by = tests_of(AlarmTest, parameters={title: PARAMETERS[title] for title in ("defaults", "everything")})

ROLE, TOPIC = "AlarmsRole", "<AlarmStatesTopic>"
# The prefix of a service's actions → what its model is called.
SERVICES = {
    "cloudwatch": "cloudwatch",
    "kms": "kms",
    "logs": "logs",
    "secretsmanager": "secretsmanager",
    "tag": "resourcegroupstaggingapi",
}


@cache
def calls():
    """Every operation of the services that the function speaks to."""
    session = botocore.session.get_session()
    models = {prefix: session.get_service_model(model) for prefix, model in SERVICES.items()}
    return {prefix: [f"{prefix}:{name}" for name in model.operation_names] for prefix, model in models.items()}


def calls_on(resource):
    """Those that may be about a resource: its service's, or all."""
    services = [resource.split(":")[2]] if resource.startswith("arn:") else list(SERVICES)
    return {call for service in services for call in calls()[service]}


def cloudwatch(resource, region="eu-west-1", account=ACCOUNT):
    return f"arn:aws:cloudwatch:{region}:{account}:{resource}"


# What knows no resource-level permissions, what CloudWatch wants to be allowed on everything, and the looks at keys.
ANYWHERE = {
    *(f"cloudwatch:{verb}" for verb in ("DescribeAlarms", "DeleteAnomalyDetector", "PutCompositeAlarm")),
    *("kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListKeys"),
    *("secretsmanager:ListSecrets", "tag:GetResources"),
}
TAGS = {"cloudwatch:ListTagsForResource", "cloudwatch:TagResource"}
OF_AN_ALARM = TAGS | {f"cloudwatch:{verb}" for verb in ("DeleteAlarms", "PutMetricAlarm", "SetAlarmState")}
OF_THE_DASHBOARD = TAGS | {f"cloudwatch:{verb}" for verb in ("DeleteDashboards", "GetDashboard", "PutDashboard")}
FILTERS = {f"logs:{verb}" for verb in ("DeleteMetricFilter", "DescribeMetricFilters", "PutMetricFilter")}
# What it may on all of a kind if somebody makes it an administrator: it changes nothing.
HARMLESS = {
    "cloudwatch:ListTagsForResource",
    # Into another log group, where it is seen.
    *("logs:CreateLogStream", "logs:PutLogEvents"),
}


def own(t):
    """Resource → what the role may with it beside what it may anywhere."""
    group = t.values["TrailLogGroupName"]
    filters = {f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{group}{end}": FILTERS for end in ("", ":*")}
    return {
        cloudwatch("alarm:gate/denied/payroll"): OF_AN_ALARM,
        cloudwatch("alarm:gate/pipeline/heartbeat-kms"): OF_AN_ALARM,
        cloudwatch("dashboard/gate", region=""): OF_THE_DASHBOARD,
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:gate-heartbeat": {"secretsmanager:DescribeSecret"},
        **(filters if group else {}),
    }


# Nothing of this is the function's: alarms that other people or this template made, other dashboards, other log groups.
OTHERS = [
    "*",
    cloudwatch("alarm:web is slow"),
    cloudwatch("alarm:gate-respond-silent"),
    cloudwatch("alarm:gatehouse/denied/payroll"),
    cloudwatch("alarm:other/gate/denied/payroll"),
    cloudwatch("alarm:gate/denied/payroll", region="us-east-1"),
    cloudwatch("alarm:gate/denied/payroll", account="444455556666"),
    cloudwatch("dashboard/gate-of-others", region=""),
    cloudwatch("dashboard/web", region=""),
    f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:org/trail:*",
    f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:org/trail-of-others:*",
    f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/gate-respond:*",
    f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:payroll-Ab12Cd",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
]
TELLS_OURS = {"cloudwatch:AlarmActions": [TOPIC]}


@violated_by(
    lambda t: t.allow(ROLE, "cloudwatch:PutMetricAlarm", cloudwatch("alarm:*")),
    lambda t: t.allow(ROLE, "cloudwatch:DisableAlarmActions", cloudwatch("alarm:gate/*")),
    lambda t: t.statement(ROLE, "MakeAlarms").update(Resource=cloudwatch("alarm:gate*")),
    lambda t: t.statement(ROLE, "DeleteAlarms").update(Resource=cloudwatch("alarm:gate-*")),
    lambda t: t.statement(ROLE, "DeleteAlarms")["Action"].pop(),
    lambda t: t.statement(ROLE, "KeepDashboard").update(Resource=cloudwatch("dashboard/gate*", region="")),
    lambda t: t.statement(ROLE, "KeepDashboard").update(Resource=cloudwatch("dashboard/gate")),
    lambda t: t.statement(ROLE, "Tag").update(Resource="*"),
    lambda t: t.statement(ROLE, "Look").update(Resource=cloudwatch("alarm:gate/*")),
    lambda t: t.statement(ROLE, "Look")["Action"].append("secretsmanager:BatchGetSecretValue"),
    lambda t: t.statement(ROLE, "LookAtKeys")["Action"].append("kms:ScheduleKeyDeletion"),
    lambda t: t.statement(ROLE, "BeatOnSecretsManager").update(Resource="*"),
    given_everything(lambda t: t.statement(ROLE, "KeepFilters").update(Resource="*")),
    given_everything(lambda t: t.statement(ROLE, "KeepFilters")["Resource"].pop()),
    given_everything(lambda t: t.statement(ROLE, "KeepFilters")["Action"].append("logs:DeleteLogGroup")),
    lambda t: t.allow(ROLE, "logs:PutMetricFilter", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:org/trail:*"),
    # The denials, each of which holds whatever else is attached.
    *(lambda t, s=sid: t.statement(ROLE, s).update(Effect="Allow") for sid in ("OnlyOwnAlarms", "OnlyOwnDashboard")),
    *(lambda t, n=number: t.statement(ROLE, "OnlyOwnAlarms")["Action"].pop(n) for number in range(3)),
    *(lambda t, n=number: t.statement(ROLE, "OnlyOwnDashboard")["Action"].pop(n) for number in range(3)),
    lambda t: t.statement(ROLE, "OnlyOwnAlarms").update(NotResource=cloudwatch("alarm:gate*")),
    lambda t: t.statement(ROLE, "OnlyOwnTags").update(NotResource="*"),
    lambda t: t.statement(ROLE, "OnlyTheHeartbeat").update(NotResource="*"),
    given_everything(lambda t: t.statement(ROLE, "OnlyTheTrailsLogGroup").update(NotResource="*")),
    given_everything(lambda t: t.statement(ROLE, "OnlyTheTrailsLogGroup")["Action"].pop()),
)
def its_role_can_make_these_calls_and_no_others(t):
    statements, grants = t.statements(ROLE), allows(t, ROLE)
    logs = {f"logs:{verb}" for verb in ("CreateLogStream", "PutLogEvents")}
    for resource in {*OTHERS, *own(t)}:
        possible = calls_on(resource)
        wanted = (ANYWHERE | own(t).get(resource, set())) & possible
        for title, judged, more in (
            ("grants", grants, set()),
            ("all", statements, set()),
            ("as an administrator", [*statements, ADMINISTRATOR], HARMLESS),
        ):
            found = {call for call in possible if allowed(judged, call, resource, TELLS_OURS)}
            if found - more != wanted - more:
                yield f"{resource}, {title}: {sorted((found - more) ^ (wanted - more))}"
    found = {call for call in calls_on("*") if allowed(grants, call, "<AlarmsLogGroup.Arn>")}
    if found - ANYWHERE != logs:
        yield f"its own log group: {sorted(found)}"


STRANGE = [
    f"arn:aws:sns:eu-west-1:{ACCOUNT}:others",
    "arn:aws:automate:eu-west-1:ec2:terminate",
    f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:any",
    "<PagesTopic>",
]


@violated_by(
    lambda t: t.statement(ROLE, "MakeAlarms").pop("Condition"),
    lambda t: t.statement(ROLE, "MakeCompositeAlarms").pop("Condition"),
    lambda t: t.statement(ROLE, "MakeCompositeAlarms").update(
        Condition={"ForAllValues:StringLike": {"cloudwatch:AlarmActions": ["arn:aws:sns:*"]}}
    ),
    lambda t: t.statement(ROLE, "OnlyOwnTopic").update(Effect="Allow"),
    lambda t: t.statement(ROLE, "OnlyOwnTopic")["Action"].pop(0),
    lambda t: t.statement(ROLE, "OnlyOwnTopic").update(
        Condition={"ForAllValues:StringNotEquals": {"cloudwatch:AlarmActions": [TOPIC]}}
    ),
)
def its_alarms_do_nothing_but_tell_the_stacks_topic(t):
    alarm = cloudwatch("alarm:gate/under-attack/payroll")
    for action in ("cloudwatch:PutMetricAlarm", "cloudwatch:PutCompositeAlarm"):
        for actions in ([TOPIC], []):
            if not t.may(ROLE, action, alarm, {"cloudwatch:AlarmActions": actions}):
                yield f"{action} of an alarm that does {actions} is not allowed"
        for strange in STRANGE:
            for actions in ([strange], [TOPIC, strange]):
                for judged in (allows(t, ROLE), [*t.statements(ROLE), ADMINISTRATOR]):
                    if allowed(judged, action, alarm, {"cloudwatch:AlarmActions": actions}):
                        yield f"{action} of an alarm that does {actions} is allowed"


def publishes(statements, principal, besides=(), **context):
    """Whether statements of the topic's policy, and those of `besides`, let somebody publish."""
    mine = [s for s in statements if s["Principal"] == "*" or s["Principal"] == {"Service": principal}]
    # What denies calls without TLS has an operator that the evaluation does not know.
    mine = [s for s in mine if "Bool" not in s.get("Condition", {})]
    mine = [{key: value for key, value in s.items() if key != "Principal"} for s in mine]
    return allowed(mine, "sns:Publish", TOPIC, {f"aws:{key}": value for key, value in context.items()}, besides=besides)


def topic_statement(t, sid):
    statements = t.properties("AlarmStatesTopicPolicy")["PolicyDocument"]["Statement"]
    return next(s for s in statements if s["Sid"] == sid)


@violated_by(
    lambda t: topic_statement(t, "FromTheAlarms")["Condition"].pop("ArnLike"),
    lambda t: topic_statement(t, "FromTheAlarms")["Condition"].pop("StringEquals"),
    lambda t: topic_statement(t, "FromTheAlarms").update(Principal="*"),
    lambda t: topic_statement(t, "FromTheAlarms").update(Effect="Deny"),
    lambda t: topic_statement(t, "FromNobodyElse").update(Effect="Allow"),
    lambda t: topic_statement(t, "FromNobodyElse").update(Principal={"Service": "cloudwatch.amazonaws.com"}),
    lambda t: topic_statement(t, "FromNobodyElse").update(
        Condition={"ArnNotLike": {"aws:SourceArn": cloudwatch("alarm:*")}}
    ),
)
def nobody_but_its_alarms_publishes_to_the_topic(t):
    """What is published there comes to the findings queue as it is: a forged finding would have somebody contained."""
    statements = t.properties("AlarmStatesTopicPolicy")["PolicyDocument"]["Statement"]
    grants = [s for s in statements if s["Effect"] == "Allow"]
    service, mine = "cloudwatch.amazonaws.com", cloudwatch("alarm:gate/denied/payroll")
    if [s["Principal"] for s in grants] != [{"Service": service}]:
        yield "others than CloudWatch are allowed to publish"
    if not publishes(statements, service, SourceArn=mine, SourceAccount=ACCOUNT):
        yield "the alarms may not publish"
    other = cloudwatch("alarm:gate/denied/payroll", account="444455556666")
    judgements = {"grants": (grants, ()), "all": (statements, ()), "more": (statements, [ADMINISTRATOR])}
    for title, (judged, besides) in judgements.items():
        for name in ("web is slow", "gate-respond-silent", "gatehouse/denied/payroll"):
            if publishes(judged, service, besides, SourceArn=cloudwatch(f"alarm:{name}"), SourceAccount=ACCOUNT):
                yield f"the alarm {name} may publish, by {title}"
        if publishes(judged, service, besides, SourceArn=other, SourceAccount="444455556666"):
            yield f"an alarm of another account may publish, by {title}"
        if publishes(judged, "s3.amazonaws.com", besides, SourceArn="arn:aws:s3:::any", SourceAccount=ACCOUNT):
            yield f"another service may publish, by {title}"
        if publishes(judged, "somebody", besides):
            yield f"whoever has rights in this account may publish, by {title}"
    # As CloudWatch tells of itself what it tells of others.
    if publishes(grants, service, SourceArn=mine, SourceAccount="444455556666"):
        yield "the account that the alarm is of is not asked for"


@violated_by(
    lambda t: t.properties("AlarmStatesSubscription").update(RawMessageDelivery=False),
    lambda t: t.properties("AlarmStatesSubscription").update(Endpoint="<EventsQueue.Arn>"),
    lambda t: t.properties("AlarmStatesSubscription").pop("RedrivePolicy"),
    lambda t: t.properties("AlarmStatesSubscription").update(FilterPolicy={"any": ["thing"]}),
    lambda t: t.resources.pop("AlarmStatesSubscription"),
)
def respond_hears_of_them_or_they_are_kept(t):
    heard = [s for s in t.of_type("AWS::SNS::Subscription").values() if s["TopicArn"] == TOPIC]
    wanted = {
        "TopicArn": TOPIC,
        "Protocol": "sqs",
        "Endpoint": "<FindingsQueue.Arn>",
        "RawMessageDelivery": True,
        "RedrivePolicy": {"deadLetterTargetArn": "<FindingsDlq.Arn>"},
    }
    if heard != [wanted]:
        yield f"subscribed: {heard}"


if __name__ == "__main__":
    unittest.main()
