//! Containing a principal: one change, and a while for IAM to show it.

use std::slice::from_ref;
use std::time::Duration;

use aws_sdk_iam::types::StatusType;
use aws_smithy_mocks::Rule;
use portcullis_aws::IamContain;
use portcullis_response::{ApplyStep as _, PortError, PortErrorKind, Step};
use test_case::test_case;
use tokio::time::Instant;

use crate::changes::set_key;
use crate::principal::{Answer, DENY, KEY, Kind, TEAM, accounts, keys, keys_showing};

fn policy() -> Step {
    Step::AttachPolicy { policy: DENY.parse().unwrap() }
}

fn boundary() -> Step {
    Step::PutBoundary { policy: DENY.parse().unwrap(), former: Some(TEAM.parse().unwrap()) }
}

fn key() -> Step {
    Step::DeactivateKey { key: KEY.to_owned() }
}

async fn apply(kind: Kind, step: &Step, rules: &[&[Rule]]) -> Result<(), PortError> {
    IamContain::new(accounts(&rules.concat())).apply(&kind.target(), step).await
}

/// Of every change the one call is made, once, and nothing is waited for when IAM shows it at once.
#[test_case(Kind::Role, policy(), Kind::Role.attach(Answer::Ok), &Kind::Role.reads(&[DENY]) ; "a policy to a role")]
#[test_case(Kind::User, policy(), Kind::User.attach(Answer::Ok), &Kind::User.reads(&[DENY]) ; "a policy to a user")]
#[test_case(Kind::Role, boundary(), Kind::Role.put_boundary(DENY, Answer::Ok), &[Kind::Role.get_showing(&[Some(DENY)]), Kind::Role.list(&[])] ; "a boundary on a role")]
#[test_case(Kind::User, boundary(), Kind::User.put_boundary(DENY, Answer::Ok), &[Kind::User.get_showing(&[Some(DENY)]), Kind::User.list(&[]), keys(&[])] ; "a boundary on a user")]
#[test_case(Kind::User, key(), set_key(StatusType::Inactive, Answer::Ok), &[Kind::User.get(Answer::Ok), Kind::User.list(&[]), keys(&[(KEY, false)])] ; "a key of a user")]
#[tokio::test(start_paused = true)]
async fn applied_and_seen(kind: Kind, step: Step, call: Rule, reads: &[Rule]) {
    let start = Instant::now();
    apply(kind, &step, &[from_ref(&call), reads]).await.unwrap();
    assert_eq!(call.num_calls(), 1);
    assert_eq!(reads[0].num_calls(), 1, "it was looked at once");
    assert!(start.elapsed() < Duration::from_millis(100), "nothing is waited for");
}

/// IAM's reads may be stale after a write, so it is given a moment before the caller reads back.
#[test_case(Kind::Role, policy(), Kind::Role.attach(Answer::Ok), &[Kind::Role.get(Answer::Ok), Kind::Role.list_showing(&[&[], &[], &[DENY]])] ; "a policy to a role")]
#[test_case(Kind::User, policy(), Kind::User.attach(Answer::Ok), &[Kind::User.get(Answer::Ok), Kind::User.list_showing(&[&[], &[], &[DENY]]), keys(&[])] ; "a policy to a user")]
#[test_case(Kind::Role, boundary(), Kind::Role.put_boundary(DENY, Answer::Ok), &[Kind::Role.get_showing(&[Some(TEAM), None, Some(DENY)]), Kind::Role.list(&[])] ; "a boundary on a role")]
#[test_case(Kind::User, key(), set_key(StatusType::Inactive, Answer::Ok), &[Kind::User.get(Answer::Ok), Kind::User.list(&[]), keys_showing(&[&[(KEY, true)], &[(KEY, true)], &[(KEY, false)]])] ; "a key of a user")]
#[tokio::test(start_paused = true)]
async fn applied_and_seen_late(kind: Kind, step: Step, call: Rule, reads: &[Rule]) {
    let start = Instant::now();
    apply(kind, &step, &[from_ref(&call), reads]).await.unwrap();
    assert_eq!(
        (call.num_calls(), reads[0].num_calls()),
        (1, 3),
        "the change is made once and looked for until it shows"
    );
    let waited = start.elapsed();
    assert!((Duration::from_millis(400)..Duration::from_secs(1)).contains(&waited), "{waited:?}");
}

/// The change is made; whether it shows is for the caller to find out. An error here would tell on-call the opposite.
#[test_case(Kind::Role, &Kind::Role.reads(&[]) ; "a role whose policy never shows")]
#[test_case(Kind::User, &Kind::User.reads(&[TEAM]) ; "a user whose policy never shows")]
#[test_case(Kind::Role, &[Kind::Role.get(Answer::Ok), Kind::Role.list_refused(Answer::AccessDenied)] ; "a role that may not be read")]
#[test_case(Kind::User, &[Kind::User.get(Answer::Unavailable)] ; "a user while IAM is overloaded")]
#[test_case(Kind::Role, &[Kind::Role.get(Answer::NoSuchEntity)] ; "a role that is gone a moment later")]
#[tokio::test(start_paused = true)]
async fn not_seen_is_not_a_failure(kind: Kind, reads: &[Rule]) {
    let start = Instant::now();
    apply(kind, &policy(), &[&[kind.attach(Answer::Ok)], reads]).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(2), "it was given its two seconds");
}

/// Only that may lead to a boundary, which is put in the place of somebody else's.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn no_further_policy_may_be_attached(kind: Kind) {
    let error = apply(kind, &policy(), &[&[kind.attach(Answer::LimitExceeded)]]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::QuotaFull);
    let expected = format!("failed to attach {DENY} to {}: LimitExceeded: ", kind.spoken());
    assert!(error.chain().starts_with(&expected), "{}", error.chain());
}

/// A boundary has no quota, so that nothing may follow from it.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn a_boundary_is_never_one_too_many(kind: Kind) {
    let error = apply(kind, &boundary(), &[&[kind.put_boundary(DENY, Answer::LimitExceeded)]]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
}

/// What was refused is named, and not looked for: there is nothing to see, and no rule to see it by.
#[test_case(Kind::Role, policy(), Kind::Role.attach(Answer::AccessDenied), "failed to attach arn:aws:iam::aws:policy/AWSDenyAll to role `reporting`" ; "a policy to a role")]
#[test_case(Kind::User, policy(), Kind::User.attach(Answer::AccessDenied), "failed to attach arn:aws:iam::aws:policy/AWSDenyAll to user `mallory`" ; "a policy to a user")]
#[test_case(Kind::Role, boundary(), Kind::Role.put_boundary(DENY, Answer::AccessDenied), "failed to put boundary arn:aws:iam::aws:policy/AWSDenyAll on role `reporting`" ; "a boundary on a role")]
#[test_case(Kind::User, boundary(), Kind::User.put_boundary(DENY, Answer::AccessDenied), "failed to put boundary arn:aws:iam::aws:policy/AWSDenyAll on user `mallory`" ; "a boundary on a user")]
#[test_case(Kind::User, key(), set_key(StatusType::Inactive, Answer::AccessDenied), "failed to make access key AKIAEXAMPLEEXAMPLE01 of user `mallory` Inactive" ; "a key of a user")]
#[tokio::test]
async fn not_permitted(kind: Kind, step: Step, call: Rule, what: &str) {
    let error = apply(kind, &step, &[from_ref(&call)]).await.unwrap_err();
    let expected = format!("{what}: AccessDenied: Not authorized to do that.");
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
    assert_eq!(call.num_calls(), 1, "asking again cannot help");
}

#[test_case(Kind::Role, policy(), Kind::Role.attach(Answer::Unavailable) ; "a policy, server overloaded")]
#[test_case(Kind::User, policy(), Kind::User.attach(Answer::Throttled) ; "a policy, throttled")]
#[test_case(Kind::Role, boundary(), Kind::Role.put_boundary(DENY, Answer::Throttled) ; "a boundary, throttled")]
#[test_case(Kind::User, key(), set_key(StatusType::Inactive, Answer::Throttled) ; "a key, throttled")]
#[tokio::test(start_paused = true)]
async fn trouble_that_persists(kind: Kind, step: Step, call: Rule) {
    let error = apply(kind, &step, &[from_ref(&call)]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert!(call.num_calls() > 1, "the client tries again by itself first");
}

#[test_case(Kind::Role, policy(), Kind::Role.attach(Answer::NoSuchEntity) ; "a policy")]
#[test_case(Kind::User, boundary(), Kind::User.put_boundary(DENY, Answer::NoSuchEntity) ; "a boundary")]
#[test_case(Kind::User, key(), set_key(StatusType::Inactive, Answer::NoSuchEntity) ; "a key")]
#[tokio::test]
async fn a_principal_that_is_gone_cannot_be_contained(kind: Kind, step: Step, call: Rule) {
    let error = apply(kind, &step, &[&[call]]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    assert!(error.chain().ends_with("NoSuchEntity: It cannot be found."), "{}", error.chain());
}
