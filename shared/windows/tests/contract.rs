//! Any order, any duplication, any batching, any number of workers: the same findings.

#![cfg(test)]

#[path = "contract/parts.rs"]
mod parts;
mod support;

use std::collections::BTreeMap;

use portcullis_windows::{Bucket, Comparison, Correlation, Event, Test, Threshold, bursts};
use proptest::prelude::*;
use support::{MINUTE, at_least, chained, correlation, event, kinds, reference, remaining, shown, work};

/// Events in clumps, so that some windows fire, some are just short of it, and some join when a late event comes; many of
/// the same second, as CloudTrail's whole seconds make them.
fn stream() -> impl Strategy<Value = Vec<Event>> {
    let second = prop_oneof![2 => Just(0i64), 1 => 0..60i64];
    let one = (0..6i64, 0..9i64, second, 0..2u16, 0..4u8, 0..2u8);
    prop::collection::vec(one, 1..30).prop_map(|events| {
        let each = events.into_iter().enumerate().map(|(n, (clump, minute, second, leaf, value, group))| {
            let at = (clump * 14 + minute) * MINUTE + second * 1000;
            event(at, &format!("e{n:02}"), leaf, &format!("v{value}"), &format!("g{group}"))
        });
        each.collect()
    })
}

/// The same events in another order, some of them more than once, in batches, for one to four workers.
fn deliveries(events: Vec<Event>) -> impl Strategy<Value = (Vec<Event>, Vec<Vec<Vec<Event>>>, Vec<usize>)> {
    let again = prop::collection::vec(0..events.len(), 0..8);
    let turns = prop::collection::vec(0..4usize, 40);
    (Just(events), again, 1..5usize, 1..6usize, turns).prop_flat_map(|(events, again, workers, batch, turns)| {
        let mut all = events.clone();
        all.extend(again.into_iter().map(|index| events[index].clone()));
        (Just(events), Just(all).prop_shuffle(), Just((workers, batch, turns))).prop_map(
            |(events, all, (workers, batch, turns))| {
                let mut each = vec![Vec::new(); workers];
                for (n, batch) in all.chunks(batch).enumerate() {
                    each[n % workers].push(batch.to_vec());
                }
                (events, each, turns)
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_delivery_ends_in_the_same_findings(
        kind in 0..5usize,
        (events, workers, turns) in stream().prop_flat_map(deliveries),
    ) {
        let correlation = &kinds()[kind];
        prop_assert_eq!(remaining(&work(correlation, &workers, &turns)), reference(correlation, &events));
    }

    /// The full pieces of the day's length, which only a burst that never ends has, are cut the same way as well.
    #[test]
    fn endless_bursts_too(
        start in 0..2000i64,
        hours in 20..80usize,
        order in Just((0..80usize).collect::<Vec<_>>()).prop_shuffle(),
        turns in prop::collection::vec(0..3usize, 20),
    ) {
        let correlation = correlation(Test::EventCount(at_least(2)), 1, 90 * MINUTE);
        let each = |n: usize| {
            let at = (start + i64::try_from(n).unwrap() * 60) * MINUTE;
            event(at, &format!("e{n:02}"), 0, "v", "g")
        };
        let events: Vec<Event> = (0..hours).map(each).collect();
        let shuffled: Vec<Event> = order.into_iter().filter(|n| *n < hours).map(each).collect();
        let mut workers = vec![Vec::new(), Vec::new(), Vec::new()];
        for (n, event) in shuffled.into_iter().enumerate() {
            workers[n % 3].push(vec![event]);
        }
        let findings = reference(&correlation, &events);
        prop_assert!(hours > 24 || findings.len() == 1, "a burst of at most a day is one");
        prop_assert_eq!(remaining(&work(&correlation, &workers, &turns)), findings);
    }

    /// Against the plain reading: for each event, count what lies within the timespan before it.
    #[test]
    fn fires_exactly_where_a_window_is_full(events in stream(), count in 1..6u64) {
        let correlation = correlation(Test::EventCount(at_least(count)), 2, 5 * MINUTE);
        let full = |last: &Event| {
            let inside = |event: &&Event| (last.at - 5 * MINUTE..=last.at).contains(&event.at);
            events.iter().filter(inside).count() as u64 >= count
        };
        let findings = reference(&correlation, &events);
        let told: usize = findings.values().map(|(ids, _)| ids.len()).sum();
        let inside = |event: &Event| {
            let ends = |last: &&Event| full(last) && (last.at - 5 * MINUTE..=last.at).contains(&event.at);
            events.iter().any(|last| ends(&last))
        };
        prop_assert_eq!(told, events.iter().filter(|event| inside(event)).count());
    }

    /// Beyond what a bucket keeps, the bursts begin and end where they would with everything kept.
    #[test]
    fn floods_begin_and_end_where_they_did(
        times in prop::collection::vec(0..1_200_000i64, 30..400),
        values in 1..40usize,
        kind in 0..2usize,
        batch in 1..60usize,
    ) {
        let test = [Test::EventCount(at_least(8)), Test::ValueCount(at_least(8))][kind].clone();
        let correlation = correlation(test, 1, 5 * MINUTE);
        let name = |n: usize| event(times[n], &format!("e{n:03}"), 0, &format!("v{}", n % values), "g");
        let events: Vec<Event> = (0..times.len()).map(name).collect();
        let workers = [events.chunks(batch).map(<[_]>::to_vec).collect()];
        let told = remaining(&work(&correlation, &workers, &[0]));
        prop_assert_eq!(&told, &reference(&correlation, &events));
        // Without the bound: every event in a bucket of its own can never be too many.
        let count = |window: &[&Event]| match kind {
            0 => window.len(),
            _ => window.iter().map(|event| &event.value).collect::<std::collections::BTreeSet<_>>().len(),
        };
        let first_full = events.iter().filter(|last| {
            let window: Vec<&Event> =
                events.iter().filter(|event| (last.at - 5 * MINUTE..=last.at).contains(&event.at)).collect();
            count(&window) >= 8
        }).map(|event| event.at).min();
        prop_assert_eq!(told.is_empty(), first_full.is_none());
    }
}

#[test]
fn a_burst_is_found_wherever_the_bucket_ends() {
    let correlation = correlation(Test::EventCount(at_least(3)), 1, 5 * MINUTE);
    for offset in 0..300 {
        let events: Vec<Event> =
            (0..3).map(|n| event((3600 + offset + n * 150) * 1000, &format!("e{n}"), 0, "v", "g")).collect();
        assert_eq!(reference(&correlation, &events).len(), 1, "at {offset} seconds");
    }
}

#[test]
fn both_ends_of_the_timespan_belong_to_it() {
    let correlation = correlation(Test::EventCount(at_least(2)), 1, 5 * MINUTE);
    let two = |apart: i64| reference(&correlation, &[event(0, "a", 0, "v", "g"), event(apart, "b", 0, "v", "g")]).len();
    assert_eq!((two(5 * MINUTE), two(5 * MINUTE + 1)), (1, 0));
}

#[test]
fn one_burst_is_told_under_one_name_as_it_grows_and_joins() {
    let correlation = correlation(Test::EventCount(at_least(2)), 1, 5 * MINUTE);
    let at = |minute: i64, id: &str| vec![event(minute * MINUTE, id, 0, "v", "g")];
    // Two bursts, the later one first; then the event that joins them; then one before both.
    let batches = [at(20, "d"), at(24, "e"), at(10, "a"), at(14, "b"), at(17, "c"), at(7, "z")];
    let told = work(&correlation, &[batches.to_vec()], &[0]);
    let names: Vec<Vec<&str>> =
        told.iter().map(|taken| taken.bursts.iter().map(|told| told.burst.anchor.id.as_str()).collect()).collect();
    assert_eq!(names, [vec![], vec!["d"], vec![], vec!["a"], vec!["a"], vec!["z"]]);
    let last = &told[5].bursts[0];
    let superseded: Vec<&str> = last.supersedes.iter().map(|anchor| anchor.id.as_str()).collect();
    assert_eq!(superseded, ["a", "d"]);
    assert_eq!(last.burst.events.len(), 6);
}

#[test]
fn one_event_cannot_be_two_steps_of_an_order() {
    let correlation = correlation(Test::TemporalOrdered, 2, 5 * MINUTE);
    let (first, second) = (event(0, "a", 0, "v", "g"), event(0, "a", 1, "v", "g"));
    assert!(reference(&correlation, &[first.clone(), second]).is_empty());
    assert_eq!(reference(&correlation, &[first, event(0, "b", 1, "v", "g")]).len(), 1, "one second, two events");
}

#[test]
fn chained_correlations_keep_their_groups_apart_and_their_order() {
    let correlation = chained(10 * MINUTE);
    let reads = |minute: i64, groups: [&'static str; 3]| {
        (0..3)
            .zip(groups)
            .map(move |(n, group)| event((minute + n) * MINUTE, &format!("read{n}"), 1, &format!("secret{n}"), group))
    };
    let with_list = |minute: i64, reads: Vec<Event>| {
        let mut events = vec![event(minute * MINUTE, "list", 0, "v", "g")];
        events.extend(reads);
        reference(&correlation, &events)
    };
    assert_eq!(with_list(0, reads(1, ["g"; 3]).collect()).len(), 1);
    assert_eq!(with_list(9, reads(1, ["g"; 3]).collect()).len(), 0, "listed afterwards");
    assert_eq!(with_list(0, reads(1, ["g", "g", "h"]).collect()).len(), 0, "by two groups of the inner one");
    assert_eq!(with_list(0, reads(9, ["g"; 3]).collect()).len(), 0, "too late");
}

#[test]
fn conditions_with_an_upper_bound_are_taken_back() {
    let exactly = Test::EventCount(Threshold::new(vec![(Comparison::Eq, 2)]).unwrap());
    let correlation = correlation(exactly, 1, 5 * MINUTE);
    let at = |minute: i64, id: &str| vec![event(minute * MINUTE, id, 0, "v", "g")];
    let told = work(&correlation, &[vec![at(2, "b"), at(3, "c"), at(1, "a")]], &[0]);
    assert_eq!(told[1].bursts.len(), 1);
    // With `a`, there are two events after two minutes, and three after three.
    assert_eq!(told[2].bursts[0].burst.anchor.id, "a");
    assert!(told[2].bursts[0].supersedes.iter().any(|anchor| anchor.id == "b"));
    let told = work(&correlation, &[vec![at(2, "b"), at(2, "c"), at(2, "a")]], &[0]);
    assert_eq!(told[2].withdrawn.iter().map(|anchor| anchor.id.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn what_is_left_out_changes_neither_the_first_nor_the_last_event() {
    let correlation: Correlation = correlation(Test::EventCount(at_least(5)), 1, 5 * MINUTE);
    let events: Vec<Event> = (0..500).map(|n| event(n * 500, &format!("e{n:03}"), 0, "v", "g")).collect();
    let told = remaining(&work(&correlation, &[events.chunks(10).map(<[_]>::to_vec).collect()], &[0]));
    let (anchor, (ids, more)) = told.first_key_value().unwrap();
    assert_eq!((anchor.id.as_str(), ids.last().unwrap().as_str(), *more, told.len()), ("e000", "e499", true, 1));
    assert!(ids.len() < 100, "{} events kept", ids.len());
}

#[test]
fn copies_that_differ_only_in_their_body_are_one_event() {
    let correlation = correlation(Test::EventCount(at_least(2)), 1, 5 * MINUTE);
    let one = event(0, "a", 0, "v", "g");
    let copy = Event { body: "as the log file has it".to_owned(), ..one.clone() };
    let buckets = BTreeMap::from([(0, Bucket { events: [one, copy].into(), ..Bucket::default() })]);
    assert_eq!(shown(&bursts(&correlation, &buckets)).len(), 0);
}
