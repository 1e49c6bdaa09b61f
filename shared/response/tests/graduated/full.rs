//! Whoever can take no further policy gets a boundary, and the former one back.

use portcullis_response::memory::MemoryIam;
use portcullis_response::{Containment, Level, PageState, Quarantine, QuarantineState, Step, Undone};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, until_death};
use test_case::test_case;

use crate::{DENY, LOCKOUT, a_role, now, policy, release, seconds};

fn world(settings: &str, boundary: Option<&str>) -> World {
    let world = World { iam: MemoryIam::with_quota(2), ..World::with(&format!("mode: enforce\n{settings}\n")) };
    world.iam.set(a_role(&["b", "a"], boundary));
    world
}

#[test_case("", None, DENY)]
#[test_case("", Some("x"), DENY ; "with a former one")]
#[test_case("response: {critical: {critical: lockout}}", Some("x"), LOCKOUT ; "a lockout")]
#[test_case("lockout: {when_full: page}", Some("x"), DENY ; "a quarantine where a lockout would not")]
#[tokio::test]
async fn the_boundary_denies(settings: &str, former: Option<&str>, denies: &str) {
    let world = world(settings, former);
    let before = world.iam.identity(ROLE);
    world.deliver_at(&finding("e"), now()).await;
    let step = Step::PutBoundary { policy: denies.parse().unwrap(), former: former.map(policy) };
    let known = world.quarantine(ROLE).await.unwrap();
    assert_eq!((&known.steps, known.stage()), (&vec![step], "verified"));
    let found = world.iam.identity(ROLE).unwrap();
    assert_eq!(found.boundary, denies.parse().ok());
    assert_eq!(found.attached, [policy("b"), policy("a")]);
    let lifted = release(&world, ROLE, now()).await.quarantine;
    let QuarantineState::Released { found, .. } = lifted.state else { panic!("{:?}", lifted.state) };
    assert_eq!(found, [Undone::Restored]);
    assert_eq!(world.iam.identity(ROLE), before);
}

#[tokio::test]
async fn the_former_one_is_written_down_before_it_is_replaced() {
    let dies = Faults::at("apply", 2, Fault::DiesBefore);
    let world = world("", Some("x"));
    assert!(until_death(&dies, world.try_deliver(&finding("e"), &dies, now())).await.is_none());
    let step = Step::PutBoundary { policy: DENY.parse().unwrap(), former: Some(policy("x")) };
    assert_eq!(world.quarantine(ROLE).await.unwrap().steps, [step]);
    assert_eq!(world.iam.identity(ROLE).unwrap().boundary, Some(policy("x")), "and not yet");
    // What is written down is gone on with.
    world.deliver_at(&finding("e"), now() + seconds(120)).await;
    assert_eq!(world.iam.identity(ROLE).unwrap().boundary, DENY.parse().ok());
    release(&world, ROLE, now()).await;
    assert_eq!(world.iam.identity(ROLE), Some(a_role(&["b", "a"], Some("x"))));
}

#[tokio::test]
async fn the_former_one_that_cannot_be_read_is_not_replaced() {
    for (fault, stage) in [(Fault::Before, "applying"), (Fault::Refused, "failed")] {
        let world = world("", Some("x"));
        // The second reading: the first was to plan.
        let faults = Faults::at("read", 2, fault);
        let report = world.try_deliver(&finding("e"), &faults, now()).await;
        assert_eq!(report.is_err(), fault == Fault::Before, "{report:?}");
        assert_eq!(world.iam.identity(ROLE), Some(a_role(&["b", "a"], Some("x"))));
        assert_eq!(world.quarantine(ROLE).await.unwrap().stage(), stage);
        assert!(matches!(world.entry(&finding("e")).await.page, PageState::SentOfFailure { .. }));
    }
}

#[tokio::test]
async fn a_lockout_may_be_left_to_people() {
    let world = world("response: {critical: {critical: lockout}}\nlockout: {when_full: page}", None);
    let before = world.iam.identity(ROLE);
    world.deliver_at(&finding("e"), now()).await;
    let entry = world.entry(&finding("e")).await;
    let Some(Containment::Failed { error, uncertain: false, .. }) = entry.containment else {
        panic!("{:?}", entry.containment)
    };
    assert_eq!(error, format!("failed to attach a policy to {ROLE}"));
    assert!(entry.done && matches!(entry.page, PageState::SentOfFailure { .. }));
    assert_eq!((world.iam.identity(ROLE), world.woken().len()), (before, 1));
    let known = world.quarantine(ROLE).await.unwrap();
    assert_eq!((known.state, known.level), (QuarantineState::Failed, Level::Lockout));
}

#[tokio::test]
async fn a_lockout_by_boundary_becomes_a_quarantine_by_boundary() {
    let table = "response: {critical: {critical: quarantine, sensitive: lockout}}";
    for former in [None, Some("x")] {
        let (world, none) = (world(table, former), Faults::default());
        let before = world.iam.identity(ROLE);
        let mut first = finding("a");
        first.tier = Some(portcullis_domain::Tier::Sensitive);
        world.deliver_at(&first, now()).await;
        assert_eq!(world.iam.identity(ROLE).unwrap().boundary, LOCKOUT.parse().ok());
        world.deliver_at(&finding("b"), now() + seconds(1)).await;
        let Quarantine { steps, level, .. } = world.quarantine(ROLE).await.unwrap();
        let (lockout, deny) = (LOCKOUT.parse().unwrap(), DENY.parse().unwrap());
        let steps_expected = [
            Step::PutBoundary { policy: lockout, former: former.map(policy) },
            Step::PutBoundary { policy: deny, former: LOCKOUT.parse().ok() },
        ];
        assert_eq!((steps.as_slice(), level), (&steps_expected[..], Level::Quarantine));
        assert_eq!(world.iam.identity(ROLE).unwrap().boundary, DENY.parse().ok());
        assert_eq!(world.quarantine(ROLE).await.unwrap().stage(), "verified", "the first is not missed");
        // Nor by the watch, and the quarantine hides nothing.
        let looks = world.ports(&none).responder().watch_all(now()).await.unwrap();
        assert!(matches!(looks.as_slice(), [Ok(portcullis_response::Look::InPlace)]), "{looks:?}");
        world.deliver_at(&finding("c"), now() + seconds(2)).await;
        assert_eq!(world.entry(&finding("c")).await.decision.refusals[0].name(), "already-contained");
        let lifted = release(&world, ROLE, now() + seconds(3)).await.quarantine;
        let QuarantineState::Released { found, .. } = lifted.state else { panic!("{:?}", lifted.state) };
        assert_eq!(found, [Undone::Restored, Undone::Restored]);
        assert_eq!(world.iam.identity(ROLE), before);
    }
}
