//! What a guard must know and cannot be read speaks against acting: the finding comes back, and on the last try on-call is
//! told that nothing was done.

use portcullis_response::{Refusal, Report, RespondError};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding};
use test_case::test_case;

use crate::{now, read_by};

fn world() -> World {
    let mut world = World::with(&format!("mode: enforce\noperators: ['{ROLE}', '{}']\n", crate::arn("two")));
    world.around.active = Some(1000);
    world
}

#[test_case("read", 1 ; "the principal")]
#[test_case("read", 2 ; "another operator")]
#[test_case("stopped", 1 ; "the kill switch")]
#[test_case("count_active", 1 ; "how many were seen active")]
#[tokio::test]
async fn a_throttled_call(what: &'static str, nth: usize) {
    let world = world();
    let faults = Faults::at(what, nth, Fault::Before);
    let error = world.try_deliver(&finding("e"), &faults, now()).await.unwrap_err();
    assert!(matches!(error, RespondError::Guard { .. }), "{error}");
    assert_eq!((world.pager.told().len(), world.iam.denied().len()), (0, 0), "it comes back");

    for (fault, last_try) in [(Fault::Before, true), (Fault::Refused, false), (Fault::Refused, true)] {
        let world = self::world();
        let faults = Faults::at(what, nth, fault);
        let report = world.ports(&faults).responder().respond(&finding("e"), now(), last_try).await.unwrap();
        let Report::Done(entry) = report else { panic!("{report:?}") };
        let error = format!("{what}: injected fault");
        assert_eq!(entry.decision.refusals, [Refusal::Unreadable { error }], "{fault:?} {last_try}");
        assert_eq!((world.woken().len(), world.iam.denied().len()), (1, 0));
    }
}

#[tokio::test]
async fn what_comes_back_is_contained_once_it_can_be_read() {
    let world = world();
    for what in ["read", "stopped", "count_active"] {
        let faults = Faults::at(what, 1, Fault::Before);
        world.try_deliver(&finding("e"), &faults, now()).await.unwrap_err();
    }
    world.deliver_at(&finding("e"), now() + crate::minutes(2)).await;
    assert_eq!((world.woken().len(), world.iam.denied()), (1, vec![ROLE.to_owned()]));
}

#[tokio::test]
async fn the_ledger() {
    for what in ["entry", "quarantine", "quarantines", "places", "put_places", "put_entry", "put_quarantine"] {
        for last_try in [false, true] {
            let world = world();
            let faults = Faults::at(what, 1, Fault::Before);
            let error = world.ports(&faults).responder().respond(&finding("e"), now(), last_try).await.unwrap_err();
            assert!(matches!(error, RespondError::Ledger { .. }), "{what}: {error}");
            assert_eq!((world.pager.told().len(), world.iam.denied().len()), (0, 0), "{what}");
        }
    }
}

#[tokio::test]
async fn one_containment_that_cannot_be_read_may_be_of_anybody() {
    for last_try in [false, true] {
        let (world, faults) = (world(), Faults::unreadable_quarantine());
        let finding = read_by("other", "e", now());
        world.ports(&faults).responder().respond(&finding, now(), last_try).await.unwrap();
        let error = "one quarantine: injected fault".to_owned();
        assert_eq!(world.entry(&finding).await.decision.refusals, [Refusal::Unreadable { error }]);
        assert_eq!((world.woken().len(), world.iam.denied().len()), (1, 0));
    }
}

#[tokio::test]
async fn one_containment_that_cannot_be_read_does_not_keep_the_others_from_being_lifted() {
    let (world, none, unreadable) = (world(), Faults::default(), Faults::unreadable_quarantine());
    world.deliver_at(&read_by("other", "e", now()), now()).await;
    let late = now() + crate::minutes(300);
    let lifted = world.ports(&unreadable).releaser().release_expired(late).await.unwrap();
    assert_eq!(lifted.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    assert!(world.iam.denied().is_empty());
    let ports = world.ports(&unreadable);
    let error = ports.releaser().release("somebody", "alice", "known", late).await.unwrap_err();
    assert_eq!(error.to_string(), "`somebody` could not be released", "it may be the one");
    let error = world.ports(&none).releaser().release("somebody", "alice", "known", late).await.unwrap_err();
    assert_eq!(error.to_string(), "`somebody` is not contained; `portcullis status` lists who is");
}

#[tokio::test]
async fn half_done_and_unreadable_is_not_gone_on_with() {
    use portcullis_response::ThrowSwitch as _;
    let world = world();
    let dies = Faults::at("apply", 1, Fault::DiesBefore);
    assert!(portcullis_testkit::until_death(&dies, world.try_deliver(&finding("e"), &dies, now())).await.is_none());
    world.around.stop("fire").await.unwrap();
    // The plan was looked at again; then IAM does not tell whether it was carried out.
    let later = now() + crate::minutes(2);
    let faults = Faults::at("read", 2, Fault::Before);
    world.try_deliver(&finding("e"), &faults, later).await.unwrap_err();
    assert!(world.iam.denied().is_empty(), "the kill switch is on");
    let later = now() + crate::minutes(4);
    world.ports(&Faults::at("read", 2, Fault::Before)).responder().respond(&finding("e"), later, true).await.unwrap();
    assert_eq!(world.entry(&finding("e")).await.decision.refusals[0].name(), "unreadable");
    assert!(world.iam.denied().is_empty());
}
