//! How records come, and what of it is remembered: of redelivered ones no rate, of an account first heard of its watch.

#![cfg(test)]

use futures_util::FutureExt as _;
use jiff::Timestamp;
use portcullis_detection::{Context, Delivery, Memory, Pipeline, RuleFile, RuleSet};
use portcullis_knowledge::{Knowledge, MemoryKnowledge};
use portcullis_settings::{Inventory, Settings};
use portcullis_windows::MemoryWindows;
use serde_json::{Value, json};
use test_case::test_case;

/// One rule for each thing that is known of a sighting.
const RULES: &str = "
title: Above
name: above
level: low
logsource: {product: aws, service: cloudtrail}
detection: {asked: {portcullis.rate.level: above}, condition: asked}
---
title: Rated
name: rated
level: low
logsource: {product: aws, service: cloudtrail}
detection: {asked: {portcullis.rate.level|exists: true}, condition: asked}
---
title: New
name: new
level: low
logsource: {product: aws, service: cloudtrail}
detection: {asked: {portcullis.first_seen: true}, condition: asked}
---
title: Learning
name: learning
level: low
logsource: {product: aws, service: cloudtrail}
detection: {asked: {portcullis.learning: true}, condition: asked}
---
title: Many
name: many
level: low
correlation: {type: event_count, rules: [any], group-by: [recipientAccountId], timespan: 5m, condition: {gte: 3}}
---
title: Any
name: any
level: informational
logsource: {product: aws, service: cloudtrail}
detection: {asked: {eventName|exists: true}, condition: asked}
";

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// 2026-01-05, 08:00 UTC.
const NOW: i64 = 1_767_600_000;
const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// `alice` calls `name` on the secret, or on the key where it is a call of KMS.
fn call(name: &str, second: i64, change: &Value) -> String {
    let is_kms =
        ["Key", "crypt", "Mac", "Sign", "Verify", "SharedSecret", "Grant"].iter().any(|part| name.contains(part));
    let service = if is_kms { "kms" } else { "secretsmanager" };
    let mut record = json!({
        "eventID": format!("{name}-{second}"),
        "eventTime": at(second).to_string(),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": if is_kms { json!({"keyId": KEY}) } else { json!({"secretId": SECRET, "name": "prod/db"}) },
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
    });
    if is_kms {
        record["resources"] = json!([{"ARN": KEY}]);
    }
    for (name, value) in change.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    record.to_string()
}

/// One worker of the function, with what it and the stores remember.
struct Worker {
    pipeline: Pipeline,
    knowledge: Knowledge,
    sightings: MemoryKnowledge,
    windows: MemoryWindows,
}

impl Worker {
    fn new() -> Self {
        let rules = RuleSet::load(&[RuleFile { name: "rules.yml".to_owned(), yaml: RULES.to_owned() }]);
        assert_eq!(rules.problems(), []);
        Self {
            pipeline: Pipeline::new(rules, Settings::default(), Inventory::default(), Context::default()),
            knowledge: Knowledge::default(),
            sightings: MemoryKnowledge::default(),
            windows: MemoryWindows::default(),
        }
    }

    /// How often the rule fires on the records of one batch.
    fn fires(&mut self, rule: &str, records: &[String], delivery: Delivery) -> usize {
        let (sightings, windows) = (&self.sightings, &self.windows);
        let mut memory = Memory { knowledge: &mut self.knowledge, sightings, windows, delivery };
        let examined = self.pipeline.examine(records.iter().map(String::as_str), &mut memory);
        let tally = examined.now_or_never().unwrap();
        assert!(tally.failed.is_empty(), "{:?}", tally.failed);
        tally.findings.iter().filter(|finding| finding.rule.id == rule).count()
    }
}

const FIRST: Delivery = Delivery { watched_since: None, again: false };
const AGAIN: Delivery = Delivery { watched_since: None, again: true };

/// A worker that saw `alice` decrypt once a day, for ten days.
fn used_to() -> Worker {
    let mut worker = Worker::new();
    for day in (1..=10).rev() {
        worker.fires("", &[call("Decrypt", NOW - day * DAY, &Value::Null)], FIRST);
    }
    worker
}

fn burst(seconds: std::ops::Range<i64>) -> Vec<String> {
    seconds.map(|second| call("Decrypt", NOW + second, &Value::Null)).collect()
}

#[test]
fn what_is_delivered_once_makes_a_rate() {
    assert!(used_to().fires("above", &burst(0..150), FIRST) > 0);
}

/// Each redelivery to another worker would raise the rate of what happened once.
#[test]
fn what_is_delivered_again_makes_none() {
    let mut worker = used_to();
    assert_eq!(worker.fires("rated", &burst(0..150), AGAIN), 0, "neither is it judged by one");
    assert_eq!(worker.fires("above", &burst(150..230), FIRST), 0, "nor counted with what comes later");
    assert!(worker.fires("above", &burst(230..260), FIRST) > 0, "which is: more than a hundred");
}

#[test]
fn what_is_delivered_again_is_seen_all_the_same() {
    let mut worker = used_to();
    let read = |second: i64| call("GetSecretValue", NOW + second, &Value::Null);
    assert_eq!(worker.fires("new", &[read(0)], AGAIN), 1, "a first use");
    assert_eq!(worker.fires("new", &[read(1)], FIRST), 0, "and then a known one");
    assert_eq!(worker.fires("many", &[read(2), read(3)], AGAIN), 1, "with those before, three in five minutes");
}

/// A record of last month that happens to come first must not end the learning before it began.
#[test]
fn learning_begins_when_it_is_said_to_and_not_at_an_old_record() {
    let records = [call("Decrypt", NOW - 30 * DAY, &Value::Null), call("Decrypt", NOW, &Value::Null)];
    let now = Delivery { watched_since: Some(at(NOW)), again: false };
    assert_eq!(Worker::new().fires("learning", &records, now), 2);
    assert_eq!(Worker::new().fires("learning", &records, FIRST), 1, "else it begins with the first record");
}

#[test]
fn learning_ends_a_week_after_it_was_first_said_to_begin() {
    let mut worker = Worker::new();
    for (day, learning) in [(0, 1), (6, 1), (8, 0)] {
        let since = Delivery { watched_since: Some(at(NOW + day * DAY)), again: false };
        let record = call("Decrypt", NOW + day * DAY, &Value::Null);
        assert_eq!(worker.fires("learning", &[record], since), learning, "after {day} days");
    }
}

/// Whether `alice`, after the call, is still new to what she then reads or decrypts with.
fn is_new_after(name: &str, change: &Value) -> bool {
    let mut worker = Worker::new();
    let before = call(name, NOW, change);
    let is_kms = before.contains("kms.amazonaws.com");
    worker.fires("", &[before], FIRST);
    let then = call(if is_kms { "Decrypt" } else { "GetSecretValue" }, NOW + 60, &Value::Null);
    worker.fires("new", &[then], FIRST) == 1
}

#[test_case("GetSecretValue")]
#[test_case("Decrypt")]
#[test_case("Encrypt")]
#[test_case("DeriveSharedSecret")]
#[test_case("GenerateDataKey")]
#[test_case("GenerateDataKeyPair")]
#[test_case("GenerateDataKeyPairWithoutPlaintext")]
#[test_case("GenerateDataKeyWithoutPlaintext")]
#[test_case("GenerateMac")]
#[test_case("ReEncrypt")]
#[test_case("Sign")]
#[test_case("CreateKey" ; "a key that she made")]
#[test_case("CreateSecret" ; "a secret that she made")]
#[test_case("PutSecretValue" ; "a value that she wrote")]
fn calls_that_make_an_asset_known(name: &str) {
    assert!(!is_new_after(name, &Value::Null));
}

#[test_case("BatchGetSecretValue" ; "each secret of a batch has a record of its own")]
#[test_case("TagResource")]
#[test_case("UntagResource")]
#[test_case("UpdateSecret")]
#[test_case("DescribeSecret")]
#[test_case("DeleteSecret")]
#[test_case("RotateSecret")]
#[test_case("PutResourcePolicy")]
#[test_case("DescribeKey")]
#[test_case("DisableKey")]
#[test_case("PutKeyPolicy")]
#[test_case("ScheduleKeyDeletion")]
#[test_case("CreateGrant")]
#[test_case("Verify")]
fn calls_that_do_not(name: &str) {
    assert!(is_new_after(name, &Value::Null));
}

#[test_case("AccessDenied" ; "refused")]
#[test_case("ResourceNotFoundException" ; "in vain")]
fn calls_that_did_not_succeed_do_not(code: &str) {
    for name in ["GetSecretValue", "Decrypt", "CreateSecret"] {
        assert!(is_new_after(name, &json!({"errorCode": code})), "{name}");
    }
}

/// Secrets Manager's use of the key for a read: of the key, a use by her; the read of the secret has a record of its own.
#[test]
fn what_a_service_does_behind_a_read_makes_the_key_known_and_not_the_secret() {
    let behind = json!({
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::111122223333:user/alice",
            "invokedBy": "secretsmanager.amazonaws.com",
        },
        "requestParameters": {"encryptionContext": {"SecretARN": SECRET, "SecretVersionId": "v1"}},
    });
    let mut worker = Worker::new();
    worker.fires("", &[call("Decrypt", NOW, &behind)], FIRST);
    let then = |name: &str| [call(name, NOW + 60, &Value::Null)];
    assert_eq!(worker.fires("new", &then("Decrypt"), FIRST), 0, "the key");
    assert_eq!(worker.fires("new", &then("GetSecretValue"), FIRST), 1, "the secret");
}
