//! What came of a message, as metrics and a line in the log.

use portcullis_lambda::{Metric, Metrics};
use portcullis_monitoring::count_decided;
use portcullis_response::{
    AlarmChange, AlarmOutcome, AlarmReport, AlarmsTold, Containment, Entry, Gone, Look, Quarantine, Refusal, Report,
};

pub(crate) fn record(report: &Report, metrics: &mut Metrics) {
    match report {
        Report::Duplicate(id) => {
            metrics.count(Metric::DUPLICATES, &[], 1);
            tracing::info!(finding = %id, "dealt with before");
        }
        Report::Done(entry) => {
            done(entry, metrics);
            // What is taken up again has its parts counted already.
            if let Some(burst) = entry.finding.burst.as_ref().filter(|_| entry.earlier.is_none()) {
                metrics.count(Metric::SUPERSEDED, &[], burst.supersedes.len());
            }
        }
        Report::Updated { entry, superseded } => {
            metrics.count(Metric::BURST_UPDATES, &[], 1);
            metrics.count(Metric::SUPERSEDED, &[], *superseded);
            tracing::info!(
                finding = %entry.finding.id,
                rule = entry.finding.rule.id,
                events = entry.finding.burst.as_ref().map(|burst| burst.events),
                continues = entry.continues.as_ref().map(ToString::to_string),
                superseded,
                "dealt with before, has grown"
            );
        }
        Report::Withdrawn(entry) => {
            let told = matches!(&entry.gone, Some(Gone::Withdrawn { message_id: Some(_), .. }));
            if told {
                metrics.count(Metric::PAGES, &["withdrawn"], 1);
            }
            tracing::info!(finding = %entry.finding.id, rule = entry.finding.rule.id, told, "withdrawn");
        }
    }
}

/// A look at a containment: silent when all of it is in place.
pub(crate) fn seen(look: &Look, metrics: &mut Metrics) {
    let (outcome, quarantine): (_, &Quarantine) = match look {
        Look::InPlace => return,
        Look::Reapplied(quarantine) => ("reapplied", quarantine),
        Look::Left(quarantine) => ("left", quarantine),
    };
    metrics.count(Metric::TAMPERING, &[outcome], 1);
    metrics.count(Metric::PAGES, &["tampered"], 1);
    let by = quarantine.tampering.as_ref().and_then(|tampering| tampering.by.as_deref());
    tracing::warn!(principal = quarantine.target.arn(), outcome, by, "somebody undid a part of a containment");
}

/// A change of an alarm: what was told of it, and what another worker had left to tell.
pub(crate) fn rang(change: &AlarmChange, report: &AlarmReport, metrics: &mut Metrics) {
    for sent in &report.sent {
        metrics.count(Metric::ALARM_NOTICES, &[sent.as_str()], 1);
    }
    let why = match report.outcome {
        AlarmOutcome::Noted(why) => {
            metrics.count(Metric::ALARM_NOTICES, &[report.outcome.as_str()], 1);
            Some(why.as_str())
        }
        _ => None,
    };
    let (outcome, sent) = (report.outcome.as_str(), report.sent.len());
    tracing::info!(alarm = change.name, state = ?change.state, at = %change.at, outcome, why, sent, "an alarm changed");
}

/// Alarms of which the round told.
pub(crate) fn caught_up(told: &AlarmsTold, metrics: &mut Metrics) {
    for sent in &told.sent {
        metrics.count(Metric::ALARM_NOTICES, &[sent.as_str()], 1);
    }
    let sent: Vec<&str> = told.sent.iter().map(|sent| sent.as_str()).collect();
    tracing::info!(thing = told.thing, ?sent, "told of alarms without a message");
}

fn done(entry: &Entry, metrics: &mut Metrics) {
    let page = count_decided(entry, metrics);
    if let Some(Containment::Contained { at, .. }) = &entry.containment
        && let Some(event) = entry.finding.time()
    {
        metrics.observe(Metric::TIME_TO_CONTAIN, &[], at.duration_since(event).as_secs_f64());
    }
    tracing::info!(
        finding = %entry.finding.id,
        rule = entry.finding.rule.id,
        actor = %entry.finding.actor.principal,
        wanted = entry.decision.wanted.as_str(),
        response = entry.decision.response.as_str(),
        guard = entry.decision.refusals.first().map(Refusal::name),
        contained = matches!(entry.containment, Some(Containment::Contained { .. })),
        incident = entry.incident,
        page,
        "dealt with"
    );
}
