"""Functions in the conditions of a template.

A condition may compare what `Ref` says of a pseudo parameter, such as `AWS::Region`,
and what `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::Sub` and `Fn::FindInMap` make of
parameters: `!Equals [!Join ["", !Ref Accounts], ""]` asks whether a list is empty.
Source: CloudFormation User Guide, "Conditions" and "Pseudo parameters reference";
CloudFormation Template Reference, "Condition functions".

MiniStack 1.5.33 compares the name of a pseudo parameter with the value, and the text of
the function with the value, so that both are always found to differ.

Wrapped: `_evaluate_conditions`, as `engine`, `changesets`, `handlers` and `stacks` of
`ministack.services.cloudformation` know it.
"""

from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks

from portcullis_emulator.wrapping import Function, wrap

_LOGICAL = ("Fn::And", "Fn::Or", "Fn::Not")


def resolved(condition: Any, params: dict[str, Any], mappings: dict[str, Any]) -> Any:
    """The condition with plain values in its comparisons."""
    if not isinstance(condition, dict) or len(condition) != 1:
        return condition
    ((function, operands),) = condition.items()
    if function == "Fn::Equals":
        return {function: [_value(operand, params, mappings) for operand in operands]}
    if function in _LOGICAL:
        return {function: [resolved(operand, params, mappings) for operand in operands]}
    return condition


def _value(operand: Any, params: dict[str, Any], mappings: dict[str, Any]) -> Any:
    value = engine._resolve_refs(operand, {}, params, {}, mappings, "", "")
    return ",".join(map(str, value)) if isinstance(value, list) else value


def install() -> None:
    def around(original: Function) -> Function:
        def evaluate_conditions(template, params):
            mappings = template.get("Mappings") or {}
            conditions = template.get("Conditions") or {}
            plain = {name: resolved(condition, params, mappings) for name, condition in conditions.items()}
            return original({**template, "Conditions": plain}, params)

        return evaluate_conditions

    for module in (engine, changesets, handlers, stacks):
        wrap(module, "_evaluate_conditions", ("template", "params"), around)
