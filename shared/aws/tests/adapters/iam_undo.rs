//! Lifting a containment: each change is undone if it is there, and read back. What is found to be something else is left
//! alone: there is no rule for a call that changes it.

use std::slice::from_ref;
use std::time::Duration;

use aws_sdk_iam::types::StatusType;
use aws_smithy_mocks::Rule;
use portcullis_aws::IamLift;
use portcullis_response::{PortError, PortErrorKind, Step, UndoStep as _, Undone};
use test_case::test_case;
use tokio::time::Instant;

use crate::changes::set_key;
use crate::principal::{Answer, DENY, KEY, Kind, TEAM, accounts, keys, keys_refused, keys_showing};

const OTHER: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

async fn undo(kind: Kind, step: Step, rules: &[&[Rule]]) -> Result<Undone, PortError> {
    IamLift::new(accounts(&rules.concat())).undo(&kind.target(), &step).await
}

fn policy() -> Step {
    Step::AttachPolicy { policy: DENY.parse().unwrap() }
}

fn boundary(former: Option<&str>) -> Step {
    Step::PutBoundary { policy: DENY.parse().unwrap(), former: former.map(|former| former.parse().unwrap()) }
}

fn key() -> Step {
    Step::DeactivateKey { key: KEY.to_owned() }
}

/// `NoSuchEntity` alone does not tell a missing principal from a missing attachment; reading does.
#[test_case(Kind::Role, Answer::Ok, &Kind::Role.reads(&[OTHER]), Undone::Restored ; "a role")]
#[test_case(Kind::User, Answer::Ok, &Kind::User.reads(&[OTHER]), Undone::Restored ; "a user")]
#[test_case(Kind::Role, Answer::NoSuchEntity, &Kind::Role.reads(&[OTHER]), Undone::WasNotThere ; "a role that somebody else released")]
#[test_case(Kind::User, Answer::NoSuchEntity, &Kind::User.reads(&[]), Undone::WasNotThere ; "a user that somebody else released")]
#[test_case(Kind::Role, Answer::NoSuchEntity, &[Kind::Role.get(Answer::NoSuchEntity)], Undone::NoSuchPrincipal ; "a role that is gone")]
#[test_case(Kind::User, Answer::NoSuchEntity, &[Kind::User.get(Answer::NoSuchEntity)], Undone::NoSuchPrincipal ; "a user that is gone")]
#[test_case(Kind::Role, Answer::Ok, &[Kind::Role.get(Answer::Ok), Kind::Role.list_showing(&[&[DENY], &[DENY], &[]])], Undone::Restored ; "a role that shows the policy for a while")]
#[test_case(Kind::User, Answer::Ok, &[Kind::User.get(Answer::Ok), Kind::User.list_showing(&[&[DENY], &[]]), keys(&[])], Undone::Restored ; "a user that shows the policy for a while")]
#[tokio::test(start_paused = true)]
async fn detached(kind: Kind, answer: Answer, reads: &[Rule], expected: Undone) {
    let call = kind.detach(answer);
    assert_eq!(undo(kind, policy(), &[from_ref(&call), reads]).await.unwrap(), expected);
    assert_eq!(call.num_calls(), 1);
    assert!(reads[0].num_calls() >= 1, "it is always read back");
}

/// A release that is told to on-call and did not happen would be worse than one that is tried again.
#[test_case(Kind::Role, policy(), &[&[Kind::Role.detach(Answer::Ok)], &Kind::Role.reads(&[DENY])[..]].concat(), "detach arn:aws:iam::aws:policy/AWSDenyAll from role `reporting`" ; "a policy of a role")]
#[test_case(Kind::User, policy(), &[&[Kind::User.detach(Answer::Ok)], &Kind::User.reads(&[DENY])[..]].concat(), "detach arn:aws:iam::aws:policy/AWSDenyAll from user `mallory`" ; "a policy of a user")]
#[test_case(Kind::Role, boundary(Some(TEAM)), &[Kind::Role.get_showing(&[Some(DENY)]), Kind::Role.list(&[]), Kind::Role.put_boundary(TEAM, Answer::Ok)], "take boundary arn:aws:iam::aws:policy/AWSDenyAll off role `reporting`" ; "a boundary")]
#[test_case(Kind::User, key(), &[&[set_key(StatusType::Active, Answer::Ok), Kind::User.get(Answer::Ok), Kind::User.list(&[])], &[keys(&[(KEY, false)])][..]].concat(), "make access key AKIAEXAMPLEEXAMPLE01 Active again" ; "a key")]
#[tokio::test(start_paused = true)]
async fn what_still_shows_is_not_undone(kind: Kind, step: Step, rules: &[Rule], what: &str) {
    let start = Instant::now();
    let error = undo(kind, step, &[rules]).await.unwrap_err();
    assert_eq!(error.chain(), format!("failed to {what}: IAM still shows it two seconds later"));
    assert_eq!(start.elapsed().as_secs(), Duration::from_secs(2).as_secs());
}

/// What was before comes back, whoever the principal belongs to.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn the_former_boundary_comes_back(kind: Kind) {
    let reads = [kind.get_showing(&[Some(DENY), Some(DENY), Some(TEAM)]), kind.list(&[]), keys(&[])];
    let put = kind.put_boundary(TEAM, Answer::Ok);
    let undone = undo(kind, boundary(Some(TEAM)), &[&reads, from_ref(&put)]).await;
    assert_eq!((undone.unwrap(), put.num_calls()), (Undone::Restored, 1));
    assert_eq!(reads[0].num_calls(), 3, "it is read before, and read back until it shows");
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test(start_paused = true)]
async fn a_boundary_goes_where_none_was_before(kind: Kind) {
    let reads = [kind.get_showing(&[Some(DENY), None]), kind.list(&[]), keys(&[])];
    let delete = kind.delete_boundary(Answer::Ok);
    let undone = undo(kind, boundary(None), &[&reads, from_ref(&delete)]).await;
    assert_eq!((undone.unwrap(), delete.num_calls()), (Undone::Restored, 1));
}

/// Whatever stands there now was put there by somebody who may have had a reason, and whose boundary may be all that holds
/// the principal.
#[test_case(Kind::Role, Some(TEAM), &[Some(OTHER)], Undone::Changed { found: format!("boundary {OTHER}") } ; "another one, on a role")]
#[test_case(Kind::User, None, &[Some(OTHER)], Undone::Changed { found: format!("boundary {OTHER}") } ; "another one, on a user")]
#[test_case(Kind::Role, Some(TEAM), &[None], Undone::Changed { found: "no permissions boundary".to_owned() } ; "none, where there was one before")]
#[test_case(Kind::Role, Some(TEAM), &[Some(TEAM)], Undone::WasNotThere ; "the former one, on a role")]
#[test_case(Kind::User, None, &[None], Undone::WasNotThere ; "none, where there was none before")]
#[tokio::test]
async fn a_boundary_that_is_not_ours_is_left_alone(
    kind: Kind,
    former: Option<&str>,
    found: &'static [Option<&'static str>],
    expected: Undone,
) {
    let undone = undo(kind, boundary(former), &[&[kind.get_showing(found)]]).await;
    assert_eq!(undone.unwrap(), expected);
}

#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn a_boundary_of_nobody(kind: Kind) {
    let undone = undo(kind, boundary(Some(TEAM)), &[&[kind.get(Answer::NoSuchEntity)]]).await;
    assert_eq!(undone.unwrap(), Undone::NoSuchPrincipal);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_made_active_again() {
    let shown = keys_showing(&[&[(KEY, false)], &[(KEY, false)], &[(KEY, true)]]);
    let (call, get) = (set_key(StatusType::Active, Answer::Ok), Kind::User.get(Answer::Ok));
    let rules = [get, Kind::User.list(&[]), shown.clone(), call.clone()];
    assert_eq!(undo(Kind::User, key(), &[&rules]).await.unwrap(), Undone::Restored);
    assert_eq!((call.num_calls(), shown.num_calls()), (1, 3));
}

#[test_case(keys(&[(KEY, true)]), Undone::WasNotThere ; "active already")]
#[test_case(keys(&[]), Undone::Changed { found: format!("access key {KEY} is no more") } ; "the key is gone")]
#[test_case(keys(&[("AKIAEXAMPLEEXAMPLE02", false)]), Undone::Changed { found: format!("access key {KEY} is no more") } ; "there is another one, which nobody deactivated for us")]
#[test_case(keys_refused(Answer::NoSuchEntity), Undone::NoSuchPrincipal ; "the user is gone")]
#[tokio::test]
async fn a_key_that_needs_nothing(shown: Rule, expected: Undone) {
    assert_eq!(undo(Kind::User, key(), &[&[shown]]).await.unwrap(), expected);
}

#[test_case(Kind::Role, policy(), &[Kind::Role.detach(Answer::AccessDenied)], "detach arn:aws:iam::aws:policy/AWSDenyAll from role `reporting`" ; "a policy of a role")]
#[test_case(Kind::User, policy(), &[Kind::User.detach(Answer::AccessDenied)], "detach arn:aws:iam::aws:policy/AWSDenyAll from user `mallory`" ; "a policy of a user")]
#[test_case(Kind::Role, boundary(None), &[Kind::Role.get_showing(&[Some(DENY)]), Kind::Role.delete_boundary(Answer::AccessDenied)], "take boundary arn:aws:iam::aws:policy/AWSDenyAll off role `reporting`" ; "a boundary")]
#[test_case(Kind::User, boundary(Some(TEAM)), &[Kind::User.get_showing(&[Some(DENY)]), Kind::User.put_boundary(TEAM, Answer::AccessDenied)], "put boundary arn:aws:iam::111122223333:policy/team/reading on user `mallory`" ; "a former boundary")]
#[test_case(Kind::User, key(), &[keys(&[(KEY, false)]), set_key(StatusType::Active, Answer::AccessDenied)], "make access key AKIAEXAMPLEEXAMPLE01 of user `mallory` Active" ; "a key")]
#[tokio::test]
async fn not_permitted(kind: Kind, step: Step, rules: &[Rule], what: &str) {
    let error = undo(kind, step, &[rules]).await.unwrap_err();
    let expected = format!("failed to {what}: AccessDenied: Not authorized to do that.");
    assert_eq!((error.kind, error.chain()), (PortErrorKind::Refused, expected));
}

/// Undone, but reading back is not permitted: nobody may claim that it is gone.
#[test_case(Kind::Role)]
#[test_case(Kind::User)]
#[tokio::test]
async fn not_permitted_to_read_back(kind: Kind) {
    let rules = [kind.detach(Answer::Ok), kind.get(Answer::Ok), kind.list_refused(Answer::AccessDenied)];
    let error = undo(kind, policy(), &[&rules]).await.unwrap_err();
    assert_eq!(error.to_string(), format!("failed to list the policies of {}", kind.spoken()));
}

#[test_case(Kind::Role, policy(), &[Kind::Role.detach(Answer::Throttled)] ; "a policy, throttled")]
#[test_case(Kind::User, policy(), &[Kind::User.detach(Answer::Unavailable)] ; "a policy, server overloaded")]
#[test_case(Kind::Role, boundary(None), &[Kind::Role.get(Answer::Throttled)] ; "a boundary that cannot be read")]
#[test_case(Kind::User, boundary(None), &[Kind::User.get_showing(&[Some(DENY)]), Kind::User.delete_boundary(Answer::Throttled)] ; "a boundary")]
#[test_case(Kind::User, key(), &[keys(&[(KEY, false)]), set_key(StatusType::Active, Answer::Unavailable)] ; "a key")]
#[tokio::test(start_paused = true)]
async fn trouble_that_persists(kind: Kind, step: Step, rules: &[Rule]) {
    let error = undo(kind, step, &[rules]).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable, "{}", error.chain());
}
