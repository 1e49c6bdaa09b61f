//! The rate: exact with one worker; with several, late by no more than a share each.

use std::collections::BTreeMap;

use portcullis_knowledge::{
    Bucket, Change, Day, FACTOR, FLOOR, Knowledge, KnowledgeStore as _, MemoryKnowledge, QUIET, RateLevel,
};
use proptest::prelude::*;

use crate::world::{ACCOUNT, DAY, at, observe_one, pair, run, sighting, watched};

/// The rule told over all uses, without a ledger.
#[derive(Default)]
struct Truth {
    buckets: BTreeMap<Bucket, i64>,
}

impl Truth {
    fn limit(&self, today: Day) -> i64 {
        let recent = |bucket: &Bucket| bucket.day() < today && bucket.day() >= today.before(14);
        let peak = self.buckets.iter().filter(|(bucket, _)| recent(bucket)).map(|(_, uses)| *uses).max();
        FLOOR.max(FACTOR * peak.unwrap_or(0))
    }

    /// Counts a use, and says how the rate stands.
    fn level(&mut self, second: i64) -> RateLevel {
        let (bucket, today) = (Bucket::of(at(second)), Day::of(at(second)));
        *self.buckets.entry(bucket).or_default() += 1;
        let mut days: Vec<_> = self.buckets.keys().map(|bucket| bucket.day()).filter(|day| *day < today).collect();
        days.dedup();
        let uses = |bucket| self.buckets.get(&bucket).copied().unwrap_or(0);
        let rest = 600 - Bucket::elapsed(at(second));
        match () {
            () if days.len() < 3 => RateLevel::Learning,
            () if uses(bucket) * 600 + uses(bucket.before(1)) * rest > self.limit(today) * 600 => RateLevel::Above,
            () => RateLevel::Usual,
        }
    }
}

/// Times of uses, in order: bursts of up to 250 over several days.
fn stream() -> impl Strategy<Value = Vec<i64>> {
    let burst = (0..20 * DAY, 1..250i64, 1..12i64);
    proptest::collection::vec(burst, 1..24).prop_map(|bursts| {
        let uses = |(start, many, every): (i64, i64, i64)| (0..many).map(move |n| start + n * every);
        let mut times: Vec<_> = bursts.into_iter().flat_map(uses).collect();
        times.sort_unstable();
        times
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn one_worker_is_exact(times in stream(), size in 1..40usize) {
        run(async {
            let (mut knowledge, store) = watched().await;
            let mut truth = Truth::default();
            let uses: Vec<_> = times.iter().enumerate().map(|(n, time)| sighting(format!("{n:06}"), *time)).collect();
            let mut levels = Vec::new();
            for batch in uses.chunks(size) {
                levels.extend(knowledge.observe(&store, batch).await.unwrap().into_iter().filter_map(|h| h.rate));
            }
            let expected: Vec<_> = times.iter().map(|time| truth.level(*time)).collect();
            prop_assert_eq!(levels, expected);
            Ok(())
        })?;
    }

    /// A burst, spread at random over workers that share nothing but the store: nobody cries out too early, and
    /// somebody does as soon as the truth is a share for each worker above the limit.
    #[test]
    fn several_workers_are_late_by_a_share_each(
        peak in prop_oneof![Just(1i64), 1..60i64, Just(500)],
        workers in proptest::collection::vec(0..8usize, 400..900),
        every in 1..4i64,
        start in 0..3600i64,
    ) {
        run(async {
            let store = MemoryKnowledge::default();
            learned(&store, peak).await;
            let limit = FLOOR.max(FACTOR * peak);
            let lateness = 8 * (limit / QUIET + 1);
            let mut knowledge: Vec<_> = (0..8).map(|_| Knowledge::default()).collect();
            let mut buckets = BTreeMap::<Bucket, i64>::new();
            let mut cried = false;
            for (n, worker) in (0..).zip(workers) {
                let second = start + n * every / 2;
                let bucket = Bucket::of(at(second));
                *buckets.entry(bucket).or_default() += 1;
                let uses = |bucket| buckets.get(&bucket).copied().unwrap_or(0);
                let rate = uses(bucket) * 600 + uses(bucket.before(1)) * (600 - Bucket::elapsed(at(second)));
                let history = observe_one(&mut knowledge[worker], &store, sighting(format!("e-{n}"), second)).await;
                let is_above = history.rate == Some(RateLevel::Above);
                prop_assert!(!is_above || rate > limit * 600, "too early: {rate}");
                cried |= is_above;
                prop_assert!(cried || rate <= (limit + lateness) * 600, "too late: {rate}");
            }
            Ok(())
        })?;
    }
}

/// Three past days with such a peak, in an account that is watched for long.
async fn learned(store: &MemoryKnowledge, peak: i64) {
    Knowledge::default().begin_watch(store, ACCOUNT, at(-100 * DAY)).await.unwrap();
    let mut change = Change::default();
    for day in 1..=3 {
        change.peak(Day::of(at(-day * DAY)), peak);
    }
    store.update(&pair(), &change).await.unwrap();
}

/// The level after each burst of `(second, uses)`.
async fn levels(store: &MemoryKnowledge, bursts: &[(i64, usize)]) -> Vec<RateLevel> {
    let mut knowledge = Knowledge::default();
    let mut levels = Vec::new();
    for (n, (second, many)) in bursts.iter().enumerate() {
        let batch: Vec<_> = (0..*many).map(|use_| sighting(format!("{n}-{use_:04}"), *second)).collect();
        let histories = knowledge.observe(store, &batch).await.unwrap();
        levels.push(histories.last().unwrap().rate.unwrap());
    }
    levels
}

#[tokio::test]
async fn the_floor_and_the_fourfold_peak() {
    use RateLevel::{Above, Usual};
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(0, 100), (1, 1)]).await, [Usual, Above]);
    let store = MemoryKnowledge::default();
    learned(&store, 50).await;
    assert_eq!(levels(&store, &[(0, 200), (1, 1)]).await, [Usual, Above]);
}

#[tokio::test]
async fn a_burst_across_two_buckets_is_not_halved() {
    use RateLevel::{Above, Usual};
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(590, 60), (610, 60)]).await, [Usual, Above]);
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(590, 60), (1190, 60)]).await, [Usual, Usual], "ten minutes apart");
}

#[tokio::test]
async fn too_little_history_is_learning() {
    use RateLevel::{Above, Learning};
    let store = MemoryKnowledge::default();
    Knowledge::default().begin_watch(&store, ACCOUNT, at(-100 * DAY)).await.unwrap();
    let bursts: Vec<_> = (0..4).map(|day| (day * DAY, 150)).collect();
    let mut expected = vec![Learning; 3];
    expected.push(RateLevel::Usual);
    assert_eq!(levels(&store, &bursts).await, expected, "150 is no more than four times 150");
    let store = MemoryKnowledge::default();
    Knowledge::default().begin_watch(&store, ACCOUNT, at(-100 * DAY)).await.unwrap();
    let bursts = [(0, 1), (DAY, 1), (2 * DAY, 1), (3 * DAY, 101)];
    assert_eq!(levels(&store, &bursts).await, [Learning, Learning, Learning, Above]);
}

#[tokio::test]
async fn an_account_that_is_being_learned_has_no_rate_yet() {
    let store = MemoryKnowledge::default();
    let mut change = Change::default();
    for day in 1..=3 {
        change.peak(Day::of(at(-day * DAY)), 1);
    }
    store.update(&pair(), &change).await.unwrap();
    assert_eq!(levels(&store, &[(0, 500)]).await, [RateLevel::Learning]);
}

#[tokio::test]
async fn peaks_of_long_ago_do_not_raise_the_limit() {
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    let mut change = Change::default();
    change.peak(Day::of(at(-15 * DAY)), 1000);
    store.update(&pair(), &change).await.unwrap();
    assert_eq!(levels(&store, &[(0, 101)]).await, [RateLevel::Above]);
    let mut change = Change::default();
    change.peak(Day::of(at(-14 * DAY)), 1000);
    store.update(&pair(), &change).await.unwrap();
    assert_eq!(levels(&store, &[(0, 101)]).await, [RateLevel::Usual]);
}

#[tokio::test]
async fn today_does_not_raise_its_own_limit() {
    use RateLevel::{Above, Usual};
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(0, 90), (3600, 101), (DAY, 360), (DAY + 1, 45)]).await, [Usual, Above, Usual, Above]);
}

#[tokio::test]
async fn late_records_are_judged_by_their_own_time() {
    use RateLevel::{Above, Usual};
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    // On time, then fifty minutes late, then on time again.
    assert_eq!(levels(&store, &[(3600, 1), (600, 100), (3601, 1), (601, 1)]).await, [Usual, Usual, Usual, Above]);
}

#[tokio::test]
async fn very_late_records_are_judged_by_what_their_worker_knows() {
    use RateLevel::{Above, Usual};
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(7200, 1), (590, 60), (610, 60)]).await, [Usual, Usual, Above]);
}

#[tokio::test]
async fn a_burst_is_known_to_a_worker_that_takes_over() {
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    assert_eq!(levels(&store, &[(0, 101)]).await, [RateLevel::Above]);
    let history = observe_one(&mut Knowledge::default(), &store, sighting("after the crash", 1)).await;
    assert_eq!(history.rate, Some(RateLevel::Above));
}

#[tokio::test]
async fn a_write_brings_what_other_workers_wrote() {
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    let (mut one, mut two) = (Knowledge::default(), Knowledge::default());
    observe_one(&mut one, &store, sighting("before", 0)).await;
    for n in 0..96 {
        observe_one(&mut two, &store, sighting(format!("two-{n}"), 1)).await;
    }
    let mut levels = Vec::new();
    for n in 0..40 {
        levels.push(observe_one(&mut one, &store, sighting(format!("one-{n}"), 2)).await.rate.unwrap());
    }
    // With the one before, the 32nd makes a third of the limit, and with it all that was written is known.
    assert_eq!(levels.iter().position(|level| *level == RateLevel::Above), Some(31));
}

#[tokio::test]
async fn a_flood_is_not_written_share_by_share() {
    let store = MemoryKnowledge::default();
    learned(&store, 5).await;
    levels(&store, &[(0, 1)]).await;
    let writes = store.writes();
    assert_eq!(levels(&store, &[(1, 100 + 20 * 128)]).await, [RateLevel::Above]);
    // One at the first third, then each share up to the limit, then as counts are always written.
    assert_eq!(store.writes() - writes, 1 + (100_usize - 33).div_ceil(6) + 20);
}
