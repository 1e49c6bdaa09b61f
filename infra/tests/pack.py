"""The events that the built-in rules are about: those they name, and those of their cases."""

import json
from functools import cache
from pathlib import Path

import botocore.session

RULES = Path(__file__).resolve().parent.parent.parent / "shared" / "detection" / "rules"
# What AWS's models call a service that CloudTrail calls otherwise.
MODELS = {"access-analyzer": "accessanalyzer", "monitoring": "cloudwatch"}
# How the names of calls begin that only read. EventBridge User Guide, "Read-only management events from AWS services".
READS = ("BatchGet", "Describe", "Get", "List", "Lookup")
MORE_READS = {
    "iam.amazonaws.com": ("Simulate",),
    "kms.amazonaws.com": (
        "Decapsulate", "Decrypt", "DeriveSharedSecret", "Encapsulate", "Encrypt", "Generate", "ReEncrypt", "Sign",
        "Verify",
    ),
    "sqs.amazonaws.com": ("ReceiveMessage",),
}


@cache
def operations(source):
    """The operations of a service, by its name in CloudTrail."""
    service = source.removesuffix(".amazonaws.com")
    model = botocore.session.get_session().get_service_model(MODELS.get(service, service))
    return frozenset(model.operation_names)


def is_read(source, name):
    return name.startswith((*READS, *MORE_READS.get(source, ())))


def as_list(value):
    return value if isinstance(value, list) else [value]


def files():
    return sorted(RULES.glob("**/*.yml"))


def selections(document):
    """The maps of conditions of a rule."""
    for name, selection in (document.get("detection") or {}).items():
        if name != "condition":
            yield from (one for one in as_list(selection) if isinstance(one, dict))


def values(selection, field):
    """The values that a selection wants of a field, each with the modifier it has, if any."""
    for key, wanted in selection.items():
        name, _, modifier = key.partition("|")
        if name == field:
            yield from ((modifier, str(value)) for value in as_list(wanted))


def named(document):
    """The events that a rule names: records with no more in them than the rule asks for.

    A name with a modifier stands for each operation of the service that it fits, and for one that is yet to come.
    """
    sources = {source for one in selections(document) for _, source in values(one, "eventSource")}
    for selection in selections(document):
        own = {source for _, source in values(selection, "eventSource")} or sources
        for modifier, name in values(selection, "eventName"):
            for source in sorted(own):
                for call in names(source, modifier, name):
                    # Several services and several names stand for their true pairs.
                    if len(own) == 1 or call in operations(source):
                        yield record(source, call, selection)


def names(source, modifier, name):
    if modifier == "":
        return [name]
    if modifier == "re":
        literal = name.removeprefix("^")
        end = next((at for at, letter in enumerate(literal) if not letter.isalnum()), len(literal))
        modifier, name = "startswith" if name.startswith("^") else "contains", literal[:end]
    fits = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}[modifier]
    to_come = {"startswith": f"{name}20150331", "endswith": f"Call{name}", "contains": f"Call{name}20150331"}[modifier]
    return [*sorted(call for call in operations(source) if fits(call, name)), to_come]


def record(source, name, selection):
    """The least that CloudTrail records of a call that a selection is about."""
    made = {"eventSource": source, "eventName": name, "readOnly": is_read(source, name), "managementEvent": True}
    made |= {field: selection[field] for field in ("readOnly", "errorCode", "eventType") if field in selection}
    if selection.get("portcullis.outcome") == "denied":
        # A denied call may be without parameters.
        return made | {"errorCode": "AccessDenied"}
    parameters = {key.split(".")[1]: value for key, value in selection.items() if key.startswith("requestParameters.")}
    return made | {"requestParameters": {key: value for key, value in parameters.items() if "|" not in key}}


# Cases.


def cases(file):
    """The positive cases of a rule's file: the name of each, and its records."""
    bases = json.loads((RULES / "bases.json").read_text())
    for case in json.loads(file.with_suffix(".events.json").read_text())["positive"]:
        steps = case.get("records") or [case["record"]]
        yield case["name"], [patched(bases, step) for step in steps]


def patched(bases, step):
    """A step of a case over its base; of copies the first."""
    patch = {key: value for key, value in step.items() if not key.startswith("$")}
    base = dict(bases[step.get("$base", "role")])
    if any(patch.get(key, base[key]) != base[key] for key in ("eventSource", "eventName")):
        base.pop("requestParameters", None)
    made = merge(base, patch)
    for path, value in step.get("$repeat", {}).get("set", {}).items():
        *parents, last = path.split(".")
        owner = made
        for parent in parents:
            owner = owner[int(parent)] if isinstance(owner, list) else owner.setdefault(parent, {})
        if isinstance(owner, dict):
            owner[last] = value.replace("{n}", "1") if isinstance(value, str) else value
    return made


def merge(base, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
