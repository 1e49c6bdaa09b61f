"""Says which `--query` of the AWS CLI asks for what the answer does not have: a wrong name gives `null`, not an error.

Standard input: the calls, a list of words each, as JSON. Standard output: a line for each that is wrong.
The members of an answer are those of the service models that come with the AWS CLI.
"""

import json
import sys

import jmespath
from awscli.botocore import session, xform_name

# Commands of the CLI that are called otherwise than the service.
SERVICES = {"s3api": "s3", "configservice": "config"}

MODELS = session.get_session()


def answer_of(command, operation):
    """The shape of the answer, or nothing for what the CLI makes up itself."""
    service = MODELS.get_service_model(SERVICES.get(command, command))
    for name in service.operation_names:
        if xform_name(name, "-") == operation:
            return service.operation_model(name).output_shape
    return None


class Wrong(Exception):
    """A name that the answer does not have."""


def walk(node, shape):
    """The shape of what the expression gives for this shape; nothing where that is not known."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        return member(shape, node["value"])
    if kind in {"subexpression", "index_expression", "pipe"}:
        for child in children:
            shape = walk(child, shape)
        return shape
    if kind in {"projection", "value_projection", "filter_projection"}:
        listed = walk(children[0], shape)
        element = listed.member if getattr(listed, "type_name", "") == "list" else None
        if kind == "filter_projection":
            walk(children[2], element)
        given = walk(children[1], element)
        return Listed(given)
    if kind == "flatten":
        inner = walk(children[0], shape)
        element = getattr(inner, "member", None)
        return element if getattr(element, "type_name", "") == "list" else inner
    if kind == "index":
        return getattr(shape, "member", None)
    if kind in {"identity", "current"}:
        return shape
    # Lists, comparisons and functions: each part is of the same thing.
    for child in children:
        if isinstance(child, dict):
            walk(child, shape)
    return None


class Listed:
    """A list that the expression made."""

    type_name = "list"

    def __init__(self, member):
        self.member = member


def member(shape, name):
    kind = getattr(shape, "type_name", "")
    if kind == "structure":
        if name not in shape.members:
            raise Wrong(f"{name} is none of {', '.join(shape.members)}")
        return shape.members[name]
    if kind == "map":
        return shape.value
    if kind:
        raise Wrong(f"{name} is asked of a {kind}")
    return None


def main():
    for words in json.load(sys.stdin):
        if "--query" not in words:
            continue
        query = words[words.index("--query") + 1]
        shape = answer_of(*words[:2])
        if shape is None:
            print(f"aws {' '.join(words[:2])}: nothing is known of its answer")
            continue
        try:
            walk(jmespath.compile(query).parsed, shape)
        except Wrong as wrong:
            print(f"aws {' '.join(words[:2])} --query {query!r}: {wrong}")


if __name__ == "__main__":
    main()
