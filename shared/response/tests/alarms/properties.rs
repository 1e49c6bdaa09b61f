//! Whatever rings, in any order, any number of times, to any number of workers, with any call failing.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{AssetAlarm, Severity};
use portcullis_response::{Action, AlarmChange, AlarmOutcome, AlarmState};
use portcullis_testkit::{Faults, Subject, Task, World, take_turns, until_death};
use proptest::prelude::*;

use crate::world::{SETTINGS, at, change, minutes, of, on_payroll, try_hear};

/// What each alarm did, by turns: it rings and is over, again and again, and in the end it is over.
#[derive(Clone, Debug)]
struct History {
    changes: Vec<AlarmChange>,
    /// In which order they are delivered, some of them more than once.
    order: Vec<usize>,
}

fn histories() -> impl Strategy<Value = History> {
    let alarm = (0..2_usize, 0..AssetAlarm::ALL.len(), prop::collection::vec(1..40_i64, 1..4));
    (prop::collection::vec(alarm, 1..5), prop::collection::vec(0..1000_usize, 0..12), any::<bool>()).prop_map(
        |(alarms, extra, in_order)| {
            let mut changes = Vec::new();
            let mut seen = BTreeSet::new();
            for (entry, kind, pauses) in alarms.into_iter().filter(|(entry, kind, _)| seen.insert((*entry, *kind))) {
                let subject = of(["payroll", "billing"][entry], AssetAlarm::ALL[kind]);
                let mut after = 0;
                for pause in pauses {
                    changes.push(change(subject.clone(), AlarmState::Alarm, after));
                    after += pause;
                    changes.push(change(subject.clone(), AlarmState::Ok, after));
                    after += pause;
                }
            }
            changes.sort_by_key(|change| (change.at, change.name.clone()));
            let mut order: Vec<usize> = (0..changes.len()).collect();
            for (index, which) in extra.iter().enumerate() {
                // Either copies only, or also another order.
                let which = which % changes.len();
                let place =
                    if in_order { order.iter().position(|known| *known == which).unwrap_or(0) + 1 } else { index };
                order.insert(place.min(order.len()), which);
            }
            History { changes, order }
        },
    )
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Delivers everything until all of it is dealt with, each time after the lease of the last attempt has ended.
async fn settle(world: &World, history: &History, mut minute: i64) {
    for _ in 0..6 {
        let mut waits = false;
        for change in &history.changes {
            minute += 2;
            waits |= try_hear(world, change, &Faults::default(), at(minute)).await.is_err();
        }
        if !waits {
            return;
        }
    }
    panic!("something was never dealt with");
}

/// What was told of alarms: action, incident, alarm, since when it rings.
fn told(world: &World) -> Vec<(Action, String, String, jiff::Timestamp)> {
    let alarms = world.pager.told().into_iter().filter_map(|told| match told.about {
        Subject::Alarm(notice) => Some((told.action, told.incident, notice.change.name, notice.change.at)),
        _ => None,
    });
    alarms.collect()
}

/// All is quiet, nothing is left to tell, and whatever somebody was woken for was said to be over afterwards.
async fn check_end(world: &World) -> Result<(), TestCaseError> {
    for thing in ["entry/payroll", "entry/billing"] {
        let Some(known) = world.alarms_of(thing).await else { continue };
        prop_assert_eq!((known.ringing(), known.open(), known.due()), (Vec::new(), None, 0));
    }
    let told = told(world);
    let mut last: BTreeMap<&str, Action> = BTreeMap::new();
    let mut woken: BTreeSet<&str> = BTreeSet::new();
    for (action, incident, ..) in &told {
        last.insert(incident, *action);
        woken.extend((*action == Action::Trigger).then_some(incident.as_str()));
    }
    for incident in woken {
        prop_assert_eq!(last[incident], Action::Resolve, "{} is not over: {:?}", incident, told);
    }
    Ok(())
}

/// What rang, in the order in which it was heard of first.
fn rang(history: &History) -> Vec<(String, jiff::Timestamp)> {
    let mut heard = BTreeSet::new();
    let fresh = history.order.iter().filter(|which| heard.insert(**which)).map(|which| &history.changes[*which]);
    let alarms = fresh.filter(|change| change.state == AlarmState::Alarm);
    alarms.map(|change| (change.name.clone(), change.at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Without faults each ringing is told exactly once, and wakes somebody only for the first, for what is worse, and after
    /// the hour.
    #[test]
    fn as_the_model_says(history in histories()) {
        block_on(async {
            let (world, mut now) = (World::with(SETTINGS), at(0));
            // The things that somebody was woken for: when, and for how bad a thing.
            let mut woken: BTreeMap<String, Vec<(jiff::Timestamp, Severity)>> = BTreeMap::new();
            for which in &history.order {
                let change = &history.changes[*which];
                now = now.max(change.at);
                let report = try_hear(&world, change, &Faults::default(), now).await.unwrap();
                if report.outcome == AlarmOutcome::Paged {
                    let before = woken.entry(report.thing).or_default();
                    let lately = before.iter().filter(|(at, _)| now < *at + minutes(60)).map(|(_, severity)| *severity).max();
                    prop_assert!(lately.is_none_or(|lately| change.severity() > lately), "woken again: {change:?}");
                    before.push((now, change.severity()));
                }
            }
            let rung = told(&world).into_iter().filter(|told| told.0 != Action::Resolve).map(|told| (told.2, told.3));
            prop_assert_eq!(rung.collect::<Vec<_>>(), rang(&history));
            settle(&world, &history, 1000).await;
            check_end(&world).await
        })?;
    }

    /// Any call may fail, or be the worker's last; findings on the same entries come in between.
    #[test]
    fn faults_lose_nothing_and_wake_nobody_twice(
        history in histories(),
        faults in prop::collection::vec(prop_oneof![5 => Just(0_u8), 1 => 1..3_u8, 1 => 4..6_u8], 0..80),
        findings in prop::collection::vec(0..20_usize, 0..3),
    ) {
        block_on(async {
            let (world, plan) = (World::with(SETTINGS), Faults::plan(&faults));
            let mut known = BTreeMap::new();
            for (index, which) in history.order.iter().enumerate() {
                if findings.contains(&index) {
                    let finding = on_payroll(&format!("e{index}"));
                    let _ = until_death(&plan, world.try_deliver(&finding, &plan, at(3 * i64::try_from(index).unwrap()))).await;
                    known.insert(index, finding);
                }
                let now = at(3 * i64::try_from(index).unwrap());
                let _ = until_death(&plan, try_hear(&world, &history.changes[*which], &plan, now)).await;
            }
            for finding in known.values() {
                for minute in [500, 503, 506] {
                    let _ = world.try_deliver(finding, &Faults::default(), at(minute)).await;
                }
            }
            settle(&world, &history, 1000).await;
            check_end(&world).await?;
            // Twice only where the first was published and could not be crossed out.
            let injected = faults.iter().filter(|fault| **fault != 0).count();
            let told = told(&world);
            let mut times: BTreeMap<_, usize> = BTreeMap::new();
            for one in &told {
                *times.entry(one).or_default() += 1;
            }
            prop_assert!(times.values().map(|times| times - 1).sum::<usize>() <= injected, "{told:?}");
            let ringing: BTreeSet<(&str, jiff::Timestamp)> = told.iter().map(|told| (told.2.as_str(), told.3)).collect();
            for (name, at) in rang(&history) {
                prop_assert!(ringing.contains(&(name.as_str(), at)), "{name} at {at} was never told: {told:?}");
            }
            let before = world.pager.told().len();
            settle(&world, &history, 3000).await;
            prop_assert_eq!(world.pager.told().len(), before, "what is dealt with stays so");
            Ok(())
        })?;
    }

    /// Several workers, who take turns at every call.
    #[test]
    fn workers_at_once_come_to_the_same(
        history in histories(),
        workers in 2..4_usize,
        turns in prop::collection::vec(0..4_usize, 60),
    ) {
        let (world, faults) = (World::with(SETTINGS), Faults::taking_turns());
        let mut tasks: Vec<Task<'_, ()>> = Vec::new();
        for worker in 0..workers {
            let own: Vec<&AlarmChange> =
                history.order.iter().skip(worker).step_by(workers).map(|which| &history.changes[*which]).collect();
            let (world, faults) = (&world, &faults);
            tasks.push(Box::pin(async move {
                for change in own {
                    // One that another worker has comes back later.
                    let _ = try_hear(world, change, faults, at(0)).await;
                }
            }));
        }
        take_turns(tasks, &turns);
        block_on(async {
            settle(&world, &history, 1000).await;
            let told = told(&world);
            let once: BTreeSet<_> = told.iter().collect();
            prop_assert_eq!(once.len(), told.len(), "told twice: {:?}", told);
            let rung = told.iter().filter(|told| told.0 != Action::Resolve).count();
            prop_assert_eq!(rung, rang(&history).len(), "{:?}", told);
            check_end(&world).await
        })?;
    }
}
