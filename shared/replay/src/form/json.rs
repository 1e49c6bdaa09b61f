//! Everything in one JSON document. Its shape only ever grows; a change of meaning makes it `portcullis.replay/2`.

use std::collections::BTreeMap;

use portcullis_domain::Finding;
use portcullis_response::Entry;
use serde_json::{Value, json};

use super::{Done, RuleSum, Summary, Told, escape};

/// What the document says it is.
pub const FORMAT: &str = "portcullis.replay/1";

/// The document.
///
/// # Errors
///
/// When it cannot be told in JSON.
pub fn document(told: &Told<'_>) -> serde_json::Result<String> {
    let replay = told.replay;
    escape::pretty(&json!({
        "format": FORMAT,
        "version": told.version,
        "summary": summary(told),
        "findings": replay.entries.iter().map(finding).collect::<Vec<_>>(),
        "in_shadow": replay.in_shadow,
        "unreadable": replay.read.unreadable,
        "coverage": replay.read.coverage,
        "notes": told.notes,
    }))
}

/// A finding with its decision, and what would have been done.
pub(super) fn finding(entry: &Entry) -> Value {
    json!({
        "finding": entry.finding,
        "decision": entry.decision,
        "plan": entry.plan,
        "page": entry.page,
        "done": Done::of(entry),
        "containment": entry.containment,
        "ask": entry.ask,
        "incident": entry.incident,
    })
}

/// A finding in shadow: it has no decision.
pub(super) fn in_shadow(finding: &Finding) -> Value {
    json!({"finding": finding})
}

/// The sums.
pub(super) fn summary(told: &Told<'_>) -> Value {
    let (replay, read) = (told.replay, &told.replay.read);
    let sums = Summary::of(replay);
    let exempted = read.exempted.iter();
    let exempted: Vec<Value> = exempted
        .map(|((rule, exemption), count)| json!({"rule": rule, "exemption": exemption, "count": count}))
        .collect();
    let of = |done: Done| -> Vec<&str> {
        sums.actors.iter().filter(|actor| actor.done == done).map(|actor| actor.actor.as_str()).collect()
    };
    let spared: BTreeMap<&str, &str> = sums
        .actors
        .iter()
        .filter_map(|actor| Some((actor.actor.as_str(), actor.spared.as_ref()?.1.as_str())))
        .collect();
    let guards: Vec<Value> = sums
        .guards
        .iter()
        .map(|guard| json!({"guard": guard.guard, "findings": guard.findings, "actors": guard.actors}))
        .collect();
    let severities: BTreeMap<&str, usize> =
        sums.severities.iter().map(|(severity, count)| (severity.as_str(), *count)).collect();
    json!({
        "files": read.files,
        "files_found": told.files,
        "bytes": read.bytes,
        "records": read.records,
        "outside": read.outside,
        "relevant": read.relevant,
        "duplicates": read.duplicates,
        "late": read.late,
        "unreadable": read.unread(),
        "unreadable_not_listed": read.more_unreadable,
        "interrupted": read.interrupted,
        "without_records": read.without_records,
        "named_log_files": read.named_log_files,
        "from": read.reach.map(|(first, _)| first),
        "to": read.reach.map(|(_, last)| last),
        "findings": by_rule(&sums.rules),
        "severities": severities,
        "in_shadow": by_rule(&sums.shadow_rules),
        "exempted": exempted,
        "not_counted": read.timeless,
        "mode": told.settings.mode.as_str(),
        "pages": replay.pages,
        "asks": replay.entries.iter().filter(|entry| entry.ask.is_some()).count(),
        "contained": replay.contained,
        "quarantined": of(Done::Quarantined),
        "locked_out": of(Done::LockedOut),
        "asked": of(Done::Asked),
        "not_touched": spared,
        "guards": guards,
    })
}

fn by_rule(rules: &[RuleSum]) -> BTreeMap<&str, usize> {
    rules.iter().map(|rule| (rule.rule.as_str(), rule.findings)).collect()
}
