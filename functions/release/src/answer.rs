//! What the function answers with, and counts.

use portcullis_domain::error_chain;
use portcullis_lambda::{Metric, Metrics};
use portcullis_response::{AnswerError, Entry, QuarantineState, ReleaseError, ReleaseReport, Undone};
use serde_json::{Value, json};

pub(crate) fn released(report: &ReleaseReport, metrics: &mut Metrics) -> Value {
    let found = match &report.quarantine.state {
        QuarantineState::Released { found, .. } => found.as_slice(),
        _ => &[],
    };
    let outcome = outcome(found);
    metrics.count(Metric::RELEASES, &[outcome], 1);
    let principal = report.quarantine.target.arn();
    tracing::info!(principal, outcome, "released");
    if let Some(error) = &report.page_error {
        tracing::error!(principal, error, "released, but on-call could not be told");
    }
    json!({"principal": principal, "outcome": outcome, "found": found, "page_error": report.page_error})
}

/// One word for what was found: the worst of it.
fn outcome(found: &[Undone]) -> &'static str {
    let has = |wanted: fn(&Undone) -> bool| found.iter().any(wanted);
    if has(|one| matches!(one, Undone::Changed { .. })) {
        "changed"
    } else if has(|one| *one == Undone::NoSuchPrincipal) {
        "no-such-principal"
    } else if has(|one| *one == Undone::WasNotThere) {
        "was-not-there"
    } else {
        "restored"
    }
}

pub(crate) fn failed(error: &ReleaseError, metrics: &mut Metrics) -> Value {
    metrics.count(Metric::RELEASES, &["failed"], 1);
    let text = error_chain(error);
    tracing::error!(error = text, "not released");
    json!({ "error": text })
}

pub(crate) fn answered(result: Result<Entry, AnswerError>) -> Value {
    match result {
        Ok(entry) => {
            let state = entry.ask.as_ref().map(|ask| ask.state.name());
            tracing::info!(finding = %entry.finding.id, state, "answered");
            json!({"answered": [{
                "finding": entry.finding.id,
                "principal": entry.finding.actor.principal.to_string(),
                "state": state,
            }], "failed": []})
        }
        Err(error) => {
            let text = error_chain(&error);
            tracing::error!(error = text, "the answer was not taken");
            json!({"answered": [], "failed": [{"error": text}]})
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(&[Undone::Restored, Undone::Restored], "restored")]
    #[test_case(&[Undone::Restored, Undone::WasNotThere], "was-not-there")]
    #[test_case(&[Undone::Changed { found: "x".to_owned() }, Undone::WasNotThere], "changed")]
    #[test_case(&[Undone::NoSuchPrincipal], "no-such-principal")]
    fn the_worst_of_it(found: &[Undone], expected: &str) {
        assert_eq!(outcome(found), expected);
    }
}
