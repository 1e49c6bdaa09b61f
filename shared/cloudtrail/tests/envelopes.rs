//! Every envelope, with fixtures of our own, opened to the same record.

#![cfg(test)]

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_cloudtrail::{Contents, LogFile, inflate, open};
use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

fn record(id: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": "GetSecretValue",
        "eventSource": "secretsmanager.amazonaws.com", "awsRegion": "eu-west-1",
        "userAgent": "quote \" and newline \n and ünïcode",
        "recipientAccountId": "111122223333", "requestParameters": {"secretId": "prod/db"}
    })
}

fn eventbridge(detail: &Value) -> Value {
    json!({"version": "0", "id": "1", "source": "aws.secretsmanager", "detail-type": "AWS API Call via CloudTrail",
        "account": "111122223333", "region": "eu-west-1", "detail": detail})
}

fn sqs(bodies: &[Value]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .map(|body| json!({"messageId": "m", "eventSource": "aws:sqs", "body": body.to_string()}))
        .collect();
    json!({"Records": records})
}

fn sns(message: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": message.to_string()})
}

fn s3_notification(event: &str, key: &str) -> Value {
    json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event,
        "s3": {"bucket": {"name": "trail"}, "object": {"key": key}}}]})
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn awslogs(events: &[String]) -> Value {
    let events: Vec<Value> =
        events.iter().map(|message| json!({"id": "1", "timestamp": 1, "message": message})).collect();
    let data = json!({"messageType": "DATA_MESSAGE", "logGroup": "trail", "logEvents": events});
    json!({"awslogs": {"data": STANDARD.encode(gzip(&data.to_string()))}})
}

/// The event ids of all records, parsed.
fn ids(contents: &Contents<'_>) -> Vec<String> {
    contents
        .records
        .iter()
        .map(|raw| serde_json::from_str::<Value>(&raw.json).unwrap()["eventID"].as_str().unwrap().to_owned())
        .collect()
}

#[test_case(&json!({"Records": [record("a"), record("b")]}).to_string() ; "log file")]
#[test_case(&json!([record("a"), record("b")]).to_string() ; "bare array")]
#[test_case(&format!("{}\n{}\n", record("a"), record("b")) ; "JSON lines")]
#[test_case(&format!("{:#}\n{:#}", record("a"), record("b")) ; "pretty documents")]
#[test_case(&format!("{}\n{}", eventbridge(&record("a")), eventbridge(&record("b"))) ; "eventbridge events")]
#[test_case(&sqs(&[eventbridge(&record("a")), eventbridge(&record("b"))]).to_string() ; "SQS batch of eventbridge events")]
#[test_case(&awslogs(&[record("a").to_string(), record("b").to_string()]).to_string() ; "cloudwatch logs subscription")]
#[test_case(&format!("2026-01-05T08:10:00.000Z {}\n2026-01-05T08:10:00.001Z {}\n", record("a"), record("b")) ; "cloudwatch logs export")]
#[test_case(&json!({"events": [{"timestamp": 1, "message": record("a").to_string(), "eventId": "3"}, {"timestamp": 2, "message": record("b").to_string()}], "searchedLogStreams": []}).to_string() ; "FilterLogEvents output")]
#[test_case(&json!({"Events": [{"EventId": "a", "CloudTrailEvent": record("a").to_string()}, {"CloudTrailEvent": record("b").to_string()}]}).to_string() ; "LookupEvents output")]
#[test_case(&json!({"Records": [{"eventSource": "aws:sqs", "body": record("a")}, {"eventSource": "aws:sqs", "body": record("b")}]}).to_string() ; "SQS bodies as objects")]
#[test_case(&sns(&json!([record("a"), record("b")])).to_string() ; "SNS message")]
#[test_case(&json!({"Records": [{"EventSource": "aws:sns", "Sns": sns(&json!([record("a"), record("b")]))}]}).to_string() ; "SNS to lambda")]
fn every_envelope_yields_its_records(text: &str) {
    let contents = open(text);
    assert_eq!(ids(&contents), ["a", "b"], "{contents:?}");
    assert_eq!(contents.unreadable, []);
    assert_eq!(contents.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2]);

    let zipped = gzip(text);
    let inflated = inflate(&zipped, 1 << 20);
    assert_eq!(inflated.data, text.as_bytes());
}

const KEY: &str =
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/111122223333_CloudTrail_eu-west-1_20260105T0810Z_x.json.gz";

#[test_case(&s3_notification("ObjectCreated:Put", KEY) ; "plain")]
#[test_case(&sns(&s3_notification("ObjectCreated:Put", KEY)) ; "through SNS")]
#[test_case(&sqs(&[s3_notification("ObjectCreated:CompleteMultipartUpload", KEY)]) ; "in SQS")]
#[test_case(&sqs(&[sns(&s3_notification("ObjectCreated:Put", KEY))]) ; "through SNS in SQS")]
#[test_case(&json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "trail"}, "object": {"key": KEY}}}) ; "through eventbridge")]
fn notifications_name_log_files(event: &Value) {
    let contents = open(&event.to_string()).log_files;
    assert_eq!(contents, [LogFile { bucket: "trail".to_owned(), key: KEY.to_owned() }]);
}

#[test]
fn keys_of_notifications_are_decoded() {
    let key = "AWSLogs/111122223333/CloudTrail/a+b%3Dc.json.gz";
    let event = s3_notification("ObjectCreated:Put", key).to_string();
    assert_eq!(open(&event).log_files[0].key, "AWSLogs/111122223333/CloudTrail/a b=c.json.gz");
}

#[test_case(&s3_notification("ObjectCreated:Put", "AWSLogs/1/CloudTrail-Digest/eu-west-1/x.json.gz") ; "digest file")]
#[test_case(&s3_notification("ObjectRemoved:Delete", KEY) ; "removal")]
#[test_case(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "trail"}) ; "test event")]
#[test_case(&json!({"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe"}) ; "SNS confirmation")]
#[test_case(&json!({"detail-type": "KMS CMK Rotation", "source": "aws.kms", "detail": {"key-id": "k"}}) ; "native event")]
#[test_case(&json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "CWL CONTROL MESSAGE"}]}) ; "control message")]
fn understood_without_records(event: &Value) {
    let text = event.to_string();
    let contents = open(&text);
    assert_eq!(
        (contents.records.len(), contents.log_files.len(), contents.unreadable.len()),
        (0, 0, 0),
        "{contents:?}"
    );
    assert_eq!(contents.other.len(), 1);
}

/// What is cut off in the middle keeps what came before.
#[test]
fn half_an_answer_of_cloudwatch_logs() {
    let event = |id: &str| json!({"timestamp": 1, "message": record(id).to_string()}).to_string();
    let text = format!("{{\"events\":[{},{},{{\"time", event("a"), event("b"));
    let contents = open(&text);
    assert_eq!(ids(&contents), ["a", "b"], "{contents:?}");
    assert_eq!(contents.unreadable.len(), 1);
}

#[test_case(r#"{"hello":"world"}"#, "neither a CloudTrail record nor an envelope that holds any")]
#[test_case(r#""text""#, "neither a JSON object nor a list of them")]
#[test_case(
    r#"{"Records":[{"eventSource":"aws:sqs","body":"not json"}]}"#,
    "SQS body: line 1, column 2: expected ident"
)]
#[test_case(r#"{"Records":[{"eventSource":"aws:sqs","body":""}]}"#, "SQS body is empty")]
#[test_case(r#"{"awslogs":{"data":"%%%"}}"#, "awslogs.data is not base64")]
#[test_case(r#"{"Records":[{"eventSource":"aws:s3","s3":{}}]}"#, "S3 notification without bucket name or object key")]
#[test_case(
    r#"{"messageType":"DATA_MESSAGE","logEvents":[{"message":"[ERROR] hi"}]}"#,
    "log event whose message is not a JSON object"
)]
#[test_case(r#"{"messageType":"DATA_MESSAGE","logEvents":{"message":"{}"}}"#, "log data whose logEvents is not a list")]
#[test_case(r#"{"messageType":"DATA_MESSAGE"}"#, "log data whose logEvents is not a list" ; "no logEvents")]
fn not_understood(text: &str, reason: &str) {
    let contents = open(text);
    assert_eq!(contents.records.len(), 0);
    let reasons: Vec<&str> = contents.unreadable.iter().map(|unreadable| unreadable.reason.as_str()).collect();
    assert_eq!(reasons, [reason]);
}

#[test]
fn a_batch_with_garbage_keeps_the_rest() {
    let mut batch = sqs(&[eventbridge(&record("a")), eventbridge(&record("b"))]);
    batch["Records"][1]["body"] = json!("garbage");
    let text = batch.to_string();
    let contents = open(&text);
    assert_eq!((ids(&contents), contents.unreadable.len()), (vec!["a".to_owned()], 1));
}

#[test]
fn half_a_log_file_keeps_what_stands_before_the_break() {
    let text = json!({"Records": [record("a"), record("b"), record("c")]}).to_string();
    let cut = text.len() - 40;
    let contents = open(&text[..cut]);
    assert_eq!(ids(&contents), ["a", "b"]);
    assert_eq!(contents.unreadable.len(), 1);
    assert!(contents.unreadable[0].reason.ends_with("(2 records before it were read)"), "{:?}", contents.unreadable);
    assert!(contents.unreadable[0].raw.contains("\"eventID\":\"c\""), "the broken piece is kept");
}

#[test]
fn records_are_borrowed_where_they_can_be() {
    let text = json!({"Records": [record("a")]}).to_string();
    assert!(matches!(open(&text).records[0].json, std::borrow::Cow::Borrowed(_)));
    let text = eventbridge(&record("a")).to_string();
    assert!(matches!(open(&text).records[0].json, std::borrow::Cow::Borrowed(_)));
}

#[test]
fn nesting_is_bounded() {
    let brackets = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = (0..40).fold(record("a"), |inner, _| json!({"body": inner})).to_string();
    for text in [brackets, bodies] {
        let reasons: Vec<String> = open(&text).unreadable.into_iter().map(|piece| piece.reason).collect();
        assert!(reasons.len() == 1 && reasons[0].ends_with("nested more than 16 deep"), "{reasons:?}");
    }
}

proptest! {
    /// Whatever is thrown at it, nothing panics, and nothing that is not blank vanishes.
    #[test]
    fn nothing_panics_and_nothing_vanishes(text in "\\PC{0,200}") {
        let contents = open(&text);
        let found = contents.records.len() + contents.log_files.len() + contents.other.len() + contents.unreadable.len();
        let blank = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
        // An empty list is the one value that rightly holds nothing.
        let empty_list = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.as_array().is_some());
        prop_assert!(found > 0 || blank || empty_list, "{text:?}");
    }

    /// However a log file is cut, the complete records before the cut survive and the cut is reported.
    #[test]
    fn any_cut_keeps_the_complete_records(count in 1_usize..6, cut in 0_usize..1000) {
        let records: Vec<Value> = (0..count).map(|n| record(&n.to_string())).collect();
        let text = json!({"Records": records}).to_string();
        let cut = (0..=(text.len() * cut / 1000)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let cut_text = &text[..cut];
        let complete = (0..count).filter(|n| cut_text.contains(&record(&n.to_string()).to_string())).count();
        let contents = open(cut_text);
        prop_assert_eq!(contents.records.len(), complete);
        prop_assert_eq!(contents.unreadable.is_empty(), cut_text.is_empty());
    }
}
