use insta::assert_snapshot;
use proptest::prelude::*;
use test_case::test_case;

use super::*;

const ACCOUNT: &str = "111122223333";

/// A Monday.
const START: &str = "2026-01-05T00:00:00Z";

fn at(minute: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn facts(folder: &str, region: &str, minute: i64, unique: &str) -> FileFacts {
    let time = at(minute);
    let file = format!("{folder}/{ACCOUNT}_CloudTrail_{region}_{}_{unique}.json.gz", time.strftime("%Y%m%dT%H%MZ"));
    FileFacts { name: LogFileName::parse(&file), file, records: 3, reach: Some((time, time)) }
}

/// A file every `every` minutes of the first `days` days, where `is_there`.
fn minutes(days: i64, every: usize, is_there: impl Fn(i64) -> bool) -> Vec<i64> {
    (0..days * 1440).step_by(every).filter(|minute| is_there(*minute)).collect()
}

fn covered(builder: CoverageBuilder, minutes: &[i64]) -> Coverage {
    let mut builder = builder;
    for minute in minutes {
        builder.file(&facts("logs", "eu-west-1", *minute, &format!("U{minute}")));
    }
    builder.finish()
}

fn gaps(minutes: &[i64]) -> Vec<(i64, i64)> {
    let minute = |time: Timestamp| time.duration_since(at(0)).as_mins();
    covered(CoverageBuilder::default(), minutes).gaps.iter().map(|gap| (minute(gap.from), minute(gap.to))).collect()
}

fn hour_of_day(minute: i64) -> i64 {
    minute / 60 % 24
}

fn day(minute: i64) -> i64 {
    minute / 1440
}

/// Office hours of working days.
fn office(minute: i64) -> bool {
    day(minute) % 7 < 5 && (8..18).contains(&hour_of_day(minute))
}

#[test]
fn a_gap_in_words() {
    let there = minutes(14, 5, |minute| !(2000..2210).contains(&minute));
    let coverage = covered(CoverageBuilder::default(), &there);
    assert_snapshot!(coverage.gaps.iter().map(Gap::to_string).collect::<Vec<_>>().join("\n"), @"111122223333 eu-west-1: no log file from 2026-01-06T09:15Z to 2026-01-06T12:50Z (3 h 35 min), where one comes every 5 min as a rule");
}

#[test]
fn the_longest_first() {
    let missing = [(3000, 3200), (6000, 6900), (12_000, 12_300)];
    let there = minutes(14, 5, |minute| !missing.iter().any(|(from, to)| (*from..*to).contains(&minute)));
    assert_eq!(gaps(&there), [(5995, 6900), (11_995, 12_300), (2995, 3200)]);
}

#[test_case(14, |_| true; "around the clock")]
#[test_case(14, |minute| minute % 240 == 0; "every four hours")]
#[test_case(28, office; "office hours, four weeks")]
#[test_case(9, office; "office hours, one weekend")]
#[test_case(3, office; "office hours, three days")]
#[test_case(21, |minute| hour_of_day(minute) == 3; "a job at night")]
#[test_case(60, |minute| (minute * 7919 % 10_007) < 40; "now and then")]
fn no_false_alarm(days: i64, is_there: fn(i64) -> bool) {
    assert_eq!(gaps(&minutes(days, 5, is_there)), []);
}

#[test]
fn an_outage_in_office_hours() {
    let out = day_and_hour(8, 9)..day_and_hour(8, 14);
    let there = minutes(21, 5, |minute| office(minute) && !out.contains(&minute));
    assert_eq!(gaps(&there), [(day_and_hour(8, 9) - 5, day_and_hour(8, 14))]);
}

/// Over the weekend somebody stopped what runs around the clock.
#[test]
fn an_outage_at_the_only_weekend() {
    let out = day_and_hour(5, 10)..day_and_hour(6, 20);
    let there = minutes(9, 5, |minute| !out.contains(&minute));
    assert_eq!(gaps(&there), [(day_and_hour(5, 10) - 5, day_and_hour(6, 20))]);
}

#[test]
fn a_hole_in_a_single_day() {
    let there = minutes(1, 5, |minute| !(600..800).contains(&minute));
    assert_eq!(gaps(&there), [(595, 800)]);
    let there = minutes(1, 5, |minute| !(600..650).contains(&minute));
    assert_eq!(gaps(&there), [], "shorter than an hour");
}

/// Files that come by chance, six in an hour: now and then none comes for long.
#[test]
fn chance_is_no_gap() {
    let mut random = 1_u64;
    let mut chance = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % 10
    };
    let there: Vec<i64> = (0..60 * 1440).filter(|_| chance() == 0).collect();
    let longest = there.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(longest > Some(75), "there is nothing to be taken for a gap: {longest:?}");
    assert_eq!(gaps(&there), []);
}

const fn day_and_hour(day: i64, hour: i64) -> i64 {
    day * 1440 + hour * 60
}

#[test]
fn where_files_should_begin_and_end() {
    let there: Vec<i64> = minutes(10, 5, |minute| (2880..11_520).contains(&minute));
    let asked = |since: i64, until: i64| {
        let mut builder = CoverageBuilder::within(Some(at(since)), Some(at(until)));
        // Another Region tells how late it is.
        builder.file(&facts("logs", "us-east-1", 14_000, "Other"));
        let gaps = covered(builder, &there).gaps;
        gaps.into_iter().map(|gap| (gap.from, gap.to)).collect::<Vec<_>>()
    };
    assert_eq!(asked(2880, 11_520), []);
    assert_eq!(asked(1440, 11_520), [(at(1440), at(2880))]);
    assert_eq!(asked(2880, 13_000), [(at(11_515), at(13_000))]);
    assert_eq!(asked(2880, 90_000), [(at(11_515), at(14_000))], "the future is no gap");
}

#[test]
fn what_comes_after_the_end_is_read_and_no_gap() {
    let there = minutes(10, 5, |minute| !(13_000..13_600).contains(&minute));
    assert_eq!(covered(CoverageBuilder::within(None, Some(at(12_960))), &there).gaps, []);
    assert_eq!(covered(CoverageBuilder::within(None, Some(at(13_100))), &there).gaps.len(), 1);
}

#[test]
fn a_stream_that_ends_before_the_others() {
    let mut builder = CoverageBuilder::default();
    for minute in minutes(7, 5, |_| true) {
        builder.file(&facts("logs", "eu-west-1", minute, &format!("A{minute}")));
        if minute < 7200 {
            builder.file(&facts("logs", "us-east-1", minute, &format!("B{minute}")));
        }
    }
    let gaps = builder.finish().gaps;
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].region.as_str(), gaps[0].from), ("us-east-1", at(7195)));
}

#[test]
fn the_same_file_twice() {
    let mut builder = CoverageBuilder::default();
    let [first, again] = ["a", "b"].map(|folder| facts(folder, "eu-west-1", 5, "Ab12"));
    let other = facts("b", "eu-west-1", 5, "Cd34");
    let export =
        |file: &str, records| FileFacts { file: file.to_owned(), name: None, records, reach: Some((at(0), at(60))) };
    let files = [first, other, again, export("x.json", 100), export("copy.json", 100), export("y.json", 101)];
    for facts in &files {
        builder.file(facts);
    }
    let coverage = builder.finish();
    let shown: Vec<String> = coverage.overlaps.iter().map(Overlap::to_string).collect();
    assert_snapshot!(shown.join("\n"), @"
    b/111122223333_CloudTrail_eu-west-1_20260105T0005Z_Ab12.json.gz holds the same as a/111122223333_CloudTrail_eu-west-1_20260105T0005Z_Ab12.json.gz
    copy.json holds the same as x.json
    ");
}

#[test]
fn lists_are_bounded() {
    let mut builder = CoverageBuilder::default();
    for minute in 0..200 {
        let file = facts("a", "eu-west-1", minute, "Ab12");
        builder.file(&file);
        builder.file(&file);
    }
    let coverage = builder.finish();
    assert_eq!((coverage.overlaps.len(), coverage.more), (LISTED, 150));
}

proptest! {
    /// In whichever order files come, no gap is told of in which there is one.
    #[test]
    fn no_file_lies_in_a_gap(mut there in proptest::collection::vec(0_i64..20_000, 0..400), swaps in proptest::collection::vec((0_usize..400, 0_usize..400), 0..20)) {
        there.sort_unstable();
        for (one, other) in swaps {
            if one < there.len() && other < there.len() {
                there.swap(one, other);
            }
        }
        for (from, to) in gaps(&there) {
            prop_assert!(from < to && !there.iter().any(|minute| from < *minute && *minute < to), "{from} {to}");
        }
    }
}
