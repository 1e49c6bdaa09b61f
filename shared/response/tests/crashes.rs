//! Whatever call fails, and however often a finding is delivered, the end is the same.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Finding;
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryPager};
use portcullis_response::{
    Containment, Deployment, Ledger, LiftQuarantine as _, PageState, QuarantineState, Releaser, Report, Responder,
};
use portcullis_settings::{Settings, parse};
use portcullis_testkit::{Faults, Faulty, ROLE, finding, finding_by, role};
use proptest::prelude::*;

const PROTECTED: &str = "arn:aws:iam::111122223333:role/break-glass/admin";

#[derive(Default)]
struct World {
    ledger: MemoryLedger,
    iam: MemoryIam,
    pager: MemoryPager,
}

fn settings() -> Settings {
    parse("mode: enforce\nprotected: ['arn:aws:iam::*:role/break-glass/*']\n").unwrap()
}

fn start() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

impl World {
    async fn deliver(&self, finding: &Finding, faults: &Faults, now: Timestamp) -> Option<Report> {
        let (settings, deployment) = (settings(), Deployment::default());
        let ledger = Faulty { port: &self.ledger, faults };
        let iam = Faulty { port: &self.iam, faults };
        let pager = Faulty { port: &self.pager, faults };
        let responder = Responder {
            settings: &settings,
            deployment: &deployment,
            ledger: &ledger,
            identities: &iam,
            quarantine: &iam,
            pager: &pager,
        };
        responder.respond(finding, now, false).await.ok()
    }

    /// Delivers until it is dealt with, each time after the lease of the last attempt has ended.
    async fn settle(&self, finding: &Finding, mut now: Timestamp) -> Timestamp {
        for _ in 0..5 {
            now += SignedDuration::from_mins(3);
            if self.deliver(finding, &Faults::default(), now).await.is_some() {
                return now;
            }
        }
        panic!("{} was never dealt with", finding.id);
    }
}

#[tokio::test]
async fn three_deliveries_page_once() {
    let world = World::default();
    let none = Faults::default();
    for _ in 0..3 {
        world.deliver(&finding("e"), &none, start()).await.unwrap();
    }
    assert_eq!(world.pager.sent().len(), 1);
    assert_eq!(world.iam.denied(), [ROLE]);
}

#[tokio::test]
async fn a_burst_by_one_actor_pages_once() {
    let world = World::default();
    let none = Faults::default();
    for event in ["a", "b", "c"] {
        world.deliver(&finding(event), &none, start()).await.unwrap();
    }
    assert_eq!(world.pager.sent().len(), 1, "the later ones are repeats");
    let repeats = world.ledger.entries().iter().filter(|e| matches!(e.page, PageState::Repeat { .. })).count();
    assert_eq!(repeats, 2, "and are written down as such");
    let later = start() + SignedDuration::from_hours(2);
    world.deliver(&finding("d"), &none, later).await.unwrap();
    assert_eq!(world.pager.sent().len(), 2, "after a while the same is paged again");
}

#[tokio::test]
async fn a_protected_role_is_paged_about_and_not_touched() {
    let world = World::default();
    world.deliver(&finding_by(role(PROTECTED), "e"), &Faults::default(), start()).await.unwrap();
    assert_eq!((world.pager.sent().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn an_iam_that_never_answers_is_paged_about_on_the_last_try() {
    let world = World::default();
    let (settings, deployment) = (settings(), Deployment::default());
    let faults = Faults::plan(&[1, 1]);
    let identities = Faulty { port: &world.iam, faults: &faults };
    let responder = Responder {
        settings: &settings,
        deployment: &deployment,
        ledger: &world.ledger,
        identities: &identities,
        quarantine: &world.iam,
        pager: &world.pager,
    };
    assert!(responder.respond(&finding("e"), start(), false).await.is_err());
    assert!(world.pager.sent().is_empty());
    let report = responder.respond(&finding("e"), start(), true).await.unwrap();
    let Report::Done(entry) = report else { panic!("{report:?}") };
    assert_eq!(entry.decision.refusals[0].name(), "unreadable");
    assert_eq!((world.pager.sent().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn released_at_the_deadline_and_not_contained_again_for_the_same_burst() {
    let world = World::default();
    let none = Faults::default();
    world.deliver(&finding("a"), &none, start()).await.unwrap();
    let releaser = Releaser { ledger: &world.ledger, lift: &world.iam, pager: &world.pager };
    assert!(releaser.release_expired(start() + SignedDuration::from_hours(3)).await.unwrap().is_empty());
    let deadline = start() + SignedDuration::from_hours(4);
    let released = releaser.release_expired(deadline).await.unwrap();
    assert!(matches!(released[0].as_ref().unwrap().quarantine.state, QuarantineState::Released { .. }));
    assert!(world.iam.denied().is_empty());
    assert!(releaser.release_expired(deadline).await.unwrap().is_empty(), "once");

    world.deliver(&finding("late"), &none, deadline).await.unwrap();
    assert!(world.iam.denied().is_empty(), "an event from before the release does not contain again");
}

#[tokio::test]
async fn released_by_name_or_arn() {
    for who in ["reporting", ROLE] {
        let world = World::default();
        world.deliver(&finding("a"), &Faults::default(), start()).await.unwrap();
        let releaser = Releaser { ledger: &world.ledger, lift: &world.iam, pager: &world.pager };
        assert!(releaser.release("nobody", "alice", "test", start()).await.is_err());
        releaser.release(who, "alice", "test", start()).await.unwrap();
        assert!(world.iam.denied().is_empty());
        assert!(releaser.release(who, "alice", "test", start()).await.is_err(), "it is not in quarantine any more");
    }
}

#[tokio::test]
async fn a_release_before_the_retry_is_not_undone_by_it() {
    let world = World::default();
    // The attachment goes through, but its answer and the reading back are lost.
    let faults = Faults::plan(&[0, 0, 0, 0, 0, 0, 2, 1]);
    assert!(world.deliver(&finding("a"), &faults, start()).await.is_none());
    assert_eq!(world.iam.denied(), [ROLE]);
    let releaser = Releaser { ledger: &world.ledger, lift: &world.iam, pager: &world.pager };
    releaser.release(ROLE, "alice", "known", start() + SignedDuration::from_mins(1)).await.unwrap();
    let report =
        world.deliver(&finding("a"), &Faults::default(), start() + SignedDuration::from_mins(3)).await.unwrap();
    let Report::Done(entry) = report else { panic!("{report:?}") };
    assert_eq!(entry.decision.refusals[0].name(), "released-since");
    assert!(world.iam.denied().is_empty(), "released, and contained again by the retry");
}

#[tokio::test]
async fn a_quarantine_that_somebody_took_off_does_not_hide_the_next_read() {
    let world = World::default();
    let none = Faults::default();
    world.deliver(&finding("a"), &none, start()).await.unwrap();
    let quarantine = world.ledger.quarantine(ROLE).await.unwrap().unwrap().item;
    world.iam.detach(&quarantine.target, &quarantine.policy).await.unwrap();
    world.deliver(&finding("b"), &none, start()).await.unwrap();
    assert_eq!(world.iam.denied(), [ROLE], "contained again");
    assert_eq!(world.pager.sent().len(), 2, "and paged again");
}

#[tokio::test]
async fn a_page_that_was_never_sent_makes_nothing_a_repeat() {
    let world = World::default();
    let protected = |event: &str| finding_by(role(PROTECTED), event);
    // The first page fails after its mark was written.
    let faults = Faults::plan(&[0, 0, 0, 0, 0, 1]);
    assert!(world.deliver(&protected("a"), &faults, start()).await.is_none());
    assert!(world.pager.sent().is_empty());
    world.deliver(&protected("b"), &Faults::default(), start()).await.unwrap();
    assert_eq!(world.pager.sent(), [protected("b").id.to_string()]);
}

proptest! {
    /// Any calls of the first deliveries may fail, before or after they go through. Once the faults end: the role is
    /// contained with a deadline, the protected one is not touched, each is paged, and twice at most per injected fault.
    #[test]
    fn faults_change_nothing_in_the_end(
        faults in proptest::collection::vec(0_u8..3, 0..40),
        deliveries in proptest::collection::vec(0_usize..3, 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::default();
            let plan = Faults::plan(&faults);
            let findings = [finding("a"), finding_by(role(PROTECTED), "b"), finding("a")];
            let mut now = start();
            for which in deliveries {
                world.deliver(&findings[which], &plan, now).await;
                now += SignedDuration::from_secs(40);
            }
            for finding in &findings {
                now = world.settle(finding, now).await;
            }
            prop_assert_eq!(world.iam.denied(), vec![ROLE.to_owned()]);
            let quarantine = world.ledger.quarantine(ROLE).await.unwrap().unwrap().item;
            prop_assert!(quarantine.is_in_force() && quarantine.until > start());
            let injected = faults.iter().filter(|fault| **fault == 2).count();
            for finding in &findings[..2] {
                let pages = world.pager.sent().iter().filter(|id| **id == finding.id.as_str()).count();
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
