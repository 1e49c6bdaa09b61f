//! The explanation, as a tree for people or as JSON for programs.

use owo_colors::OwoColorize as _;
use serde::Serialize;
use serde_json::Value;

use super::absent::NEEDS_HISTORY;
use super::answer::{Counted, Detection, Explanation, Summary};
use super::node::{Item, Node};
use crate::output::{self, clean, say};

pub(super) fn print(explanation: &Explanation, all: &[Summary]) {
    let Explanation { rule, record, detections, notes, .. } = explanation;
    for summary in all {
        say!("{}", line(summary));
    }
    if !all.is_empty() {
        say!();
    }
    let kind = rule.counts.as_ref().map(|counts| format!(", {counts}")).unwrap_or_default();
    say!("{}: {} ({}{kind})", rule.id.bold(), clean(&rule.title), rule.severity);
    say!("{}", line(record));
    for detection in detections {
        say!();
        print_detection(&rule.id, detection, Heard::Nothing);
    }
    say!();
    let (holds, verdict) = verdict(explanation);
    say!("{} the rule {verdict}", mark(holds));
    for note in notes {
        say!("{} {}", "note".yellow(), clean(note));
    }
}

/// The conditions alone, for a record of a finding: the rule fired, so whatever was asked of the time before held.
pub(super) fn print_fired(explanation: &Explanation) {
    say!("{}", line(&explanation.record));
    for detection in &explanation.detections {
        print_detection(&explanation.rule.id, detection, Heard::Fired);
    }
}

/// What is known of the time before the record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// Nothing.
    Nothing,
    /// That with it the rule fired.
    Fired,
}

fn print_detection(rule: &str, detection: &Detection, heard: Heard) {
    let Detection { rule: base, matched, conditions, counted, not_counted } = detection;
    if base != rule {
        say!("{} base rule `{base}`", mark(*matched));
    }
    for node in conditions {
        print_node(node, 1, heard);
    }
    for Counted { group, value } in counted {
        let group: Vec<String> = group.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let value = value.as_ref().map(|value| format!(", as the value {value}")).unwrap_or_default();
        say!("  counted in the group {}{}", clean(&group.join(", ")), clean(&value));
    }
    if let Some(why) = not_counted {
        say!("  counted in no group: {}", clean(why));
    }
}

/// Of a correlation it is the counting that matters: a record may match a base rule and lack what it is grouped by.
fn verdict(explanation: &Explanation) -> (bool, &'static str) {
    let is_counted = explanation.detections.iter().any(|detection| !detection.counted.is_empty());
    let mut conditions = explanation.detections.iter().flat_map(|detection| &detection.conditions);
    if !explanation.matched && conditions.any(|node| possible(node).holds) {
        return (
            false,
            "cannot be judged by this record alone: it needs history; `portcullis replay` on the logs tells",
        );
    }
    match (explanation.rule.counts.is_some(), explanation.matched, is_counted) {
        (false, true, _) => (true, "matches"),
        (false, false, _) => (false, "does not match"),
        (true, _, true) => (true, "counts this record"),
        (true, _, false) => (false, "does not count this record"),
    }
}

/// What a part of a condition may come to once it is known what was seen before; mostly one of the two.
struct Possible {
    holds: bool,
    fails: bool,
}

/// An explanation of one record knows nothing of what was before. What the record decides by itself stays decided: another
/// call than the rule asks for is no match, whatever the history.
fn possible(node: &Node) -> Possible {
    if node.item.as_ref().and_then(|item| item.why.as_deref()) == Some(NEEDS_HISTORY) {
        return Possible { holds: true, fails: true };
    }
    let parts: Vec<Possible> = node.parts.iter().map(possible).collect();
    if !parts.iter().any(|part| part.holds && part.fails) {
        return Possible { holds: node.matched, fails: !node.matched };
    }
    match node.what.as_str() {
        "not" => Possible { holds: parts.iter().any(|part| part.fails), fails: parts.iter().any(|part| part.holds) },
        "any of" => Possible { holds: parts.iter().any(|part| part.holds), fails: parts.iter().all(|part| part.fails) },
        // All that is in a selection must hold.
        what => match at_least(what) {
            Some(need) => Possible {
                holds: parts.iter().filter(|part| part.holds).count() >= need,
                fails: parts.iter().filter(|part| !part.fails).count() < need,
            },
            None => Possible { holds: parts.iter().all(|part| part.holds), fails: parts.iter().any(|part| part.fails) },
        },
    }
}

/// `at least 2 of (1 hold)`.
fn at_least(what: &str) -> Option<usize> {
    what.strip_prefix("at least ")?.split(' ').next()?.parse().ok()
}

/// `✓ 3  2026-01-05T08:00:00Z  kms Decrypt (denied) by arn:…`.
fn line(summary: &Summary) -> String {
    let Summary { number, time, service, call, actor, outcome, matched, .. } = summary;
    let time = time.map_or_else(|| "no time".to_owned(), |time| format!("{time:.0}"));
    format!("{} {number}  {time}  {}", mark(*matched), clean(&format!("{service} {call} ({outcome}) by {actor}")))
}

fn print_node(node: &Node, depth: usize, heard: Heard) {
    let indent = "  ".repeat(depth);
    let what = clean(&node.what);
    let possible = possible(node);
    let mark = if heard == Heard::Fired && possible.holds && possible.fails {
        "?".yellow().to_string()
    } else {
        mark(node.matched)
    };
    match &node.item {
        None => say!("{indent}{mark} {what}"),
        Some(Item { asks, why: Some(why), .. }) if heard == Heard::Fired && why == NEEDS_HISTORY => {
            say!("{indent}{mark} {what}: asks for {}; what was before decides, which the replay knew", clean(asks));
        }
        Some(Item { asks, has, why }) => {
            let has = match (has, why) {
                (Some(has), None) => format!("the record has {}", value(has)),
                (Some(has), Some(why)) => format!("the record has {} ({why})", value(has)),
                (None, Some(why)) => format!("absent: {why}"),
                // Words are looked for in every value.
                (None, None) if node.what == "words" => String::new(),
                (None, None) => "absent".to_owned(),
            };
            let has = if has.is_empty() { has } else { format!("; {has}") };
            say!("{indent}{mark} {what}: asks for {}{}", clean(asks), clean(&has));
        }
    }
    for part in &node.parts {
        print_node(part, depth + 1, heard);
    }
}

fn mark(matched: bool) -> String {
    if matched { "✓".green().to_string() } else { "✗".red().to_string() }
}

/// A list with its elements side by side.
fn value(value: &Value) -> String {
    match value {
        Value::Array(elements) => elements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The JSON form.
#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    explanation: &'d Explanation,
    /// Every record of the file, where there are several and none was asked for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    records: &'d [Summary],
}

/// One JSON document with the same content.
pub(super) fn json(explanation: &Explanation, records: &[Summary]) -> serde_json::Result<String> {
    output::json(&Document { explanation, records })
}
