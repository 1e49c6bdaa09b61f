//! Reading principals.

use aws_smithy_mocks::Rule;
use portcullis_aws::IamReader;
use portcullis_domain::PolicyArn;
use portcullis_response::{AccessKey, Identity, LastUsed, PortError, PortErrorKind, ReadIdentity as _};
use test_case::test_case;

use crate::principal::{Answer, DENY, KEY, Kind, TEAM, accounts, keys, keys_refused};

const OLD_KEY: &str = "AKIAEXAMPLEEXAMPLE02";

async fn read(kind: Kind, rules: &[Rule]) -> Result<Option<Identity>, PortError> {
    IamReader::new(accounts(rules)).read(&kind.target()).await
}

fn arn(arn: &str) -> PolicyArn {
    arn.parse().unwrap()
}

#[tokio::test]
async fn a_role() {
    // There is no rule for access keys: a role has none, and asking for them would be refused.
    let rules = [Kind::Role.get_showing(&[Some(TEAM)]), Kind::Role.list(&[DENY])];
    let last_used = LastUsed { at: "2026-01-05T00:00:00Z".parse().unwrap(), region: Some("eu-west-1".to_owned()) };
    let expected = Identity {
        id: "AROAEXAMPLEEXAMPLE01".to_owned(),
        arn: Kind::Role.arn().to_owned(),
        attached: vec![arn(DENY)],
        boundary: Some(arn(TEAM)),
        tags: vec![("team".to_owned(), "payroll".to_owned())],
        keys: Vec::new(),
        last_used: Some(last_used),
    };
    assert_eq!(read(Kind::Role, &rules).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn a_user() {
    let keys = keys(&[(KEY, true), (OLD_KEY, false)]);
    let rules = [Kind::User.get_showing(&[Some(TEAM)]), Kind::User.list(&[DENY]), keys];
    let key = |id: &str, active| AccessKey { id: id.to_owned(), active };
    let expected = Identity {
        id: "AIDAEXAMPLEEXAMPLE01".to_owned(),
        arn: Kind::User.arn().to_owned(),
        attached: vec![arn(DENY)],
        boundary: Some(arn(TEAM)),
        tags: vec![("team".to_owned(), "payroll".to_owned())],
        keys: vec![key(KEY, true), key(OLD_KEY, false)],
        last_used: None,
    };
    assert_eq!(read(Kind::User, &rules).await.unwrap(), Some(expected));
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn no_boundary(kind: Kind) {
    assert_eq!(read(kind, &kind.reads(&[])).await.unwrap().unwrap().boundary, None);
}

/// A boundary that is taken for none would be lost when ours is put in its place and lifted again.
#[test_case(Kind::Role, Kind::Role.get_showing(&[Some("arn:aws:iam::111122223333:role/no-policy")]) ; "a role, no policy's ARN")]
#[test_case(Kind::User, Kind::User.get_showing(&[Some("arn:aws:iam::111122223333:role/no-policy")]) ; "a user, no policy's ARN")]
#[test_case(Kind::Role, Kind::Role.get_without_name_of_boundary() ; "a role, no ARN")]
#[test_case(Kind::User, Kind::User.get_without_name_of_boundary() ; "a user, no ARN")]
#[tokio::test]
async fn a_boundary_that_cannot_be_read_is_an_error(kind: Kind, get: Rule) {
    let error = read(kind, &[get, kind.list(&[]), keys(&[])]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let what = format!("failed to read {}: its permissions boundary", kind.spoken());
    assert!(error.chain().starts_with(&what), "{}", error.chain());
}

/// A deny policy that stands on the second page must not be overlooked, or a containment would be put on twice.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn policies_on_every_page(kind: Kind) {
    let (first, second) = (kind.page(None, &[TEAM], Some("more")), kind.page(Some("more"), &[DENY], None));
    let rules = [kind.get(Answer::Ok), first.clone(), second.clone(), keys(&[])];
    let identity = read(kind, &rules).await.unwrap().unwrap();
    assert_eq!(identity.attached, [arn(TEAM), arn(DENY)]);
    assert_eq!((first.num_calls(), second.num_calls()), (1, 1), "each page is asked for once");
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn no_such_principal(kind: Kind) {
    assert_eq!(read(kind, &[kind.get(Answer::NoSuchEntity)]).await.unwrap(), None);
}

/// It may be deleted between two calls.
#[test_case(Kind::Role, &[Kind::Role.list_refused(Answer::NoSuchEntity)] ; "a role, before its policies")]
#[test_case(Kind::User, &[Kind::User.list_refused(Answer::NoSuchEntity)] ; "a user, before its policies")]
#[test_case(Kind::User, &[Kind::User.list(&[]), keys_refused(Answer::NoSuchEntity)] ; "a user, before its keys")]
#[tokio::test]
async fn gone_while_it_is_read(kind: Kind, rules: &[Rule]) {
    assert_eq!(read(kind, &[&[kind.get(Answer::Ok)], rules].concat()).await.unwrap(), None);
}

/// What is not permitted is named: the policies of somebody are not an empty list because they cannot be listed.
#[test_case(Kind::Role, &[Kind::Role.get(Answer::AccessDenied)], "read role `reporting`" ; "a role")]
#[test_case(Kind::User, &[Kind::User.get(Answer::AccessDenied)], "read user `mallory`" ; "a user")]
#[test_case(Kind::Role, &[Kind::Role.get(Answer::Ok), Kind::Role.list_refused(Answer::AccessDenied)], "list the policies of role `reporting`" ; "its policies")]
#[test_case(Kind::User, &[Kind::User.get(Answer::Ok), Kind::User.list_refused(Answer::AccessDenied)], "list the policies of user `mallory`" ; "a user's policies")]
#[test_case(Kind::User, &[Kind::User.get(Answer::Ok), Kind::User.list(&[]), keys_refused(Answer::AccessDenied)], "list the access keys of user `mallory`" ; "its keys")]
#[tokio::test]
async fn not_permitted(kind: Kind, rules: &[Rule], attempted: &str) {
    let error = read(kind, rules).await.unwrap_err();
    let expected = format!("failed to {attempted}: AccessDenied: Not authorized to do that.");
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
    assert_eq!(rules.last().unwrap().num_calls(), 1, "asking again cannot help");
}

/// Two answers of "later" are nobody's business but the client's.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn an_overloaded_server_is_asked_again(kind: Kind) {
    let get = kind.get_at_the_third_attempt();
    let answer = read(kind, &[get.clone(), kind.list(&[]), keys(&[])]).await.unwrap();
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
    let error = read(kind, std::slice::from_ref(&get)).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert!(error.chain().starts_with(&format!("failed to read {}: ", kind.spoken())), "{}", error.chain());
    assert!(get.num_calls() > 1, "the client tries again by itself first");
}
