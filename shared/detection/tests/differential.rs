//! Our windows against rsigma's correlation engine, on streams that are in order and without duplicates, where the two
//! should agree; and where they do not, why.

#![cfg(test)]

use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleFile, RuleSet};
use portcullis_settings::{Inventory, Settings};
use proptest::prelude::*;
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};
use rsigma_parser::parse_sigma_yaml;
use serde_json::{Value, json};
use test_case::test_case;

/// Their engine knows a rule by its `id` only; ours by its `name`.
const BASES: &str = "
title: Lists
name: lists
id: lists
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: ListSecrets}, condition: selection}
---
title: Reads
name: reads
id: reads
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: GetSecretValue}, condition: selection}
---
title: The correlation
name: the-correlation
level: high
correlation:
";

/// Each kind with its parameters, as they stand under `correlation:`.
const KINDS: [&str; 7] = [
    "{type: event_count, rules: [reads], group-by: [sourceIPAddress], timespan: 60s, condition: {gte: 3}}",
    "{type: event_count, rules: [reads, lists], group-by: [sourceIPAddress], timespan: 45s, condition: {gt: 2}}",
    "{type: event_count, rules: [reads], group-by: [sourceIPAddress, awsRegion], timespan: 60s, condition: {gte: 2}}",
    "{type: value_count, rules: [reads], group-by: [sourceIPAddress], timespan: 60s, condition: {field: requestParameters.secretId, gte: 3}}",
    "{type: temporal, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 60s, condition: {gte: 2}}",
    "{type: temporal_ordered, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 60s, condition: {gte: 2}}",
    "{type: event_count, rules: [reads, lists], group-by: [who], timespan: 60s, condition: {gte: 3}, aliases: {who: {reads: sourceIPAddress, lists: userAgent}}}",
];

#[derive(Clone, Debug)]
struct Call {
    second: i64,
    lists: bool,
    address: usize,
    region: usize,
    secret: usize,
}

fn record(index: usize, call: &Call) -> Value {
    let time = jiff::Timestamp::from_second(1_767_600_000 + call.second).unwrap();
    let address = format!("203.0.113.{}", call.address);
    json!({
        "eventID": format!("e{index:03}"),
        "eventTime": time.to_string(),
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": if call.lists { "ListSecrets" } else { "GetSecretValue" },
        "awsRegion": format!("region-{}", call.region),
        "sourceIPAddress": address,
        "userAgent": address,
        "requestParameters": {"secretId": format!("secret-{}", call.secret)},
        "recipientAccountId": "111122223333",
    })
}

fn yaml(kind: &str) -> String {
    format!("{}correlation: {kind}\n", BASES.trim_end().trim_end_matches("correlation:"))
}

/// At which calls ours fires: the burst that the newest event belongs to.
fn ours(kind: &str, records: &[Value]) -> Vec<usize> {
    let rules = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml: yaml(kind) }]);
    assert_eq!(rules.problems(), []);
    let pipeline = Pipeline::new(rules, Settings::default(), Inventory::default(), Context::default());
    let mut detector = Detector::new(&pipeline, None);
    let mut fires = |record: &Value| {
        let text = record.to_string();
        detector.take([text.as_str()]).findings.iter().any(|finding| finding.rule.id == "the-correlation")
    };
    (0..records.len()).filter(|index| fires(&records[*index])).collect()
}

fn theirs(kind: &str, records: &[Value]) -> Vec<usize> {
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    engine.add_collection(&parse_sigma_yaml(&yaml(kind)).unwrap()).unwrap();
    let mut fires = |record: &Value| {
        let second = record["eventTime"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
        let results = engine.process_event_at(&JsonEvent::borrow(record), second);
        results.iter().any(rsigma_eval::EvaluationResult::is_correlation)
    };
    (0..records.len()).filter(|index| fires(&records[*index])).collect()
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let one = (0..50i64, any::<bool>(), 0..2usize, 0..2usize, 0..4usize);
    prop::collection::vec(one, 1..40).prop_map(|calls| {
        let mut second = 0;
        let each = calls.into_iter().map(|(gap, lists, address, region, secret)| {
            second += gap;
            Call { second, lists, address, region, secret }
        });
        each.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn both_fire_at_the_same_events(kind in 0..KINDS.len(), calls in calls()) {
        let records: Vec<Value> = calls.iter().enumerate().map(|(index, call)| record(index, call)).collect();
        prop_assert_eq!(ours(KINDS[kind], &records), theirs(KINDS[kind], &records), "{}", KINDS[kind]);
    }
}

fn reads(seconds: &[i64]) -> Vec<Value> {
    let call = |second: i64| Call { second, lists: false, address: 1, region: 0, secret: 0 };
    seconds.iter().enumerate().map(|(index, second)| record(index, &call(*second))).collect()
}

/// Every event that arrives late counts for them as if it had just happened.
#[test_case(&[600, 300, 0], &[], &[2] ; "three events over ten minutes, newest first")]
#[test_case(&[20, 0, 10], &[2], &[2] ; "three events of one minute, in any order")]
fn order(seconds: &[i64], ours_fires: &[usize], theirs_fires: &[usize]) {
    let records = reads(seconds);
    assert_eq!(ours(KINDS[0], &records), ours_fires);
    assert_eq!(theirs(KINDS[0], &records), theirs_fires);
}

/// They count deliveries; we count events.
#[test]
fn duplicates() {
    let one = reads(&[0]).remove(0);
    let records = vec![one.clone(), one.clone(), one];
    assert_eq!(ours(KINDS[0], &records), [0; 0]);
    assert_eq!(theirs(KINDS[0], &records), [2]);
}

/// They put all events without the field into one group; for us an event without the field is in no group.
#[test]
fn events_without_the_field_to_group_by() {
    let mut records = reads(&[0, 1, 2]);
    for record in &mut records {
        record.as_object_mut().unwrap().remove("sourceIPAddress");
    }
    assert_eq!(ours(KINDS[0], &records), [0; 0]);
    assert_eq!(theirs(KINDS[0], &records), [2]);
}

/// Without a condition, a temporal correlation asks for all its rules (Sigma Correlation Rules Specification, *Temporal
/// Proximity*); their parser fills in "at least one".
#[test]
fn temporal_without_a_condition() {
    let kind = "{type: temporal, rules: [lists, reads], group-by: [sourceIPAddress], timespan: 60s}";
    let records = reads(&[0]);
    assert_eq!(ours(kind, &records), [0; 0]);
    assert_eq!(theirs(kind, &records), [0]);
}

/// They alert at every further event; for us it is one burst under one id, told again as it grows.
#[test]
fn a_burst_is_one_finding() {
    let records = reads(&[0, 5, 10, 15, 20, 25]);
    assert_eq!(theirs(KINDS[0], &records), [2, 3, 4, 5]);
    let rules = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml: yaml(KINDS[0]) }]);
    let pipeline = Pipeline::new(rules, Settings::default(), Inventory::default(), Context::default());
    let mut detector = Detector::new(&pipeline, None);
    for record in &records {
        detector.take([record.to_string().as_str()]);
    }
    let findings: Vec<_> = detector.findings().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].burst.as_ref().unwrap().events, 6);
}
