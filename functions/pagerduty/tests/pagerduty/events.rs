//! What each kind of message becomes.

use insta::{assert_json_snapshot, with_settings};
use portcullis_pagerduty::{Event, Message, Translation, messages, translate};
use serde_json::{Value, json};
use test_case::test_case;

use crate::{alarm, event, message, page, page_with, sent};

#[test]
fn a_whole_page() {
    with_settings!({sort_maps => true}, { assert_json_snapshot!(sent(&message(page().to_string())), @r#"
    {
      "client": "Portcullis",
      "dedup_key": "I-0123456789abcdef",
      "event_action": "trigger",
      "links": [
        {
          "href": "https://example.com/runbook#unauthorized-access-critical-asset",
          "text": "Runbook"
        }
      ],
      "payload": {
        "class": "unauthorized-access-critical-asset",
        "component": "guard",
        "custom_details": {
          "actor": {
            "access_key": "ASIAEXAMPLEEXAMPLE01",
            "kind": "role",
            "session": "i-0abcd1234example",
            "source_identity": "alice"
          },
          "assets": [
            "secret prod/payroll/db"
          ],
          "done": [
            "AWSDenyAll attached"
          ],
          "ends": "2026-01-05T12:10:05Z",
          "evidence": [
            {
              "action": "secretsmanager:GetSecretValue",
              "event_id": "11111111-0000-4000-8000-000000000001",
              "outcome": "success",
              "time": "2026-01-05T08:10:00Z"
            }
          ],
          "finding": "F-8fc3887aeacb69c0",
          "kind": "finding",
          "not_done": [],
          "onward": [],
          "origin": [
            "203.0.113.7 (public)"
          ],
          "outcome": "contained",
          "region": "eu-west-1",
          "rule": {
            "attack": [
              "T1555.006"
            ],
            "title": "Unauthorized actor"
          },
          "severity": "critical",
          "tier": "critical",
          "undo": "portcullis release arn:aws:iam::111122223333:role/team/reporting",
          "workload": []
        },
        "group": "111122223333",
        "severity": "critical",
        "source": "arn:aws:iam::111122223333:role/team/reporting",
        "summary": "role reporting was put in quarantine",
        "timestamp": "2026-01-05T08:10:05Z"
      }
    }
    "#); });
}

#[test]
fn an_alarm() {
    with_settings!({sort_maps => true}, { assert_json_snapshot!(sent(&message(alarm("ALARM").to_string())), @r#"
    {
      "client": "Portcullis",
      "dedup_key": "alarm:arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis-findings-dead-letters",
      "event_action": "trigger",
      "payload": {
        "class": "alarm",
        "component": "portcullis",
        "custom_details": {
          "AlarmActions": [],
          "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis-findings-dead-letters",
          "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
          "AlarmDescription": "Findings were not acted on, five times over.",
          "InsufficientDataActions": [],
          "NewStateReason": "Threshold Crossed: 1 datapoint was greater than 0.",
          "OKActions": [],
          "OldStateValue": "OK",
          "Region": "EU (Ireland)",
          "Trigger": {
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Namespace": "AWS/SQS",
            "Unit": null
          }
        },
        "group": "111122223333",
        "severity": "error",
        "source": "portcullis-findings-dead-letters",
        "summary": "Alarm portcullis-findings-dead-letters: Findings were not acted on, five times over.",
        "timestamp": "2026-01-05T08:10:05.123Z"
      }
    }
    "#); });
}

#[test]
fn anything_else() {
    with_settings!({sort_maps => true}, { assert_json_snapshot!(sent(&message("a drill,\nby hand")), @r#"
    {
      "client": "Portcullis",
      "dedup_key": "sns:95df01b4-ee98-5cb9-9903-4c221d41eb5e",
      "event_action": "trigger",
      "payload": {
        "class": "message",
        "component": "portcullis",
        "custom_details": {
          "message": "a drill,\nby hand"
        },
        "severity": "warning",
        "source": "arn:aws:sns:eu-west-1:111122223333:portcullis-pages",
        "summary": "A subject",
        "timestamp": "2026-01-05T08:10:06Z"
      }
    }
    "#); });
}

#[test_case("trigger", "trigger")]
#[test_case("update", "trigger")]
#[test_case("resolve", "resolve")]
#[test_case("an action of tomorrow", "trigger" ; "what is not known pages")]
fn actions(action: &str, expected: &str) {
    let sent = sent(&message(page_with(&json!({"action": action})).to_string()));
    assert_eq!(sent["event_action"], expected);
    assert_eq!(sent["dedup_key"], "I-0123456789abcdef");
    assert_eq!(sent["payload"].is_object(), expected == "trigger");
}

/// A page about an alarm, as Portcullis tells it.
fn ringing(action: &str, outcome: &str) -> Message {
    let actor = json!({"kind": "alarm", "name": "portcullis/denied/payroll"});
    let changes = json!({
        "action": action, "outcome": outcome, "kind": "alarm", "severity": "medium", "finding": "", "rule": null,
        "actor": actor, "summary": "payroll: denied calls", "details": {"reason": "Threshold Crossed"},
    });
    message(page_with(&changes).to_string())
}

#[test]
fn a_page_about_an_alarm_is_closed_by_its_end() {
    let (opened, closed) = (event(&ringing("trigger", "ringing")), event(&ringing("resolve", "ok")));
    assert_eq!((opened.action(), closed.action()), ("trigger", "resolve"));
    assert_eq!(opened.dedup_key(), closed.dedup_key());
    let sent = sent(&ringing("trigger", "ringing"));
    assert_eq!(
        (&sent["payload"]["source"], &sent["payload"]["severity"]),
        (&json!("portcullis/denied/payroll"), &json!("warning"))
    );
    assert_eq!(sent["payload"]["custom_details"]["details"]["reason"], "Threshold Crossed");
}

/// An event about an incident that is over would open it again, and wake somebody.
#[test]
fn an_alarm_that_rings_again_soon_opens_nothing() {
    assert!(matches!(translate(&ringing("update", "repeated"), "portcullis"), Translation::Ignored(_)));
    assert_eq!(event(&ringing("update", "ringing")).action(), "trigger", "a finding's incident is brought up to date");
    assert_eq!(event(&ringing("trigger", "repeated")).action(), "trigger", "what is to wake somebody does");
}

#[test_case("critical", "critical")]
#[test_case("high", "error")]
#[test_case("medium", "warning")]
#[test_case("low", "info")]
#[test_case("informational", "info")]
#[test_case("a word of tomorrow", "warning" ; "what is not known")]
fn severities(severity: &str, expected: &str) {
    let sent = sent(&message(page_with(&json!({"severity": severity})).to_string()));
    assert_eq!(sent["payload"]["severity"], expected);
    assert_eq!(sent["payload"]["custom_details"]["severity"], severity, "the page's own word stays");
}

/// What is absent is taken from where it can be, and never keeps a page from being one.
#[test_case(&json!({"summary": null}), "/payload/summary", &json!("A subject"))]
#[test_case(&json!({"actor": null}), "/payload/source", &json!("guard"))]
#[test_case(&json!({"actor": null, "stack": null}), "/payload/source", &json!("portcullis"))]
#[test_case(&json!({"stack": null}), "/payload/component", &json!("portcullis"))]
#[test_case(&json!({"severity": null}), "/payload/severity", &json!("warning"))]
#[test_case(&json!({"action": null}), "/event_action", &json!("trigger"))]
#[test_case(&json!({"rule": null}), "/payload/class", &Value::Null)]
#[test_case(&json!({"account": null}), "/payload/group", &Value::Null)]
#[test_case(&json!({"dedup_key": null}), "/dedup_key", &json!("sns:95df01b4-ee98-5cb9-9903-4c221d41eb5e"))]
#[test_case(&json!({"dedup_key": null, "action": "resolve"}), "/event_action", &json!("trigger") ; "there is nothing to resolve")]
#[test_case(&json!({"rule": {"id": "a-rule"}}), "/payload/custom_details/rule", &Value::Null ; "nothing left of the rule")]
#[test_case(&json!({"timestamp": "yesterday"}), "/payload/timestamp", &Value::Null)]
#[test_case(&json!({"timestamp": "yesterday"}), "/payload/custom_details/timestamp", &json!("yesterday") ; "an unreadable time is a detail")]
#[test_case(&json!({"runbook": "javascript:alert(1)"}), "/links", &Value::Null)]
#[test_case(&json!({"runbook": "docs/a.md"}), "/payload/custom_details/runbook", &json!("docs/a.md") ; "a path is a detail")]
#[test_case(&json!({"summary": 7}), "/payload/custom_details/summary", &json!(7) ; "what has another type is a detail")]
#[test_case(&json!({"summary": "one\nUNDO nothing"}), "/payload/summary", &json!("one UNDO nothing"))]
fn pages_that_lack_something(changes: &Value, pointer: &str, expected: &Value) {
    let sent = sent(&message(page_with(changes).to_string()));
    assert_eq!(sent.pointer(pointer).unwrap_or(&Value::Null), expected, "{sent:#}");
}

#[test]
fn an_alarm_that_is_well_again_closes_what_it_opened() {
    let opened = event(&message(alarm("ALARM").to_string()));
    let closed = event(&message(alarm("OK").to_string()));
    assert_eq!(closed.action(), "resolve");
    assert_eq!(opened.dedup_key(), closed.dedup_key());
    assert_eq!(
        closed.dedup_key(),
        "alarm:arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis-findings-dead-letters"
    );
}

#[test]
fn an_alarm_without_an_arn_goes_by_its_name() {
    let mut alarm = alarm("OK");
    alarm.as_object_mut().unwrap().remove("AlarmArn");
    assert_eq!(
        event(&message(alarm.to_string())),
        Event::Resolve { dedup_key: "alarm:portcullis-findings-dead-letters".to_owned() }
    );
}

#[test]
fn too_little_data_is_no_event() {
    let ignored = translate(&message(alarm("INSUFFICIENT_DATA").to_string()), "portcullis");
    let why = "alarm `portcullis-findings-dead-letters` has too little data to be in any state";
    assert_eq!(ignored, Translation::Ignored(why.to_owned()));
}

/// Nothing is dropped: whatever is not understood pages as a warning, with its text.
#[test_case("", "A subject")]
#[test_case("[1, 2]", "A subject")]
#[test_case("{\"schema\": \"portcullis.page/2\"}", "A subject" ; "a form of tomorrow")]
#[test_case("{\"AlarmName\": \"a\", \"NewStateValue\": \"A_STATE_OF_TOMORROW\"}", "A subject" ; "a state of tomorrow")]
#[test_case("{\"schema\": \"portcullis.page/1\"", "A subject" ; "half a page")]
fn nothing_is_dropped(text: &str, summary: &str) {
    let sent = sent(&message(text));
    assert_eq!(sent["event_action"], "trigger");
    assert_eq!(sent["payload"]["severity"], "warning");
    assert_eq!(sent["payload"]["summary"], summary);
    assert_eq!(sent["payload"]["custom_details"]["message"], text);
}

#[test_case(None, "\n  the first line\nthe second", "the first line")]
#[test_case(Some(" "), "the first line", "the first line")]
#[test_case(None, " \n", "An empty message was published to the topic of pages")]
fn without_a_subject(subject: Option<&str>, text: &str, summary: &str) {
    let message = Message { subject: subject.map(str::to_owned), ..message(text) };
    assert_eq!(sent(&message)["payload"]["summary"], summary);
}

#[test]
fn every_record_of_an_invocation() {
    let record = |id: &str, text: &str| {
        json!({
            "EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:eu-west-1:111122223333:p:1",
            "Sns": {
                "Type": "Notification", "MessageId": id, "TopicArn": "arn:aws:sns:eu-west-1:111122223333:p", "Subject": null,
                "Message": text, "Timestamp": "2026-01-05T08:10:06.000Z", "SignatureVersion": "1",
                "MessageAttributes": {"kind": {"Type": "String", "Value": "finding"}}
            }
        })
    };
    let messages = messages(&json!({"Records": [record("a", "one"), record("b", "two")]}).to_string());
    let seen: Vec<_> = messages.iter().map(|m| (m.message_id.as_deref(), m.text.as_str())).collect();
    assert_eq!(seen, [(Some("a"), "one"), (Some("b"), "two")]);
    assert_eq!(messages[0].topic_arn.as_deref(), Some("arn:aws:sns:eu-west-1:111122223333:p"));
    assert_eq!(messages[0].published(), Some("2026-01-05T08:10:06Z".parse().unwrap()));
}

/// A page sent by hand, and anything that another service might send.
#[test_case(&page().to_string())]
#[test_case("{\"Records\": []}")]
#[test_case("{\"Records\": [{\"eventSource\": \"aws:sqs\", \"body\": \"x\"}]}")]
fn a_payload_that_is_not_of_sns_is_one_message(payload: &str) {
    let messages = messages(payload);
    assert_eq!(messages, [Message { text: payload.to_owned(), ..Message::default() }]);
    assert_eq!(messages[0].own_key(), Message { text: payload.to_owned(), ..Message::default() }.own_key());
    assert_ne!(messages[0].own_key(), Message { text: "another".to_owned(), ..Message::default() }.own_key());
}
