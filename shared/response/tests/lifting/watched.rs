//! Who is looked after, and who is left.

use portcullis_response::{Identity, Look, ReleaseError, ThrowSwitch as _, Watched};
use portcullis_settings::parse;
use portcullis_testkit::{Fault, Faults, Task, World, finding_by, role, take_turns, until_death};

use crate::crash::orders;
use crate::watch::{look, seen, tampered};
use crate::{USER, after, change, contained, deny, mallory, now, policy, release, sweep, told, with};

#[tokio::test]
async fn with_the_kill_switch_on_it_is_told_and_left() {
    let world = contained(false).await;
    world.around.stop("fire").await.unwrap();
    change(&world, |known| known.attached.clear());
    let left = look(&world, 1).await;
    assert_eq!(seen(&left).left.as_deref(), Some("the kill switch is on: fire"));
    assert!(matches!(left, Look::Left(_)) && world.iam.attached(USER).is_empty());
    assert_eq!((look(&world, 2).await, tampered(&world)), (Look::InPlace, 1), "once");
    world.around.resume().await.unwrap();
    assert!(matches!(look(&world, 3).await, Look::Reapplied(_)));
    assert_eq!((world.iam.attached(USER), tampered(&world)), (vec![deny()], 2));
}

#[tokio::test]
async fn a_kill_switch_that_cannot_be_read_is_taken_to_be_on() {
    let world = contained(false).await;
    change(&world, |known| known.attached.clear());
    let faults = Faults::at("stopped", 1, Fault::Before);
    let looks = world.ports(&faults).responder().watch_all(after(1)).await.unwrap();
    assert!(looks[0].is_err(), "the next look is a minute away");
    let faults = Faults::at("stopped", 1, Fault::Refused);
    let looks = world.ports(&faults).responder().watch_all(after(1)).await.unwrap();
    let left = "what a guard must know could not be read: stopped: injected fault";
    assert_eq!(seen(looks[0].as_ref().unwrap()).left.as_deref(), Some(left));
    assert!(world.iam.attached(USER).is_empty());
    assert_eq!(tampered(&world), 1);
}

#[tokio::test]
async fn half_put_back_when_the_kill_switch_is_thrown() {
    let world = contained(false).await;
    change(&world, |known| known.attached.clear());
    let dies = Faults::at("apply", 1, Fault::DiesBefore);
    assert!(until_death(&dies, world.ports(&dies).responder().watch_all(after(1))).await.is_none());
    world.around.stop("fire").await.unwrap();
    assert!(matches!(look(&world, 3).await, Look::Left(_)));
    assert!(world.iam.attached(USER).is_empty());
    world.around.resume().await.unwrap();
    assert!(matches!(look(&world, 4).await, Look::Reapplied(_)), "once it is lifted, it is put back");
    assert_eq!((world.iam.attached(USER), tampered(&world)), (vec![deny()], 2));
}

#[tokio::test]
async fn one_that_is_protected_by_now_is_left() {
    for by_tag in [false, true] {
        let mut world = contained(false).await;
        if by_tag {
            change(&world, |known| known.tags.push(("portcullis:protected".to_owned(), "true".to_owned())));
        } else {
            world.settings = parse(&format!("mode: enforce\nprotected: ['{USER}']\n")).unwrap();
        }
        assert_eq!(look(&world, 1).await, Look::InPlace, "what is on stays on until somebody releases it");
        change(&world, |known| known.attached.clear());
        let left = look(&world, 2).await;
        assert!(seen(&left).left.as_ref().unwrap().starts_with("the settings protect it"), "{left:?}");
        assert!(world.iam.attached(USER).is_empty());
        assert_eq!((look(&world, 3).await, tampered(&world)), (Look::InPlace, 1));
    }
}

#[tokio::test]
async fn another_one_of_the_same_name_is_told_and_not_touched() {
    let world = contained(true).await;
    let other = Identity { id: "AIDAEXAMPLEEXAMPLE02".to_owned(), boundary: Some(policy("z")), ..mallory(false) };
    world.iam.set(other.clone());
    let left = look(&world, 1).await;
    let expected = "the one in the record (AIDAEXAMPLEEXAMPLE01) was deleted; AIDAEXAMPLEEXAMPLE02 has its name now";
    assert_eq!(seen(&left).left.as_deref(), Some(expected));
    assert_eq!((look(&world, 2).await, tampered(&world)), (Look::InPlace, 1));
    assert_eq!(world.iam.identity(USER), Some(other));
}

#[tokio::test]
async fn one_that_was_deleted_can_do_nothing() {
    let world = contained(true).await;
    world.iam.delete(USER);
    assert_eq!((look(&world, 1).await, tampered(&world)), (Look::InPlace, 0));
}

#[tokio::test]
async fn at_the_end_it_is_none_of_the_watchs_business() {
    let (world, none) = (contained(false).await, Faults::default());
    change(&world, |known| known.attached.clear());
    assert_eq!((look(&world, 240).await, tampered(&world)), (Look::InPlace, 0), "the sweep is due");
    sweep(&world, after(240)).await;
    let looks = world.ports(&none).responder().watch_all(after(241)).await.unwrap();
    assert!(looks.is_empty());
    for principal in [USER, "arn:aws:iam::111122223333:role/unknown"] {
        let watched = Watched { principal: principal.to_owned(), by: None, event: None };
        let look = world.ports(&none).responder().watch(&watched, after(241)).await.unwrap();
        assert_eq!(look, Look::InPlace);
    }
    assert!(world.iam.attached(USER).is_empty());
}

#[tokio::test]
async fn one_that_is_being_put_on_is_left_to_its_worker() {
    let world = with(false);
    let dies = Faults::at("apply", 1, Fault::DiesBefore);
    assert!(until_death(&dies, world.try_deliver(&told("e"), &dies, now())).await.is_none());
    for at in [1, 2] {
        assert_eq!(look(&world, at).await, Look::InPlace);
    }
    assert_eq!(world.iam.attached(USER), [policy("b")]);
}

#[tokio::test]
async fn a_release_waits_while_it_is_put_back() {
    let world = contained(false).await;
    change(&world, |known| known.attached.clear());
    let dies = Faults::at("apply", 1, Fault::DiesAfter);
    assert!(until_death(&dies, world.ports(&dies).responder().watch_all(after(1))).await.is_none());
    assert!(matches!(release(&world, after(2)).await, Err(ReleaseError::Busy(_))));
    release(&world, after(3)).await.unwrap();
    assert!(world.iam.attached(USER).is_empty());
}

#[tokio::test]
async fn two_watchers_at_once() {
    for turns in orders() {
        let world = contained(false).await;
        change(&world, |known| known.attached.clear());
        let faults = Faults::taking_turns();
        let ports = world.ports(&faults);
        let responder = ports.responder();
        let watch = || -> Task<'_, ()> { Box::pin(async { drop(responder.watch_all(after(1)).await) }) };
        take_turns(vec![watch(), watch()], &turns);
        assert_eq!((world.iam.attached(USER), tampered(&world)), (vec![deny()], 1), "{turns:?}");
        assert_eq!(look(&world, 3).await, Look::InPlace);
    }
}

#[tokio::test]
async fn a_watcher_and_a_release_at_once() {
    for turns in orders() {
        let world = contained(false).await;
        change(&world, |known| known.attached.retain(|policy| *policy != deny()));
        let faults = Faults::taking_turns();
        let ports = world.ports(&faults);
        let (responder, releaser) = (ports.responder(), ports.releaser());
        let watch: Task<'_, bool> = Box::pin(async {
            drop(responder.watch_all(after(1)).await);
            false
        });
        let lift: Task<'_, bool> = Box::pin(async { releaser.release(USER, "alice", "known", after(1)).await.is_ok() });
        let released = take_turns(vec![watch, lift], &turns).contains(&true);
        assert_eq!(world.iam.identity(USER) == Some(mallory(false)), released, "{turns:?}");
        if !released {
            release(&world, after(3)).await.unwrap();
            assert_eq!(world.iam.identity(USER), Some(mallory(false)), "{turns:?}");
        }
    }
}

#[tokio::test]
async fn one_that_cannot_be_looked_after_does_not_keep_the_others() {
    let world = contained(false).await;
    let arn = "arn:aws:iam::111122223333:role/zoe";
    world.deliver_at(&finding_by(role(arn), "role"), now()).await;
    change(&world, |known| known.attached.clear());
    let faults = Faults::at("read", 1, Fault::Refused);
    let looks = world.ports(&faults).responder().watch_all(after(1)).await.unwrap();
    assert_eq!(looks.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    let unreadable = Faults::unreadable_quarantine();
    change(&world, |known| known.attached.clear());
    let looks = world.ports(&unreadable).responder().watch_all(after(2)).await.unwrap();
    assert_eq!(looks.iter().filter(|look| look.is_err()).count(), 1);
    assert_eq!(world.iam.attached(USER), [deny()]);
}

#[tokio::test]
async fn the_ledger_does_not_answer() {
    let world: World = contained(false).await;
    let faults = Faults::at("quarantines", 1, Fault::Before);
    assert!(world.ports(&faults).responder().watch_all(after(1)).await.is_err());
}
