//! What a correlation takes, in words, and where it would count a record.

#![cfg(test)]

use portcullis_cloudtrail::{Access, Record};
use portcullis_detection::{Context, RuleEvent, RuleFile, RuleSet, built_in};
use portcullis_knowledge::History;
use portcullis_settings::{Judgement, Settings};
use test_case::test_case;

const BASES: &str = "
title: Lists
name: lists
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: ListSecrets}, condition: selection}
---
title: Reads
name: reads
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: GetSecretValue}, condition: selection}
---
title: Many reads
name: many-reads
level: high
correlation: {type: event_count, rules: [reads], group-by: [sourceIPAddress], timespan: 90s, condition: {gte: 3}}
---
title: The correlation
name: the-correlation
level: high
correlation: ";

fn load(correlation: &str) -> RuleSet {
    let yaml = format!("{BASES}{correlation}\n");
    let set = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml }]);
    assert_eq!(set.problems(), []);
    set
}

#[test_case(
    "{type: event_count, rules: [reads], group-by: [sourceIPAddress], timespan: 90s, condition: {gte: 3}}",
    "3 events in 90s"
)]
#[test_case(
    "{type: event_count, rules: [reads], group-by: [sourceIPAddress], timespan: 1d, condition: {gt: 3, lte: 9}}",
    "events lte 9, gt 3 in 1d"
)]
#[test_case(
    "{type: event_count, rules: [many-reads], group-by: [sourceIPAddress], timespan: 2h, condition: {gte: 3}}",
    "3 bursts in 2h"
)]
#[test_case(
    "{type: event_count, rules: [many-reads, lists], group-by: [sourceIPAddress], timespan: 2h, condition: {gte: 3}}",
    "3 events and bursts in 2h"
)]
#[test_case(
    "{type: value_count, rules: [reads, lists], group-by: [sourceIPAddress], timespan: 10m, condition: {field: requestParameters.secretId, gte: 3}}",
    "3 values of requestParameters.secretId in 10m"
)]
#[test_case(
    "{type: temporal, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 60s}",
    "all of 2 rules in 1m"
)]
#[test_case(
    "{type: temporal, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 61s, condition: lists or reads}",
    "rules as its condition says in 61s"
)]
#[test_case(
    "{type: temporal_ordered, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 7d}",
    "2 rules in their order in 7d"
)]
fn in_words(correlation: &str, expected: &str) {
    assert_eq!(load(correlation).correlation("the-correlation").unwrap().to_string(), expected);
}

#[test]
fn every_built_in_correlation_has_words() {
    let set = RuleSet::load(&built_in());
    let correlations = set.rules().filter_map(|rule| set.correlation(&rule.reference.id));
    for counting in correlations {
        assert!(counting.to_string().contains(" in "), "{counting}");
        assert!(!counting.group_by().is_empty());
        for base in set.detections_of(&counting.rule().reference.id) {
            assert!(set.compiled(base).is_some() && set.detection(base).is_some(), "{base}");
        }
    }
}

/// The groups that a record would join, each with the value it is counted as.
fn places(record: &str) -> Vec<String> {
    let set = load(
        "{type: value_count, rules: [reads], group-by: [who, resources.ARN], timespan: 10m, \
         aliases: {who: {reads: userAgent}}, condition: {field: requestParameters.secretId, gte: 3}}",
    );
    let record = Record::parse(record).unwrap();
    let access = Access::of(&record);
    let event = RuleEvent {
        record: &record,
        access: &access,
        judgement: &Judgement::default(),
        history: &History::default(),
        settings: &Settings::default(),
        context: &Context::default(),
    };
    let counting = set.correlation("the-correlation").unwrap();
    assert_eq!(counting.fields("reads"), ["userAgent", "resources.ARN", "requestParameters.secretId"]);
    let places = counting.places("reads", &event).into_iter();
    places.map(|place| format!("{:?} {:?}", place.group, place.value)).collect()
}

#[test]
fn where_a_record_is_counted() {
    let record = |rest: &str| {
        format!(
            r#"{{"eventTime":"2026-01-05T08:00:00Z","eventName":"GetSecretValue","eventSource":"secretsmanager.amazonaws.com","userAgent":"cli","requestParameters":{{"secretId":"s"}}{rest}}}"#
        )
    };
    assert_eq!(
        places(&record(r#","resources":[{"ARN":"a"},{"ARN":"b"}]"#)),
        [
            r#"[("who", "cli"), ("resources.ARN", "a")] Some("s")"#,
            r#"[("who", "cli"), ("resources.ARN", "b")] Some("s")"#,
        ]
    );
    assert_eq!(places(&record("")), [""; 0], "no value to group by");
    let timeless = record(r#","resources":[{"ARN":"a"}]"#).replace("2026", "then");
    assert_eq!(places(&timeless), [""; 0], "no time");
}
