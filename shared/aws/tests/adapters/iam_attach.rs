//! Putting a quarantine on a principal.

use std::time::Duration;

use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use portcullis_aws::IamQuarantine;
use portcullis_response::{PortError, PortErrorKind, QuarantinePort as _};
use test_case::test_case;
use tokio::time::Instant;

use crate::principal::{Answer, DENY, Kind};

async fn attach(kind: Kind, rules: &[Rule]) -> Result<(), PortError> {
    let port = IamQuarantine::with(mock_client!(aws_sdk_iam, RuleMode::MatchAny, rules));
    port.attach(&kind.target(), &DENY.parse().unwrap()).await
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn attached_and_seen(kind: Kind) {
    let (call, list) = (kind.attach(Answer::Ok), kind.list(&[DENY]));
    let start = Instant::now();
    attach(kind, &[call.clone(), list.clone()]).await.unwrap();
    assert_eq!((call.num_calls(), list.num_calls()), (1, 1));
    assert!(start.elapsed() < Duration::from_millis(100), "nothing is waited for");
}

/// IAM's reads may be stale after a write, so it is given a moment before the caller reads back.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn attached_and_seen_late(kind: Kind) {
    let list = kind.list_late(&[], &[DENY]);
    let start = Instant::now();
    attach(kind, &[kind.attach(Answer::Ok), list.clone()]).await.unwrap();
    assert_eq!(list.num_calls(), 3);
    let waited = start.elapsed();
    assert!((Duration::from_millis(400)..Duration::from_secs(1)).contains(&waited), "{waited:?}");
}

/// The policy is on; whether it shows is for the caller to find out. An error here would tell on-call the opposite.
#[test_case(Kind::Role, &[Kind::Role.list(&[])] ; "a role whose policy never shows")]
#[test_case(Kind::User, &[Kind::User.list(&[])] ; "a user whose policy never shows")]
#[test_case(Kind::Role, &[Kind::Role.list_refused(Answer::AccessDenied)] ; "a role that may not be read")]
#[test_case(Kind::User, &[Kind::User.list_refused(Answer::Unavailable)] ; "a user while IAM is overloaded")]
#[tokio::test(start_paused = true)]
async fn not_seen_is_not_a_failure(kind: Kind, list: &[Rule]) {
    let start = Instant::now();
    attach(kind, &[&[kind.attach(Answer::Ok)], list].concat()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(2), "it was given its two seconds");
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted(kind: Kind) {
    let list = kind.list(&[]);
    let error = attach(kind, &[kind.attach(Answer::AccessDenied), list.clone()]).await.unwrap_err();
    let expected = format!("failed to attach {DENY} to {}: AccessDenied: Not authorized to do that.", kind.spoken());
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
    assert_eq!(list.num_calls(), 0, "there is nothing to see");
}

#[test_case(Kind::Role, Answer::Unavailable ; "a role, server overloaded")]
#[test_case(Kind::User, Answer::Throttled ; "a user, throttled")]
#[tokio::test(start_paused = true)]
async fn trouble_that_persists(kind: Kind, answer: Answer) {
    let error = attach(kind, &[kind.attach(answer)]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert_eq!(error.to_string(), format!("failed to attach {DENY} to {}", kind.spoken()));
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn a_principal_that_is_gone_cannot_be_quarantined(kind: Kind) {
    let error = attach(kind, &[kind.attach(Answer::NoSuchEntity)]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    assert!(error.chain().ends_with("NoSuchEntity: It cannot be found."), "{}", error.chain());
}
