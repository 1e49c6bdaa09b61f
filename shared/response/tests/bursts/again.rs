//! A burst that goes on after its actor was let go.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, Outcome};
use portcullis_testkit::ROLE;

use crate::world::{World, critical, minutes, name, start};

/// The next form of the burst, whose last event is at `at`.
fn goes_on(revision: u64, at: Timestamp, outcome: Outcome) -> Finding {
    let mut burst = critical("a", revision);
    burst.burst.as_mut().unwrap().last = at;
    let last = burst.evidence.last_mut().unwrap();
    (last.time, last.outcome) = (Some(at), outcome);
    burst
}

#[tokio::test]
async fn calls_that_go_through_after_a_release_are_answered() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    world.release(ROLE, start() + minutes(20)).await;
    let late = goes_on(2, start() + minutes(10), Outcome::Success);
    assert_eq!(name(&world.deliver_at(&late, start() + minutes(21)).await), "updated", "from before the release");
    let denied = goes_on(3, start() + minutes(21), Outcome::Denied);
    assert_eq!(name(&world.deliver_at(&denied, start() + minutes(22)).await), "updated", "did not go through");
    assert!(world.iam.denied().is_empty());
    let on = goes_on(4, start() + minutes(30), Outcome::Success);
    assert_eq!(name(&world.deliver_at(&on, start() + minutes(31)).await), "done");
    assert_eq!(world.iam.denied(), [ROLE]);
    assert_eq!(world.pages().len(), 2);
    let entry = world.entry(&on).await;
    assert_eq!(entry.earlier.unwrap().contained.unwrap().arn(), ROLE);
    let quarantine = world.quarantine(ROLE).await.unwrap();
    assert_eq!(quarantine.until, start() + minutes(31) + SignedDuration::from_hours(4), "a new one");
}

#[tokio::test]
async fn calls_that_go_through_beside_a_quarantine_are_answered_if_it_is_not_there() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    let on = |revision| goes_on(revision, start() + minutes(1), Outcome::Success);
    assert_eq!(name(&world.deliver_at(&on(2), start() + minutes(2)).await), "updated", "it takes some seconds");
    world.detach(ROLE);
    assert_eq!(name(&world.deliver_at(&on(3), start() + minutes(2)).await), "done", "somebody took it off");
    assert_eq!((world.iam.denied(), world.pages().len()), (vec![ROLE.to_owned()], 2));
}

#[tokio::test]
async fn a_denial_after_a_release_contains_nobody() {
    // A new burst, of calls that went through before the release and were denied after it.
    let world = World::default();
    world.deliver(&critical("before", 1)).await;
    world.release(ROLE, start() + minutes(20)).await;
    let burst = goes_on(1, start() + minutes(21), Outcome::Denied);
    world.deliver_at(&burst, start() + minutes(22)).await;
    assert_eq!(world.entry(&burst).await.decision.refusals[0].name(), "released-since");
    assert!(world.iam.denied().is_empty());
}

#[tokio::test]
async fn a_quarantine_that_somebody_took_off_is_left_off_while_nothing_goes_through() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    world.detach(ROLE);
    let knocking = goes_on(2, start() + minutes(1), Outcome::Denied);
    assert_eq!(name(&world.deliver_at(&knocking, start() + minutes(2)).await), "updated");
    assert!(world.iam.denied().is_empty());
}
