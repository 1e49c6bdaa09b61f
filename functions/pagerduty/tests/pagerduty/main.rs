//! From a message of SNS to what PagerDuty is sent, and what is made of each of its answers.

#![cfg(test)]

mod answers;
mod events;
mod keys;
mod limits;
mod posts;
mod server;

use portcullis_pagerduty::{Event, Message, RoutingKey, Translation, translate};
use serde_json::{Value, json};

/// A key of the right form that opens nothing.
const KEY: &str = "0123456789abcdef0123456789abcdef";

fn key() -> RoutingKey {
    RoutingKey::from_secret(KEY).unwrap()
}

/// A message as SNS delivers it.
fn message(text: impl Into<String>) -> Message {
    Message {
        message_id: Some("95df01b4-ee98-5cb9-9903-4c221d41eb5e".to_owned()),
        topic_arn: Some("arn:aws:sns:eu-west-1:111122223333:portcullis-pages".to_owned()),
        subject: Some("A subject".to_owned()),
        timestamp: Some("2026-01-05T08:10:06.000Z".to_owned()),
        text: text.into(),
    }
}

/// The event that a message becomes.
fn event(message: &Message) -> Event {
    match translate(message, "portcullis") {
        Translation::Event(event) => event,
        Translation::Ignored(why) => panic!("ignored: {why}"),
    }
}

/// What is sent for a message, without the key.
fn sent(message: &Message) -> Value {
    let mut body: Value = serde_json::from_str(&event(message).body(&key())).unwrap();
    assert_eq!(body["routing_key"], KEY);
    body.as_object_mut().unwrap().remove("routing_key");
    body
}

/// A page with everything that a page can have.
fn page() -> Value {
    json!({
        "schema": "portcullis.page/1", "action": "trigger", "dedup_key": "I-0123456789abcdef", "kind": "finding",
        "severity": "critical", "summary": "role reporting was put in quarantine", "stack": "guard",
        "timestamp": "2026-01-05T08:10:05Z", "account": "111122223333", "region": "eu-west-1",
        "finding": "F-8fc3887aeacb69c0",
        "rule": {"id": "unauthorized-access-critical-asset", "title": "Unauthorized actor", "attack": ["T1555.006"]},
        "outcome": "contained",
        "actor": {
            "kind": "role", "name": "arn:aws:iam::111122223333:role/team/reporting", "session": "i-0abcd1234example",
            "source_identity": "alice", "access_key": "ASIAEXAMPLEEXAMPLE01"
        },
        "origin": ["203.0.113.7 (public)"], "assets": ["secret prod/payroll/db"], "tier": "critical",
        "evidence": [{
            "event_id": "11111111-0000-4000-8000-000000000001", "time": "2026-01-05T08:10:00Z",
            "action": "secretsmanager:GetSecretValue", "outcome": "success"
        }],
        "done": ["AWSDenyAll attached"], "not_done": [], "workload": [], "onward": [],
        "ends": "2026-01-05T12:10:05Z", "undo": "portcullis release arn:aws:iam::111122223333:role/team/reporting",
        "runbook": "https://example.com/runbook#unauthorized-access-critical-asset"
    })
}

/// A page with some of its members replaced; null takes one away.
fn page_with(changes: &Value) -> Value {
    let mut page = page();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            page.as_object_mut().unwrap().remove(name);
        } else {
            page[name] = value.clone();
        }
    }
    page
}

/// An alarm's message as CloudWatch publishes it.
fn alarm(state: &str) -> Value {
    json!({
        "AlarmName": "portcullis-findings-dead-letters",
        "AlarmDescription": "Findings were not acted on, five times over.",
        "AWSAccountId": "111122223333", "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
        "NewStateValue": state, "NewStateReason": "Threshold Crossed: 1 datapoint was greater than 0.",
        "StateChangeTime": "2026-01-05T08:10:05.123+0000", "Region": "EU (Ireland)",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis-findings-dead-letters",
        "OldStateValue": "OK", "OKActions": [], "AlarmActions": [], "InsufficientDataActions": [],
        "Trigger": {"MetricName": "ApproximateNumberOfMessagesVisible", "Namespace": "AWS/SQS", "Unit": null}
    })
}
