//! Mutants of a detection: values, fields and alternatives of its selections, and its condition.

use rsigma_parser::parse_condition;
use serde_json::{Map, Value};

use crate::condition;
use crate::mutant::{Change, Effect};

/// Every change of a detection rule.
pub(crate) fn changes(document: &Value) -> Vec<Change> {
    let Some(detection) = document["detection"].as_object() else { return Vec::new() };
    let Some(condition) = detection.get("condition").and_then(Value::as_str) else { return Vec::new() };
    let Ok(condition) = parse_condition(condition) else { return Vec::new() };
    let selections = detection.iter().filter(|(name, _)| !matches!(name.as_str(), "condition" | "timeframe"));
    let selections: Vec<(&str, &Value)> = selections.map(|(name, selection)| (name.as_str(), selection)).collect();
    let names: Vec<&str> = selections.iter().map(|(name, _)| *name).collect();
    let with = |name: &str, value: Value| {
        let mut changed = document.clone();
        changed["detection"][name] = value;
        changed
    };
    let mut changes = Vec::new();
    for (name, selection) in selections {
        let mut parts = Vec::new();
        collect(selection, name, &mut parts);
        let sign = condition::when_it_matches_more(&condition, name);
        changes.extend(parts.into_iter().map(|Part { id, what, effect, value }| {
            let effect = match sign {
                Effect::Wider => effect,
                Effect::Narrower => effect.reversed(),
                Effect::Either => Effect::Either,
            };
            Change { id, what, effect, document: with(name, value) }
        }));
        if let Some(effect) = condition::when_it_is_gone(&condition, name, &names) {
            let mut document = document.clone();
            document["detection"].as_object_mut().map(|detection| detection.remove(name));
            changes.push(Change {
                id: format!("selection {name}"),
                what: format!("selection {name} is gone"),
                effect,
                document,
            });
        }
    }
    changes.extend(condition::shortened(&condition).into_iter().map(|(without, effect, rest)| Change {
        id: format!("condition without {without}"),
        what: format!("the condition lost `{without}`"),
        effect,
        document: with("condition", rest.to_string().into()),
    }));
    changes
}

/// A selection with one part less.
struct Part {
    id: String,
    what: String,
    /// As if the selection were not negated.
    effect: Effect,
    value: Value,
}

/// The parts below `value`, which stands at `place`; each with `value` as it looks without it.
fn collect(value: &Value, place: &str, parts: &mut Vec<Part>) {
    match value {
        Value::Object(fields) => {
            for (field, wanted) in fields {
                of_field(fields, field, wanted, place, parts);
            }
        }
        Value::Array(elements) => {
            let several = elements.len() > 1;
            for (index, element) in elements.iter().enumerate() {
                let rest = |replacement: Option<Value>| {
                    let mut rest = elements.clone();
                    match replacement {
                        Some(replacement) => rest[index] = replacement,
                        None => drop(rest.remove(index)),
                    }
                    Value::Array(rest)
                };
                let here = if element.is_object() { format!("{place}[{}]", index + 1) } else { place.to_owned() };
                if several {
                    let (id, what) = if element.is_object() {
                        (format!("alternative {here}"), format!("alternative {} of {place} is gone", index + 1))
                    } else {
                        (
                            format!("value {place}={}", show(element)),
                            format!("value {} of {place} is gone", show(element)),
                        )
                    };
                    parts.push(Part { id, what, effect: Effect::Narrower, value: rest(None) });
                }
                if element.is_object() {
                    let mut inner = Vec::new();
                    collect(element, &here, &mut inner);
                    parts.extend(inner.into_iter().map(|part| Part { value: rest(Some(part.value)), ..part }));
                }
            }
        }
        _ => {}
    }
}

/// The field itself, unless it is the only one, and each value of its list.
fn of_field(fields: &Map<String, Value>, field: &str, wanted: &Value, place: &str, parts: &mut Vec<Part>) {
    let with = |value: Option<Value>| {
        let mut rest = fields.clone();
        match value {
            Some(value) => drop(rest.insert(field.to_owned(), value)),
            None => drop(rest.remove(field)),
        }
        Value::Object(rest)
    };
    let here = format!("{place}.{field}");
    if fields.len() > 1 {
        parts.push(Part {
            id: format!("field {here}"),
            what: format!("the condition on field {field} of {place} is gone"),
            effect: Effect::Wider,
            value: with(None),
        });
    }
    // With `all` every value of a list must be there; otherwise one of them.
    let all = field.split('|').skip(1).any(|modifier| modifier == "all" || modifier == "neq");
    let mut inner = Vec::new();
    collect(wanted, &here, &mut inner);
    parts.extend(inner.into_iter().map(|part| Part {
        effect: if all { part.effect.reversed() } else { part.effect },
        value: with(Some(part.value)),
        ..part
    }));
}

/// A value as its author wrote it.
fn show(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
