//! Where the chain is kept too: what goes to the bucket and to the event bus.

use insta::assert_snapshot;
use portcullis_aws::{EventBus, EvidenceBucket};
use portcullis_response::{KeepEvidence as _, Link, PortErrorKind};
use serde_json::{Value, json};
use test_case::test_case;

use crate::server::{Asked, Reply, Server};
use crate::wire::{json_error, s3_error};

const ACCOUNT: &str = "111122223333";

fn link(item: &str, body: &str) -> Link {
    let at = "2026-01-05T08:10:05Z".parse().unwrap();
    Link::after(None, ACCOUNT, at, item.to_owned(), "decided", body.to_owned())
}

fn finding() -> Link {
    link("finding/F-3962f05ce3a6e3d5", r#"{"done":false}"#)
}

async fn bucket(server: &Server) -> EvidenceBucket {
    EvidenceBucket::new(&server.config().await, "evidence")
}

async fn bus(server: &Server) -> EventBus {
    EventBus::new(&server.config().await, "security")
}

/// The first that was written stays: S3 itself refuses a second one.
#[tokio::test]
async fn a_link_is_written_if_there_is_none() {
    let server = Server::always(200, "");
    bucket(&server).await.keep(&finding()).await.unwrap();
    let asked = server.only();
    assert_eq!((asked.method.as_str(), asked.header("if-none-match")), ("PUT", Some("*")));
    let path = asked.path.split('?').next().unwrap();
    assert_eq!(path, "/evidence/ledger/111122223333/000000000001.json");
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(serde_json::from_str::<Link>(&asked.body).unwrap(), finding());
    // Object Lock asks for one (S3 User Guide, *Locking objects with Object Lock*).
    let has_checksum =
        ["x-amz-checksum-crc32", "x-amz-checksum-crc64nvme", "content-md5"].map(|name| asked.header(name));
    assert!(has_checksum.iter().any(Option::is_some), "{asked:?}");
}

/// Another worker kept it, or this one did and did not live to write that down.
#[tokio::test]
async fn a_link_that_is_there_is_kept() {
    let server = Server::always(412, s3_error("PreconditionFailed"));
    bucket(&server).await.keep(&finding()).await.unwrap();
}

#[test_case(403, "AccessDenied", PortErrorKind::Refused)]
#[test_case(404, "NoSuchBucket", PortErrorKind::Refused)]
#[test_case(503, "SlowDown", PortErrorKind::Retryable)]
#[test_case(409, "ConditionalRequestConflict", PortErrorKind::Retryable)]
#[tokio::test]
async fn a_link_that_could_not_be_kept(status: u16, code: &str, expected: PortErrorKind) {
    let server = Server::always(status, s3_error(code));
    let error = bucket(&server).await.keep(&finding()).await.unwrap_err();
    let what = "failed to keep link 1 of account 111122223333 in bucket `evidence`";
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
}

#[tokio::test]
async fn a_copy() {
    let server = Server::always(200, serde_json::to_string(&finding()).unwrap());
    assert_eq!(bucket(&server).await.copy(&finding()).await.unwrap(), Some(finding()));
    let asked = server.only();
    let path = asked.path.split('?').next().unwrap();
    assert_eq!((asked.method.as_str(), path), ("GET", "/evidence/ledger/111122223333/000000000001.json"));
}

#[tokio::test]
async fn no_copy() {
    let server = Server::always(404, s3_error("NoSuchKey"));
    assert_eq!(bucket(&server).await.copy(&finding()).await.unwrap(), None);
}

/// An object that may not be read, or is something else, is no copy that is missing.
#[test_case(403, &s3_error("AccessDenied"), "AccessDenied: No." ; "not permitted")]
#[test_case(404, &s3_error("NoSuchBucket"), "NoSuchBucket: No." ; "no such bucket")]
#[test_case(200, "{}", "missing field `account` at line 1 column 2" ; "no link")]
#[tokio::test]
async fn a_copy_that_cannot_be_read(status: u16, body: &str, why: &str) {
    let server = Server::always(status, body);
    let error = bucket(&server).await.copy(&finding()).await.unwrap_err();
    let what = "failed to read s3://evidence/ledger/111122223333/000000000001.json";
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, format!("{what}: {why}")));
}

/// A page of the list of the account's objects.
fn page(numbers: &[&str], next: Option<&str>) -> Reply {
    let key = |number: &&str| format!("<Contents><Key>ledger/{ACCOUNT}/{number}.json</Key></Contents>");
    let keys: String = numbers.iter().map(key).collect();
    let next = next.map(|next| format!("<NextContinuationToken>{next}</NextContinuationToken>")).unwrap_or_default();
    let more = !next.is_empty();
    Reply(200, format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{next}{keys}</ListBucketResult>"))
}

/// A chain whose end was cut off is shorter than this.
#[tokio::test]
async fn the_last_link_that_was_kept() {
    let server = Server::answering(|asked| {
        assert!(asked.path.contains("prefix=ledger%2F111122223333%2F"), "{}", asked.path);
        let first = !asked.path.contains("continuation-token=");
        Some(if first { page(&["000000000001"], Some("more")) } else { page(&["000000000012", "notes"], None) })
    });
    assert_eq!(bucket(&server).await.last(ACCOUNT).await.unwrap(), 12);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn no_link_was_kept() {
    let server = Server::answering(|_| Some(page(&[], None)));
    assert_eq!(bucket(&server).await.last(ACCOUNT).await.unwrap(), 0);
    let server = Server::always(403, s3_error("AccessDenied"));
    let error = bucket(&server).await.last(ACCOUNT).await.unwrap_err();
    assert_eq!(error.chain(), "failed to list s3://evidence/ledger/111122223333/: AccessDenied: No.");
}

const TAKEN: &str = r#"{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}"#;

/// The one event that was put on the bus, and its detail.
fn event(asked: &Asked) -> (Value, Value) {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let entries = body["Entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    (entries[0].clone(), serde_json::from_str(entries[0]["Detail"].as_str().unwrap()).unwrap())
}

#[tokio::test]
async fn an_event() {
    let server = Server::always(200, TAKEN);
    bus(&server).await.keep(&finding()).await.unwrap();
    let (mut entry, detail) = event(&server.only());
    entry["Detail"].take();
    let expected = json!({
        "EventBusName": "security", "Source": "portcullis", "DetailType": "Portcullis Finding",
        "Detail": null, "Time": 1_767_600_605,
    });
    assert_eq!(entry, expected);
    assert_snapshot!(serde_json::to_string_pretty(&detail).unwrap(), @r#"
    {
      "account": "111122223333",
      "number": 1,
      "item": "finding/F-3962f05ce3a6e3d5",
      "stage": "decided",
      "sha256": "1ea0a9378b2777b54275e510901dbfdbbb5bdc374adf070eb68587ef2cbce583",
      "previous": "0000000000000000000000000000000000000000000000000000000000000000",
      "body": {
        "done": false
      }
    }
    "#);
}

/// What a rule on the bus can choose by.
#[test_case("finding/F-3962f05ce3a6e3d5", "Portcullis Finding")]
#[test_case("quarantine/arn:aws:iam::111122223333:role/team/reporting", "Portcullis Containment")]
#[test_case("control/kill-switch", "Portcullis Control")]
#[tokio::test]
async fn kinds_of_events(item: &str, expected: &str) {
    let server = Server::always(200, TAKEN);
    bus(&server).await.keep(&link(item, "{}")).await.unwrap();
    assert_eq!(event(&server.only()).0["DetailType"], expected);
}

/// What EventBridge would refuse for its size is told without its body, which is in the ledger: not told at all, the chain
/// would stop there for ever.
#[test_case(200_000, true ; "the largest that is told whole")]
#[test_case(200_001, false ; "one byte more")]
#[tokio::test]
async fn a_large_body(size: usize, told: bool) {
    let server = Server::always(200, TAKEN);
    let body = format!("\"{}\"", "x".repeat(size - 2));
    bus(&server).await.keep(&link("finding/F-3962f05ce3a6e3d5", &body)).await.unwrap();
    let (_, detail) = event(&server.only());
    assert_eq!(detail["body"].is_string(), told);
    assert_eq!(detail["sha256"].as_str().map(str::len), Some(64));
}

/// EventBridge answers 200 and says of each event whether it took it (EventBridge API Reference, *PutEvents*).
#[tokio::test]
async fn an_event_that_was_not_taken() {
    let entries = json!([{"ErrorCode": "InternalFailure", "ErrorMessage": "Try again."}]);
    let server = Server::always(200, json!({"FailedEntryCount": 1, "Entries": entries}).to_string());
    let error = bus(&server).await.keep(&finding()).await.unwrap_err();
    let what = "failed to put link 1 of account 111122223333 on event bus `security`";
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Retryable, format!("{what}: InternalFailure: Try again.")));
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ThrottlingException", PortErrorKind::Retryable)]
#[test_case(500, "InternalException", PortErrorKind::Retryable)]
#[tokio::test]
async fn a_bus_that_does_not_answer(status: u16, code: &str, expected: PortErrorKind) {
    let server = Server::always(status, json_error(code, "No."));
    let error = bus(&server).await.keep(&finding()).await.unwrap_err();
    let what = "failed to put link 1 of account 111122223333 on event bus `security`";
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
}
