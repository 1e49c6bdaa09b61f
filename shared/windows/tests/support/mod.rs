//! Correlations to try, streams of events, and workers that take turns at every step.

mod turns;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_windows::{
    Anchor, Bucket, Burst, Correlation, Event, Input, MemoryWindows, Seen, Taken, Test, Threshold, WindowKey, take,
};
use turns::TurnTaking;
pub(crate) use turns::{Task, take_turns};

pub(crate) const MINUTE: i64 = 60_000;

pub(crate) fn key() -> WindowKey {
    WindowKey { correlation: "test".to_owned(), group: vec!["alice".to_owned()] }
}

fn rule(leaf: u16) -> Input {
    Input::Rule { name: format!("rule-{leaf}"), leaf }
}

pub(crate) fn at_least(count: u64) -> Threshold {
    Threshold::at_least(count).unwrap()
}

pub(crate) fn correlation(test: Test, inputs: u16, timespan: i64) -> Correlation {
    Correlation {
        name: "test".to_owned(),
        test,
        inputs: (0..inputs).map(rule).collect(),
        group_by: Vec::new(),
        timespan,
    }
}

/// Rule 0, then many values of rule 1 by one group of the inner correlation, in order.
pub(crate) fn chained(timespan: i64) -> Correlation {
    let inner = Correlation {
        name: "many".to_owned(),
        test: Test::ValueCount(at_least(3)),
        inputs: vec![rule(1)],
        group_by: vec![0],
        timespan: timespan / 2,
    };
    Correlation {
        name: "test".to_owned(),
        test: Test::TemporalOrdered,
        inputs: vec![rule(0), Input::Correlation(inner)],
        group_by: Vec::new(),
        timespan,
    }
}

/// One of each kind.
pub(crate) fn kinds() -> Vec<Correlation> {
    let both = Seen::All(vec![Seen::Input(0), Seen::Input(1)]);
    vec![
        correlation(Test::EventCount(at_least(3)), 2, 5 * MINUTE),
        correlation(Test::ValueCount(at_least(3)), 2, 5 * MINUTE),
        correlation(Test::Temporal(both), 2, 5 * MINUTE),
        correlation(Test::TemporalOrdered, 2, 5 * MINUTE),
        chained(5 * MINUTE),
    ]
}

pub(crate) fn event(at: i64, id: &str, leaf: u16, value: &str, group: &str) -> Event {
    Event {
        at,
        id: id.to_owned(),
        leaf,
        value: Some(value.to_owned()),
        group: vec![group.to_owned()],
        body: format!("body of {id}"),
    }
}

/// What the bursts come to, as far as findings show it.
pub(crate) type Findings = BTreeMap<Anchor, (Vec<String>, bool)>;

pub(crate) fn shown<'b>(bursts: impl IntoIterator<Item = &'b Burst>) -> Findings {
    let ids = |burst: &Burst| burst.events.iter().map(|event| event.id.clone()).collect();
    bursts.into_iter().map(|burst| (burst.anchor.clone(), (ids(burst), burst.more))).collect()
}

/// All events at once, without a store.
pub(crate) fn reference(correlation: &Correlation, events: &[Event]) -> Findings {
    let mut buckets: BTreeMap<i64, Bucket> = BTreeMap::new();
    for event in events {
        buckets.entry(event.at.div_euclid(correlation.timespan)).or_default().events.insert(event.clone());
    }
    shown(&portcullis_windows::bursts(correlation, &buckets))
}

/// What remains of everything that was told, in whatever order it is read: what was superseded is gone, of the rest the
/// form with the largest revision stays.
pub(crate) fn remaining(told: &[Taken]) -> Findings {
    let superseded: BTreeSet<&Anchor> =
        told.iter().flat_map(|taken| &taken.bursts).flat_map(|told| &told.supersedes).collect();
    let mut last: BTreeMap<&Anchor, &Burst> = BTreeMap::new();
    for burst in told.iter().flat_map(|taken| &taken.bursts).map(|told| &told.burst) {
        if !superseded.contains(&burst.anchor) {
            let known = last.entry(&burst.anchor).or_insert(burst);
            if burst.revision > known.revision {
                *known = burst;
            }
        }
    }
    shown(last.into_values())
}

/// Each worker takes its batches one after another; `turns` says whose step is next.
pub(crate) fn work(correlation: &Correlation, workers: &[Vec<Vec<Event>>], turns: &[usize]) -> Vec<Taken> {
    let memory = MemoryWindows::default();
    let store = TurnTaking(&memory);
    let key = key();
    let (store, key) = (&store, &key);
    let mut tasks: Vec<Task<'_, Vec<Taken>>> = Vec::new();
    for batches in workers {
        tasks.push(Box::pin(async move {
            let mut told = Vec::new();
            for batch in batches {
                told.push(take(store, key, correlation, batch).await.unwrap());
            }
            told
        }));
    }
    take_turns(tasks, turns).into_iter().flatten().collect()
}
