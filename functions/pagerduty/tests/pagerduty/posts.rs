//! The whole function over a real connection: posts, waits, repetitions, failures.

use std::time::{Duration, Instant};

use portcullis_aws::{Https, HttpsUrl};
use portcullis_lambda::FunctionError;
use portcullis_pagerduty::{BackOff, Keys, PagerDuty, Poster};
use serde_json::{Value, json};
use test_case::test_case;

use crate::keys::Secret;
use crate::server::{Server, accepted, answer, nobody};
use crate::{KEY, alarm, page};

const OTHER: &str = "fedcba9876543210fedcba9876543210";

fn pagerduty(url: &HttpsUrl, keys: impl IntoIterator<Item = &'static str>) -> PagerDuty<Secret> {
    let back_off = BackOff { first: Duration::from_millis(5), most: Duration::from_millis(20) };
    let keys = Keys::new(Secret::holding(keys));
    let poster = Poster { https: Https::new(), url: url.clone(), keys, back_off };
    PagerDuty { poster, stack: "portcullis".to_owned() }
}

/// An invocation with these messages.
fn invocation(texts: &[&Value]) -> String {
    let record = |(number, text): (usize, &&Value)| json!({"EventSource": "aws:sns", "Sns": {"MessageId": format!("m-{number}"), "Message": text.to_string()}});
    json!({"Records": texts.iter().enumerate().map(record).collect::<Vec<_>>()}).to_string()
}

async fn handle(server: &Server, left: Duration) -> Result<Value, FunctionError> {
    pagerduty(&server.url, [KEY]).handle(&invocation(&[&page()]), left).await
}

const SECONDS: Duration = Duration::from_secs(10);

#[tokio::test]
async fn accepted_at_once() {
    let server = Server::answering([accepted()]).await;
    let answer = handle(&server, SECONDS).await.unwrap();
    assert_eq!(answer, json!({"accepted": 1, "refused": 0, "ignored": 0}));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let head = requests[0].head.to_lowercase();
    assert!(head.starts_with("post /v2/enqueue http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(!head.contains(KEY), "the key is in the body alone: {head}");
    assert_eq!(requests[0].body["routing_key"], KEY);
    assert_eq!(requests[0].body["dedup_key"], "I-0123456789abcdef");
}

#[tokio::test]
async fn a_refused_event_is_not_repeated() {
    let body = r#"{"message": "Event object is invalid", "errors": ["'payload.severity' is invalid"]}"#;
    let server = Server::answering([answer(400, "", body)]).await;
    assert_eq!(handle(&server, SECONDS).await.unwrap(), json!({"accepted": 0, "refused": 1, "ignored": 0}));
    assert_eq!(server.requests().len(), 1);
}

#[test_case(answer(500, "", "") ; "a fault")]
#[test_case(answer(429, "Retry-After: 0\r\n", "") ; "throttled")]
#[test_case(String::new() ; "the connection is closed without an answer")]
#[tokio::test]
async fn what_can_pass_is_repeated(first: String) {
    let server = Server::answering([first.clone(), first, accepted()]).await;
    assert_eq!(handle(&server, SECONDS).await.unwrap()["accepted"], 1);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == requests[0].body), "the same event every time");
}

#[tokio::test]
async fn it_waits_for_as_long_as_it_is_asked_to() {
    let server = Server::answering([answer(429, "Retry-After: 1\r\n", ""), accepted()]).await;
    let start = Instant::now();
    assert_eq!(handle(&server, SECONDS).await.unwrap()["accepted"], 1);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

/// A wait that the invocation has no time for is Lambda's to make.
#[tokio::test]
async fn it_does_not_wait_beyond_the_deadline() {
    let server = Server::answering([answer(429, "Retry-After: 3600\r\n", "Too many")]).await;
    let start = Instant::now();
    let handled = tokio::time::timeout(SECONDS, handle(&server, SECONDS)).await;
    let error = handled.unwrap().unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "PagerDuty did not take event `I-0123456789abcdef` within this invocation (tries: 1); last: status 429: Too many"
    );
}

#[tokio::test]
async fn faults_without_end_fail_the_invocation_before_its_deadline() {
    let server = Server::answering([answer(503, "", "")]).await;
    let start = Instant::now();
    let error = handle(&server, Duration::from_secs(3)).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(server.requests().len() > 3, "{} tries", server.requests().len());
}

#[tokio::test]
async fn nobody_listens() {
    let url = nobody().await;
    let error = pagerduty(&url, [KEY]).handle(&invocation(&[&page()]), Duration::from_secs(3)).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert!(error.to_string().contains(&format!("failed to post to `{url}`: ")), "{error}");
    assert!(error.to_string().to_lowercase().contains("connection refused"), "{error}");
}

/// A server that takes the request and says nothing.
#[tokio::test]
async fn no_answer_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: HttpsUrl = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let time = Duration::from_millis(200);
    let error = Https::new().post_json(&url, "{}".to_owned(), time).await.unwrap_err();
    assert_eq!(error.chain(), format!("failed to post to `{url}`: no answer within 200ms"));
}

/// An address with `https` is spoken to in TLS: nothing of the event is in what a server sees that cannot.
#[tokio::test]
async fn https_is_never_in_clear() {
    let server = Server::answering([accepted()]).await;
    let url: HttpsUrl = server.url.to_string().replace("http://", "https://").parse().unwrap();
    let error = pagerduty(&url, [KEY]).handle(&invocation(&[&page()]), Duration::from_secs(2)).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert!(server.requests().iter().all(|request| !request.head.contains("enqueue") && request.body.is_null()));
}

/// An answer without end is read no further than is kept.
#[tokio::test]
async fn a_long_answer_is_cut() {
    let server = Server::answering([answer(400, "", &"x".repeat(1_000_000))]).await;
    let answer = Https::new().post_json(&server.url, "{}".to_owned(), SECONDS).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (400, 64 * 1024));
}

const WRONG_KEY: &str = r#"{"message": "Event object is invalid", "errors": ["Invalid routing key"]}"#;

#[test_case(400)]
#[test_case(403)]
#[tokio::test]
async fn a_key_that_was_changed_is_read_again(status: u16) {
    let server = Server::answering([answer(status, "", WRONG_KEY), accepted()]).await;
    let answer = pagerduty(&server.url, [KEY, OTHER]).handle(&invocation(&[&page()]), SECONDS).await.unwrap();
    assert_eq!(answer["accepted"], 1);
    let keys: Vec<Value> = server.requests().iter().map(|request| request.body["routing_key"].clone()).collect();
    assert_eq!(keys, [KEY, OTHER]);
}

#[test_case(&[KEY, KEY], 1 ; "the secret still holds it")]
#[test_case(&[KEY, OTHER, KEY], 2 ; "the new one is wrong as well")]
#[tokio::test]
async fn a_wrong_key_fails_the_invocation(held: &'static [&'static str], posts: usize) {
    let server = Server::answering([answer(400, "", WRONG_KEY)]).await;
    let error =
        pagerduty(&server.url, held.iter().copied()).handle(&invocation(&[&page()]), SECONDS).await.unwrap_err();
    assert_eq!(error.error_type(), "Misconfigured");
    let text = error.to_string();
    assert!(text.contains("Invalid routing key") && text.contains("PORTCULLIS_ROUTING_KEY_SECRET"), "{text}");
    assert!(!text.contains(KEY) && !text.contains(OTHER), "{text}");
    assert_eq!(server.requests().len(), posts);
}

#[tokio::test]
async fn a_wrong_address_fails_the_invocation() {
    let server = Server::answering([answer(301, "Location: https://example.com/\r\n", "")]).await;
    let error = handle(&server, SECONDS).await.unwrap_err();
    assert_eq!(error.error_type(), "Misconfigured");
    assert!(error.to_string().contains("PORTCULLIS_PAGERDUTY_URL"), "{error}");
    assert_eq!(server.requests().len(), 1, "a redirection is not followed");
}

#[tokio::test]
async fn no_secret_no_post() {
    let server = Server::answering([accepted()]).await;
    let error = pagerduty(&server.url, []).handle(&invocation(&[&page()]), SECONDS).await.unwrap_err();
    assert_eq!(error.to_string(), "Secrets Manager does not answer");
    assert!(server.requests().is_empty());
}

/// What becomes of one message takes nothing from the others.
#[tokio::test]
async fn every_message_is_dealt_with() {
    let (strange, page, ignored, cleared) = (answer(404, "", ""), page(), alarm("INSUFFICIENT_DATA"), alarm("OK"));
    let server = Server::answering([strange, accepted()]).await;
    let mut pagerduty = pagerduty(&server.url, [KEY]);
    let error = pagerduty.handle(&invocation(&[&page, &ignored, &cleared]), SECONDS).await.unwrap_err();
    assert_eq!(error.error_type(), "Misconfigured");
    let posted: Vec<Value> = server.requests().iter().map(|request| request.body["event_action"].clone()).collect();
    assert_eq!(posted, ["trigger", "resolve"]);
    let answer = pagerduty.handle(&invocation(&[&page, &ignored, &cleared]), SECONDS).await.unwrap();
    assert_eq!(answer, json!({"accepted": 2, "refused": 0, "ignored": 1}));
}
