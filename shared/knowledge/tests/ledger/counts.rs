//! Counts: exact unless a worker dies, and then short by no more than it had not written.

use std::collections::BTreeMap;

use portcullis_domain::Outcome;
use portcullis_knowledge::{Attr, Bucket, Day, DayUse, Key, Knowledge, MAX_PENDING, Sighting};
use proptest::prelude::*;

use crate::first_sightings::{event, events};
use crate::world::{DAY, Fault, Flaky, World, at, pair, pair_of, run, sighting, watched};

/// Uses by pair and day, without peaks.
fn truth<'a>(sightings: impl IntoIterator<Item = &'a Sighting>) -> BTreeMap<Key, BTreeMap<Day, DayUse>> {
    let mut truth = BTreeMap::<Key, BTreeMap<Day, DayUse>>::new();
    for sighting in sightings {
        let Some(pair) = pair_of(sighting) else { continue };
        let day = truth.entry(pair).or_default().entry(Day::of(sighting.time)).or_default();
        match sighting.outcome {
            Outcome::Success => day.successes += 1,
            Outcome::Denied => day.denials += 1,
            Outcome::Failed => day.failures += 1,
        }
    }
    truth
}

fn stored(world: &World) -> BTreeMap<Key, BTreeMap<Day, DayUse>> {
    let pairs = world.store.memory.items().into_iter().filter(|(key, _)| matches!(key, Key::Pair { .. }));
    pairs
        .map(|(key, item)| (key, item.days().into_iter().map(|(d, u)| (d, DayUse { peak: 0, ..u })).collect()))
        .collect()
}

fn total(days: &BTreeMap<Key, BTreeMap<Day, DayUse>>) -> i64 {
    days.values().flat_map(BTreeMap::values).map(|day| day.successes + day.denials + day.failures).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Each event goes to some worker, in any order; at the end all write what they have.
    #[test]
    fn workers_that_do_not_die_count_exactly(
        events in events().prop_shuffle(),
        batches in proptest::collection::vec(1..6usize, 30),
        yields in proptest::collection::vec(0..4u8, 0..200),
        capacity in prop_oneof![Just(2usize), Just(4096)],
    ) {
        run(async {
            let mut world = World::new(Flaky::plan(&[], &yields), 3, capacity);
            let mut rest = events.clone();
            for sizes in batches.chunks(3) {
                let batch = |size: &usize| (rest.drain(..(*size).min(rest.len())).flatten().collect(), false);
                let deliveries = sizes.iter().map(batch).collect();
                assert!(world.round(deliveries).await.is_empty());
            }
            world.deliver(rest.concat()).await;
            world.flush_all().await;
            prop_assert_eq!(stored(&world), truth(events.iter().flatten()));
            Ok(())
        })?;
    }

    /// The same events again, in the same worker, are not counted again, whether or not the store failed meanwhile.
    #[test]
    fn one_worker_counts_an_event_once(
        events in events(),
        faults in proptest::collection::vec(prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Before)], 0..80),
    ) {
        run(async {
            let mut world = World::new(Flaky::plan(&faults, &[]), 1, 4096);
            for event in &events {
                while !world.round(vec![([event.clone(), event.clone()].concat(), false)]).await.is_empty() {}
            }
            world.deliver(events.concat()).await;
            world.store.recover();
            world.flush_all().await;
            prop_assert_eq!(stored(&world), truth(events.iter().flatten()));
            Ok(())
        })?;
    }

    /// What a dead worker had not written is lost, and nothing beyond it.
    #[test]
    fn a_crash_loses_no_more_than_was_pending(
        events in proptest::collection::vec(event(), 60),
        deaths in proptest::collection::vec(proptest::bool::weighted(0.3), 60),
        faults in proptest::collection::vec(prop_oneof![6 => Just(Fault::None), 1 => Just(Fault::Before)], 0..80),
    ) {
        run(async {
            let mut world = World::new(Flaky::plan(&faults, &[]), 2, 4096);
            let mut events = events;
            for (n, event) in events.iter_mut().enumerate() {
                for sighting in event {
                    sighting.event_id = format!("e-{n}");
                }
            }
            for (event, dies) in events.iter().zip(deaths) {
                let mut again = world.round(vec![(event.clone(), dies), (Vec::new(), false)]).await;
                while let Some(batch) = again.pop().filter(|batch| !batch.is_empty()) {
                    again = world.round(vec![(batch, false), (Vec::new(), false)]).await;
                }
            }
            world.store.recover();
            world.flush_all().await;
            let (stored, truth) = (total(&stored(&world)), total(&truth(events.iter().flatten())));
            prop_assert!(stored + i64::try_from(world.lost).unwrap() >= truth, "{stored} + {} < {truth}", world.lost);
            prop_assert!(stored <= i64::try_from(world.delivered).unwrap());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn counts_are_written_when_many_are_pending() {
    let (mut knowledge, store) = watched().await;
    knowledge.observe(&store, &[sighting("first", 0)]).await.unwrap();
    let writes = store.writes();
    // Spread thin, so that no rate has to be shared.
    let uses = |n: u32| sighting(format!("e-{n}"), i64::from(n) * 600);
    for n in 1..MAX_PENDING {
        knowledge.observe(&store, &[uses(n)]).await.unwrap();
    }
    assert_eq!((store.writes(), knowledge.pending()), (writes, u64::from(MAX_PENDING) - 1));
    knowledge.observe(&store, &[uses(MAX_PENDING)]).await.unwrap();
    assert_eq!((store.writes(), knowledge.pending()), (writes + 1, 0));
    let days = store.item(&pair()).days();
    assert_eq!(days.values().map(|day| day.successes).sum::<i64>(), i64::from(MAX_PENDING) + 1);
}

#[tokio::test]
async fn the_first_use_on_a_new_day_is_written_at_once() {
    let (mut knowledge, store) = watched().await;
    knowledge.observe(&store, &[sighting("monday", 80_000)]).await.unwrap();
    knowledge.observe(&store, &[sighting("tuesday", 86_400)]).await.unwrap();
    assert_eq!(store.item(&pair()).last_day(), Some(Day::of(at(86_400))));
    assert_eq!(knowledge.pending(), 0);
    knowledge.observe(&store, &[sighting("monday too", 86_399)]).await.unwrap();
    assert_eq!(knowledge.pending(), 1, "a late one is on no new day");
}

#[tokio::test]
async fn the_peak_of_a_day_is_kept() {
    let (mut knowledge, store) = watched().await;
    let uses = [(0, 3), (600, 7), (1200, 2), (86_400, 4)];
    for (start, many) in uses {
        for n in 0..many {
            knowledge.observe(&store, &[sighting(format!("{start}-{n}"), start + n)]).await.unwrap();
        }
    }
    let mut uncounted = sighting("describe", 86_410);
    uncounted.counted = false;
    knowledge.observe(&store, &[uncounted]).await.unwrap();
    knowledge.flush_all(&store).await.unwrap();
    let days = store.item(&pair()).days();
    let peaks: Vec<_> = days.values().map(|day| (day.successes, day.peak)).collect();
    assert_eq!(peaks, [(12, 7), (5, 4)]);
}

#[tokio::test]
async fn the_peak_is_of_all_workers() {
    let (mut one, store) = watched().await;
    for day in 1..4 {
        one.observe(&store, &[sighting(format!("day-{day}"), -day * DAY)]).await.unwrap();
    }
    let mut two = Knowledge::default();
    // From a third of the limit on uses are written in shares of six, and the answer tells of the other worker's.
    for (name, worker) in [("one", &mut one), ("two", &mut two)] {
        for n in 0..40 {
            worker.observe(&store, &[sighting(format!("{name}-{n}"), n)]).await.unwrap();
        }
    }
    one.flush_all(&store).await.unwrap();
    two.flush_all(&store).await.unwrap();
    let peak = store.item(&pair()).days().into_values().last().unwrap().peak;
    assert!((75..=80).contains(&peak), "{peak} of 80, less by at most a share");
}

#[tokio::test]
async fn the_latest_six_buckets_are_kept() {
    let (mut knowledge, store) = watched().await;
    for bucket in 0..9 {
        knowledge.observe(&store, &[sighting(format!("b-{bucket}"), bucket * 600)]).await.unwrap();
        knowledge.flush_all(&store).await.unwrap();
    }
    let item = store.item(&pair());
    let kept: Vec<_> = (0..9).filter(|n| item.number(&Attr::Bucket(Bucket::of(at(n * 600)))).is_some()).collect();
    assert_eq!(kept, [3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn a_shutdown_writes_what_it_can() {
    let store = Flaky::plan(&[], &[]);
    let mut knowledge = Knowledge::default();
    let of = |asset: &str, n: u8| Sighting { asset: Some(asset.into()), ..sighting(format!("{asset}-{n}"), 10) };
    let batch: Vec<_> = ["a", "b", "c"].iter().flat_map(|asset| [of(asset, 1), of(asset, 2)]).collect();
    knowledge.observe(&store, &batch).await.unwrap();
    assert_eq!(knowledge.pending(), 3);
    store.fail_next(&[Fault::Before]);
    assert!(knowledge.flush_all(&store).await.is_err());
    assert_eq!(knowledge.pending(), 1);
    knowledge.flush_all(&store).await.unwrap();
    assert_eq!(knowledge.pending(), 0);
}

#[tokio::test]
async fn what_is_too_old_is_removed() {
    let (mut knowledge, store) = watched().await;
    for day in [0, 1, 89, 90] {
        knowledge.observe(&store, &[sighting(format!("d-{day}"), day * 86_400)]).await.unwrap();
    }
    let item = store.item(&pair());
    let day = |n: i64| Day::of(at(n * 86_400));
    assert_eq!(item.days().into_keys().collect::<Vec<_>>(), [day(1), day(89), day(90)]);
    let buckets: Vec<_> = item.attributes().filter(|(name, _)| name.starts_with('b')).collect();
    assert_eq!(buckets.len(), 1, "{buckets:?}");
    assert!(item.number(&Attr::Bucket(Bucket::of(at(90 * 86_400)))).is_some());
    assert_eq!(item.first(), Some(at(0)), "known since then all the same");

    let late = knowledge.observe(&store, &[sighting("late", 100)]).await.unwrap()[0];
    assert_eq!(late.first_seen, Some(false));
    knowledge.flush_all(&store).await.unwrap();
    assert_eq!(store.item(&pair()).days().len(), 3, "and is not counted");
}

#[tokio::test]
async fn long_changes_are_written_in_parts() {
    let (mut knowledge, store) = watched().await;
    let year: Vec<_> = (0..90).rev().map(|day| sighting(format!("d-{day}"), day * 86_400)).collect();
    // The last day comes first, so that the others are not new days and stay pending.
    for late in year {
        let mut late = late;
        late.place = None;
        knowledge.observe(&store, &[late]).await.unwrap();
    }
    knowledge.flush_all(&store).await.unwrap();
    assert_eq!(store.item(&pair()).days().len(), 90);
    let writes = store.writes();
    knowledge.observe(&store, &[sighting("a year later", 400 * 86_400)]).await.unwrap();
    assert_eq!(store.item(&pair()).days().len(), 1);
    // 180 attributes to remove, 64 in a change; one change for the actor's place, and one each for the watch and the
    // asset, to say that they are still in use.
    assert_eq!(store.writes() - writes, 6);
}
