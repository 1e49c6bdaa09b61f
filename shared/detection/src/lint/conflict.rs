//! Conditions of which no record can fulfil all.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Detections, Quantifier, SigmaValue};

use super::fields::shape;
use super::values::text;
use super::vocabulary::{CALLS, Shape};
use super::{Doubt, values};

/// The doubts about what is asked at once: within one selection, and in selections that the condition joins by `and`.
pub(super) fn doubts(detections: &Detections) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for detection in detections.named.values() {
        let together = items(detection);
        doubts.extend(different(&together));
        doubts.extend(calls(&together));
    }
    for condition in &detections.conditions {
        let names = joined(condition, detections);
        let together: Vec<&DetectionItem> =
            names.iter().filter_map(|name| detections.named.get(*name)).flat_map(items).collect();
        doubts.extend(different(&together));
        doubts.extend(calls(&together));
    }
    doubts
}

/// The selections that must all match.
fn joined<'d>(condition: &'d ConditionExpr, detections: &'d Detections) -> Vec<&'d str> {
    match condition {
        ConditionExpr::Identifier(name) => vec![name],
        ConditionExpr::And(parts) => parts.iter().flat_map(|part| joined(part, detections)).collect(),
        ConditionExpr::Selector { quantifier: Quantifier::All, pattern } => {
            let mut names: Vec<&str> = detections
                .named
                .keys()
                .filter(|name| pattern.matches_detection_name(name))
                .map(String::as_str)
                .collect();
            names.sort_unstable();
            names
        }
        _ => Vec::new(),
    }
}

/// The items that must all match.
fn items(detection: &Detection) -> Vec<&DetectionItem> {
    match detection {
        Detection::AllOf(items) => items.iter().collect(),
        Detection::And(parts) => parts.iter().flat_map(items).collect(),
        _ => Vec::new(),
    }
}

/// A field with one value that is asked to have two.
fn different(together: &[&DetectionItem]) -> Vec<Doubt> {
    let mut asked: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut doubts = Vec::new();
    for (field, values, every) in together.iter().filter_map(|item| equals(item)) {
        if !matches!(shape(field), Ok(Shape::One | Shape::Words(_) | Shape::Truth | Shape::True)) {
            continue;
        }
        let alternatives: Vec<BTreeSet<String>> =
            if every { values.into_iter().map(|value| BTreeSet::from([value])).collect() } else { vec![values] };
        for values in alternatives {
            let before = asked.entry(field).or_insert_with(|| values.clone());
            let both: BTreeSet<String> = before.intersection(&values).cloned().collect();
            if both.is_empty() {
                let written = |value: &String| written(together, field, value).unwrap_or_default();
                let list = |values: &BTreeSet<String>| -> Vec<String> {
                    values.iter().map(|value| format!("'{}'", written(value))).collect()
                };
                doubts.push(Doubt {
                    field: field.to_owned(),
                    value: values.first().map(written),
                    message: format!(
                        "`{field}` has one value and cannot be both {} and {}",
                        list(before).join(" or "),
                        list(&values).join(" or ")
                    ),
                });
                return doubts;
            }
            *before = both;
        }
    }
    doubts
}

/// Calls that another service has than the one that is asked for.
fn calls(together: &[&DetectionItem]) -> Vec<Doubt> {
    let asked = |name: &str| together.iter().filter_map(|item| equals(item)).find(|(field, ..)| *field == name);
    let (Some((_, sources, _)), Some((_, names, _))) = (asked("eventSource"), asked("eventName")) else {
        return Vec::new();
    };
    let elsewhere = |name: &String| {
        let known = |call: &str| call.eq_ignore_ascii_case(name);
        let (service, _) = CALLS.iter().find(|(_, calls)| calls.iter().any(|call| known(call)))?;
        let source = format!("{service}.amazonaws.com");
        (!sources.contains(&source)).then(|| Doubt {
            field: "eventName".to_owned(),
            value: written(together, "eventName", name),
            message: format!(
                "only `{source}` has a call '{}', and the rule asks for another `eventSource`",
                written(together, "eventName", name).unwrap_or_default()
            ),
        })
    };
    names.iter().filter_map(elsewhere).collect()
}

/// The value as it is written, letter case included.
fn written(together: &[&DetectionItem], field: &str, lower: &str) -> Option<String> {
    let of_field = together.iter().filter(|item| item.field.name.as_deref() == Some(field));
    of_field.flat_map(|item| &item.values).map(values::text).find(|value| value.to_lowercase() == lower)
}

/// The values, in lower case, that an item asks a field to equal; and whether to equal all of them at once. Nothing for
/// an item that asks for something else.
fn equals(item: &DetectionItem) -> Option<(&str, BTreeSet<String>, bool)> {
    use rsigma_parser::Modifier::{All, Cased};
    if !item.field.modifiers.iter().all(|modifier| matches!(modifier, All | Cased)) {
        return None;
    }
    let plain = |value: &SigmaValue| match value {
        SigmaValue::String(pattern) => pattern.as_plain().map(|value| value.to_lowercase()),
        SigmaValue::Null => None,
        other => Some(text(other)),
    };
    let values = item.values.iter().map(plain).collect::<Option<BTreeSet<String>>>()?;
    Some((item.field.name.as_deref()?, values, item.field.has_modifier(All)))
}
