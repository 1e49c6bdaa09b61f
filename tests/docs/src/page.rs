//! The page of one rule.

use std::fmt::Write as _;

use portcullis_domain::Tier;
use portcullis_settings::{Response, Settings};

use crate::attack::references;
use crate::catalogue::{NOTICE, RULES};
use crate::correlation::{kind, looks_at};
use crate::source::logic;
use crate::tuning::snippet;
use crate::wrap::{code, wrap};
use crate::{Documents, Entry};

/// A page that does not fit is told more briefly.
const LONGEST: usize = 119;

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// A line for each case.
    Full,
    /// The cases in a paragraph.
    Shorter,
    /// And of the source only what is not a base rule.
    Shortest,
}

/// The page, as Markdown.
pub(crate) fn page(entry: &Entry, documents: &Documents) -> String {
    let mut page = String::new();
    for length in [Length::Full, Length::Shorter, Length::Shortest] {
        page = page_of(entry, documents, length);
        if page.lines().count() <= LONGEST {
            break;
        }
    }
    page
}

fn page_of(entry: &Entry, documents: &Documents, length: Length) -> String {
    let rule = &entry.rule;
    let mut page = format!("{NOTICE}# {}\n\n{}\n", rule.reference.title, head(entry, documents));
    let mut section = |title: &str, text: &str| {
        let _ = write!(page, "## {title}\n\n{text}\n");
    };
    section("What it catches", &format!("{}{}", paragraph(&rule.description), aws(entry)));
    section("What it looks at", &format!("{}\n{FIELDS}", looks_at(entry.id(), documents)));
    section("What it misses", &paragraph(rule.misses.as_deref().unwrap_or_default()));
    section("When it is harmless", &bullets(&rule.false_positives));
    let tuning = paragraph(rule.tuning.as_deref().unwrap_or_default());
    section("How to tune it", &format!("{tuning}\n```yaml\n{}```\n", snippet(entry, documents)));
    section("Tested with", &cases(entry, length));
    section("Source", &source(entry, length));
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

const FIELDS: &str = "[What the `portcullis.` fields mean](README.md#fields)\n";

/// What somebody who was just paged looks for first.
fn head(entry: &Entry, documents: &Documents) -> String {
    let rule = &entry.rule;
    let mut head = String::from("| | |\n|---|---|\n");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(head, "| {name} | {value} |");
    };
    let anchor = rule.runbook.as_deref().unwrap_or_default();
    row(
        "What to do",
        &format!("**[runbook: {}](../runbook.md{anchor})**", anchor.trim_start_matches('#').replace('-', " ")),
    );
    row("Rule", &code(entry.id()));
    row("Severity", &format!("{}: {}", rule.reference.severity, response(entry)));
    row("Area", &format!("[{}](README.md#{})", entry.area, entry.area));
    row("Goes by", kind_in_words(kind(entry.id(), documents)));
    row("ATT&CK", &format!("{} ({})", references(&rule.reference.attack), rule.tactics.join(", ")));
    head
}

/// What is done by default. Only keys and secrets have a tier.
fn response(entry: &Entry) -> String {
    if entry.rule.shadow {
        return "in shadow, so it is recorded and nobody is paged".to_owned();
    }
    let table = Settings::default().response;
    let severity = entry.rule.reference.severity;
    let said = match table.response(severity, None) {
        Response::Observe => "recorded, and nobody is paged",
        Response::Page | Response::Ask | Response::Lockout | Response::Quarantine => {
            "somebody is paged, unless `mode: observe`"
        }
    };
    let contained = |tier: &&Tier| table.response(severity, Some(**tier)) == Response::Quarantine;
    let tiers: Vec<&str> = Tier::ALL.iter().filter(contained).map(|tier| tier.as_str()).collect();
    if tiers.is_empty() || ["audit-trail", "iam", "portcullis"].contains(&entry.area.as_str()) {
        return said.to_owned();
    }
    format!("{said}; on {} assets, in `mode: enforce`, the actor is put in quarantine", tiers.join(" and "))
}

fn kind_in_words(kind: &str) -> &'static str {
    match kind {
        "event_count" => "how many records (`event_count`)",
        "value_count" => "how many different values (`value_count`)",
        "temporal" => "several kinds of records, in any order (`temporal`)",
        "temporal_ordered" => "several kinds of records, one after another (`temporal_ordered`)",
        _ => "one record",
    }
}

fn paragraph(text: &str) -> String {
    wrap(text, "", "")
}

fn bullets(items: &[String]) -> String {
    items.iter().map(|item| wrap(item, "- ", "  ")).collect()
}

/// AWS's pages about the calls, by the last part of their address.
fn aws(entry: &Entry) -> String {
    let links = entry.references.iter().map(|url| {
        let name = url.rsplit('/').next().unwrap_or(url).trim_end_matches(".html");
        format!("[{name}]({url})")
    });
    let links: Vec<String> = links.collect();
    if links.is_empty() { String::new() } else { format!("\nAWS: {}\n", links.join(", ")) }
}

fn cases(entry: &Entry, length: Length) -> String {
    let told = |heading: &str, cases: &[String]| match length {
        Length::Full => format!("{heading}:\n\n{}", bullets(cases)),
        _ => paragraph(&format!("{heading}: {}.", cases.join("; "))),
    };
    let (positive, negative) = (&entry.cases.positive, &entry.cases.negative);
    format!("{}\n{}", told("It fires on", positive), told("It stays silent on", negative))
}

fn source(entry: &Entry, length: Length) -> String {
    let file = &entry.rule.file;
    let whole = if length == Length::Shortest { "The whole file, with its base rules" } else { "The whole file" };
    let yaml = logic(&entry.yaml, length == Length::Shortest);
    format!("{whole}: [{RULES}/{file}](../../{RULES}/{file})\n\n```yaml\n{yaml}```\n")
}
