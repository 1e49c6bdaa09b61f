//! Whatever call fails, and however often a finding is delivered, the end is the same.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Finding;
use portcullis_response::{Containment, PageState, QuarantineState, Report};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, finding_by, role, until_death};
use proptest::prelude::*;

const PROTECTED: &str = "arn:aws:iam::111122223333:role/break-glass/admin";

fn world() -> World {
    World::with("mode: enforce\nprotected: ['arn:aws:iam::*:role/break-glass/*']\n")
}

fn start() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

/// Delivers until it is dealt with, each time after the lease of the last attempt has ended.
async fn settle(world: &World, finding: &Finding, mut now: Timestamp) -> Timestamp {
    for _ in 0..5 {
        now += SignedDuration::from_mins(3);
        if world.try_deliver(finding, &Faults::default(), now).await.is_ok() {
            return now;
        }
    }
    panic!("{} was never dealt with", finding.id);
}

#[tokio::test]
async fn three_deliveries_page_once() {
    let world = world();
    for _ in 0..3 {
        world.deliver_at(&finding("e"), start()).await;
    }
    assert_eq!(world.woken().len(), 1);
    assert_eq!(world.iam.denied(), [ROLE]);
}

#[tokio::test]
async fn a_burst_by_one_actor_pages_once() {
    let world = world();
    for event in ["a", "b", "c"] {
        world.deliver_at(&finding(event), start()).await;
    }
    assert_eq!(world.pager.told().len(), 1, "the later ones are repeats");
    let repeats = world.ledger.entries().iter().filter(|e| matches!(e.page, PageState::Repeat { .. })).count();
    assert_eq!(repeats, 2, "and are written down as such");
    let later = start() + SignedDuration::from_hours(2);
    world.deliver_at(&finding("d"), later).await;
    assert_eq!(world.woken().len(), 2, "after a while the same is paged again");
}

#[tokio::test]
async fn a_protected_role_is_paged_about_and_not_touched() {
    let world = world();
    world.deliver_at(&finding_by(role(PROTECTED), "e"), start()).await;
    assert_eq!((world.woken().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn an_iam_that_never_answers_is_paged_about_on_the_last_try() {
    let world = world();
    let faults = Faults::at("read", 1, Fault::Before).and("read", 2, Fault::Before);
    let ports = world.ports(&faults);
    assert!(ports.responder().respond(&finding("e"), start(), false).await.is_err());
    assert!(world.pager.told().is_empty());
    let report = ports.responder().respond(&finding("e"), start(), true).await.unwrap();
    let Report::Done(entry) = report else { panic!("{report:?}") };
    assert_eq!(entry.decision.refusals[0].name(), "unreadable");
    assert_eq!((world.woken().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn released_at_the_deadline_and_not_contained_again_for_the_same_burst() {
    let world = world();
    let none = Faults::default();
    world.deliver_at(&finding("a"), start()).await;
    let ports = world.ports(&none);
    let releaser = ports.releaser();
    assert!(releaser.release_expired(start() + SignedDuration::from_hours(3)).await.unwrap().is_empty());
    let deadline = start() + SignedDuration::from_hours(4);
    let released = releaser.release_expired(deadline).await.unwrap();
    assert!(matches!(released[0].as_ref().unwrap().quarantine.state, QuarantineState::Released { .. }));
    assert!(world.iam.denied().is_empty());
    assert!(releaser.release_expired(deadline).await.unwrap().is_empty(), "once");

    world.deliver_at(&finding("late"), deadline).await;
    assert!(world.iam.denied().is_empty(), "an event from before the release does not contain again");
}

#[tokio::test]
async fn released_by_name_or_arn() {
    for who in ["reporting", ROLE] {
        let (world, none) = (world(), Faults::default());
        world.deliver_at(&finding("a"), start()).await;
        let ports = world.ports(&none);
        let releaser = ports.releaser();
        assert!(releaser.release("nobody", "alice", "test", start()).await.is_err());
        releaser.release(who, "alice", "test", start()).await.unwrap();
        assert!(world.iam.denied().is_empty());
        assert!(releaser.release(who, "alice", "test", start()).await.is_err(), "it is not in quarantine any more");
    }
}

#[tokio::test]
async fn a_release_before_the_retry_is_not_undone_by_it() {
    let (world, none) = (world(), Faults::default());
    // The attachment goes through, but its answer and the reading back are lost.
    let faults = Faults::at("apply", 1, Fault::After).and("read", 2, Fault::Before);
    assert!(world.try_deliver(&finding("a"), &faults, start()).await.is_err());
    assert_eq!(world.iam.denied(), [ROLE]);
    let at = start() + SignedDuration::from_mins(1);
    world.ports(&none).releaser().release(ROLE, "alice", "known", at).await.unwrap();
    let report = world.deliver_at(&finding("a"), start() + SignedDuration::from_mins(3)).await;
    let Report::Done(entry) = report else { panic!("{report:?}") };
    assert_eq!(entry.decision.refusals[0].name(), "released-since");
    assert!(world.iam.denied().is_empty(), "released, and contained again by the retry");
}

#[tokio::test]
async fn a_quarantine_that_somebody_took_off_does_not_hide_the_next_read() {
    let world = world();
    world.deliver_at(&finding("a"), start()).await;
    let known = world.iam.identity(ROLE).unwrap();
    world.iam.set(portcullis_response::Identity { attached: Vec::new(), ..known });
    world.deliver_at(&finding("b"), start()).await;
    assert_eq!(world.iam.denied(), [ROLE], "contained again");
    assert_eq!(world.woken().len(), 2, "and paged again");
}

#[tokio::test]
async fn a_page_that_was_never_sent_makes_nothing_a_repeat() {
    let world = world();
    let protected = |event: &str| finding_by(role(PROTECTED), event);
    // The first page fails after its incident was written.
    let faults = Faults::at("page", 1, Fault::Before);
    assert!(world.try_deliver(&protected("a"), &faults, start()).await.is_err());
    assert!(world.pager.told().is_empty());
    world.deliver_at(&protected("b"), start()).await;
    assert_eq!(world.woken(), [protected("b").id.to_string()]);
}

#[tokio::test]
async fn a_worker_may_die_at_any_call() {
    for fault in [Fault::DiesBefore, Fault::DiesAfter] {
        for call in 1.. {
            let (world, faults) = (world(), Faults::dies_at(call, fault));
            let died = until_death(&faults, world.try_deliver(&finding("a"), &faults, start())).await.is_none();
            settle(&world, &finding("a"), start()).await;
            let after_page = fault == Fault::DiesAfter && faults.made().last() == Some(&"page");
            let unwritten = fault == Fault::DiesBefore && faults.made().ends_with(&["page", "put_entry"]);
            let pages = if after_page || unwritten { 2 } else { 1 };
            let told = world.pager.told();
            assert_eq!(told.len(), pages, "{fault:?} at call {call}: {:?}", faults.made());
            assert!(told.iter().all(|page| page.incident == told[0].incident && page.what() == told[0].what()));
            assert_eq!(world.iam.attached(ROLE).len(), 1, "{fault:?} at call {call}");
            let quarantine = world.quarantine(ROLE).await.unwrap();
            assert!(matches!(quarantine.state, QuarantineState::Active { .. }), "{fault:?} at call {call}");
            if !died {
                assert!(call > 10, "it makes more calls than that: {:?}", faults.made());
                break;
            }
        }
    }
}

proptest! {
    /// Any calls of the first deliveries may fail, before or after they go through, or be the worker's last. Once the faults
    /// end: the role is contained with a deadline, the protected one is not touched, each is paged, and twice at most per
    /// injected fault.
    #[test]
    fn faults_change_nothing_in_the_end(
        faults in proptest::collection::vec(prop_oneof![6 => Just(0_u8), 2 => 1..3_u8, 1 => 4..6_u8], 0..60),
        deliveries in proptest::collection::vec(0_usize..3, 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = world();
            let plan = Faults::plan(&faults);
            let findings = [finding("a"), finding_by(role(PROTECTED), "b"), finding("a")];
            let mut now = start();
            for which in deliveries {
                let _ = until_death(&plan, world.try_deliver(&findings[which], &plan, now)).await;
                now += SignedDuration::from_secs(40);
            }
            for finding in &findings {
                now = settle(&world, finding, now).await;
            }
            prop_assert_eq!(world.iam.denied(), vec![ROLE.to_owned()]);
            let quarantine = world.quarantine(ROLE).await.unwrap();
            prop_assert!(quarantine.is_in_force() && quarantine.until > start());
            let injected = faults.iter().filter(|fault| [2, 4, 5].contains(*fault)).count();
            for finding in &findings[..2] {
                let pages = world.woken().iter().filter(|id| **id == finding.id.as_str()).count();
                prop_assert!((1..=2 + injected).contains(&pages), "{} paged {} times", finding.id, pages);
            }
            for entry in world.ledger.entries() {
                prop_assert!(entry.done);
                prop_assert_eq!(entry.plan.is_empty(), !matches!(entry.containment, Some(Containment::Contained { .. })));
            }
            Ok(())
        })?;
    }
}
