//! A wrong case is noticed, and what fired instead is told.

#![cfg(test)]

use portcullis_cases::{Cases, Judge, Verdict, settings};
use portcullis_detection::RuleFile;
use serde_json::{Value, json};

const RULE: &str = "
title: Secret read
name: secret-read
logsource: {product: aws, service: cloudtrail}
detection:
  read: {eventSource: secretsmanager.amazonaws.com, eventName: GetSecretValue}
  condition: read
level: low
";

/// The verdict on one case of a rule that fires on every read of a secret.
fn verdict(kind: &str, case: &Value) -> Verdict {
    let mut cases = json!({"positive": [], "negative": []});
    cases[kind] = json!([case]);
    let mut failures = Vec::new();
    let cases = Cases::parse(&cases.to_string(), &mut failures);
    assert_eq!(failures, [""; 0]);
    let file = |yaml: &str| RuleFile { name: "rule.yml".to_owned(), yaml: yaml.to_owned() };
    let other = RULE.replace("secret-read", "another-rule").replace("eventName: GetSecretValue", "readOnly: true");
    let mut judge = Judge::new(&[file(RULE), file(&other)], settings().clone());
    assert_eq!(judge.problems(), []);
    judge.judge("secret-read", cases.all().next().unwrap())
}

fn complaint(kind: &str, case: &Value) -> String {
    verdict(kind, case).complaint.unwrap_or_default()
}

#[test]
fn a_wrong_case_is_noticed() {
    let read = json!({"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "readOnly": true,
        "requestParameters": {"secretId": "prod/web/token"}});
    let mut thrice = read.clone();
    thrice["$repeat"] = json!({"times": 3});
    let (fires, silent) = (json!({"name": "n", "record": read}), json!({"name": "n", "record": {}}));
    assert_eq!(complaint("positive", &fires), "");
    assert_eq!(complaint("negative", &silent), "");
    assert_eq!(complaint("negative", &fires), "negative case \"n\": the rule fires");
    assert_eq!(complaint("positive", &silent), "positive case \"n\": the rule does not fire");
    assert_eq!(complaint("positive", &json!({"name": "n", "record": thrice, "findings": 3})), "");
    assert_eq!(
        complaint("positive", &json!({"name": "n", "record": thrice, "findings": 2})),
        "positive case \"n\": 3 findings instead of 2"
    );
    let before = json!({"name": "n", "before": [read], "record": {}});
    assert_eq!(complaint("negative", &before), "", "what history sets off does not count");
}

#[test]
fn what_fired_is_told_by_rule() {
    let read = json!({"eventSource": "secretsmanager.amazonaws.com", "eventName": "ListSecrets", "readOnly": true,
        "requestParameters": {}, "$repeat": {"times": 2}});
    let verdict = verdict("positive", &json!({"name": "n", "record": read}));
    assert_eq!(verdict.complaint.as_deref(), Some("positive case \"n\": the rule does not fire"));
    assert_eq!(verdict.fired, [("another-rule".to_owned(), 2)].into());
}
