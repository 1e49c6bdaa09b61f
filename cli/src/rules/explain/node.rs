//! The engine's account of a rule and a record, beside the rule as it is written, as a tree for people.

use std::collections::HashMap;

use rsigma_eval::{ConditionTrace, DetectionTrace, ItemTrace, MatchReason, RuleExplanation};
use rsigma_parser::{Detection, DetectionItem, SigmaRule};
use serde::Serialize;
use serde_json::Value;

use super::{asks, show};

/// One part of a condition.
#[derive(Debug, Serialize)]
pub(super) struct Node {
    /// Whether it holds.
    pub(super) matched: bool,
    /// What it is: `all of`, ``selection `read` ``, or the name of a field.
    pub(super) what: String,
    /// What a field is asked for, and what it is.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<Item>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<Node>,
}

#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub(super) asks: String,
    /// What the record has; absent when it has nothing, or when no single value was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) has: Option<Value>,
    /// Why it has nothing, or what nearly fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// Why a field is absent, where that can be told.
pub(super) type Why<'w> = &'w dyn Fn(&str) -> Option<String>;

/// The conditions of a rule, any of which is enough.
pub(super) fn of_rule(trace: &RuleExplanation, written: &SigmaRule, why: Why<'_>) -> Vec<Node> {
    trace.conditions.iter().map(|condition| of_condition(condition, &written.detection.named, why)).collect()
}

fn of_condition(trace: &ConditionTrace, named: &HashMap<String, Detection>, why: Why<'_>) -> Node {
    let matched = trace.matched();
    let group = |what: &str, parts: &[ConditionTrace]| Node {
        matched,
        what: what.to_owned(),
        item: None,
        parts: parts.iter().map(|part| of_condition(part, named, why)).collect(),
    };
    match trace {
        ConditionTrace::Selection { name, detection, .. } => selection(name, detection, named, why),
        ConditionTrace::And { children, .. } => group("all of", children),
        ConditionTrace::Or { children, .. } => group("any of", children),
        ConditionTrace::Not { child, .. } => group("not", std::slice::from_ref(child)),
        ConditionTrace::Quantified { quantifier, need, got, branches, .. } => Node {
            matched,
            what: match quantifier.as_str() {
                "all" => "all of".to_owned(),
                "any" => "any of".to_owned(),
                _ => format!("at least {need} of ({got} hold)"),
            },
            item: None,
            parts: branches.iter().map(|branch| selection(&branch.name, &branch.detection, named, why)).collect(),
        },
    }
}

fn selection(name: &str, trace: &DetectionTrace, named: &HashMap<String, Detection>, why: Why<'_>) -> Node {
    let node = of_detection(trace, named.get(name), why);
    let what = format!("selection `{name}`");
    match &node.item {
        // All that is in a selection must hold, which goes without saying.
        None if node.what == "all of" => Node { what, ..node },
        _ => Node { matched: node.matched, what, item: None, parts: vec![node] },
    }
}

fn of_detection(trace: &DetectionTrace, written: Option<&Detection>, why: Why<'_>) -> Node {
    let matched = trace.matched();
    let group = |what: &str, parts: Vec<Node>| Node { matched, what: what.to_owned(), item: None, parts };
    match trace {
        DetectionTrace::AllOf { items, .. } => {
            let written = |index: usize| match written {
                Some(Detection::AllOf(written)) => written.get(index),
                _ => None,
            };
            let parts = items.iter().enumerate().map(|(index, item)| of_item(item, written(index), why));
            group("all of", parts.collect())
        }
        DetectionTrace::AnyOf { branches, .. } => group("any of", of_branches(branches, written, why)),
        DetectionTrace::And { branches, .. } => group("all of", of_branches(branches, written, why)),
        DetectionTrace::Keywords { item, .. } => {
            let asks = match written {
                Some(Detection::Keywords(values)) => asks::keywords(values),
                _ => item.pattern.clone().unwrap_or_default(),
            };
            Node {
                matched,
                what: "words".to_owned(),
                item: Some(Item { asks, has: None, why: None }),
                parts: Vec::new(),
            }
        }
        DetectionTrace::ArrayMatch { field, quantifier, member_count, matched_count, members, .. } => {
            let body = match written {
                Some(Detection::ArrayMatch { body, .. }) => Some(&**body),
                _ => None,
            };
            // Members have fields of their own, about which nothing more is known.
            let nothing = |_: &str| None;
            let parts = members.iter().map(|member| {
                let node = of_detection(&member.detection, body, &nothing);
                Node { what: format!("element {}", member.index + 1), ..node }
            });
            let what = match (member_count, why(field)) {
                (0, Some(why)) => format!("{quantifier} element of {field}, which is absent: {why}"),
                (0, None) => format!("{quantifier} element of {field}, which has none"),
                _ => format!("{quantifier} element of {field} ({matched_count} of {member_count} match)"),
            };
            Node { matched, what, item: None, parts: parts.collect() }
        }
        DetectionTrace::Conditional { condition, .. } => {
            let none = HashMap::new();
            let named = match written {
                Some(Detection::Conditional { named, .. }) => named,
                _ => &none,
            };
            of_condition(condition, named, why)
        }
        DetectionTrace::Other { kind, .. } => group(kind, Vec::new()),
    }
}

fn of_branches(branches: &[DetectionTrace], written: Option<&Detection>, why: Why<'_>) -> Vec<Node> {
    let written = |index: usize| match written {
        Some(Detection::AnyOf(written) | Detection::And(written)) => written.get(index),
        _ => None,
    };
    branches.iter().enumerate().map(|(index, branch)| of_detection(branch, written(index), why)).collect()
}

fn of_item(trace: &ItemTrace, written: Option<&DetectionItem>, why: Why<'_>) -> Node {
    let asks = match (written, &trace.field) {
        (Some(item), Some(_)) => asks::asks(item),
        (Some(item), None) => asks::keywords(&item.values),
        (None, _) => trace.pattern.clone().unwrap_or_default(),
    };
    let is_absent = trace.actual.as_ref().is_none_or(Value::is_null);
    let why = match (&trace.field, trace.reason) {
        (_, MatchReason::CaseMismatch) => Some("only the letter case differs".to_owned()),
        (Some(field), _) if is_absent => why(field),
        _ => None,
    };
    Node {
        matched: trace.matched,
        what: trace.field.clone().unwrap_or_else(|| "words".to_owned()),
        item: Some(Item { asks, has: trace.actual.as_ref().filter(|_| !is_absent).map(show::shown), why }),
        parts: Vec::new(),
    }
}
