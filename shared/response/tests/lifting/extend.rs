//! The end may be moved, within bounds.

use jiff::SignedDuration;
use portcullis_response::{Action, Extension, ReleaseError, ReleaseReport};
use portcullis_testkit::{Fault, Faults, Subject, World, until_death};
use test_case::test_case;

use crate::{USER, after, contained, mallory, now, release, sweep, told, with};

async fn extend(world: &World, minutes: i64, at: i64) -> Result<ReleaseReport, ReleaseError> {
    let (none, further) = (Faults::default(), SignedDuration::from_mins(minutes));
    world.ports(&none).releaser().extend(USER, further, "alice", "not done yet", after(at)).await
}

const DAY: i64 = 24 * 60;

// It ends after 240 minutes.
#[test_case(60, 10, Some(300))]
#[test_case(1, 239, Some(241))]
#[test_case(60, 250, Some(310) ; "past its end and not swept yet")]
#[test_case(30 * DAY - 230, 10, Some(30 * DAY + 10) ; "thirty days from now")]
#[test_case(30 * DAY - 229, 10, None ; "a minute more")]
#[test_case(0, 10, None ; "not at all")]
#[test_case(-60, 10, None ; "earlier")]
#[tokio::test]
async fn to_when(minutes: i64, at: i64, expected: Option<i64>) {
    let world = contained(false).await;
    let before = world.quarantine(USER).await.unwrap();
    let moved = extend(&world, minutes, at).await;
    let Some(expected) = expected else {
        let error = moved.unwrap_err();
        assert!(matches!(error, ReleaseError::End { .. }), "{error}");
        assert_eq!(world.quarantine(USER).await.unwrap(), before);
        assert_eq!(world.pager.told().len(), 1);
        return;
    };
    let moved = moved.unwrap();
    let until = after(expected);
    let extension = Extension { at: after(at), by: "alice".to_owned(), reason: "not done yet".to_owned(), until };
    assert_eq!((moved.quarantine.until, &moved.quarantine.extensions), (until, &vec![extension]));
    assert_eq!(world.quarantine(USER).await, Some(moved.quarantine.clone()));
    let told = world.pager.told();
    assert_eq!((told[1].action, &told[1].incident), (Action::Update, &told[0].incident));
    assert_eq!(told[1].about, Subject::Extended(Box::new(moved.quarantine)));
    assert!(sweep(&world, until - SignedDuration::from_secs(1)).await.is_empty());
    assert_eq!(sweep(&world, until).await.len(), 1);
    assert_eq!(world.iam.identity(USER), Some(mallory(false)));
}

#[tokio::test]
async fn again_and_again() {
    let world = contained(false).await;
    for hour in 1..=3 {
        extend(&world, 60, hour).await.unwrap();
    }
    let known = world.quarantine(USER).await.unwrap();
    assert_eq!((known.until, known.extensions.len()), (after(240 + 180), 3));
    // Whoever is contained further keeps the later end.
    assert_eq!(known.extensions.last().unwrap().until, known.until);
}

#[tokio::test]
async fn who_is_not_contained() {
    let world = with(false);
    let error = extend(&world, 60, 0).await.unwrap_err();
    assert!(matches!(error, ReleaseError::NotContained(_)), "{error}");
    let world = contained(false).await;
    release(&world, after(1)).await.unwrap();
    let error = extend(&world, 60, 2).await.unwrap_err();
    assert!(matches!(error, ReleaseError::NotContained(_)), "{error}");
}

#[tokio::test]
async fn who_is_being_changed() {
    let world = with(false);
    let dies = Faults::at("apply", 1, Fault::DiesAfter);
    assert!(until_death(&dies, world.try_deliver(&told("e"), &dies, now())).await.is_none());
    assert!(matches!(extend(&world, 60, 1).await, Err(ReleaseError::Busy(_))));
    extend(&world, 60, 2).await.unwrap();
    let dies = Faults::at("undo", 1, Fault::DiesAfter);
    let ports = world.ports(&dies);
    let releaser = ports.releaser();
    assert!(until_death(&dies, releaser.release(USER, "alice", "known", after(3))).await.is_none());
    // Half released, there is nothing to extend, however long ago that was.
    for at in [4, 100] {
        assert!(matches!(extend(&world, 60, at).await, Err(ReleaseError::Busy(_))));
    }
}
