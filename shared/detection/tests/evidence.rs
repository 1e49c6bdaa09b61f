//! What a burst's finding tells of its events, and how little of each lies in a window.

#![cfg(test)]

use futures_util::FutureExt as _;
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Delivery, Memory, Pipeline, RuleFile, RuleSet};
use portcullis_domain::{Finding, Session};
use portcullis_knowledge::{Knowledge, MemoryKnowledge};
use portcullis_settings::{Inventory, Settings};
use portcullis_windows::{Event, MemoryWindows, WindowKey, WindowStore as _};
use serde_json::{Value, json};
use test_case::test_case;

/// Everybody's calls, by address; in order, by secret; and a list of ten values of a parameter each.
const RULES: &str = "
title: Many calls
name: many-calls
level: high
correlation: {type: event_count, rules: [call], group-by: [sourceIPAddress], timespan: 5m, condition: {gte: 5}}
---
title: A call
name: call
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {asked: {eventSource: secretsmanager.amazonaws.com}, condition: asked}
---
title: Values after values
name: values-after-values
level: high
correlation: {type: temporal_ordered, rules: [call, many-values], group-by: [sourceIPAddress], timespan: 1h}
---
title: Many values
name: many-values
level: informational
correlation:
  type: value_count
  rules: [call]
  group-by: [sourceIPAddress, requestParameters.a, requestParameters.b, requestParameters.c]
  timespan: 5m
  condition: {field: requestParameters.value, gte: 2}
";

fn pipeline() -> Pipeline {
    let rules = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml: RULES.to_owned() }]);
    assert_eq!(rules.problems(), []);
    Pipeline::new(rules, Settings::default(), Inventory::default(), Context::default())
}

/// One call every twenty seconds, so that no bucket holds so many that some are left out.
fn call(number: usize, change: Value) -> String {
    let time = jiff::Timestamp::from_second(1_767_600_000 + 20 * i64::try_from(number).unwrap()).unwrap();
    let mut record = json!({
        "eventID": format!("e{number:02}"),
        "eventTime": time.to_string(),
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": {"secretId": "prod/db"},
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
    });
    if let Value::Object(members) = change {
        for (name, value) in members {
            if let (Value::Object(old), Value::Object(new)) = (&mut record[&name], &value) {
                old.extend(new.clone());
            } else {
                record[name] = value;
            }
        }
    }
    record.to_string()
}

/// The ids of the evidence of a burst of 60 events, of which all are denied but `undenied`.
fn evidence(undenied: &[usize], by_a_service: &[usize]) -> Vec<String> {
    let each = (0..60).map(|number| {
        let mut change = json!({});
        if !undenied.contains(&number) {
            change["errorCode"] = json!("AccessDenied");
        }
        if by_a_service.contains(&number) {
            change["userIdentity"] = json!({"invokedBy": "rds.amazonaws.com"});
        }
        call(number, change)
    });
    let (pipeline, records) = (pipeline(), each.collect::<Vec<_>>());
    let mut detector = Detector::new(&pipeline, None);
    detector.take(records.iter().map(String::as_str));
    let found: Vec<&Finding> = detector.findings().filter(|finding| finding.rule.id == "many-calls").collect();
    let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
    assert_eq!(finding.burst.as_ref().map(|burst| (burst.events, burst.at_least)), Some((60, false)));
    finding.evidence.iter().filter_map(|one| one.event_id.clone()).collect()
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("e{number:02}")).collect()
}

/// A burst on two entries tells of both, and one record of what it touches.
#[test]
fn the_entries_of_the_assets() {
    let settings = portcullis_settings::parse(
        "assets:
  - {name: zebra, secret: prod/db, tier: critical}
  - {name: all, secret: prod/*, tier: sensitive}
  - {name: ape, secret: prod/cache, tier: critical}
  - {name: none, secret: other, tier: critical}",
    )
    .unwrap();
    let one = "title: One call\nname: one-call\nlevel: low\nlogsource: {product: aws, service: cloudtrail}
detection: {asked: {eventID: e01}, condition: asked}\n";
    let yaml = format!("{RULES}---\n{one}");
    let rules = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml }]);
    assert_eq!(rules.problems(), []);
    let pipeline = Pipeline::new(rules, settings, Inventory::default(), Context::default());
    let secret = |number: usize| if number == 3 { "prod/cache" } else { "prod/db" };
    let records: Vec<String> =
        (0..6).map(|number| call(number, json!({"requestParameters": {"secretId": secret(number)}}))).collect();
    let mut detector = Detector::new(&pipeline, None);
    detector.take(records.iter().map(String::as_str));
    let entries = |rule: &str| detector.findings().find(|finding| finding.rule.id == rule).unwrap().entries.clone();
    assert_eq!(entries("one-call"), ["zebra", "all"], "in the order of the file");
    assert_eq!(entries("many-calls"), ["all", "ape", "zebra"], "by name");
}

/// Whether an actor is acted on hangs on calls that went through, and on how old the last of them is.
#[test]
fn the_evidence_has_the_oldest_and_the_newest_event_that_was_not_denied() {
    assert_eq!(evidence(&[], &[]), ids((0..20).chain(55..60)), "all denied: the first and the last");
    assert_eq!(evidence(&[3, 30, 40], &[]), ids((0..20).chain([40]).chain(55..60)), "the newest");
    assert_eq!(evidence(&[25, 30, 40], &[]), ids((0..20).chain([25, 40]).chain(55..60)), "and the oldest");
    assert_eq!(evidence(&[30], &[]), ids((0..20).chain([30]).chain(55..60)), "which may be one");
}

#[test]
fn the_evidence_has_the_first_event_that_a_service_made() {
    assert_eq!(evidence(&[], &[33, 44]), ids((0..20).chain([33]).chain(55..60)));
}

/// The key that an IAM user used may be deactivated; nobody can hide it behind a long name of a secret.
#[test]
fn the_actor_has_what_its_sessions_have_in_common() {
    let session = |name: &str, key: &str| {
        json!({
            "type": "AssumedRole",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/app/{name}"),
            "accessKeyId": key,
            "sessionContext": {
                "sourceIdentity": "alice",
                "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/app"},
            },
        })
    };
    let common = |change: &dyn Fn(usize) -> Value| {
        let (pipeline, records) = (pipeline(), (0..8).map(|number| call(number, change(number))).collect::<Vec<_>>());
        let mut detector = Detector::new(&pipeline, None);
        detector.take(records.iter().map(String::as_str));
        let finding = detector.findings().find(|finding| finding.rule.id == "many-calls").unwrap().clone();
        assert_eq!(finding.actor.principal.to_string(), "arn:aws:iam::111122223333:role/app");
        let Session { name, source_identity, access_key_id, .. } = finding.actor.session;
        [name, source_identity, access_key_id].map(Option::unwrap_or_default)
    };
    let one = common(&|_| json!({"userIdentity": session("a", "ASIAEXAMPLEEXAMPLE01")}));
    assert_eq!(one, ["a", "alice", "ASIAEXAMPLEEXAMPLE01"]);
    let two =
        common(&|number| json!({"userIdentity": session(["a", "b"][number % 2], &format!("ASIA{}", number % 2))}));
    assert_eq!(two, ["", "alice", ""]);
    let long = common(&|number| {
        let secret = "x".repeat(if number == 3 { 600 } else { 10 });
        json!({"userIdentity": session("a", "ASIAEXAMPLEEXAMPLE01"), "requestParameters": {"secretId": secret}})
    });
    assert_eq!(long, ["", "", "ASIAEXAMPLEEXAMPLE01"], "of the long one no more is kept");
}

/// Texts that a caller chooses, however long.
#[test_case(&"x".repeat(250) ; "long")]
#[test_case(&"x".repeat(900) ; "longer")]
#[test_case(&"\u{1}".repeat(120) ; "short, and long as JSON")]
#[test_case(&"\"\u{1}é".repeat(2000) ; "longest, and longer yet as JSON")]
fn no_event_in_a_window_is_longer_than_an_item_allows(long: &str) {
    let pipeline = pipeline();
    let change = json!({
        "userAgent": long,
        "errorCode": "AccessDenied",
        "errorMessage": long,
        "eventID": long,
        "userIdentity": {"userName": long, "sessionContext": {"sourceIdentity": long}},
        "requestParameters": {"secretId": long, "a": long, "b": long, "c": long, "value": [long, "short"]},
    });
    let (sightings, windows) = (MemoryKnowledge::default(), MemoryWindows::default());
    let delivery = Delivery::default();
    let mut memory =
        Memory { knowledge: &mut Knowledge::default(), sightings: &sightings, windows: &windows, delivery };
    let record = call(1, change);
    let tally = pipeline.examine([record.as_str()], &mut memory).now_or_never().unwrap();
    assert!(tally.failed.is_empty(), "{:?}", tally.failed);
    for (correlation, expected) in [("many-calls", 1), ("values-after-values", 3)] {
        let key = WindowKey { correlation: correlation.to_owned(), group: vec!["203.0.113.7".to_owned()] };
        let buckets = windows.range(&key, i64::MIN..=i64::MAX).now_or_never().unwrap().unwrap();
        let events: Vec<&Event> = buckets.values().flat_map(|bucket| &bucket.events).collect();
        assert_eq!(events.len(), expected, "{correlation}");
        for event in events {
            let bytes = serde_json::to_string(event).unwrap().len();
            assert!(bytes <= 1_100, "{correlation}: {bytes} bytes");
            assert!(event.body.contains("user/alice"), "whom it is about: {}", event.body);
        }
    }
}
