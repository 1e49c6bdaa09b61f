//! Whatever rings, in any order, any number of times, to any number of workers, with any call failing.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{AssetAlarm, Severity};
use portcullis_response::{Action, AlarmChange, AlarmNotice, AlarmOutcome, AlarmState, Ringing, Telling};
use portcullis_testkit::{Faults, Subject, Task, World, take_turns, until_death};
use proptest::prelude::*;

use crate::world::{SETTINGS, at, change, minutes, of, on_payroll, round, try_hear, try_round};

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

/// What was told of alarms, each with what it did.
fn notices(world: &World) -> Vec<(Action, AlarmNotice)> {
    let alarms = world.pager.told().into_iter().filter_map(|told| match told.about {
        Subject::Alarm(notice) => Some((told.action, *notice)),
        _ => None,
    });
    alarms.collect()
}

/// What began to ring was told so many times: what the round tells of it again, because it rings on, does not count.
fn told_to_ring(world: &World) -> Vec<(String, jiff::Timestamp)> {
    let later = |told: &Telling| matches!(told, Telling::Still { .. } | Telling::Uncovered { .. } | Telling::Over);
    let alarms = notices(world).into_iter().filter(|(_, notice)| !later(&notice.telling));
    alarms.map(|(_, notice)| (notice.change.name, notice.change.at)).collect()
}

/// The things that somebody was woken for: when, and for how bad a thing.
type Woken = BTreeMap<String, Vec<(jiff::Timestamp, Severity)>>;

/// Somebody was woken for whatever rings, or is at something of it since less than an hour.
async fn check_nobody_sleeps(world: &World, woken: &Woken, now: jiff::Timestamp) -> Result<(), TestCaseError> {
    for thing in ["entry/payroll", "entry/billing"] {
        let Some(known) = world.alarms_of(thing).await.filter(|known| !known.ringing().is_empty()) else { continue };
        let lately = woken.get(thing).and_then(|woken| woken.last()).is_some_and(|woken| now < woken.0 + minutes(60));
        let pages = notices(world).into_iter().filter(|(action, _)| *action == Action::Trigger);
        let listed: Vec<Ringing> = pages.flat_map(|(_, notice)| notice.ringing).collect();
        for ringing in known.ringing() {
            prop_assert!(lately || listed.contains(&ringing), "{thing} at {now}: {ringing:?}, {listed:?}, {known:?}");
        }
    }
    Ok(())
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
            let mut woken = Woken::new();
            for which in &history.order {
                let change = &history.changes[*which];
                while now < change.at {
                    now = change.at.min(now + minutes(7));
                    for told in try_round(&world, &Faults::default(), now).await.unwrap() {
                        let told = told.unwrap();
                        prop_assert_eq!(&told.sent[..], [AlarmOutcome::Paged]);
                        let last = notices(&world).into_iter().rfind(|(_, notice)| notice.change.thing() == told.thing);
                        let before = woken.entry(told.thing.clone()).or_default();
                        prop_assert!(before.iter().all(|(at, _)| now >= *at + minutes(60)), "{before:?} and at {now}");
                        before.extend(last.map(|(_, notice)| (now, notice.severity)));
                    }
                    check_nobody_sleeps(&world, &woken, now).await?;
                }
                let report = try_hear(&world, change, &Faults::default(), now).await.unwrap();
                if report.outcome == AlarmOutcome::Paged {
                    let before = woken.entry(report.thing).or_default();
                    let lately = before.iter().filter(|(at, _)| now < *at + minutes(60)).map(|(_, severity)| *severity).max();
                    prop_assert!(lately.is_none_or(|lately| change.severity() > lately), "woken again: {change:?}");
                    before.push((now, change.severity()));
                }
            }
            prop_assert_eq!(told_to_ring(&world), rang(&history));
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
                let _ = until_death(&plan, try_round(&world, &plan, now + minutes(1))).await;
            }
            // Whatever is left is told by the rounds that come: each lease has ended.
            for minute in [300, 302, 304] {
                round(&world, at(minute)).await;
            }
            for thing in ["entry/payroll", "entry/billing"] {
                let due = world.alarms_of(thing).await.map_or(0, |known| known.due());
                prop_assert_eq!(due, 0);
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
            round(&world, at(4000)).await;
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
            prop_assert_eq!(told_to_ring(&world).len(), rang(&history).len(), "{:?}", told);
            check_end(&world).await
        })?;
    }

    /// Several rounds, and a worker that hears the rest of it meanwhile, take turns at every call.
    #[test]
    fn rounds_at_once_come_to_the_same(
        history in histories(),
        heard in 0..20_usize,
        turns in prop::collection::vec(0..4_usize, 60),
    ) {
        let (world, faults) = (World::with(SETTINGS), Faults::taking_turns());
        let (before, after) = history.order.split_at(heard.min(history.order.len()));
        let now = block_on(async {
            let mut now = at(0);
            for change in before.iter().map(|which| &history.changes[*which]) {
                now = now.max(change.at);
                try_hear(&world, change, &Faults::default(), now).await.unwrap();
            }
            now + minutes(61)
        });
        let mut tasks: Vec<Task<'_, ()>> = Vec::new();
        for _ in 0..2 {
            tasks.push(Box::pin(async {
                let told = try_round(&world, &faults, now).await.unwrap();
                assert!(told.iter().all(Result::is_ok), "{told:?}");
            }));
        }
        tasks.push(Box::pin(async {
            for change in after.iter().map(|which| &history.changes[*which]) {
                // One that another worker has comes back later.
                let _ = try_hear(&world, change, &faults, now).await;
            }
        }));
        take_turns(tasks, &turns);
        block_on(async {
            settle(&world, &history, 1000).await;
            let told = told(&world);
            let once: BTreeSet<_> = told.iter().collect();
            prop_assert_eq!(once.len(), told.len(), "told twice: {:?}", told);
            prop_assert_eq!(told_to_ring(&world).len(), rang(&history).len(), "{:?}", told);
            check_end(&world).await
        })?;
    }
}
