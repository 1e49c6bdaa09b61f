//! How steps become records, and what a slip is told.

#![cfg(test)]

use std::collections::BTreeSet;

use insta::assert_snapshot;
use portcullis_cases::{Cases, bases};
use portcullis_cloudtrail::{Access, Record};
use proptest::prelude::*;
use serde_json::{Value, json};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn copies_have_ids_and_times_of_their_own(times in 1..40_u32, every in 1..500_i64, more in 0..3_usize) {
        let step = json!({"$repeat": {"times": times, "every": every}});
        let steps: Vec<Value> = std::iter::once(step).chain(std::iter::repeat_n(json!({}), more)).collect();
        let records = records(&json!({"name": "n", "before": [{}, {}], "records": steps})).unwrap();
        prop_assert_eq!(records.len(), 2 + times as usize + more);
        let each = |member: &str| records.iter().map(|record| record[member].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(each("eventID").into_iter().collect::<BTreeSet<_>>().len(), records.len());
        let seen: Vec<jiff::Timestamp> = each("eventTime").iter().map(|time| time.parse().unwrap()).collect();
        prop_assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", seen);
        prop_assert_eq!(seen[2], "2026-01-05T08:00:00Z".parse().unwrap());
        prop_assert_eq!(seen[1 + times as usize].as_second() - seen[2].as_second(), i64::from(times - 1) * every);
    }
}

#[test]
fn equivalents_are_declared_once_with_a_reason() {
    let entry = |mutant: &str, why: &str| json!({"mutant": mutant, "why": why});
    let reason = "every key of these cases is in one Region";
    let cases = json!({"positive": [{"name": "n", "record": {}}], "negative": [{"name": "n", "record": {}}],
        "equivalent": [entry("a", reason), entry("a", reason), entry("b", "no")]});
    let mut failures = Vec::new();
    Cases::parse(&cases.to_string(), &mut failures);
    assert_snapshot!(failures.join("\n"), @r#"
    case "n": another case has this name; give each its own
    `equivalent` names "a" twice; take one out
    `equivalent` "b": say why no record can tell it from the rule
    "#);
}

/// Every record that a case spells out to, history first.
fn records(case: &Value) -> Result<Vec<Value>, String> {
    let mut failures = Vec::new();
    let cases = Cases::parse(&json!({"positive": [case], "negative": []}).to_string(), &mut failures);
    match (cases.positive.first(), failures.pop()) {
        (Some(case), None) => {
            Ok(case.before.iter().chain(&case.records).map(|record| serde_json::from_str(record).unwrap()).collect())
        }
        (_, failure) => Err(failure.unwrap_or_default()),
    }
}

fn record(step: &Value) -> Value {
    records(&json!({"name": "n", "record": step})).unwrap().remove(0)
}

fn refused(case: &Value) -> String {
    records(case).unwrap_err()
}

#[test]
fn another_call_takes_nothing_of_its_bases_call() {
    let read = record(&json!({"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue",
        "readOnly": true, "requestParameters": {"secretId": "prod/web/token"}}));
    assert_eq!(read["requestParameters"], json!({"secretId": "prod/web/token"}));
    for member in ["resources", "additionalEventData", "tlsDetails"] {
        assert_eq!(read.get(member), None, "{member}");
    }
    assert_eq!(read.get("responseElements"), Some(&Value::Null), "CloudTrail writes it even when there is none");

    let encrypt = record(&json!({"eventName": "Encrypt", "readOnly": true, "requestParameters": {"keyId": "alias/x"}}));
    assert_eq!(encrypt["requestParameters"], json!({"keyId": "alias/x"}));
    assert_eq!(encrypt["resources"], bases()["role"]["resources"], "the same service keeps the key");

    let other = record(&json!({"requestParameters": {"keyId": "decoy000-12ab-34cd-56ef-1234567890ab"}}));
    assert_eq!(
        other["resources"][0]["ARN"], "arn:aws:kms:eu-west-1:111122223333:key/decoy000-12ab-34cd-56ef-1234567890ab",
        "resources follow the key's id"
    );

    let decrypt = record(&json!({"requestParameters": {"encryptionContext": {"team": "web"}}}));
    assert_eq!(decrypt["requestParameters"]["encryptionAlgorithm"], "SYMMETRIC_DEFAULT", "the same call is patched");
}

#[test]
fn copies_are_numbered() {
    let set = json!({"requestParameters.secretId": "prod/app-{n}", "sourceIPAddress": "203.0.113.{n}"});
    let steps = json!({"name": "n", "record": {"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue",
        "readOnly": true, "requestParameters": {}, "$repeat": {"times": 3, "every": 20, "set": set}}});
    let told: Vec<String> = records(&steps)
        .unwrap()
        .iter()
        .map(|r| format!("{} {} {}", r["requestParameters"]["secretId"], r["sourceIPAddress"], r["eventTime"]))
        .collect();
    assert_snapshot!(told.join("\n"), @r#"
    "prod/app-1" "203.0.113.1" "2026-01-05T08:00:00Z"
    "prod/app-2" "203.0.113.2" "2026-01-05T08:00:20Z"
    "prod/app-3" "203.0.113.3" "2026-01-05T08:00:40Z"
    "#);
}

#[test]
fn what_a_slip_is_told() {
    let told: Vec<String> = [
        json!({"name": "n"}),
        json!({"name": "n", "record": {}, "records": [{}]}),
        json!({"name": "n", "findings": 0, "record": {}}),
        json!({"name": "n", "record": {"$base": "rolle"}}),
        json!({"name": "n", "record": {"eventname": "Decrypt"}}),
        json!({"name": "n", "record": {"eventName": "Encrypt"}}),
        json!({"name": "n", "record": {"eventTime": "yesterday"}}),
        json!({"name": "n", "records": [{}, {"$repeat": {"times": 0}}]}),
        json!({"name": "n", "record": {"$repeat": {"times": 2, "evry": 3}}}),
        json!({"name": "n", "record": {"requestParameters": {"keyId": "decoy000-12ab-34cd-56ef-1234567890ab"},
            "resources": bases()["role"]["resources"]}}),
        json!({"name": "n", "before": [{"eventTime": "2026-01-05T09:00:00Z"}], "record": {}}),
        json!({"nam": "n", "record": {}}),
    ]
    .iter()
    .map(refused)
    .collect();
    assert_snapshot!(told.join("\n"), @r#"
    case "n": give either `record`, one step, or `records`, a list of at least one
    case "n": give either `record`, one step, or `records`, a list of at least one
    case "n": `findings: 0` makes it a negative case; move it there
    case "n": step 1 of `records`: $base "rolle" is not one of role, authorized, user, root, service, lambda, foreign, sso, via-secretsmanager, via-s3
    case "n": step 1 of `records`: no CloudTrail record has a member `eventname`
    case "n": step 1 of `records`: it is another call than its base's, so set `readOnly` as CloudTrail does for it
    case "n": step 1 of `records`: eventTime yesterday: failed to parse four digit integer as year: invalid digit, expected 0-9 but got y
    case "n": step 2 of `records`: $repeat: `times` is from 1 to 2000
    case "n": step 1 of `records`: $repeat: unknown field `evry`, expected one of `times`, `every`, `set`
    case "n": step 1 of `records`: requestParameters.keyId names decoy000-12ab-34cd-56ef-1234567890ab, resources name arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: name the same key
    case "n": `before` lasts until 2026-01-05T09:00:00Z, and the judged records begin at 2026-01-05T08:00:00Z: give it older times
    not `{"positive": [ CASE, … ], "negative": [ CASE, … ]}`: unknown field `nam`, expected one of `name`, `before`, `record`, `records`, `findings`, `watched_since`, `quarantined` at line 1 column 19
    "#);
}

#[test]
fn every_base_is_a_record_that_names_its_actor() {
    let kinds: Vec<String> = bases()
        .iter()
        .map(|(name, base)| {
            let text = base.to_string();
            let access = Access::of(&Record::parse(&text).unwrap());
            let assets: Vec<&str> = access.assets.iter().map(|asset| asset.kind().as_str()).collect();
            let via = access.via.as_deref().unwrap_or("itself");
            let issued_to = access.actor.session.issued_to.as_deref().unwrap_or("nothing known");
            let kind = access.actor.kind().as_str();
            format!("{name}: {kind} via {via}, issued to {issued_to}, uses {}", assets.join(", "))
        })
        .collect();
    assert_snapshot!(kinds.join("\n"), @"
    role: role via itself, issued to nothing known, uses key
    authorized: role via itself, issued to nothing known, uses key
    user: user via itself, issued to nothing known, uses key
    root: root via itself, issued to nothing known, uses key
    service: service via itself, issued to nothing known, uses key
    lambda: role via itself, issued to arn:aws:lambda:eu-west-1:111122223333:function:rotate-database, uses key
    foreign: foreign-account via itself, issued to nothing known, uses key
    sso: role via itself, issued to nothing known, uses key
    via-secretsmanager: role via secretsmanager.amazonaws.com, issued to nothing known, uses key, secret
    via-s3: role via s3.amazonaws.com, issued to nothing known, uses key
    ");
}
