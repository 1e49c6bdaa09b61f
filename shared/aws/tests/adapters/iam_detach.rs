//! Lifting a quarantine: what IAM says, and what reading back shows.

use std::time::Duration;

use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use portcullis_aws::IamRelease;
use portcullis_response::{Detached, LiftQuarantine as _, PortError, PortErrorKind};
use test_case::test_case;
use tokio::time::Instant;

use crate::principal::{Answer, DENY, Kind};

const OTHER: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

async fn detach(kind: Kind, rules: &[Rule]) -> Result<Detached, PortError> {
    let port = IamRelease::with(mock_client!(aws_sdk_iam, RuleMode::MatchAny, rules));
    port.detach(&kind.target(), &DENY.parse().unwrap()).await
}

/// `NoSuchEntity` alone does not tell a missing principal from a missing attachment; the list does.
#[test_case(Kind::Role, Answer::Ok, Kind::Role.list(&[OTHER]), Detached::Detached ; "a role")]
#[test_case(Kind::User, Answer::Ok, Kind::User.list(&[OTHER]), Detached::Detached ; "a user")]
#[test_case(Kind::Role, Answer::NoSuchEntity, Kind::Role.list(&[OTHER]), Detached::WasNotAttached ; "a role that somebody else released")]
#[test_case(Kind::User, Answer::NoSuchEntity, Kind::User.list(&[]), Detached::WasNotAttached ; "a user that somebody else released")]
#[test_case(Kind::Role, Answer::NoSuchEntity, Kind::Role.list_refused(Answer::NoSuchEntity), Detached::NoSuchPrincipal ; "a role that is gone")]
#[test_case(Kind::User, Answer::NoSuchEntity, Kind::User.list_refused(Answer::NoSuchEntity), Detached::NoSuchPrincipal ; "a user that is gone")]
#[test_case(Kind::Role, Answer::Ok, Kind::Role.list_late(&[DENY], &[]), Detached::Detached ; "a role that shows the policy for a while")]
#[test_case(Kind::User, Answer::Ok, Kind::User.list_late(&[DENY], &[]), Detached::Detached ; "a user that shows the policy for a while")]
#[tokio::test(start_paused = true)]
async fn detached(kind: Kind, answer: Answer, list: Rule, expected: Detached) {
    let call = kind.detach(answer);
    assert_eq!(detach(kind, &[call.clone(), list.clone()]).await.unwrap(), expected);
    assert_eq!(call.num_calls(), 1);
    assert!(list.num_calls() >= 1, "it is always read back");
}

/// A release that is told to on-call and did not happen would be worse than one that is tried again.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn still_attached_is_not_released(kind: Kind) {
    let start = Instant::now();
    let error = detach(kind, &[kind.detach(Answer::Ok), kind.list(&[DENY])]).await.unwrap_err();
    let what = format!("failed to detach {DENY} from {}", kind.spoken());
    assert_eq!(error.chain(), format!("{what}: IAM still shows it attached two seconds later"));
    assert_eq!(start.elapsed().as_secs(), Duration::from_secs(2).as_secs());
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted(kind: Kind) {
    let list = kind.list(&[]);
    let error = detach(kind, &[kind.detach(Answer::AccessDenied), list.clone()]).await.unwrap_err();
    let expected = format!("failed to detach {DENY} from {}: AccessDenied: Not authorized to do that.", kind.spoken());
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
    assert_eq!(list.num_calls(), 0, "it was not read back, as nothing was changed");
}

/// Detached, but reading back is not permitted: nobody may claim that it is gone.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted_to_read_back(kind: Kind) {
    let rules = [kind.detach(Answer::Ok), kind.list_refused(Answer::AccessDenied)];
    let error = detach(kind, &rules).await.unwrap_err();
    assert_eq!(error.to_string(), format!("failed to list the policies of {}", kind.spoken()));
}

#[test_case(Kind::Role, Answer::Throttled ; "a role, throttled")]
#[test_case(Kind::User, Answer::Unavailable ; "a user, server overloaded")]
#[tokio::test(start_paused = true)]
async fn trouble_that_persists(kind: Kind, answer: Answer) {
    let error = detach(kind, &[kind.detach(answer)]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert_eq!(error.to_string(), format!("failed to detach {DENY} from {}", kind.spoken()));
}
