//! The findings for spreadsheets (RFC 4180): a line for each, those in shadow last.

use portcullis_domain::{Finding, Outcome};
use portcullis_response::{Entry, PageState};

use super::escape::cell;
use super::{Done, Told};

/// The columns. Nothing is ever taken out of them or put between them.
pub const HEAD: [&str; 25] = [
    "finding",
    "first",
    "last",
    "severity",
    "rule",
    "title",
    "actor",
    "session",
    "account",
    "region",
    "assets",
    "tier",
    "authorized",
    "events",
    "calls",
    "outcomes",
    "sources",
    "attack",
    "shadow",
    "wanted",
    "decision",
    "done",
    "guards",
    "why_refused",
    "page",
];

/// The text, its head first. A field that a spreadsheet would take for a formula has an apostrophe in front.
///
/// # Errors
///
/// Never in truth: the text is made in memory.
pub fn text(told: &Told<'_>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for entry in &told.replay.entries {
        writer.write_record(row(&entry.finding, Some(entry)).map(|field| cell(&field)))?;
    }
    for finding in &told.replay.in_shadow {
        writer.write_record(row(finding, None).map(|field| cell(&field)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn row(finding: &Finding, entry: Option<&Entry>) -> [String; 25] {
    let burst = finding.burst.as_ref();
    let times = || finding.evidence.iter().filter_map(|evidence| evidence.time);
    let first = burst.map(|burst| burst.first).or_else(|| times().min());
    let last = burst.map(|burst| burst.last).or_else(|| times().max());
    let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let evidence = &finding.evidence;
    let refusals = entry.map_or(&[][..], |entry| &entry.decision.refusals);
    let page = entry.map_or("", |entry| match &entry.page {
        PageState::None => "none",
        PageState::Sent { .. } => "sent",
        PageState::SentOfFailure { .. } => "sent-of-failure",
        PageState::Updated { .. } => "updated",
        PageState::Repeat { .. } => "repeat",
    });
    [
        finding.id.to_string(),
        time(first),
        time(last),
        finding.rule.severity.to_string(),
        finding.rule.id.clone(),
        finding.rule.title.clone(),
        finding.actor.principal.to_string(),
        finding.actor.session.name.clone().unwrap_or_default(),
        finding.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        finding.region.clone().unwrap_or_default(),
        several(finding.assets.iter().map(ToString::to_string)),
        finding.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        finding.authorized.map(|authorized| authorized.to_string()).unwrap_or_default(),
        burst.map_or(1, |burst| burst.events).to_string(),
        several(evidence.iter().map(|evidence| evidence.action.to_string())),
        several(evidence.iter().map(|evidence| Outcome::as_str(evidence.outcome).to_owned())),
        several(evidence.iter().map(|evidence| evidence.origin.source.to_string())),
        finding.rule.attack.join(" "),
        entry.is_none().to_string(),
        entry.map(|entry| entry.decision.wanted.to_string()).unwrap_or_default(),
        entry.map(|entry| entry.decision.response.to_string()).unwrap_or_default(),
        entry.map(|entry| Done::of(entry).to_string()).unwrap_or_default(),
        several(refusals.iter().map(|refusal| refusal.name().to_owned())),
        several(refusals.iter().map(ToString::to_string)),
        page.to_owned(),
    ]
}

/// Several values in one field, each once, in their order.
fn several(values: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept.join("; ")
}
