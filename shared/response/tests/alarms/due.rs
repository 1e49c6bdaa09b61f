//! What is told without a message: the minute's round wakes for what rings on, and tells what was left.

use portcullis_domain::{AssetAlarm::*, Severity};
use portcullis_response::{Action, AlarmOutcome, AlarmState, Noted, RespondError, Telling};
use portcullis_settings::Mode;
use portcullis_testkit::{Fault, Faults, Subject, Task, World, take_turns, until_death};

use crate::world::{SETTINGS, at, change, hear, hear_at, of, over, pipeline, rings, round, told, try_hear, try_round};

pub(crate) const NOBODY: [AlarmOutcome; 0] = [];

/// It was paged, was over, and rings again after ten minutes, for which nobody is woken.
pub(crate) async fn again() -> World {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    hear(&world, &over(Denied, 5)).await;
    assert_eq!(hear(&world, &rings(Denied, 10)).await, AlarmOutcome::Repeated);
    world
}

/// What the last page of an alarm told, and when it began to ring.
pub(crate) fn last(world: &World) -> (Telling, jiff::Timestamp, Severity) {
    let last = world.pager.told().pop().unwrap();
    let Subject::Alarm(notice) = last.about else { panic!("{last:?}") };
    (notice.telling, notice.change.at, notice.severity)
}

#[tokio::test]
async fn what_rings_on_wakes_once_the_hour_is_over() {
    let world = again().await;
    for minute in [11, 30, 59] {
        assert_eq!(round(&world, at(minute)).await, NOBODY, "minute {minute}");
    }
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
    assert_eq!(last(&world), (Telling::Still { woken_at: at(0), times: 1 }, at(10), Severity::Medium));
    for minute in [61, 119, 120, 600] {
        assert_eq!(round(&world, at(minute)).await, NOBODY, "once, minute {minute}");
    }
    assert_eq!(hear(&world, &over(Denied, 700)).await, AlarmOutcome::Resolved);
    let told = told(&world);
    let [first, second] = [&told[0].1, &told[3].1];
    assert_ne!(first, second, "what is open already wakes nobody where it is deduplicated");
    let ends = [(Action::Resolve, first), (Action::Resolve, second)];
    assert_eq!(told[4..].iter().map(|(action, incident, _)| (*action, incident)).collect::<Vec<_>>(), ends);
}

/// The hour begins anew with each waking, of the round too.
#[tokio::test]
async fn and_again_once_an_hour() {
    let world = again().await;
    round(&world, at(60)).await;
    hear(&world, &over(Denied, 70)).await;
    assert_eq!(hear(&world, &rings(Denied, 80)).await, AlarmOutcome::Repeated);
    assert_eq!(last(&world).0, Telling::Again { woken_at: at(60), times: 1 });
    assert_eq!(round(&world, at(119)).await, NOBODY);
    assert_eq!(round(&world, at(120)).await, [AlarmOutcome::Paged]);
}

#[tokio::test]
async fn what_was_over_in_time_wakes_nobody() {
    let world = again().await;
    assert_eq!(hear(&world, &over(Denied, 59)).await, AlarmOutcome::Resolved);
    assert_eq!(round(&world, at(60)).await, NOBODY);
}

/// Nobody was woken for the second, whether the first rings on or not.
#[tokio::test]
async fn what_rings_beside_what_was_paged_wakes_once_the_hour_is_over() {
    for first_is_over in [true, false] {
        let world = World::with(SETTINGS);
        hear(&world, &rings(Denied, 0)).await;
        assert_eq!(hear(&world, &rings(HighRate, 10)).await, AlarmOutcome::Updated);
        assert_eq!(hear(&world, &rings(Anomaly, 12)).await, AlarmOutcome::Updated);
        if first_is_over {
            assert_eq!(hear(&world, &over(Denied, 20)).await, AlarmOutcome::Noted(Noted::RingsOn));
        }
        assert_eq!(round(&world, at(59)).await, NOBODY);
        assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged], "one page for both");
        assert_eq!(last(&world), (Telling::Still { woken_at: at(0), times: 0 }, at(10), Severity::Medium));
        let Some(Subject::Alarm(notice)) = world.pager.told().pop().map(|told| told.about) else { panic!() };
        assert_eq!(notice.ringing.len(), if first_is_over { 2 } else { 3 }, "which lists all that ring");
        for minute in [61, 120, 121, 600] {
            assert_eq!(round(&world, at(minute)).await, NOBODY, "minute {minute}");
        }
    }
}

/// What was over before the round came is nothing to wake for.
#[tokio::test]
async fn what_rang_beside_what_was_paged_and_is_over() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    hear(&world, &rings(HighRate, 10)).await;
    assert_eq!(hear(&world, &over(HighRate, 20)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(round(&world, at(600)).await, NOBODY);
}

/// Nobody was woken for the second either, since the first rang again.
#[tokio::test]
async fn what_rings_beside_what_rang_again_wakes() {
    let world = again().await;
    assert_eq!(hear(&world, &rings(HighRate, 20)).await, AlarmOutcome::Repeated);
    assert_eq!(last(&world).0, Telling::Again { woken_at: at(0), times: 1 }, "its incident was said to be over");
    assert_eq!(hear(&world, &over(Denied, 30)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
    assert_eq!(told(&world).pop().unwrap().2, "high-rate/payroll");
}

/// One page for all that rings, of the worst; and what is worse than that wakes, though something as bad rang before.
#[tokio::test]
async fn the_worst_of_what_rings() {
    for worst in [Severity::Medium, Severity::Critical] {
        let world = World::with(SETTINGS);
        hear(&world, &rings(UnderAttack, 0)).await;
        hear(&world, &over(UnderAttack, 5)).await;
        hear(&world, &rings(HighRate, 10)).await;
        hear(&world, &rings(Denied, 11)).await;
        if worst == Severity::Critical {
            assert_eq!(hear(&world, &rings(UnderAttack, 12)).await, AlarmOutcome::Repeated);
        }
        assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged], "one");
        let since = if worst == Severity::Critical { at(12) } else { at(10) };
        assert_eq!(last(&world), (Telling::Still { woken_at: at(0), times: 1 }, since, worst));
        let next = if worst == Severity::Critical { AlarmOutcome::Updated } else { AlarmOutcome::Paged };
        assert_eq!(hear(&world, &rings(UnderAttack, 61)).await, next);
        assert_eq!(round(&world, at(119)).await, NOBODY);
    }
}

/// Somebody was woken meanwhile: the hour counts from there, and nothing is left to wake for.
#[tokio::test]
async fn what_is_worse_meanwhile_wakes_for_all() {
    let world = again().await;
    assert_eq!(hear(&world, &rings(UnderAttack, 40)).await, AlarmOutcome::Paged);
    hear(&world, &over(UnderAttack, 50)).await;
    for minute in [60, 100, 600] {
        assert_eq!(round(&world, at(minute)).await, NOBODY, "minute {minute}");
    }
}

/// It was over by the time it was heard of; only what rings is waited for.
#[tokio::test]
async fn what_was_over_before_it_was_heard_of_wakes_nobody() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    hear(&world, &over(Denied, 5)).await;
    hear(&world, &over(HighRate, 20)).await;
    assert_eq!(hear_at(&world, &rings(HighRate, 10), at(21)).await, AlarmOutcome::Repeated);
    assert_eq!(round(&world, at(60)).await, NOBODY);

    let world = again().await;
    hear(&world, &over(HighRate, 20)).await;
    assert_eq!(hear_at(&world, &rings(HighRate, 8), at(21)).await, AlarmOutcome::Repeated);
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
    assert_eq!(last(&world).1, at(10), "for what rings");
}

/// Every thing is looked at for itself.
#[tokio::test]
async fn each_thing() {
    let world = again().await;
    for (state, after) in [(AlarmState::Alarm, 20), (AlarmState::Ok, 25), (AlarmState::Alarm, 30)] {
        hear(&world, &pipeline(state, after)).await;
        hear(&world, &change(of("billing", HighRate), state, after)).await;
    }
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
    assert_eq!(round(&world, at(80)).await, [AlarmOutcome::Paged; 2]);
}

/// The settings of the moment count.
#[tokio::test]
async fn what_the_settings_ask_no_page_for() {
    let mut world = again().await;
    world.settings.mode = Mode::Observe;
    assert_eq!(round(&world, at(60)).await, NOBODY);
    world.settings.mode = Mode::Page;
    assert_eq!(round(&world, at(61)).await, [AlarmOutcome::Paged]);
}

/// Its message is in the dead-letter queue by now: nobody but the round is left to tell it.
#[tokio::test]
async fn what_was_left_is_told_though_its_message_comes_no_more() {
    let (world, faults) = (World::with(SETTINGS), Faults::at("page", 1, Fault::Before));
    assert!(try_hear(&world, &rings(Denied, 0), &faults, at(0)).await.is_err());
    assert_eq!(round(&world, at(0)).await, [AlarmOutcome::Paged]);
    assert_eq!(round(&world, at(1)).await, NOBODY);
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(2)).await, AlarmOutcome::Noted(Noted::Known));
    assert_eq!(told(&world).len(), 1);
}

/// The one that died had it to itself, and has it for as long as its lease says.
#[tokio::test]
async fn what_a_dead_worker_had_is_told_after_its_lease() {
    let (world, faults) = (World::with(SETTINGS), Faults::at("page", 1, Fault::DiesBefore));
    assert!(until_death(&faults, try_hear(&world, &rings(Denied, 0), &faults, at(0))).await.is_none());
    assert_eq!(round(&world, at(1)).await, NOBODY);
    assert_eq!(round(&world, at(2)).await, [AlarmOutcome::Paged]);
}

/// In the order in which it happened, with what is due by now at the end.
#[tokio::test]
async fn what_was_left_comes_first() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    hear(&world, &over(Denied, 5)).await;
    let faults = Faults::at("page", 1, Fault::Before);
    assert!(try_hear(&world, &rings(Denied, 10), &faults, at(10)).await.is_err());
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Repeated, AlarmOutcome::Paged]);
}

/// The round dies at each of its calls, and the next ones make up for it.
#[tokio::test]
async fn the_round_may_die_at_any_call() {
    for fault in [Fault::DiesBefore, Fault::DiesAfter, Fault::Before, Fault::After] {
        for call in 1.. {
            let (world, faults) = (again().await, Faults::dies_at(call, fault));
            let all = until_death(&faults, try_round(&world, &faults, at(60))).await;
            let done = all.is_some_and(|all| all.is_ok_and(|all| all.iter().all(Result::is_ok)));
            round(&world, at(62)).await;
            let made = faults.made();
            // Only what was published, and could not be crossed out, is told again: the third call is the page, the fourth
            // crosses it out.
            let twice = match fault {
                Fault::DiesBefore | Fault::Before => call == 4,
                _ => call == 3,
            };
            let woken = told(&world).into_iter().skip(3).collect::<Vec<_>>();
            let context = format!("{fault:?} at call {call}: {made:?}: {woken:?}");
            assert_eq!(woken.len(), 1 + usize::from(twice), "{context}");
            assert!(woken.iter().all(|one| *one == woken[0] && one.0 == Action::Trigger), "{context}");
            let known = world.alarms_of("entry/payroll").await.unwrap();
            assert_eq!(known.due(), 0, "{context}");
            assert_eq!(round(&world, at(600)).await, NOBODY, "{context}");
            if done {
                assert_eq!(made, ["alarm_incidents", "put_alarm_incident", "page", "put_alarm_incident"]);
                assert_eq!(call, 5, "every call was tried");
                break;
            }
        }
    }
}

/// Two rounds at once wake once; so do a round and the end of it, which comes after.
#[test]
fn two_at_once() {
    let block_on = |future| tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
    for turns in
        [[0, 1], [1, 0], [0, 0], [1, 1]].iter().flat_map(|a| [[0, 1], [1, 0], [1, 1]].map(|b| [*a, b].concat()))
    {
        let (world, faults) = (block_on(again()), Faults::taking_turns());
        let tasks = [0, 1].map(|_| -> Task<'_, bool> {
            Box::pin(async { try_round(&world, &faults, at(60)).await.unwrap().iter().all(Result::is_ok) })
        });
        assert_eq!(take_turns(tasks.into(), &turns), [true, true], "{turns:?}");
        assert_eq!(told(&world).len(), 4, "{turns:?}");

        let world = block_on(again());
        let ends: Task<'_, bool> =
            Box::pin(async { try_hear(&world, &over(Denied, 60), &faults, at(60)).await.is_ok() });
        let looks: Task<'_, bool> = Box::pin(async { try_round(&world, &faults, at(60)).await.is_ok() });
        take_turns(vec![looks, ends], &turns);
        let after = tokio::runtime::Builder::new_current_thread().build().unwrap();
        after.block_on(hear_at(&world, &over(Denied, 60), at(62)));
        let actions: Vec<Action> = told(&world).into_iter().skip(3).map(|told| told.0).collect();
        assert!(
            actions == [Action::Resolve] || actions == [Action::Trigger, Action::Resolve, Action::Resolve],
            "{turns:?}: {actions:?}"
        );
    }
}

#[tokio::test]
async fn one_that_cannot_be_told_of_does_not_keep_the_others() {
    let world = again().await;
    for (state, after) in [(AlarmState::Alarm, 0), (AlarmState::Ok, 5), (AlarmState::Alarm, 10)] {
        hear(&world, &change(of("billing", Denied), state, after)).await;
    }
    let faults = Faults::at("page", 1, Fault::Refused);
    let results = try_round(&world, &faults, at(60)).await.unwrap();
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    let error = results[0].as_ref().unwrap_err().to_string();
    assert_eq!(error, "alarm `gatehouse/denied/billing`: it could not be paged");
    let results = try_round(&world, &Faults::unreadable_alarms(), at(61)).await.unwrap();
    assert!(matches!(results[..], [Err(RespondError::Alarms { .. }), Ok(_)]), "{results:?}");
    assert_eq!(round(&world, at(62)).await, NOBODY);
}

#[tokio::test]
async fn the_ledger_does_not_answer() {
    let world = again().await;
    let faults = Faults::at("alarm_incidents", 1, Fault::Before);
    assert!(matches!(try_round(&world, &faults, at(60)).await, Err(RespondError::Alarms { .. })));
    assert_eq!(round(&world, at(61)).await, [AlarmOutcome::Paged]);
}
