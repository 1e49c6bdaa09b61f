//! Workers that die, answers that are lost, and two workers at once.

use portcullis_domain::AssetAlarm::*;
use portcullis_response::{Action, AlarmOutcome, Noted, RespondError};
use portcullis_testkit::{Fault, Faults, Task, World, take_turns, until_death};

use crate::world::{SETTINGS, actions, at, hear_at, over, rings, told, try_hear};

/// The worker dies at each of its calls, and the message comes back.
#[tokio::test]
async fn a_worker_may_die_at_any_call() {
    for fault in [Fault::DiesBefore, Fault::DiesAfter] {
        for call in 1.. {
            let (world, faults) = (World::with(SETTINGS), Faults::dies_at(call, fault));
            let died = until_death(&faults, try_hear(&world, &rings(Denied, 0), &faults, at(0))).await.is_none();
            if died {
                hear_at(&world, &rings(Denied, 0), at(3)).await;
            }
            let made = faults.made();
            let published = made.contains(&"page") && !(fault == Fault::DiesBefore && made.last() == Some(&"page"));
            let crossed_out = fault == Fault::DiesAfter && made.ends_with(&["page", "put_alarm_incident"]);
            let twice = died && published && !crossed_out;
            assert_eq!(told(&world).len(), 1 + usize::from(twice), "{fault:?} at call {call}: {made:?}");
            assert!(told(&world).iter().all(|one| *one == told(&world)[0]), "the same page");
            assert_eq!(world.alarms_of("entry/payroll").await.unwrap().due(), 0);
            assert_eq!(hear_at(&world, &over(Denied, 5), at(5)).await, AlarmOutcome::Resolved);
            if !died {
                assert!(call > 4, "it makes more calls than that: {made:?}");
                break;
            }
        }
    }
}

/// A page that failed comes out with the next message, and before what that one calls for.
#[tokio::test]
async fn what_was_left_is_told_by_whoever_comes_next() {
    let (world, faults) = (World::with(SETTINGS), Faults::at("page", 1, Fault::Before));
    let error = try_hear(&world, &rings(Denied, 0), &faults, at(0)).await.unwrap_err();
    assert!(matches!(error, RespondError::Alarm { .. }), "{error}");
    assert!(told(&world).is_empty());
    let report = try_hear(&world, &over(Denied, 1), &Faults::default(), at(1)).await.unwrap();
    assert_eq!(report.sent, [AlarmOutcome::Paged, AlarmOutcome::Resolved]);
    let name = || "denied/payroll".to_owned();
    assert_eq!(actions(&world), [(Action::Trigger, name()), (Action::Resolve, name())]);
    let report = try_hear(&world, &rings(Denied, 0), &Faults::default(), at(2)).await.unwrap();
    assert_eq!((report.outcome, report.sent), (AlarmOutcome::Noted(Noted::Known), Vec::new()));
}

/// Its own message is not dealt with while another worker tells of it: with that one it would be lost.
#[tokio::test]
async fn a_copy_waits_for_the_worker_that_has_it() {
    let (world, faults) = (World::with(SETTINGS), Faults::at("page", 1, Fault::DiesBefore));
    assert!(until_death(&faults, try_hear(&world, &rings(Denied, 0), &faults, at(0))).await.is_none());
    let none = Faults::default();
    assert!(try_hear(&world, &rings(Denied, 0), &none, at(1)).await.is_err(), "its lease has not ended");
    assert!(try_hear(&world, &over(Denied, 1), &none, at(1)).await.is_err(), "nor can it be over before it began");
    let report = try_hear(&world, &rings(HighRate, 1), &none, at(1)).await.unwrap();
    assert_eq!(report.sent, [AlarmOutcome::Updated], "but others are told of");
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(2)).await, AlarmOutcome::Noted(Noted::Known));
    assert_eq!(actions(&world)[1], (Action::Trigger, "denied/payroll".to_owned()));
}

/// Two alarms of one entry ring at once, as a composite one and its children do.
#[test]
fn two_at_once() {
    for turns in
        [[0, 1], [1, 0], [0, 0], [1, 1]].iter().flat_map(|a| [[0, 1], [1, 0], [1, 1]].map(|b| [*a, b].concat()))
    {
        let (world, faults) = (World::with(SETTINGS), Faults::taking_turns());
        let changes = [rings(Denied, 0), rings(UnderAttack, 0)];
        let tasks = changes.iter().map(|change| -> Task<'_, bool> {
            Box::pin(async { try_hear(&world, change, &faults, at(0)).await.is_ok() })
        });
        assert_eq!(take_turns(tasks.collect(), &turns), [true, true], "{turns:?}");
        let told = told(&world);
        assert_eq!(told.len(), 2, "{turns:?}");
        let first_is_worse = told[0].2.starts_with("under-attack");
        assert_eq!(told[0].1 == told[1].1, first_is_worse, "what is worse wakes under a key of its own: {turns:?}");
        assert!(told.iter().any(|(action, _, name)| *action == Action::Trigger && name.starts_with("under-attack")));
    }
}
