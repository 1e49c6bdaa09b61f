//! What a decision counts for, in `respond` and in a replay alike.

use portcullis_metrics::{Metric, Metrics};
use portcullis_response::{Containment, Entry, PageState};

/// Counts what was decided and done about a finding. Answers with what became of its page, as it was counted; nothing where
/// there was none.
pub fn count_decided(entry: &Entry, metrics: &mut Metrics) -> Option<&'static str> {
    metrics.count(Metric::DECISIONS, &[entry.decision.response.as_str()], 1);
    for refusal in &entry.decision.refusals {
        metrics.count(Metric::REFUSALS, &[refusal.name()], 1);
    }
    if let Some(ask) = entry.ask.as_ref().filter(|ask| ask.is_answered()) {
        metrics.count(Metric::ANSWERS, &[ask.state.name()], 1);
    }
    let contained = match &entry.containment {
        Some(Containment::Contained { verified: true, .. }) => Some("verified"),
        Some(Containment::Contained { verified: false, .. }) => Some("unverified"),
        Some(Containment::Failed { .. }) => Some("failed"),
        None => None,
    };
    if let Some(outcome) = contained {
        metrics.count(Metric::CONTAINMENTS, &[outcome], 1);
    }
    let page = match &entry.page {
        PageState::None => None,
        PageState::Sent { .. } => Some("sent"),
        PageState::SentOfFailure { .. } => Some("sent-of-failure"),
        PageState::Updated { .. } => Some("updated"),
        PageState::Repeat { .. } => Some("repeat"),
    };
    if let Some(page) = page {
        metrics.count(Metric::PAGES, &[page], 1);
    }
    page
}
