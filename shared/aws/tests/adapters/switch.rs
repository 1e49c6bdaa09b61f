//! The kill switch, and the message that an answer sends: both small, and both over the wire.

use portcullis_aws::{Location, Queue, StopObject};
use portcullis_response::{KillSwitch as _, Nudge as _, PortErrorKind, ThrowSwitch as _};
use portcullis_testkit::finding;
use test_case::test_case;

use crate::server::{Asked, Server};
use crate::wire::{json_error, s3_error};

async fn switch(server: &Server) -> StopObject {
    let settings: Location = "s3://config/team/portcullis.yaml".parse().unwrap();
    StopObject::beside(&server.config().await, &settings)
}

/// What was asked for, without the query that says which operation it is.
fn call(asked: &Asked) -> String {
    format!("{} {}", asked.method, asked.path.split('?').next().unwrap())
}

/// It is on while the object is there, whoever wrote it and whatever is in it.
#[test_case("stopped by alice: a game day", "stopped by alice: a game day" ; "a note")]
#[test_case("", "" ; "an empty object, as the console makes it")]
#[test_case(&"ü".repeat(400), &"ü".repeat(300) ; "a long note, which stands on pages")]
#[tokio::test]
async fn on(note: &str, expected: &str) {
    let server = Server::always(200, note);
    assert_eq!(switch(&server).await.stopped().await.unwrap().as_deref(), Some(expected));
    assert_eq!(call(&server.only()), "GET /config/team/STOP");
}

#[tokio::test]
async fn off() {
    let server = Server::always(404, s3_error("NoSuchKey"));
    assert_eq!(switch(&server).await.stopped().await.unwrap(), None);
}

/// Without the right to list the bucket S3 says `AccessDenied` of an object that is not there (S3 API Reference, *GetObject*).
/// It may as well be there, so that nobody may act by such an answer.
#[test_case(403, "AccessDenied", PortErrorKind::Refused)]
#[test_case(404, "NoSuchBucket", PortErrorKind::Refused)]
#[test_case(503, "SlowDown", PortErrorKind::Retryable)]
#[test_case(500, "InternalError", PortErrorKind::Retryable)]
#[tokio::test]
async fn neither(status: u16, code: &str, expected: PortErrorKind) {
    let server = Server::always(status, s3_error(code));
    let switch = switch(&server).await;
    let error = switch.stopped().await.unwrap_err();
    let answer = format!("{code}: No.");
    assert_eq!((error.kind, error.chain()), (expected, format!("failed to read s3://config/team/STOP: {answer}")));
    let error = switch.stop("note").await.unwrap_err();
    assert_eq!((error.kind, error.chain()), (expected, format!("failed to write s3://config/team/STOP: {answer}")));
    let error = switch.resume().await.unwrap_err();
    assert_eq!((error.kind, error.chain()), (expected, format!("failed to delete s3://config/team/STOP: {answer}")));
}

#[tokio::test]
async fn thrown() {
    let server = Server::always(200, "");
    switch(&server).await.stop("stopped by alice: a game day").await.unwrap();
    let asked = server.only();
    assert_eq!((call(&asked).as_str(), asked.body.as_str()), ("PUT /config/team/STOP", "stopped by alice: a game day"));
    assert_eq!(asked.header("content-type"), Some("text/plain"));
}

/// S3 answers so too when there was no object: resuming twice is the same as once (S3 API Reference, *DeleteObject*).
#[tokio::test]
async fn thrown_back() {
    let server = Server::always(204, "");
    switch(&server).await.resume().await.unwrap();
    assert_eq!(call(&server.only()), "DELETE /config/team/STOP");
}

/// Settings that are packed with the function cannot be written beside.
#[tokio::test]
async fn a_switch_that_cannot_be_thrown() {
    let server = Server::always(200, "");
    let settings: Location = "/var/task/portcullis.yaml".parse().unwrap();
    let switch = StopObject::beside(&server.config().await, &settings);
    assert_eq!(switch.stopped().await.unwrap(), None, "there is no such file");
    let error = switch.stop("note").await.unwrap_err();
    assert_eq!(error.chain(), "failed to write /var/task/STOP: it is not in a bucket");
    let error = switch.resume().await.unwrap_err();
    assert_eq!(error.chain(), "failed to delete /var/task/STOP: it is not in a bucket");
    assert!(server.asked().is_empty());
}

async fn queue(server: &Server) -> Queue {
    Queue::new(&server.config().await, "https://sqs.eu-west-1.amazonaws.com/111122223333/portcullis-findings")
}

#[tokio::test]
async fn an_answer_is_told() {
    let server = Server::always(200, r#"{"MessageId":"m-1"}"#);
    queue(&server).await.answered(&finding("e-1").id).await.unwrap();
    let asked: serde_json::Value = serde_json::from_str(&server.only().body).unwrap();
    assert_eq!(asked["MessageBody"], r#"{"answered":"F-3962f05ce3a6e3d5"}"#);
    assert_eq!(asked["QueueUrl"], "https://sqs.eu-west-1.amazonaws.com/111122223333/portcullis-findings");
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "RequestThrottled", PortErrorKind::Retryable)]
#[test_case(500, "InternalError", PortErrorKind::Retryable)]
#[tokio::test]
async fn an_answer_that_could_not_be_told(status: u16, code: &str, expected: PortErrorKind) {
    let server = Server::always(status, json_error(code, "No."));
    let error = queue(&server).await.answered(&finding("e-1").id).await.unwrap_err();
    let queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/portcullis-findings";
    let what = format!("failed to send a message to queue `{queue}`");
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
}
