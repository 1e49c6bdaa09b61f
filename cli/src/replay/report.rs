//! The answer, as a table for people or as JSON for programs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use owo_colors::OwoColorize as _;
use portcullis_domain::{Finding, Severity};
use portcullis_replay::Replay;
use portcullis_settings::Settings;
use serde_json::{Value, json};

use super::group::{Group, group};
use crate::output::{clean, json as json_text, say};

/// The findings, then the notes, then the summary: whoever scrolls up sees the detail, whoever does not the sum.
pub(crate) fn print_table(outcome: &Replay, settings: &Settings, notes: &[String]) {
    let groups = group(&outcome.entries, &outcome.in_shadow);
    if !groups.is_empty() {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["first", "events", "severity", "rule", "actor", "on", "decision"]);
        for group in groups {
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
        group.events(),
        group.severity.to_string(),
        group.rule.clone(),
        clean(&group.actor),
        clean(&group.on()),
        group.decision.clone(),
    ]
}

/// The last lines: what was read, what fired, who would have been contained.
fn summary(outcome: &Replay, settings: &Settings) -> String {
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
    lines.extend(counted(&by_rule(decided(outcome))));
    if !outcome.in_shadow.is_empty() {
        lines.push(format!("in shadow   {} would have fired in shadow", outcome.in_shadow.len()));
        lines.extend(counted(&by_rule(outcome.in_shadow.iter())));
    }
    if !read.exempted.is_empty() {
        lines.push(format!("exempted    {} by the settings", read.exempted.values().sum::<usize>()));
        let each = read.exempted.iter();
        lines.extend(each.map(|((rule, why), count)| format!("            {count:>6}  {rule}: {}", clean(why))));
    }
    if read.timeless > 0 {
        lines.push(format!("not counted {} for want of a time that can be read", read.timeless));
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

fn unreadable(outcome: &Replay) -> String {
    let files: BTreeSet<&str> = outcome.read.unreadable.iter().map(|unread| unread.file.as_str()).collect();
    match outcome.read.unreadable.len() {
        0 => "0".to_owned(),
        count => format!("{count}, in {} of the files, listed above", files.len()),
    }
}

fn decided(outcome: &Replay) -> impl Iterator<Item = &Finding> {
    outcome.entries.iter().map(|entry| &entry.finding)
}

/// How often each rule fired, a burst once.
fn by_rule<'o>(findings: impl Iterator<Item = &'o Finding>) -> BTreeMap<(Severity, &'o str), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.rule.severity, finding.rule.id.as_str())).or_default() += 1;
    }
    counts
}

/// A line for each rule, the gravest first.
fn counted(by_rule: &BTreeMap<(Severity, &str), usize>) -> Vec<String> {
    let each = by_rule.iter().rev();
    each.map(|((severity, rule), count)| format!("            {count:>6}  {severity:<13} {rule}")).collect()
}

/// Actors whose containment was refused and who were contained at no other time either, with the first reason.
fn spared(outcome: &Replay) -> BTreeMap<String, String> {
    let mut spared = BTreeMap::new();
    for entry in &outcome.entries {
        let actor = entry.finding.actor.principal.to_string();
        if let Some(refusal) = entry.decision.refusals.first().filter(|_| !outcome.contained.contains(&actor)) {
            spared.entry(actor).or_insert_with(|| refusal.to_string());
        }
    }
    spared
}

/// One JSON document with the same content.
pub(crate) fn print_json(outcome: &Replay, settings: &Settings, notes: &[String]) -> Result<()> {
    let findings: Vec<Value> = outcome
        .entries
        .iter()
        .map(|entry| json!({"finding": entry.finding, "decision": entry.decision, "plan": entry.plan, "page": entry.page}))
        .collect();
    let rules = |counts: BTreeMap<(Severity, &'_ str), usize>| -> BTreeMap<String, usize> {
        counts.into_iter().map(|((_, rule), count)| (rule.to_owned(), count)).collect()
    };
    let exempted = outcome.read.exempted.iter();
    let exempted: Vec<Value> = exempted
        .map(|((rule, exemption), count)| json!({"rule": rule, "exemption": exemption, "count": count}))
        .collect();
    let document = json!({
        "summary": {
            "files": outcome.read.files,
            "records": outcome.read.records,
            "relevant": outcome.read.relevant,
            "duplicates": outcome.read.duplicates,
            "unreadable": outcome.read.unreadable.len(),
            "without_records": outcome.read.without_records,
            "named_log_files": outcome.read.named_log_files,
            "from": outcome.read.reach.map(|(first, _)| first),
            "to": outcome.read.reach.map(|(_, last)| last),
            "findings": rules(by_rule(decided(outcome))),
            "in_shadow": rules(by_rule(outcome.in_shadow.iter())),
            "exempted": exempted,
            "not_counted": outcome.read.timeless,
            "mode": settings.mode.as_str(),
            "pages": outcome.pages,
            "contained": outcome.contained,
            "not_touched": spared(outcome),
        },
        "findings": findings,
        "in_shadow": outcome.in_shadow,
        "unreadable": outcome.read.unreadable,
        "notes": notes,
    });
    say!("{}", json_text(&document)?);
    Ok(())
}
