"""SimulatePrincipalPolicy.

IAM answers, for each action and resource, what the policies of a user, group or role
decide: `explicitDeny`, `implicitDeny` or `allowed`. The policies are the inline and
managed ones, those of a user's groups, and those of the request. A permissions
boundary limits them, and a Deny in it denies. Conditions are judged by the keys that
the request brings and by those of the principal; any other is absent, and named in
`MissingContextValues`. The call is authorised against the principal that it asks about.
Source: IAM API Reference, "SimulatePrincipalPolicy", "EvaluationResult" and
"ResourceSpecificResult"; IAM User Guide, "Testing IAM policies with the IAM policy
simulator"; Service Authorization Reference, "Actions, resources, and condition keys
for AWS Identity and Access Management".

MiniStack 1.5.33 does not look at the permissions boundary, at groups, at any resource
but the first, at the keys or policies of the request. It takes a principal that has a
path, or does not exist, for one without rights, judges conditions by the caller's own
address and transport, and authorises the call against `*`.

Wrapped: the entry of `ministack.services.iam._IAM_HANDLERS`;
`ministack.core.iam_evaluator._resolve_condition_key`; and
`ministack.core.iam_actions.extract_resource_arn`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap

_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}
# The keys that come from the principal and the clock. All others come from the request.
_KNOWN_KEYS = ("aws:principal", "aws:userid", "aws:username", "aws:currenttime", "aws:epochtime", "aws:resourceaccount")


@dataclass
class Simulated(EvalContext):
    """The context of a simulated call, which nobody makes."""

    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """A policy by the name and kind that a matched statement is reported with."""

    name: str
    kind: str
    statements: list[ParsedStatement]


def policies_of(source: dict[str, Any], kind: str) -> list[Policy]:
    """The policies of a user, group or role, and of the groups that a user is in."""
    found = []
    for name, document in _inline(source, kind).items():
        found.append(Policy(name, kind, iam_evaluator.parse_policy_document(document)))
    for arn in source.get("AttachedPolicies") or []:
        document = iam_evaluator._resolve_managed_policy_document(arn, get_account_id())
        managed = "aws-managed" if arn.startswith("arn:aws:iam::aws:") else "user-managed"
        found.append(Policy(arn.rsplit("/", 1)[-1], managed, iam_evaluator.parse_policy_document(document)))
    if kind == "user":
        for group in iam._groups.values():
            if source["UserName"] in group["Users"]:
                found += policies_of(group, "group")
    return found


def _inline(source: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "role":
        return source.get("InlinePolicies") or {}
    if kind == "user":
        return iam._user_inline_policies.get(source["UserName"]) or {}
    return iam._group_inline_policies.get(source["GroupName"]) or {}


def _source(arn: str) -> tuple[dict[str, Any], str] | None:
    """The record of the principal and its kind, or None if there is no such principal."""
    stores = {"user": iam._users, "group": iam._groups, "role": iam._roles}
    kind, _, rest = arn.split(":", 5)[-1].partition("/")
    record = stores[kind].get(rest.rsplit("/", 1)[-1]) if kind in stores else None
    # The path is part of the name that is asked for.
    return (record, kind) if record and record["Arn"] == arn else None


def _simulate(params: dict[str, Any]) -> tuple:
    arn = iam._p(params, "PolicySourceArn")
    if not arn.startswith("arn:aws:iam::") or arn.split(":", 5)[-1].split("/")[0] not in ("user", "group", "role"):
        return iam._error(400, "InvalidInput", f"Invalid Entity Arn: {escape(arn)} does not clearly define entity type")
    actions = list(_members(params, "ActionNames"))
    if not actions:
        return iam._error(400, "ValidationError", "1 validation error detected: 'actionNames' must not be empty")
    found = _source(arn)
    if found is None:
        return iam._error(404, "NoSuchEntity", f"The principal {escape(arn)} cannot be found.")

    source, kind = found
    policies = policies_of(source, kind) + _documents(params, "PolicyInputList")
    boundary = _boundary(source, params)
    resources = list(_members(params, "ResourceArns"))
    results = ""
    for action in actions:
        for resource in resources or ["*"]:
            context = _context(source, kind, action, resource, params)
            results += _result(context, policies, boundary, bool(resources))
    return iam._xml(
        200,
        "SimulatePrincipalPolicyResponse",
        f"<SimulatePrincipalPolicyResult><EvaluationResults>{results}</EvaluationResults>"
        "<IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult>",
    )


def _boundary(source: dict[str, Any], params: dict[str, Any]) -> list[Policy] | None:
    """The boundary that applies: the request's, the principal's own, or None."""
    given = _documents(params, "PermissionsBoundaryPolicyInputList")
    arn = source.get("PermissionsBoundary")
    if given or not arn:
        return given or None
    document = iam_evaluator._resolve_managed_policy_document(arn, get_account_id())
    return [Policy(arn.rsplit("/", 1)[-1], "none", iam_evaluator.parse_policy_document(document))]


def _documents(params: dict[str, Any], name: str) -> list[Policy]:
    parse = iam_evaluator.parse_policy_document
    return [
        Policy(f"{name}.{number}", "none", parse(text)) for number, text in enumerate(_members(params, name), start=1)
    ]


def _context(source: dict[str, Any], kind: str, action: str, resource: str, params: dict[str, Any]) -> Simulated:
    keys = {f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in source.get("Tags") or []}
    if kind == "user":
        keys |= {"aws:username": source["UserName"], "aws:userid": source["UserId"]}
    return Simulated(
        principal_arn=source["Arn"],
        principal_type={"user": "User", "role": "AssumedRole"}.get(kind, "Group"),
        principal_account=get_account_id(),
        action=action,
        resource_arn=resource,
        region=get_region(),
        principal_keys=keys,
        given=_given(params),
    )


def _given(params: dict[str, Any]) -> dict[str, Any]:
    given = {}
    number = 1
    while name := iam._p(params, f"ContextEntries.member.{number}.ContextKeyName"):
        values = list(_members(params, f"ContextEntries.member.{number}.ContextKeyValues"))
        is_list = iam._p(params, f"ContextEntries.member.{number}.ContextKeyType").endswith("List")
        given[name.lower()] = values if is_list or len(values) != 1 else values[0]
        number += 1
    return given


def _result(context: Simulated, policies: list[Policy], boundary: list[Policy] | None, specific: bool) -> str:
    layers = [policies] if boundary is None else [policies, boundary]
    statements = [[policy.statements for policy in layer] for layer in layers]
    decision = _DECISIONS[iam_evaluator.evaluate(context, *statements).decision]
    details = _matched(context, layers, decision) + _missing(context, layers)
    if boundary is not None:
        allowed = iam_evaluator.evaluate(context, statements[1]).decision == "Allow"
        details += (
            "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
            f"{str(allowed).lower()}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
        )
    resource = f"<EvalResourceName>{escape(context.resource_arn)}</EvalResourceName>"
    members = f"<EvalActionName>{escape(context.action)}</EvalActionName>{resource}"
    members += f"<EvalDecision>{decision}</EvalDecision>{details}"
    if specific:
        one = f"{resource}<EvalResourceDecision>{decision}</EvalResourceDecision>{details}"
        members += f"<ResourceSpecificResults><member>{one}</member></ResourceSpecificResults>"
    return f"<member>{members}</member>"


def _matched(context: Simulated, layers: list[list[Policy]], decision: str) -> str:
    """The statements that led to the decision; to an implicit denial none does."""
    effect = {"allowed": "Allow", "explicitDeny": "Deny"}.get(decision)
    members = ""
    for policy in (policy for layer in layers for policy in layer):
        if effect and iam_evaluator._first_match(context, policy.statements, effect):
            members += (
                f"<member><SourcePolicyId>{escape(policy.name)}</SourcePolicyId>"
                f"<SourcePolicyType>{policy.kind}</SourcePolicyType></member>"
            )
    return f"<MatchedStatements>{members}</MatchedStatements>"


def _missing(context: Simulated, layers: list[list[Policy]]) -> str:
    """The keys that the policies' conditions on this call ask for and nobody has given."""
    missing = set()
    for statement in (one for layer in layers for policy in layer for one in policy.statements):
        if iam_evaluator._action_matches(context.action, statement.actions, statement.not_actions):
            keys = {key for block in statement.conditions.values() for key in block}
            missing |= {key for key in keys if iam_evaluator._resolve_condition_key(key, context) is None}
    members = "".join(f"<member>{escape(key)}</member>" for key in sorted(missing))
    return f"<MissingContextValues>{members}</MissingContextValues>"


def _members(params: dict[str, Any], name: str) -> Iterator[str]:
    number = 1
    while value := iam._p(params, f"{name}.member.{number}"):
        yield value
        number += 1


def install() -> None:
    def around_key(original: Function) -> Function:
        def resolve_condition_key(key, ctx):
            if not isinstance(ctx, Simulated):
                return original(key, ctx)
            lower = key.lower()
            if lower in ctx.given:
                return ctx.given[lower]
            if lower == "aws:principalarn":
                return ctx.principal_arn
            return original(key, ctx) if lower.startswith(_KNOWN_KEYS) else None

        return resolve_condition_key

    def around_extract(original: Function) -> Function:
        def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
            if service == "iam" and iam_actions._query_param(query_params, "Action") == "SimulatePrincipalPolicy":
                return iam_actions._query_param(query_params, "PolicySourceArn")
            return original(service, method, path, headers, body, query_params, region, account_id)

        return extract_resource_arn

    wrap(iam._IAM_HANDLERS, "SimulatePrincipalPolicy", ("p",), lambda _: _simulate)
    wrap(iam_evaluator, "_resolve_condition_key", ("key", "ctx"), around_key)
    wrap(
        iam_actions,
        "extract_resource_arn",
        ("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
        around_extract,
    )
