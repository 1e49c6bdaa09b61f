//! The answer, as a table for people or as JSON for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use owo_colors::OwoColorize as _;
use portcullis_domain::Severity;
use portcullis_settings::Settings;
use serde_json::{Value, json};

use super::group::{Group, group};
use super::outcome::Outcome;
use crate::output::say;

/// The findings, then the notes, then the summary: whoever scrolls up sees the detail, whoever does not the sum.
pub(crate) fn print_table(outcome: &Outcome, settings: &Settings, notes: &[String]) {
    if !outcome.entries.is_empty() {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["first", "n", "severity", "rule", "actor", "on", "decision"]);
        for group in group(&outcome.entries) {
            table.add_row(row(&group));
        }
        say!("{table}\n");
    }
    for unread in &outcome.read.unreadable {
        let (file, place, reason) = (clean(&unread.file), clean(&unread.place), clean(&unread.reason));
        say!("{} {file}, {place}: {reason}", "unreadable".red());
    }
    for note in notes {
        say!("{} {}", "note".yellow(), clean(note));
    }
    say!("{}", summary(outcome, settings));
}

fn row(group: &Group) -> [String; 7] {
    [
        group.first.map_or("unknown".to_owned(), |time| format!("{time:.0}")),
        group.count.to_string(),
        group.severity.to_string(),
        group.rule.clone(),
        clean(&group.actor),
        clean(&group.on()),
        group.decision.clone(),
    ]
}

/// The last lines: what was read, what fired, who would have been contained.
fn summary(outcome: &Outcome, settings: &Settings) -> String {
    let read = &outcome.read;
    let mut lines = vec![
        format!("files       {}", read.files),
        format!(
            "records     {} read, {} relevant, {} of these seen twice",
            read.records, read.relevant, read.duplicates
        ),
        format!("unreadable  {}", unreadable(outcome)),
    ];
    if read.without_records + read.named_log_files > 0 {
        lines.push(format!(
            "passed by   {} without records, {} log files in S3 named and not fetched",
            read.without_records, read.named_log_files
        ));
    }
    lines.push(format!("findings    {}", outcome.entries.len()));
    for ((severity, rule), count) in by_rule(outcome).into_iter().rev() {
        lines.push(format!("            {count:>6}  {severity:<13} {rule}"));
    }
    lines.push(format!(
        "mode        {}: {} pages, {} contained",
        settings.mode,
        outcome.pages,
        outcome.contained.len()
    ));
    for arn in &outcome.contained {
        lines.push(format!("  would have been contained: {}", clean(arn)));
    }
    let spared = spared(outcome);
    for (arn, why) in &spared {
        lines.push(format!("  would not have been touched: {}: {}", clean(arn), clean(why)));
    }
    if outcome.contained.is_empty() && spared.is_empty() {
        lines.push("  nobody would have been contained".to_owned());
    }
    lines.join("\n")
}

fn unreadable(outcome: &Outcome) -> String {
    let files: BTreeSet<&str> = outcome.read.unreadable.iter().map(|unread| unread.file.as_str()).collect();
    match outcome.read.unreadable.len() {
        0 => "0".to_owned(),
        count => format!("{count}, in {} of the files, listed above", files.len()),
    }
}

fn by_rule(outcome: &Outcome) -> BTreeMap<(Severity, &str), usize> {
    let mut counts = BTreeMap::new();
    for entry in &outcome.entries {
        *counts.entry((entry.finding.rule.severity, entry.finding.rule.id.as_str())).or_default() += 1;
    }
    counts
}

/// Actors whose containment was refused and who were contained at no other time either, with the first reason.
fn spared(outcome: &Outcome) -> BTreeMap<String, String> {
    let mut spared = BTreeMap::new();
    for entry in &outcome.entries {
        let actor = entry.finding.actor.principal.to_string();
        if let Some(refusal) = entry.decision.refusals.first().filter(|_| !outcome.contained.contains(&actor)) {
            spared.entry(actor).or_insert_with(|| refusal.to_string());
        }
    }
    spared
}

/// Text from a log, without what could command a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// JSON leaves the control characters from U+0080 on as they are, and some terminals obey them.
fn escape_controls(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if ('\u{7f}'..='\u{9f}').contains(&c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// One JSON document with the same content.
pub(crate) fn print_json(outcome: &Outcome, settings: &Settings, notes: &[String]) -> Result<()> {
    let findings: Vec<Value> = outcome
        .entries
        .iter()
        .map(|entry| json!({"finding": entry.finding, "decision": entry.decision, "plan": entry.plan, "page": entry.page}))
        .collect();
    let rules: BTreeMap<&str, usize> = by_rule(outcome).into_iter().map(|((_, rule), count)| (rule, count)).collect();
    let document = json!({
        "summary": {
            "files": outcome.read.files,
            "records": outcome.read.records,
            "relevant": outcome.read.relevant,
            "duplicates": outcome.read.duplicates,
            "unreadable": outcome.read.unreadable.len(),
            "without_records": outcome.read.without_records,
            "named_log_files": outcome.read.named_log_files,
            "findings": rules,
            "mode": settings.mode.as_str(),
            "pages": outcome.pages,
            "contained": outcome.contained,
            "not_touched": spared(outcome),
        },
        "findings": findings,
        "unreadable": outcome.read.unreadable,
        "notes": notes,
    });
    say!("{}", escape_controls(&serde_json::to_string_pretty(&document)?));
    Ok(())
}
