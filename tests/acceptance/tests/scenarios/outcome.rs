//! Everything that came of a scenario, as JSON that a person can review.

use portcullis_cloudtrail::{LogFile, Unreadable};
use portcullis_domain::{FindingId, Tier};
use portcullis_paging::Page;
use portcullis_response::{Containment, Entry, PageState};
use serde_json::{Value, json};

/// Everything that came of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Records that could be read.
    pub(crate) read: usize,
    /// Those of them that Portcullis is about.
    pub(crate) relevant: usize,
    /// What could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// What was understood and holds no record.
    pub(crate) other: Vec<String>,
    /// Log files that a notification named.
    pub(crate) log_files: Vec<LogFile>,
    /// What was done about each finding, in the order of the events.
    pub(crate) entries: Vec<Entry>,
    /// Findings that had been dealt with already.
    pub(crate) duplicates: Vec<FindingId>,
    /// Who is denied in the end.
    pub(crate) denied: Vec<String>,
    /// What on-call reads.
    pub(crate) pages: Vec<Page>,
}

impl Outcome {
    pub(crate) fn to_json(&self) -> Value {
        let unreadable: Vec<Value> = self
            .unreadable
            .iter()
            .map(|piece| json!({"place": piece.place, "reason": piece.reason, "raw": piece.raw}))
            .collect();
        let log_files: Vec<String> =
            self.log_files.iter().map(|file| format!("s3://{}/{}", file.bucket, file.key)).collect();
        json!({
            "read": {
                "records": self.read,
                "relevant": self.relevant,
                "unreadable": unreadable,
                "other": self.other,
                "log_files": log_files,
            },
            "findings": self.entries.iter().map(entry).collect::<Vec<Value>>(),
            "duplicates": self.duplicates,
            "denied_in_the_end": self.denied,
            "pages": self.pages.iter().map(page).collect::<Vec<Value>>(),
        })
    }
}

fn entry(entry: &Entry) -> Value {
    let finding = &entry.finding;
    let refusals = &entry.decision.refusals;
    json!({
        "finding": finding.id,
        "rule": finding.rule.id,
        "severity": finding.rule.severity.as_str(),
        "actor": finding.actor.principal.to_string(),
        "assets": finding.assets.iter().map(ToString::to_string).collect::<Vec<String>>(),
        "tier": finding.tier.map(Tier::as_str),
        "authorized": finding.authorized,
        "evidence": finding.evidence.iter().map(|evidence| &evidence.event_id).collect::<Vec<_>>(),
        "wanted": entry.decision.wanted.as_str(),
        "response": entry.decision.response.as_str(),
        "guards": refusals.iter().map(|refusal| format!("{}: {refusal}", refusal.name())).collect::<Vec<String>>(),
        "plan": plan(entry),
        "containment": containment(entry.containment.as_ref()),
        "page": page_state(&entry.page),
    })
}

fn plan(entry: &Entry) -> Vec<String> {
    let calls = entry.plan.target.iter().flat_map(|target| entry.plan.steps.iter().map(|step| step.call(target)));
    calls.collect()
}

fn containment(containment: Option<&Containment>) -> String {
    match containment {
        None => "none".to_owned(),
        Some(Containment::Contained { at, until, level, verified, .. }) => {
            format!("{level} at {at}, {}, until {until}", if *verified { "verified" } else { "not verified" })
        }
        Some(Containment::Failed { at, error, uncertain }) => {
            format!("failed at {at} (uncertain: {uncertain}): {error}")
        }
    }
}

fn page_state(state: &PageState) -> String {
    match state {
        PageState::None => "none".to_owned(),
        PageState::Sent { message_id } => format!("sent: {message_id}"),
        PageState::SentOfFailure { message_id } => format!("sent of the failure: {message_id}"),
        PageState::Updated { message_id } => format!("updated: {message_id}"),
        PageState::Repeat { of } => format!("repeat of {of}"),
    }
}

fn page(page: &Page) -> Value {
    json!({"subject": page.subject, "body": page.body.lines().collect::<Vec<&str>>()})
}
