//! Records that come out of order, and times that are of no interest.

use jiff::{SignedDuration, Timestamp};
use portcullis_replay::Span;
use proptest::prelude::*;

use crate::deployments::{Deployment, own_rules, pack_alone};
use crate::files::{Pack, Stored, pack, sound};
use crate::reads::How;
use crate::records::{Line, stream};
use crate::told::Told;

fn time(line: &Line) -> Option<Timestamp> {
    let record: serde_json::Value = serde_json::from_str(&line.json).ok()?;
    record["eventTime"].as_str()?.parse().ok()
}

/// Files that each hold some records, in another order than that of their times.
fn shuffled() -> impl Strategy<Value = (Vec<Line>, Vec<Stored>, Vec<Stored>)> {
    let packs = prop::collection::vec(sound(), 1..5);
    (stream(40, 0), prop::collection::vec(1..6usize, 1..4), packs).prop_flat_map(
        |(lines, sizes, packs): (_, Vec<usize>, Vec<Pack>)| {
            let files = pack(&lines, &sizes, &packs);
            (Just(lines), Just(files.clone()), Just(files).prop_shuffle())
        },
    )
}

fn deployment() -> impl Strategy<Value = Deployment> {
    prop_oneof![3 => pack_alone(), 1 => own_rules()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::with_cases(60) })]

    /// What is not too late is put in its place: nobody can tell in what order the files came.
    #[test]
    fn within_the_patience(
        (_, sorted, shuffled) in shuffled(),
        deployment in deployment(),
        threads in 1..3usize,
    ) {
        let pipeline = deployment.pipeline();
        let how = How { patience: SignedDuration::from_hours(24), threads, ..How::by(&pipeline) };
        let inputs = |files: &[Stored]| files.iter().map(Stored::input).collect::<Vec<_>>().into_iter();
        let (expected, _) = how.through(portcullis_replay::read, inputs(&sorted));
        let (found, times) = how.through(portcullis_replay::read, inputs(&shuffled));
        let differences = found.whatever_the_files().differences(&expected.whatever_the_files());
        prop_assert!(differences.is_empty(), "{}\n{shuffled:?}", differences.join("\n"));
        let times: Vec<Timestamp> = times.into_iter().flatten().collect();
        prop_assert!(times.is_sorted(), "shown in the order of their times: {times:?}");
    }

    /// What is too late is counted as such, and examined all the same.
    #[test]
    fn beyond_the_patience((lines, _, shuffled) in shuffled(), deployment in pack_alone(), threads in 1..3usize) {
        let pipeline = deployment.pipeline();
        let how = How { patience: SignedDuration::from_secs(5), threads, ..How::by(&pipeline) };
        let numbers = |told: &Told| ["records", "relevant", "hourless"].map(|name| told.numbers[name]);
        let (plain, fast) = (how.plainly(&shuffled), how.fast(&shuffled));
        prop_assert_eq!(numbers(&plain), numbers(&fast));
        // That an event was there is known for two hours; a copy that comes later counts as another one.
        let [known, all] = [&fast, &plain].map(|told| told.numbers["duplicates"]);
        let times: Vec<Timestamp> = lines.iter().filter_map(time).collect();
        let reach = times.iter().max().zip(times.iter().min()).map(|(last, first)| last.duration_since(*first));
        let is_short = reach.is_none_or(|reach| reach <= SignedDuration::from_hours(2));
        prop_assert!(known == all || (known < all && !is_short), "{known} copies of {all} in {reach:?}");
        prop_assert_eq!(fast.numbers["records"], lines.len() as u64, "{:?} {:?}", fast.unreadable, shuffled);
        prop_assert!(fast.numbers["late"] <= fast.numbers["relevant"]);
        let seen = |told: &Told| {
            let mut seen: Vec<String> = told.seen.iter().map(|(access, _)| access.clone()).collect();
            seen.sort();
            seen
        };
        prop_assert_eq!(seen(&plain), seen(&fast));
    }

    /// Records outside the times of interest are counted as such and are in nothing else, as if they were not there.
    #[test]
    fn a_span(
        lines in stream(40, 0),
        (sizes, packs) in (prop::collection::vec(1..6usize, 1..4), prop::collection::vec(sound(), 1..5)),
        (since, until) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        deployment in deployment(),
        threads in 1..3usize,
    ) {
        let at = |index: prop::sample::Index| time(index.get(&lines));
        let (since, until) = (at(since), at(until));
        let span = Span { since: since.min(until), until: since.max(until) };
        let within: Vec<Line> = lines.iter().filter(|line| span.holds(time(line))).cloned().collect();
        let pipeline = deployment.pipeline();
        let how = How { threads, ..How::by(&pipeline) };
        let mut expected = how.plainly(&pack(&within, &sizes, &packs)).whatever_the_files();
        let found = How { span, ..how }.fast(&pack(&lines, &sizes, &packs)).whatever_the_files();
        expected.numbers.insert("outside", (lines.len() - within.len()) as u64);
        let differences = found.differences(&expected);
        prop_assert!(differences.is_empty(), "{span:?}\n{}", differences.join("\n"));
    }
}
