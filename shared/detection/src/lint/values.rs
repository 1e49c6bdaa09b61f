//! Values that a field never has. Whether a value that is asked for can be one of those that there are is left to the
//! engine, so that wildcards and modifiers mean here what they mean there.

use std::collections::HashMap;

use rsigma_eval::{JsonEvent, compile_rule, evaluate_rule};
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Detections, FieldSpec, Modifier, SigmaRule, SigmaValue};
use serde_json::{Value, json};

use super::vocabulary::Shape;
use super::{Doubt, fields, nearest};

/// What the values of `eventSource` end with (CloudTrail User Guide, *CloudTrail record contents*).
const SERVICE: &str = ".amazonaws.com";

/// The doubts about the values that an item asks for. `rule` is the one it stands in.
pub(super) fn doubts(field: &str, item: &DetectionItem, rule: &SigmaRule) -> Vec<Doubt> {
    let other = [Modifier::Exists, Modifier::FieldRef, Modifier::Expand];
    if other.iter().any(|modifier| item.field.has_modifier(*modifier)) {
        return of_other_fields(item);
    }
    let each = item.values.iter().filter(|value| **value != SigmaValue::Null).filter_map(|value| {
        let message = if field == "eventSource" { of_source(item, value) } else { of_words(field, item, value, rule) };
        message.map(|message| Doubt { field: field.to_owned(), value: Some(text(value)), message })
    });
    each.collect()
}

/// What `|fieldref` compares with is a field as well.
fn of_other_fields(item: &DetectionItem) -> Vec<Doubt> {
    if !item.field.has_modifier(Modifier::FieldRef) {
        return Vec::new();
    }
    item.values.iter().filter_map(|value| fields::doubt(&text(value), None)).collect()
}

fn of_words(field: &str, item: &DetectionItem, value: &SigmaValue, rule: &SigmaRule) -> Option<String> {
    let (words, possible): (&[&str], Vec<Value>) = match fields::shape(field).ok()? {
        Shape::Words(words) | Shape::SeveralWords(words) => (words, words.iter().map(|word| json!(word)).collect()),
        Shape::Truth => (&["true", "false"], vec![json!(true), json!(false)]),
        Shape::True => (&["true"], vec![json!(true)]),
        _ => return None,
    };
    if possible.iter().any(|word| fits(item, value, word, rule)) {
        return None;
    }
    let value = text(value);
    if words == ["true"] {
        return Some(format!(
            "`{field}` is true or absent, never '{value}'; for what it does not hold of, ask for true and put `not` before it \
             in the condition"
        ));
    }
    let meant = nearest(&value, words.iter().copied());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Some(format!("`{field}` is never '{value}', but one of {}{meant}", words.join(", ")))
}

/// Whether the item, asked for `value` alone, matches a field that is `word`. What cannot be compiled is no doubt of ours.
fn fits(item: &DetectionItem, value: &SigmaValue, word: &Value, rule: &SigmaRule) -> bool {
    let alone = |modifier: &&Modifier| !matches!(modifier, Modifier::All | Modifier::Neq);
    let modifiers = item.field.modifiers.iter().filter(alone).copied().collect();
    let item =
        DetectionItem { field: FieldSpec::new(Some("field".to_owned()), modifiers), values: vec![value.clone()] };
    let mut rule = rule.clone();
    rule.detection = Detections {
        named: HashMap::from([("asked".to_owned(), Detection::AllOf(vec![item]))]),
        conditions: vec![ConditionExpr::Identifier("asked".to_owned())],
        condition_strings: vec!["asked".to_owned()],
        timeframe: None,
    };
    compile_rule(&rule)
        .map_or(true, |rule| evaluate_rule(&rule, &JsonEvent::borrow(&json!({ "field": word }))).is_some())
}

fn of_source(item: &DetectionItem, value: &SigmaValue) -> Option<String> {
    let value = text(value);
    let has = |modifier| item.field.has_modifier(modifier);
    let lower = value.to_lowercase();
    // Behind the last wildcard, or as the end that is asked for, stands what must fit the end of every value.
    let end = match lower.rsplit_once(['*', '?']) {
        _ if has(Modifier::Re) || has(Modifier::Contains) || has(Modifier::StartsWith) => return None,
        Some((_, end)) => end,
        None if has(Modifier::EndsWith) => &lower,
        None if lower.ends_with(SERVICE) => return None,
        None => "",
    };
    if !end.is_empty() && (SERVICE.ends_with(end) || end.ends_with(SERVICE)) {
        return None;
    }
    if lower.ends_with('*') {
        return None;
    }
    let service = lower.trim_start_matches("aws.").split('.').next().unwrap_or_default().to_owned();
    let is_name = !service.is_empty() && service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let meant = if is_name { format!("; did you mean `{service}{SERVICE}`?") } else { String::new() };
    Some(format!("`eventSource` ends with `{SERVICE}`, so it is never '{value}'{meant}"))
}

/// A value as it is written.
pub(super) fn text(value: &SigmaValue) -> String {
    match value {
        SigmaValue::String(text) => text.original.clone(),
        SigmaValue::Integer(number) => number.to_string(),
        SigmaValue::Float(number) => number.to_string(),
        SigmaValue::Bool(truth) => truth.to_string(),
        SigmaValue::Null => "null".to_owned(),
    }
}
