"""Which events an EventBridge rule lets through.

Source: EventBridge User Guide, "Comparison operators for use in event patterns" and "Read-only management events from
AWS services". Only the operators that the templates use are known; any other fails.
"""

ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
# By the eventType of the record; EventBridge User Guide, "Events from AWS services via AWS CloudTrail".
DETAIL_TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}


def event_of(record):
    """The event that CloudTrail makes of a record."""
    return {
        "source": "aws." + record["eventSource"].removesuffix(".amazonaws.com"),
        "detail-type": DETAIL_TYPES[record.get("eventType", "AwsApiCall")],
        "detail": record,
    }


def is_data_event(record):
    return record.get("eventCategory", "Management") == "Data" or record.get("managementEvent") is False


def delivers(rule, record):
    """Whether a rule, as CloudFormation makes it, hands on the event of a record."""
    if rule["State"] not in ("ENABLED", ALL_MANAGEMENT_EVENTS):
        return False
    withheld = record["readOnly"] and not is_data_event(record) and rule["State"] != ALL_MANAGEMENT_EVENTS
    return not withheld and matches(rule["EventPattern"], event_of(record))


def matches(pattern, event):
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(branch, event) for branch in wanted):
                return False
        elif isinstance(wanted, dict):
            member = event.get(name)
            if not matches(wanted, member if isinstance(member, dict) else {}):
                return False
        else:
            found = event.get(name)
            values = found if isinstance(found, list) else [found] if name in event else []
            if not any(_fits(one, values) for one in wanted):
                return False
    return True


def _fits(wanted, values):
    if not isinstance(wanted, dict):
        return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for value in values)
    ((operator, operand),) = wanted.items()
    if operator == "exists":
        return bool(values) == operand
    if operator == "prefix":
        return any(isinstance(value, str) and value.startswith(operand) for value in values)
    if operator == "anything-but":
        return any(value not in operand for value in values)
    raise NotImplementedError(operator)


def names_let_in(rule):
    """The names and prefixes that a rule's pattern lets in, as `NAME` and `PREFIX*`; not what it leaves out."""

    def of(pattern):
        for name, wanted in pattern.items():
            if name == "$or":
                for branch in wanted:
                    yield from of(branch)
            elif name == "eventName":
                for one in wanted:
                    if isinstance(one, str):
                        yield one
                    elif "prefix" in one:
                        yield one["prefix"] + "*"

    return set(of(rule["EventPattern"]["detail"]))

