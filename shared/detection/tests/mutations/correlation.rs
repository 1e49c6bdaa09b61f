//! Mutants of a correlation: its threshold, timespan, groups, rules and kind.

use rsigma_parser::{Timespan, parse_condition};
use serde_json::{Map, Value};

use crate::condition;
use crate::mutant::{Change, Effect};

/// A field that has one value in all cases, so that grouping by it is not grouping at all.
const SAME_EVERYWHERE: &str = "eventVersion";

/// Every change of a correlation.
pub(crate) fn changes(document: &Value) -> Vec<Change> {
    let Some(correlation) = document["correlation"].as_object() else { return Vec::new() };
    let kind = correlation.get("type").and_then(Value::as_str).unwrap_or_default();
    let with = |changed: Map<String, Value>| {
        let mut document = document.clone();
        document["correlation"] = Value::Object(changed);
        document
    };
    let mut changes = Vec::new();
    let mut add = |id: String, what: String, effect: Effect, changed: Map<String, Value>| {
        changes.push(Change { id, what, effect, document: with(changed) });
    };
    for (operator, threshold, effect) in thresholds(correlation) {
        let mut changed = correlation.clone();
        changed["condition"][operator] = threshold.into();
        add(
            format!("threshold {operator} {threshold}"),
            format!("the threshold is {operator} {threshold}"),
            effect,
            changed,
        );
    }
    for member in ["timespan", "timeframe"] {
        let span = correlation.get(member).and_then(Value::as_str).and_then(|text| Timespan::parse(text).ok());
        for (seconds, effect) in
            span.into_iter().flat_map(|span| [(span.seconds / 2, Effect::Narrower), (span.seconds * 2, Effect::Wider)])
        {
            let mut changed = correlation.clone();
            changed[member] = format!("{seconds}s").into();
            add(format!("timespan {seconds}s"), format!("the timespan is {seconds} seconds"), effect, changed);
        }
    }
    for (field, rest) in without_each(correlation.get("group-by")) {
        let mut changed = correlation.clone();
        let rest = if rest.is_empty() { vec![SAME_EVERYWHERE.to_owned()] } else { rest };
        changed["group-by"] = rest.into();
        add(
            format!("group-by without {field}"),
            format!("groups no longer tell {field} apart"),
            Effect::Wider,
            changed,
        );
    }
    let temporal = kind.starts_with("temporal");
    if let Some(text) = correlation.get("condition").and_then(Value::as_str) {
        let shortened = parse_condition(text).map(|condition| condition::shortened(&condition)).unwrap_or_default();
        for (without, effect, rest) in shortened {
            let mut changed = correlation.clone();
            changed["condition"] = rest.to_string().into();
            add(format!("condition without {without}"), format!("the condition lost `{without}`"), effect, changed);
        }
    } else {
        for (rule, rest) in without_each(correlation.get("rules")).into_iter().filter(|(_, rest)| !rest.is_empty()) {
            let mut changed = correlation.clone();
            changed["rules"] = rest.into();
            let effect = if temporal { Effect::Wider } else { Effect::Narrower };
            add(format!("rules without {rule}"), format!("it no longer looks for {rule}"), effect, changed);
        }
    }
    let simpler = match kind {
        "temporal_ordered" => Some(("temporal", "any order will do")),
        "value_count" => Some(("event_count", "it counts events, whether or not their values differ")),
        _ => None,
    };
    if let Some((kind, change)) = simpler {
        let mut changed = correlation.clone();
        changed["type"] = kind.into();
        if let Some(condition) = changed.get_mut("condition").and_then(Value::as_object_mut) {
            condition.remove("field");
        }
        add(format!("type {kind}"), change.to_owned(), Effect::Wider, changed);
    }
    changes
}

/// Each threshold one lower and one higher, and what that does.
fn thresholds(correlation: &Map<String, Value>) -> Vec<(&str, u64, Effect)> {
    let condition = correlation.get("condition").and_then(Value::as_object);
    let mut thresholds = Vec::new();
    for (operator, threshold) in condition.into_iter().flatten() {
        let Some(threshold) = threshold.as_u64() else { continue };
        let lower = match operator.as_str() {
            "gte" | "gt" => Effect::Wider,
            "lte" | "lt" => Effect::Narrower,
            "eq" | "neq" => Effect::Either,
            _ => continue,
        };
        // "At least none" is no condition; limits above are the loader's.
        let both = [(threshold.saturating_sub(1), lower), (threshold + 1, lower.reversed())];
        thresholds.extend(
            both.into_iter()
                .filter(|(threshold, _)| *threshold > 0)
                .map(|(threshold, effect)| (operator.as_str(), threshold, effect)),
        );
    }
    thresholds
}

/// Each string of a list, or the only one, with the others.
fn without_each(list: Option<&Value>) -> Vec<(String, Vec<String>)> {
    let texts: Vec<String> = match list {
        Some(Value::String(only)) => vec![only.clone()],
        Some(Value::Array(elements)) => elements.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let others = |index: usize| {
        let mut others = texts.clone();
        others.remove(index);
        others
    };
    texts.iter().enumerate().map(|(index, text)| (text.clone(), others(index))).collect()
}
