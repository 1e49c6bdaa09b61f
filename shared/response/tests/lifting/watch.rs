//! What somebody undid is put back once, and on-call is told once.

use portcullis_response::{Action, Identity, Look, QuarantineState, Step, Tampering, Watch, Watched};
use portcullis_testkit::{Fault, Faults, Subject, World, until_death};

use crate::{KEY, USER, after, change, contained, deny, mallory, policy, release};

pub(crate) async fn look(world: &World, at: i64) -> Look {
    let none = Faults::default();
    let mut looks = world.ports(&none).responder().watch_all(after(at)).await.unwrap();
    assert_eq!(looks.len(), 1);
    looks.remove(0).unwrap()
}

pub(crate) fn tampered(world: &World) -> usize {
    world.pager.told().iter().filter(|told| matches!(told.about, Subject::Tampered(_))).count()
}

pub(crate) fn seen(look: &Look) -> &Tampering {
    match look {
        Look::Reapplied(known) | Look::Left(known) => known.tampering.as_ref().unwrap(),
        Look::InPlace => panic!("nothing was seen"),
    }
}

#[test]
fn the_message() {
    let watch: Watch =
        serde_json::from_str(r#"{"watch": {"principal": "arn:x", "by": "arn:y", "event": "e"}}"#).unwrap();
    let (by, event) = (Some("arn:y".to_owned()), Some("e".to_owned()));
    assert_eq!(watch.watch, Watched { principal: "arn:x".to_owned(), by, event });
    assert!(serde_json::from_str::<Watch>(r#"{"watch": {"principal": "arn:x"}}"#).is_ok());
}

#[tokio::test]
async fn nothing_is_amiss() {
    for full in [false, true] {
        let world = contained(full).await;
        let before = (world.quarantine(USER).await, world.iam.identity(USER), world.ledger.chained().len());
        assert_eq!(look(&world, 1).await, Look::InPlace);
        assert_eq!((world.quarantine(USER).await, world.iam.identity(USER), world.ledger.chained().len()), before);
        assert_eq!(world.pager.told().len(), 1);
    }
}

#[tokio::test]
async fn what_was_undone_is_put_back() {
    type Change = fn(&mut Identity);
    let attach = Step::AttachPolicy { policy: deny() };
    let bound = Step::PutBoundary { policy: deny(), former: Some(policy("x")) };
    let key = Step::DeactivateKey { key: KEY.to_owned() };
    let cases: [(bool, Change, Vec<Step>); 5] = [
        (false, |known| known.attached.retain(|policy| *policy != deny()), vec![attach.clone()]),
        (false, |known| known.keys[0].active = true, vec![key.clone()]),
        (true, |known| known.boundary = Some(policy("y")), vec![bound.clone()]),
        (true, |known| known.boundary = None, vec![bound.clone()]),
        (
            true,
            |known| {
                known.boundary = None;
                known.keys[0].active = true;
            },
            vec![bound.clone(), key],
        ),
    ];
    for (full, changes, missing) in cases {
        let world = contained(full).await;
        let before = world.iam.identity(USER);
        change(&world, changes);
        let put_by_owners = world.iam.identity(USER).and_then(|known| known.boundary).filter(|found| *found != deny());
        let reapplied = look(&world, 1).await;
        assert!(matches!(reapplied, Look::Reapplied(_)), "{reapplied:?}");
        assert_eq!((&seen(&reapplied).missing, &seen(&reapplied).left), (&missing, &None));
        assert_eq!(world.iam.identity(USER), before, "{missing:?}");
        let known = world.quarantine(USER).await.unwrap();
        assert_eq!((known.stage(), known.reapplied, known.until), ("verified", 1, after(240)));
        assert!(known.tampering.as_ref().unwrap().message_id.is_some());
        // It is critical, and of the same incident.
        let told = world.pager.told();
        assert_eq!((told[1].action, &told[1].incident), (Action::Trigger, &told[0].incident));
        assert_eq!((look(&world, 2).await, tampered(&world)), (Look::InPlace, 1), "once");
        release(&world, after(3)).await.unwrap();
        // A boundary that its owners put there meanwhile is what was there before ours: it is not lost.
        let owners = (missing == [bound.clone()]).then(|| put_by_owners.clone()).flatten();
        let mut expected = mallory(full);
        expected.boundary = owners.or(expected.boundary);
        assert_eq!(world.iam.identity(USER), Some(expected), "{missing:?}");
    }
}

#[tokio::test]
async fn who_did_it() {
    let (world, none) = (contained(false).await, Faults::default());
    change(&world, |known| known.attached.clear());
    let by = Some("arn:aws:iam::111122223333:role/admin".to_owned());
    let watched = Watched { principal: USER.to_owned(), by: by.clone(), event: Some("e-7".to_owned()) };
    let look = world.ports(&none).responder().watch(&watched, after(1)).await.unwrap();
    assert_eq!((&seen(&look).by, seen(&look).event.as_deref()), (&by, Some("e-7")));
    let again = world.ports(&none).responder().watch(&watched, after(1)).await.unwrap();
    assert_eq!((again, tampered(&world)), (Look::InPlace, 1), "told of twice, done once");
}

#[tokio::test]
async fn each_time_anew_and_ten_times_at_most() {
    let world = contained(false).await;
    for time in 1..=10 {
        change(&world, |known| known.attached.clear());
        assert!(matches!(look(&world, time).await, Look::Reapplied(_)), "{time}");
    }
    assert_eq!((tampered(&world), world.quarantine(USER).await.unwrap().reapplied), (10, 10));
    change(&world, |known| known.attached.clear());
    let left = look(&world, 11).await;
    assert_eq!(
        seen(&left).left.as_deref(),
        Some("it was put back 10 times, or that was tried; each time it was off again")
    );
    assert!(matches!(left, Look::Left(_)) && world.iam.attached(USER).is_empty());
    assert_eq!((look(&world, 12).await, tampered(&world)), (Look::InPlace, 11), "on-call knows");
}

#[tokio::test]
async fn on_call_is_told_even_if_that_fails_first() {
    let world = contained(false).await;
    change(&world, |known| known.attached.clear());
    let faults = Faults::at("page", 1, Fault::Before);
    let looks = world.ports(&faults).responder().watch_all(after(1)).await.unwrap();
    assert!(looks[0].is_err());
    assert_eq!((world.iam.attached(USER), tampered(&world)), (vec![deny()], 0));
    assert!(matches!(look(&world, 2).await, Look::Reapplied(_)));
    let known = world.quarantine(USER).await.unwrap();
    assert_eq!((tampered(&world), known.reapplied, known.stage()), (1, 1, "verified"), "it had been put back");
    assert_eq!((look(&world, 3).await, tampered(&world)), (Look::InPlace, 1));
}

#[tokio::test]
async fn what_cannot_be_put_back_is_told() {
    for fault in [Fault::Before, Fault::Refused] {
        let world = contained(false).await;
        change(&world, |known| known.attached.clear());
        let faults = Faults::at("apply", 1, fault);
        let looks = world.ports(&faults).responder().watch_all(after(1)).await.unwrap();
        let left = looks[0].as_ref().unwrap();
        assert_eq!(seen(left).left.as_deref(), Some("apply: injected fault"));
        assert!(matches!(left, Look::Left(_)) && world.iam.attached(USER).is_empty());
        assert_eq!(tampered(&world), 1);
        let state = world.quarantine(USER).await.unwrap().state;
        assert!(matches!(state, QuarantineState::Active { verification } if !verification.is_verified()));
        assert!(matches!(look(&world, 2).await, Look::Reapplied(_)), "it is tried again");
        assert_eq!((world.iam.attached(USER), tampered(&world)), (vec![deny()], 2));
        release(&world, after(3)).await.unwrap();
        assert_eq!(world.iam.identity(USER).unwrap().attached, []);
    }
}

#[tokio::test]
async fn a_watcher_may_die_at_any_call() {
    for fault in [Fault::DiesBefore, Fault::DiesAfter] {
        for call in 1.. {
            let world = contained(true).await;
            change(&world, |known| (known.boundary, known.keys[0].active) = (None, true));
            let faults = Faults::dies_at(call, fault);
            let ports = world.ports(&faults);
            let responder = ports.responder();
            let died = until_death(&faults, responder.watch_all(after(1))).await.is_none();
            let what = format!("{fault:?} {call}: {:?}", faults.made());
            look(&world, 3).await;
            let known = world.quarantine(USER).await.unwrap();
            let put_on = Some(deny());
            assert_eq!(world.iam.identity(USER).unwrap().boundary, put_on, "{what}");
            assert!(!world.iam.identity(USER).unwrap().keys[0].active && known.stage() == "verified", "{what}");
            let unwritten = match fault {
                Fault::DiesBefore => faults.made().ends_with(&["page", "put_quarantine"]),
                _ => faults.made().last() == Some(&"page"),
            };
            assert_eq!(tampered(&world), if died && unwritten { 2 } else { 1 }, "{what}");
            release(&world, after(5)).await.unwrap();
            assert_eq!(world.iam.identity(USER), Some(mallory(true)), "{what}");
            if !died {
                break;
            }
        }
    }
}
