//! The alarms about Portcullis itself, on its own metrics.

use portcullis_domain::{AlarmSubject, PipelineAlarm};
use portcullis_metrics::{Metric, Statistic};
use portcullis_settings::AlarmSettings;

use crate::alarm::{Alarm, Comparison, Condition, MetricRef, MissingData};
use crate::description::{description, length};
use crate::place::Place;

const FIVE_MINUTES: u32 = 300;

/// How often in how long a time it must be so.
struct Often {
    period: u32,
    periods: u32,
    datapoints: u32,
}

/// Once is enough.
const ONCE: Often = Often { period: FIVE_MINUTES, periods: 1, datapoints: 1 };

/// The alarms of this deployment, the worst first.
pub(crate) fn alarms(settings: &AlarmSettings, place: &Place) -> Vec<Alarm> {
    let kinds = [
        PipelineAlarm::HeartbeatKms,
        PipelineAlarm::HeartbeatSecretsManager,
        PipelineAlarm::Unreadable,
        PipelineAlarm::Tampering,
        PipelineAlarm::PagerDutyRefused,
        PipelineAlarm::EventAge,
        PipelineAlarm::EvidenceFailed,
        PipelineAlarm::AlarmsFailed,
    ];
    let has = |kind: &PipelineAlarm| match kind {
        PipelineAlarm::PagerDutyRefused => place.pagerduty,
        PipelineAlarm::EvidenceFailed => place.evidence,
        _ => true,
    };
    kinds.into_iter().filter(has).map(|kind| alarm(kind, settings, place)).collect()
}

fn alarm(kind: PipelineAlarm, settings: &AlarmSettings, place: &Place) -> Alarm {
    let (text, condition) = match kind {
        PipelineAlarm::HeartbeatKms => heartbeat("KMS", "kms", settings, place),
        PipelineAlarm::HeartbeatSecretsManager => heartbeat("Secrets Manager", "secretsmanager", settings, place),
        PipelineAlarm::EventAge => event_age(settings, place),
        PipelineAlarm::Unreadable => (
            "Portcullis was given records that it could not read, and may have missed what they tell. Look at what the \
             dead-letter queue kept of them."
                .to_owned(),
            counted(Metric::RECORDS_UNREADABLE, &[], &ONCE, place),
        ),
        PipelineAlarm::EvidenceFailed => (
            "Links of the ledger's chain cannot be kept in the evidence bucket or on the event bus. They are kept once \
             that works again; look at the log for what refused them."
                .to_owned(),
            // What was left is tried again within minutes: failing once is nothing yet.
            counted(
                Metric::EVIDENCE_FAILED,
                &[],
                &Often { period: FIVE_MINUTES, periods: 3, datapoints: 2 },
                place,
            ),
        ),
        PipelineAlarm::PagerDutyRefused => (
            "PagerDuty refused a page for good, so that nobody may have been called. Read it in the mail or in the log of \
             `pagerduty`, with the reason."
                .to_owned(),
            // One that failed otherwise is repeated, and ends in the dead-letter queue, which has an alarm of its own.
            counted(Metric::PAGERDUTY_EVENTS, &[("Outcome", "refused")], &ONCE, place),
        ),
        PipelineAlarm::Tampering => (
            "Somebody undid a containment and it was not put back: they can act again. See who with `portcullis status`, \
             then contain whoever undid it. This alarm ends after an hour by itself, whether or not that was done."
                .to_owned(),
            // It is counted once, when it is left so: the hour is for people to see it. What failed fails its function.
            counted(
                Metric::TAMPERING,
                &[("Outcome", "left")],
                &Often { period: 3600, periods: 1, datapoints: 1 },
                place,
            ),
        ),
        PipelineAlarm::AlarmsFailed => (
            "Alarms, metric filters or the dashboard could not be made as they should be, so that an alarm may be missing. \
             See which with `portcullis alarms plan`, and why in the log of `alarms`."
                .to_owned(),
            // Reconciling goes on by itself every hour.
            counted(
                Metric::ALARM_CHANGES,
                &[("Outcome", "failed")],
                &Often { period: 3600, periods: 1, datapoints: 1 },
                place,
            ),
        ),
    };
    // Both heartbeats have one section in the runbook.
    let section = match kind {
        PipelineAlarm::HeartbeatKms | PipelineAlarm::HeartbeatSecretsManager => "heartbeat",
        kind => kind.as_str(),
    };
    Alarm {
        name: AlarmSubject::Pipeline(kind).name(&place.stack),
        description: description(&text, place, section),
        condition,
        tells: vec![place.topic.clone()],
    }
}

/// Less than one came back in all that time.
fn heartbeat(service: &str, dimension: &str, settings: &AlarmSettings, place: &Place) -> (String, Condition) {
    let text = format!(
        "Portcullis may be blind to {service}: for {} nothing of what it asks of it came back by CloudTrail. Look whether \
         the trail and the event rules are on. After a deployment it rings until the first has come back.",
        length(settings.heartbeat.as_secs())
    );
    let periods = u32::try_from(settings.heartbeat.as_secs()).unwrap_or(1800) / FIVE_MINUTES;
    let condition = Condition::Threshold {
        metric: MetricRef::ours(Metric::HEARTBEATS, &place.stack, &[("Service", dimension)]),
        statistic: Statistic::Sum,
        // One is sent in each. A single long period would ring hours late: before CloudWatch takes a period for one without
        // data, it looks whether some older ones had any (CloudWatch User Guide, *Configuring how CloudWatch alarms treat
        // missing data*).
        period: FIVE_MINUTES,
        periods,
        datapoints: periods,
        comparison: Comparison::LessThan,
        threshold: 1.0,
        // That nothing is counted is the very fault.
        missing: MissingData::Breaching,
    };
    (text, condition)
}

fn event_age(settings: &AlarmSettings, place: &Place) -> (String, Condition) {
    let text = format!(
        "Portcullis sees late: even the newest events were more than {} old when it examined them. Look for a backlog in \
         the queues; AWS's health page tells whether CloudTrail is late.",
        length(settings.event_age.as_secs())
    );
    let condition = Condition::Threshold {
        metric: MetricRef::ours(Metric::NEWEST_EVENT_AGE, &place.stack, &[]),
        statistic: Statistic::Minimum,
        period: FIVE_MINUTES,
        // A single old record that is delivered alone is no backlog.
        periods: 3,
        datapoints: 3,
        comparison: Comparison::GreaterThan,
        threshold: settings.event_age.as_secs_f64(),
        // Without events none is old; that there are any at all is the heartbeat's matter.
        missing: MissingData::NotBreaching,
    };
    (text, condition)
}

/// It was counted at all.
fn counted(metric: Metric, dimensions: &[(&str, &str)], often: &Often, place: &Place) -> Condition {
    Condition::Threshold {
        metric: MetricRef::ours(metric, &place.stack, dimensions),
        statistic: Statistic::Sum,
        period: often.period,
        periods: often.periods,
        datapoints: often.datapoints,
        comparison: Comparison::GreaterOrEqual,
        threshold: 1.0,
        // Nothing is sent where there is nothing to count.
        missing: MissingData::NotBreaching,
    }
}

#[cfg(test)]
mod tests;
