//! Questions to on-call: asked once, answered once or never, and done only if all guards still agree.

#![cfg(test)]

mod answers;
mod bursts;
mod guards;
mod sweep;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, FindingId};
use portcullis_response::{Answer, AnswerError, Ask, AskState, Entry, Ledger as _, Report};
use portcullis_settings::Response;
use portcullis_testkit::{Faults, ROLE, World};

const ASK: &str = "mode: ask\n";

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

/// A world in which on-call is asked about the finding.
async fn asked(settings: &str, finding: &Finding) -> World {
    let world = World::with(settings);
    world.deliver_at(finding, now()).await;
    assert_eq!(world.entry(finding).await.ask.unwrap().state, AskState::Pending);
    world
}

async fn answer(world: &World, id: &FindingId, answer: Answer, at: Timestamp) -> Result<Entry, AnswerError> {
    let none = Faults::default();
    world.ports(&none).releaser().answer(id, answer, "alice", "looked at it", at).await
}

async fn approve(world: &World, id: &FindingId, at: Timestamp) {
    answer(world, id, Answer::Approve, at).await.unwrap();
}

/// Delivers every answer so far.
async fn hear(world: &World, at: Timestamp) -> Vec<Report> {
    let none = Faults::default();
    let mut reports = Vec::new();
    for id in world.around.answers() {
        reports.push(world.ports(&none).responder().answer(&id, at, false).await.unwrap());
    }
    reports
}

async fn sweep(world: &World, at: Timestamp) -> usize {
    let none = Faults::default();
    world.ports(&none).releaser().sweep_asks(at).await.unwrap()
}

async fn refusal(world: &World, finding: &Finding) -> Option<&'static str> {
    world.entry(finding).await.decision.refusals.first().map(portcullis_response::Refusal::name)
}

async fn question(world: &World, finding: &Finding) -> Ask {
    world.entry(finding).await.ask.unwrap()
}

#[tokio::test]
async fn nothing_is_done_until_somebody_answers() {
    let finding = portcullis_testkit::finding("e");
    let world = asked(ASK, &finding).await;
    let entry = world.entry(&finding).await;
    assert_eq!((entry.decision.response, entry.done, entry.stage()), (Response::Ask, true, "paged"));
    let ask = entry.ask.unwrap();
    assert_eq!((ask.until, ask.unanswered, ask.taken_up), (after(60), Response::Page, false));
    assert_eq!(world.ledger.asks().await.unwrap(), std::slice::from_ref(&finding.id));
    assert_eq!((world.iam.identity(ROLE), world.quarantine(ROLE).await), (None, None));
    assert_eq!(world.woken(), [finding.id.to_string()]);
    // Nor by the question itself, told again.
    let none = Faults::default();
    let report = world.ports(&none).responder().answer(&finding.id, after(1), false).await.unwrap();
    assert_eq!(report, Report::Duplicate(finding.id.clone()));
    assert_eq!(world.deliver_at(&finding, after(1)).await, Report::Duplicate(finding.id));
}
