//! Whatever comes in, what goes out is within PagerDuty's limits
//! (PagerDuty developer documentation, *Events API v2 overview*, *Send an alert event*).

use portcullis_pagerduty::{Event, Translation, translate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{alarm, event, key, message, page_with, sent};

/// Any text: short, or much longer than anything may be, and of characters that JSON and UTF-8 make longer.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a"),
        Just("\u{1}"),
        Just("\""),
        Just("\\"),
        Just("é"),
        Just("😀"),
        Just("\n"),
        Just("\u{202e}")
    ];
    (prop::collection::vec(piece, 0..6), prop_oneof![4 => 1..40usize, 1 => 200..20_000usize])
        .prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

/// Any value, a text more often than not.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Objects that look like a page or an alarm in some of their members.
fn object(known: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![6 => prop::sample::select(known).prop_map(str::to_owned), 1 => text()];
    prop::collection::btree_map(name, value(), 0..10).prop_map(|members| members.into_iter().collect())
}

const PAGE: &[&str] = &[
    "action",
    "dedup_key",
    "kind",
    "severity",
    "summary",
    "stack",
    "timestamp",
    "account",
    "region",
    "rule",
    "actor",
    "origin",
    "evidence",
    "runbook",
];
const ALARM: &[&str] =
    &["AlarmArn", "AlarmDescription", "NewStateReason", "StateChangeTime", "AWSAccountId", "Trigger"];

fn check(event: &Event) -> Result<(), TestCaseError> {
    let body = event.body(&key());
    prop_assert!(body.len() <= 512_000, "{} bytes", body.len());
    let body: Value = serde_json::from_str(&body).unwrap();
    let longest = |value: &Value, chars: usize| value.as_str().is_none_or(|text| text.chars().count() <= chars);
    let action = body["event_action"].as_str().unwrap();
    prop_assert!(["trigger", "resolve"].contains(&action));
    prop_assert_eq!(body["routing_key"].as_str().unwrap().len(), 32);
    prop_assert!(body["dedup_key"].is_string() && longest(&body["dedup_key"], 255));
    if action == "trigger" {
        let payload = &body["payload"];
        prop_assert!(["critical", "error", "warning", "info"].contains(&payload["severity"].as_str().unwrap()));
        for required in ["summary", "source"] {
            let text = payload[required].as_str().unwrap();
            prop_assert!(!text.is_empty() && longest(&payload[required], 1_024));
            prop_assert!(!text.contains(char::is_control), "{text:?}");
        }
        for optional in ["component", "group", "class"] {
            prop_assert!(longest(&payload[optional], 255));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn pages(object in object(PAGE), schema in any::<bool>()) {
        let mut object = object;
        if schema {
            object.insert("schema".to_owned(), json!("portcullis.page/1"));
        }
        check(&event(&message(Value::Object(object).to_string())))?;
    }

    #[test]
    fn alarms(object in object(ALARM), name in text(), state in prop::sample::select(vec!["ALARM", "OK"])) {
        let mut object = object;
        object.insert("AlarmName".to_owned(), json!(name));
        object.insert("NewStateValue".to_owned(), json!(state));
        check(&event(&message(Value::Object(object).to_string())))?;
    }

    #[test]
    fn anything(text in text()) {
        match translate(&message(text), "portcullis") {
            Translation::Event(event) => check(&event)?,
            Translation::Ignored(why) => prop_assert!(false, "ignored: {why}"),
        }
    }
}

/// SNS takes at most 256 KB, and every byte of it may become six in JSON.
#[test]
fn the_largest_page_keeps_what_fits_and_says_what_does_not() {
    let page = page_with(&json!({"evidence": "\u{1}".repeat(100_000), "origin": "o".repeat(100_000)}));
    let message = message(page.to_string());
    check(&event(&message)).unwrap();
    let details = sent(&message)["payload"]["custom_details"].clone();
    assert_eq!(details["too_large_for_pagerduty"], "evidence");
    assert!(details["evidence"].is_null());
    assert_eq!(details["origin"].as_str().unwrap().len(), 100_000);
    assert_eq!(details["undo"], "portcullis release arn:aws:iam::111122223333:role/team/reporting");
}

#[test]
fn half_an_address_is_no_link() {
    let page = page_with(&json!({"runbook": format!("https://example.com/{}", "a".repeat(3_000))}));
    assert_eq!(sent(&message(page.to_string()))["links"], Value::Null);
}

/// An ARN can be longer than a key. What is opened under it has to be closed under it, and nothing else with it.
#[test]
fn a_long_key_is_the_same_at_both_ends_and_no_other() {
    let key_of = |state: &str, name: &str| {
        let mut alarm = alarm(state);
        alarm["AlarmArn"] = json!(format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{}{name}", "a".repeat(250)));
        event(&message(alarm.to_string())).dedup_key()
    };
    assert_eq!(key_of("ALARM", "x").len(), 255);
    assert_eq!(key_of("ALARM", "x"), key_of("OK", "x"));
    assert_ne!(key_of("ALARM", "x"), key_of("ALARM", "y"));
}
