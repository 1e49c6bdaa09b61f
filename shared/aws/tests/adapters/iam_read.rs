//! Reading principals.

use std::slice::from_ref;

use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use portcullis_aws::IamReader;
use portcullis_domain::PolicyArn;
use portcullis_response::{Identity, PortErrorKind, ReadIdentity as _};
use test_case::test_case;

use crate::principal::{Answer, DENY, Kind};

const TEAM: &str = "arn:aws:iam::111122223333:policy/team/reading";

fn reader(rules: &[Rule]) -> IamReader {
    IamReader::with(mock_client!(aws_sdk_iam, RuleMode::MatchAny, rules))
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn a_principal_with_its_policies(kind: Kind) {
    let answer = reader(&[kind.get(Answer::Ok), kind.list(&[TEAM])]).read(&kind.target()).await.unwrap();
    let expected =
        Identity { id: kind.id().to_owned(), arn: kind.arn().to_owned(), attached: vec![TEAM.parse().unwrap()] };
    assert_eq!(answer, Some(expected));
}

/// A deny policy that stands on the second page must not be overlooked, or a quarantine would be put on twice.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn policies_on_every_page(kind: Kind) {
    let pages = [kind.page(None, &[TEAM], Some("more")), kind.page(Some("more"), &[DENY], None)];
    let [first, second] = &pages;
    let rules = [kind.get(Answer::Ok), first.clone(), second.clone()];
    let identity = reader(&rules).read(&kind.target()).await.unwrap().unwrap();
    let attached: Vec<&str> = identity.attached.iter().map(PolicyArn::as_str).collect();
    assert_eq!(attached, [TEAM, DENY]);
    assert_eq!((first.num_calls(), second.num_calls()), (1, 1), "each page is asked for once");
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn no_such_principal(kind: Kind) {
    let answer = reader(&[kind.get(Answer::NoSuchEntity)]).read(&kind.target()).await;
    assert_eq!(answer.unwrap(), None);
}

/// It may be deleted between the two calls.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn gone_while_it_is_read(kind: Kind) {
    let rules = [kind.get(Answer::Ok), kind.list_refused(Answer::NoSuchEntity)];
    assert_eq!(reader(&rules).read(&kind.target()).await.unwrap(), None);
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted(kind: Kind) {
    let get = kind.get(Answer::AccessDenied);
    let error = reader(from_ref(&get)).read(&kind.target()).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let expected = format!("failed to read {}: AccessDenied: Not authorized to do that.", kind.spoken());
    assert_eq!(error.chain(), expected);
    assert_eq!(get.num_calls(), 1, "asking again cannot help");
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted_to_list(kind: Kind) {
    let rules = [kind.get(Answer::Ok), kind.list_refused(Answer::AccessDenied)];
    let error = reader(&rules).read(&kind.target()).await.unwrap_err();
    let expected =
        format!("failed to list the policies of {}: AccessDenied: Not authorized to do that.", kind.spoken());
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
}

/// Two answers of "later" are nobody's business but the client's.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn an_overloaded_server_is_asked_again(kind: Kind) {
    let get = kind.get_at_the_third_attempt();
    let answer = reader(&[get.clone(), kind.list(&[])]).read(&kind.target()).await.unwrap();
    assert_eq!(answer.map(|identity| identity.id).as_deref(), Some(kind.id()));
    assert_eq!(get.num_calls(), 3);
}

#[test_case(Kind::Role, Answer::Unavailable ; "a role, server overloaded")]
#[test_case(Kind::User, Answer::Unavailable ; "a user, server overloaded")]
#[test_case(Kind::Role, Answer::Throttled ; "a role, throttled")]
#[test_case(Kind::User, Answer::Throttled ; "a user, throttled")]
#[tokio::test(start_paused = true)]
async fn trouble_that_persists_is_worth_another_delivery(kind: Kind, answer: Answer) {
    let get = kind.get(answer);
    let error = reader(from_ref(&get)).read(&kind.target()).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert!(error.chain().starts_with(&format!("failed to read {}: ", kind.spoken())), "{}", error.chain());
    assert!(get.num_calls() > 1, "the client tries again by itself first");
}
