//! What a correlation's `condition` asks for, compiled.

use portcullis_windows::{Comparison, Seen, Threshold};
use rsigma_parser::{ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType};

/// The field whose values a correlation counts; absent where it counts events.
pub(super) fn counted_field(rule: &CorrelationRule) -> Result<Option<String>, String> {
    match (&rule.condition, rule.correlation_type) {
        (CorrelationCondition::Threshold { field: Some(fields), .. }, CorrelationType::ValueCount) => {
            match fields.as_slice() {
                [field] => Ok(Some(field.clone())),
                _ => Err("`condition.field` takes one field".to_owned()),
            }
        }
        _ => Ok(None),
    }
}

/// The comparisons of a condition.
pub(super) fn threshold(predicates: &[(ConditionOperator, u64)]) -> Result<Threshold, String> {
    let comparison = |operator| match operator {
        ConditionOperator::Lt => Comparison::Lt,
        ConditionOperator::Lte => Comparison::Lte,
        ConditionOperator::Gt => Comparison::Gt,
        ConditionOperator::Gte => Comparison::Gte,
        ConditionOperator::Eq => Comparison::Eq,
        ConditionOperator::Neq => Comparison::Neq,
    };
    Threshold::new(predicates.iter().map(|(operator, bound)| (comparison(*operator), *bound)).collect())
        .map_err(|error| format!("condition: {error}"))
}

/// Without a condition the parser says `gte: 1`, which for a temporal correlation means: all of them.
pub(super) fn seen(condition: &CorrelationCondition, rules: &[String]) -> Result<Seen, String> {
    match condition {
        CorrelationCondition::Threshold { predicates, .. } => {
            match predicates.as_slice() {
                [(ConditionOperator::Gte, 1)] => Ok(Seen::All((0..rules.len()).map(Seen::Input).collect())),
                [(ConditionOperator::Gte, count)] if *count <= rules.len() as u64 => {
                    Ok(Seen::AtLeast(usize::try_from(*count).unwrap_or(rules.len())))
                }
                _ => Err("a temporal condition is `gte` with at most the number of rules, or names joined by and, or"
                    .to_owned()),
            }
        }
        CorrelationCondition::Extended(expression) => seen_expression(expression, rules),
    }
}

fn seen_expression(expression: &ConditionExpr, rules: &[String]) -> Result<Seen, String> {
    let each = |parts: &[ConditionExpr]| -> Result<Vec<Seen>, String> {
        parts.iter().map(|part| seen_expression(part, rules)).collect()
    };
    match expression {
        ConditionExpr::And(parts) => Ok(Seen::All(each(parts)?)),
        ConditionExpr::Or(parts) => Ok(Seen::Any(each(parts)?)),
        ConditionExpr::Identifier(name) => match rules.iter().position(|rule| rule == name) {
            Some(input) => Ok(Seen::Input(input)),
            None => Err(format!("the condition names '{name}', which is not among `rules`")),
        },
        ConditionExpr::Not(_) => {
            Err("a condition with `not` would be taken back by later events; it is not supported".to_owned())
        }
        ConditionExpr::Selector { .. } => Err("write the condition with the rules' names, `and` and `or`".to_owned()),
    }
}
