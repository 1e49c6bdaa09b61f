//! What would make a finding quiet, where it is harmless, and where to read on.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, Principal};

use super::{labelled, text};
use crate::form::{Line, Told, Tone};

/// For how long a suggested exemption holds: long enough to see whether it is needed.
const HOLDS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The rule's own advice, and what to put into `portcullis.yaml`.
pub(super) fn quiet(told: &Told<'_>, finding: &Finding, columns: usize) -> Vec<Line> {
    let rule = told.rules.rule(&finding.rule.id);
    let mut lines = Vec::new();
    let harmless =
        rule.into_iter().flat_map(|rule| &rule.false_positives).flat_map(|case| text(&format!("- {case}"), columns));
    lines.extend(labelled("HARMLESS", harmless));
    let mut quiet = rule.and_then(|rule| rule.tuning.as_ref()).map(|tuning| text(tuning, columns)).unwrap_or_default();
    let snippet = snippet(told.made, finding);
    if !snippet.is_empty() {
        quiet.push(Line::of(Tone::Quiet, "in portcullis.yaml, if it is harmless, one of:"));
        quiet.extend(snippet.lines().map(|line| Line::plain(format!("  {line}"))));
    }
    lines.extend(labelled("QUIET", quiet));
    lines
}

/// Settings that would make it quiet: as YAML that can be copied. Empty when nobody could be named in it.
pub(super) fn snippet(made: Timestamp, finding: &Finding) -> String {
    let Some(arn) = finding.actor.principal.arn() else { return String::new() };
    let (rule, actor) = (quoted(&finding.rule.id), quoted(arn));
    let mut parts = Vec::new();
    if finding.authorized == Some(false) {
        for entry in &finding.entries {
            let name = quoted(entry);
            parts.push(format!("assets:\n  - name: {name}        # the entry that is there, with one more line\n    authorized: [{actor}]"));
        }
    }
    let until = made.saturating_add(HOLDS).unwrap_or(made).strftime("%Y-%m-%d");
    let name = quoted(&format!("{} may", last(&finding.actor.principal)));
    parts.push(format!(
        "exemptions:\n  - name: {name}\n    actors: [{actor}]\n    rules: [{rule}]\n    reason: ticket and owner\n    until: {until}"
    ));
    parts.push(format!("rules:\n  {rule}:\n    shadow: true        # record it, page nobody"));
    parts.join("\n")
}

fn last(principal: &Principal) -> String {
    principal.arn().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default().to_owned()
}

/// Text of a log as a YAML string: JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Pages about the rule.
pub(super) fn read_on(told: &Told<'_>, finding: &Finding) -> Vec<Line> {
    let Some(rule) = told.rules.rule(&finding.rule.id) else { return Vec::new() };
    // The rules of a deployment have no page here; they have no runbook either, unless they say so.
    let Some(anchor) = &rule.runbook else { return Vec::new() };
    labelled(
        "READ ON",
        [
            Line::plain(format!(
                "docs/rules/{}.md    what it catches, what it misses, how to tune it",
                rule.reference.id
            )),
            Line::plain(format!("docs/runbook.md{anchor}    what to do about it")),
        ],
    )
}
