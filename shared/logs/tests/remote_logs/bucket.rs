use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portcullis_logs::{BUDGET, Input, Selection};
use proptest::prelude::*;
use test_case::test_case;

use crate::memory::{Memory, fetch};

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

fn log(account: &str, region: &str, time: Timestamp) -> String {
    log_of("CloudTrail", account, region, time)
}

fn log_of(kind: &str, account: &str, region: &str, time: Timestamp) -> String {
    let (day, stamp) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
    format!("AWSLogs/o-exampleorgid/{account}/{kind}/{region}/{day}/{account}_{kind}_{region}_{stamp}_Ab12Cd34.json.gz")
}

fn at(minute: i64) -> Timestamp {
    "2026-01-05T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// The keys of what comes, in order; `!` before what does not.
fn keys(bucket: &Arc<Memory>, prefix: &str, selection: &Selection) -> Vec<String> {
    let (feed, _) = fetch(bucket, prefix, selection, BUDGET).unwrap();
    let key = |name: &str| name.strip_prefix("s3://trail/").unwrap().to_owned();
    feed.map(|timed| match timed.input {
        Input::Fetched { name, bytes } => {
            assert_eq!(key(&name).as_bytes(), bytes, "an object holds its key");
            key(&name)
        }
        other => format!("!{}", key(&other.name())),
    })
    .collect()
}

fn bucket(keys: &[String]) -> Arc<Memory> {
    Arc::new(Memory::with(&keys.iter().map(String::as_str).collect::<Vec<_>>()))
}

#[test]
fn one_order_over_accounts_and_regions() {
    let logs = [
        log(OTHER, "us-east-1", at(0)),
        log(ONE, "eu-west-1", at(5)),
        log_of("CloudTrail-Insight", ONE, "eu-west-1", at(7)),
        log(ONE, "us-east-1", at(1439)),
        log(OTHER, "eu-west-1", at(1440)),
        log(ONE, "eu-west-1", at(1445)),
        log(OTHER, "eu-west-1", at(50_000)),
    ];
    assert_eq!(keys(&bucket(&logs), "", &Selection::default()), logs);
}

#[test_case("" ; "all of it")]
#[test_case("AWSLogs" ; "without a slash")]
#[test_case("AWSLogs/o-exampleorgid/111122223333/" ; "an account")]
#[test_case("AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/01" ; "a month")]
#[test_case("AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/01/05/111122223333_Cl" ; "the beginning of names")]
fn whatever_is_named(prefix: &str) {
    let logs: Vec<String> = (0..5).map(|minute| log(ONE, "eu-west-1", at(minute))).collect();
    assert_eq!(keys(&bucket(&logs), prefix, &Selection::default()), logs);
}

#[test]
fn a_folder_is_not_what_begins_like_it() {
    let keys_of = ["logs/a.json", "logs-old/b.json", "logs.json"].map(str::to_owned);
    assert_eq!(keys(&bucket(&keys_of), "logs", &Selection::default()), ["logs/a.json"]);
    assert_eq!(keys(&bucket(&keys_of), "logs.json", &Selection::default()), ["logs.json"]);
}

#[test]
fn nothing_is_an_error() {
    let empty = bucket(&[log(ONE, "eu-west-1", at(0))]);
    let error = fetch(&empty, "elsewhere/", &Selection::default(), BUDGET).unwrap_err();
    assert_eq!(error.chain(), "there is nothing of what was asked for under s3://trail/elsewhere/");
    let other = Selection { accounts: vec![OTHER.parse().unwrap()], ..Selection::default() };
    assert!(fetch(&empty, "", &other, BUDGET).is_err());
}

/// Only what may be of interest is listed at all.
#[test]
fn what_is_not_of_interest_is_not_asked_for() {
    let regions = ["eu-west-1", "us-east-1"];
    let logs: Vec<String> = [ONE, OTHER]
        .iter()
        .flat_map(|account| regions.map(|region| (0..60).map(move |day| log(account, region, at(day * 1440 + 600)))))
        .flatten()
        .collect();
    let bucket = bucket(&logs);
    let selection = Selection {
        since: Some(at(20 * 1440)),
        until: Some(at(22 * 1440)),
        accounts: vec![ONE.parse().unwrap()],
        regions: vec!["us-east-1".to_owned()],
    };
    let expected: Vec<String> = (20..=22).map(|day| log(ONE, "us-east-1", at(day * 1440 + 600))).collect();
    assert_eq!(keys(&bucket, "", &selection), expected);
    let asked = bucket.asked.lock().unwrap();
    let pages: Vec<&String> = asked.iter().filter(|asked| asked.starts_with("page")).collect();
    let region = "AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/";
    assert_eq!(pages, [&format!("page {region} after Some(\"{region}2026/01/24\")")]);
    assert!(!asked.iter().any(|asked| asked.contains(OTHER) || asked.contains("eu-west-1")), "{asked:?}");
}

#[test]
fn what_is_no_log_is_left_out_and_told() {
    let named = log(ONE, "eu-west-1", at(0));
    let keys_of = [
        named.as_str(),
        "AWSLogs/o-exampleorgid/111122223333/Config/eu-west-1/x.json.gz",
        "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-west-1/x.json.gz",
        "exportedlogs/aws-logs-write-test",
        "exportedlogs/0a1b/stream/000000.gz",
        "README.md",
    ];
    let mut bucket = Memory::with(&keys_of);
    // What the console makes of a folder.
    bucket.put("exportedlogs/", Vec::new());
    let bucket = Arc::new(bucket);
    let (feed, told) = fetch(&bucket, "", &Selection::default(), BUDGET).unwrap();
    let names: Vec<String> = feed.map(|timed| timed.input.name()).collect();
    assert_eq!(names, [format!("s3://trail/{named}"), "s3://trail/exportedlogs/0a1b/stream/000000.gz".to_owned()]);
    let tally = told.tally();
    let notes = tally.notes(&Selection { regions: vec!["eu-west-1".to_owned()], ..Selection::default() }).join("\n");
    for part in ["1 × *.md", "folder `Config` of another service", "folders of digests", "1 file has another name"] {
        assert!(notes.contains(part), "{part} is not in {notes}");
    }
}

#[test]
fn what_cannot_be_fetched_is_told_in_its_place() {
    let logs: Vec<String> = (0..40).map(|minute| log(ONE, "eu-west-1", at(minute))).collect();
    let names: Vec<&str> = logs.iter().map(String::as_str).collect();
    let bucket = Arc::new(Memory::with(&names).refuse(&logs[7]).refuse(&logs[30]));
    let mut expected = logs.clone();
    for refused in [7, 30] {
        expected[refused].insert(0, '!');
    }
    assert_eq!(keys(&bucket, "", &Selection::default()), expected);
}

#[test]
fn what_cannot_be_listed_is_told_and_the_rest_is_read() {
    let logs = [log(ONE, "eu-west-1", at(0)), log(ONE, "us-east-1", at(5))];
    let refused = "AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/";
    let names: Vec<&str> = logs.iter().map(String::as_str).collect();
    let found = keys(&Arc::new(Memory::with(&names).refuse(refused)), "", &Selection::default());
    assert_eq!(found, [logs[0].clone(), format!("!{refused}")]);
    let refused = Arc::new(Memory::with(&names).refuse("AWSLogs/"));
    let error = fetch(&refused, "AWSLogs/", &Selection::default(), BUDGET).unwrap_err();
    assert_eq!(error.chain(), "failed to folder AWSLogs/");
}

/// Whoever reads slowly is not buried; one object that is larger than all memory comes all the same.
#[test]
fn no_more_is_fetched_than_fits() {
    let mut memory = Memory::default();
    for minute in 0..100 {
        memory.put(&log(ONE, "eu-west-1", at(minute)), vec![b' '; if minute == 50 { 400 << 10 } else { 64 << 10 }]);
    }
    let bucket = Arc::new(memory);
    let (mut feed, _) = fetch(&bucket, "", &Selection::default(), 256 << 10).unwrap();
    assert!(feed.next().is_some());
    sleep(Duration::from_millis(300));
    let gets = bucket.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("get")).count();
    assert!((4..=6).contains(&gets), "{gets} objects of 64 kB were fetched where 256 kB fit");
    assert_eq!(feed.count(), 99);
}

#[test]
fn nobody_reads_any_more() {
    let logs: Vec<String> = (0..3000).map(|minute| log(ONE, "eu-west-1", at(minute))).collect();
    let bucket = bucket(&logs);
    let (mut feed, _) = fetch(&bucket, "", &Selection::default(), 16 << 10).unwrap();
    assert!(feed.next().is_some());
    drop(feed);
    sleep(Duration::from_millis(200));
    let gets = bucket.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("get")).count();
    assert!(gets < 200, "{gets} objects were fetched for nobody");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever lies where: everything of interest comes, once, in the order of times.
    #[test]
    fn everything_of_interest_in_order(
        files in proptest::collection::btree_set((0_usize..2, 0_usize..3, 0_i64..9000), 1..300),
        since in proptest::option::of(0_i64..9000),
        length in proptest::option::of(1_i64..4000),
    ) {
        let logs: Vec<String> = files
            .iter()
            .map(|(account, region, minute)| log([ONE, OTHER][*account], ["eu-west-1", "us-east-1", "ap-south-1"][*region], at(*minute)))
            .collect();
        let until = length.map(|length| at(since.unwrap_or(0) + length));
        let selection = Selection { since: since.map(at), until, ..Selection::default() };
        let name = |key: &String| key.rsplit('/').next().unwrap().to_owned();
        let time = |key: &String| portcullis_logs::delivered(key).unwrap();
        let mut expected: Vec<String> = logs.iter().filter(|key| selection.wants(key)).cloned().collect();
        expected.sort_by_key(|key| (time(key), key.clone()));
        prop_assume!(!expected.is_empty());
        let found = keys(&bucket(&logs), "", &selection);
        prop_assert_eq!(found.iter().map(name).collect::<Vec<_>>(), expected.iter().map(name).collect::<Vec<_>>());
    }
}
