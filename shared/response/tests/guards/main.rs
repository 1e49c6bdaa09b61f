//! Every guard, by table: who is contained, who is only paged about, and why.

#![cfg(test)]

mod changes;
mod counting;
mod iam;
mod operators;
mod past;
mod record;
mod rejected;
mod unread;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Finding;
use portcullis_response::{Deployment, Refusal};
use portcullis_settings::{Settings, parse};
use portcullis_testkit::{World, finding_by, role};

const SETTINGS: &str = "mode: enforce\nprotected: ['arn:aws:iam::*:role/break-glass/*', {path: /vault/}]\n";

fn settings() -> Settings {
    parse(SETTINGS).unwrap()
}

fn deployment() -> Deployment {
    World::with(SETTINGS).deployment
}

/// A few seconds after the event.
fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// The role of that name read a critical secret at `at`.
fn read_by(name: &str, event: &str, at: Timestamp) -> Finding {
    let mut finding = finding_by(role(&arn(name)), event);
    finding.evidence[0].time = Some(at);
    finding
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/team/{name}")
}

/// Delivers it, and answers with why its actor was not contained.
async fn refusal_of(world: &World, finding: &Finding, now: Timestamp) -> Option<Refusal> {
    world.deliver_at(finding, now).await;
    let decision = world.entry(finding).await.decision;
    assert!(decision.refusals.len() <= 1, "{:?}", decision.refusals);
    decision.refusals.into_iter().next()
}
