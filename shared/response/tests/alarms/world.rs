//! A world with alarms in it.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AlarmSubject, AssetAlarm, Finding, PipelineAlarm, asset_dimension};
use portcullis_response::{Action, AlarmChange, AlarmOutcome, AlarmReport, AlarmState, AlarmsTold, RespondError};
use portcullis_testkit::{Faults, Subject, World, finding};

pub(crate) const STACK: &str = "gatehouse";

/// A critical entry, a sensitive one, and one that has no alarms; the same pages at most once an hour.
pub(crate) const SETTINGS: &str = "
mode: page
assets:
  - {name: payroll, secret: prod/payroll/*, tier: critical}
  - {name: billing, secret: prod/billing/*, tier: sensitive}
  - {name: other, secret: prod/other/*, tier: standard}
paging: {repeat_after: 1h}
";

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// So many minutes after the beginning.
pub(crate) fn at(after: i64) -> Timestamp {
    let start: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
    start + minutes(after)
}

pub(crate) fn change(subject: AlarmSubject, state: AlarmState, after: i64) -> AlarmChange {
    AlarmChange {
        name: subject.name(STACK),
        subject: Some(subject),
        state,
        before: None,
        at: at(after),
        reason: "Threshold Crossed".to_owned(),
        description: String::new(),
        measure: None,
        account: "111122223333".parse().ok(),
        region: Some("eu-west-1".to_owned()),
    }
}

pub(crate) fn of(entry: &str, kind: AssetAlarm) -> AlarmSubject {
    AlarmSubject::Asset { kind, entry: asset_dimension(entry) }
}

/// An alarm of `payroll` rings.
pub(crate) fn rings(kind: AssetAlarm, after: i64) -> AlarmChange {
    change(of("payroll", kind), AlarmState::Alarm, after)
}

/// It rings no more.
pub(crate) fn over(kind: AssetAlarm, after: i64) -> AlarmChange {
    change(of("payroll", kind), AlarmState::Ok, after)
}

pub(crate) fn pipeline(state: AlarmState, after: i64) -> AlarmChange {
    change(AlarmSubject::Pipeline(PipelineAlarm::HeartbeatKms), state, after)
}

pub(crate) async fn try_hear(
    world: &World,
    change: &AlarmChange,
    faults: &Faults,
    now: Timestamp,
) -> Result<AlarmReport, RespondError> {
    world.ports(faults).responder().alarm(change, now).await
}

/// Hears of a change when it happens.
pub(crate) async fn hear(world: &World, change: &AlarmChange) -> AlarmOutcome {
    hear_at(world, change, change.at).await
}

pub(crate) async fn hear_at(world: &World, change: &AlarmChange, now: Timestamp) -> AlarmOutcome {
    try_hear(world, change, &Faults::default(), now).await.unwrap().outcome
}

/// The minute's round.
pub(crate) async fn try_round(
    world: &World,
    faults: &Faults,
    now: Timestamp,
) -> Result<Vec<Result<AlarmsTold, RespondError>>, RespondError> {
    world.ports(faults).responder().alarms_due(now).await
}

/// What the minute's round sent.
pub(crate) async fn round(world: &World, now: Timestamp) -> Vec<AlarmOutcome> {
    let told = try_round(world, &Faults::default(), now).await.unwrap();
    told.into_iter().flat_map(|told| told.unwrap().sent).collect()
}

/// What was told of alarms: what it did to which incident, and the alarm's name without the stack's.
pub(crate) fn told(world: &World) -> Vec<(Action, String, String)> {
    let told = world.pager.told();
    let alarms = told.into_iter().filter_map(|told| match told.about {
        Subject::Alarm(notice) => {
            let name = notice.change.name.trim_start_matches(STACK).trim_start_matches('/').to_owned();
            Some((told.action, told.incident, name))
        }
        _ => None,
    });
    alarms.collect()
}

/// The same without the incidents.
pub(crate) fn actions(world: &World) -> Vec<(Action, String)> {
    told(world).into_iter().map(|(action, _, name)| (action, name)).collect()
}

/// A finding on `payroll` that is critical, unless it is said otherwise.
pub(crate) fn on_payroll(event: &str) -> Finding {
    Finding { entries: vec!["payroll".to_owned()], ..finding(event) }
}
