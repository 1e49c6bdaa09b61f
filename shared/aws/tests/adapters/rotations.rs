//! When keys and secrets are rotated, as AWS tells.

use aws_sdk_kms::operation::describe_key::DescribeKeyOutput;
use aws_sdk_kms::operation::get_key_rotation_status::{GetKeyRotationStatusInput, GetKeyRotationStatusOutput};
use aws_sdk_kms::operation::list_keys::{ListKeysInput, ListKeysOutput};
use aws_sdk_kms::types::{KeyListEntry, KeyMetadata, KeyState};
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsInput, ListSecretsOutput};
use aws_sdk_secretsmanager::types::{RotationRulesType, SecretListEntry};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use portcullis_aws::RotationReader;
use portcullis_domain::KeyArn;
use portcullis_monitoring::rotation::Rotation;
use portcullis_response::PortErrorKind;
use test_case::test_case;

use crate::wire::json_error;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn reader(kms: &[&Rule], secrets: &[&Rule]) -> RotationReader {
    RotationReader::with(
        mock_client!(aws_sdk_kms, RuleMode::MatchAny, kms),
        mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, secrets),
    )
}

fn now() -> Timestamp {
    "2026-02-01T00:00:00Z".parse().unwrap()
}

fn at(time: &str) -> DateTime {
    DateTime::from_secs(time.parse::<Timestamp>().unwrap().as_second())
}

fn secret(name: &str) -> aws_sdk_secretsmanager::types::builders::SecretListEntryBuilder {
    let arn = format!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf");
    SecretListEntry::builder().arn(arn).created_date(at("2026-01-01T00:00:00Z"))
}

#[tokio::test]
async fn secrets_page_by_page() {
    let rules = RotationRulesType::builder().automatically_after_days(7).build();
    let first = ListSecretsOutput::builder()
        .secret_list(secret("rotated").rotation_enabled(true).next_rotation_date(at("2026-01-31T23:59:59Z")).build())
        .secret_list(secret("never").build())
        .secret_list(secret("deleted").rotation_enabled(true).deleted_date(at("2026-01-05T00:00:00Z")).build())
        .next_token("more")
        .build();
    let second = ListSecretsOutput::builder()
        .secret_list(secret("counted").rotation_enabled(true).rotation_rules(rules).build())
        .build();
    let more = mock!(aws_sdk_secretsmanager::Client::list_secrets)
        .match_requests(|call: &ListSecretsInput| call.next_token() == Some("more"))
        .then_output(move || second.clone());
    let list = mock!(aws_sdk_secretsmanager::Client::list_secrets)
        .match_requests(|call: &ListSecretsInput| call.next_token().is_none() && call.max_results() == Some(100))
        .then_output(move || first.clone());
    let found = reader(&[], &[&more, &list]).secrets().await.unwrap();
    let found: Vec<String> = found.iter().map(|(asset, rotation)| format!("{asset}: {rotation:?}")).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    arn:aws:secretsmanager:eu-west-1:111122223333:secret:rotated-AbCdEf: Next(2026-01-31T23:59:59Z)
    arn:aws:secretsmanager:eu-west-1:111122223333:secret:never-AbCdEf: Never
    arn:aws:secretsmanager:eu-west-1:111122223333:secret:counted-AbCdEf: Next(2026-01-08T00:00:00Z)
    ");
}

#[tokio::test]
async fn keys_page_by_page() {
    let entry = |n: u8| {
        let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-00000000000{n}");
        KeyListEntry::builder().key_arn(arn).build()
    };
    let more = mock!(aws_sdk_kms::Client::list_keys)
        .match_requests(|call: &ListKeysInput| call.marker() == Some("more"))
        .then_output(move || ListKeysOutput::builder().keys(entry(2)).build());
    let list = mock!(aws_sdk_kms::Client::list_keys)
        .match_requests(|call: &ListKeysInput| call.marker().is_none())
        .then_output(move || ListKeysOutput::builder().keys(entry(1)).truncated(true).next_marker("more").build());
    assert_eq!(reader(&[&more, &list], &[]).keys().await.unwrap().len(), 2);
}

fn status(enabled: bool, next: Option<&str>) -> Rule {
    let answer =
        GetKeyRotationStatusOutput::builder().key_rotation_enabled(enabled).set_next_rotation_date(next.map(at));
    let answer = answer.build();
    mock!(aws_sdk_kms::Client::get_key_rotation_status)
        .match_requests(|call: &GetKeyRotationStatusInput| call.key_id() == Some(KEY))
        .then_output(move || answer.clone())
}

fn state(state: KeyState) -> Rule {
    mock!(aws_sdk_kms::Client::describe_key).then_output(move || {
        let metadata = KeyMetadata::builder().key_id(KEY).key_state(state.clone()).build().unwrap();
        DescribeKeyOutput::builder().key_metadata(metadata).build()
    })
}

async fn of_key(rules: &[&Rule]) -> Option<Rotation> {
    let keys = [KEY.parse::<KeyArn>().unwrap()].into();
    reader(rules, &[]).of_keys(&keys, now()).await.unwrap().pop().map(|(_, rotation)| rotation)
}

/// A key is described only when it looks late: few are.
#[tokio::test]
async fn a_key_that_is_rotated_later() {
    let next = "2026-06-01T00:00:00Z";
    assert_eq!(of_key(&[&status(true, Some(next))]).await, Some(Rotation::Next(next.parse().unwrap())));
}

/// KMS rotates no key that is disabled.
#[test_case(KeyState::Enabled, true)]
#[test_case(KeyState::Disabled, false)]
#[test_case(KeyState::PendingDeletion, false)]
#[tokio::test]
async fn a_key_that_looks_late(found: KeyState, late: bool) {
    let next = "2026-01-01T00:00:00Z";
    let expected = if late { Rotation::Next(next.parse().unwrap()) } else { Rotation::Never };
    assert_eq!(of_key(&[&status(true, Some(next)), &state(found)]).await, Some(expected));
}

#[tokio::test]
async fn a_key_that_nobody_rotates() {
    assert_eq!(of_key(&[&status(false, None)]).await, Some(Rotation::Never));
    assert_eq!(of_key(&[&status(false, Some("2026-01-01T00:00:00Z"))]).await, Some(Rotation::Never), "switched off");
}

fn failing(status: u16, code: &str) -> Rule {
    let body = json_error(code, "No.");
    mock!(aws_sdk_kms::Client::get_key_rotation_status).sequence().http_status(status, Some(body)).repeatedly().build()
}

#[test_case("NotFoundException", None ; "there is none")]
#[test_case("UnsupportedOperationException", Some("Never") ; "a key that is not rotated like this")]
#[test_case("KMSInvalidStateException", Some("Never") ; "a key that is going")]
#[test_case("AccessDeniedException", Some("Denied") ; "its own policy forbids to look")]
#[test_case("InvalidArnException", Some("Unreadable") ; "anything else")]
#[tokio::test]
async fn answers_about_one_key(code: &str, expected: Option<&str>) {
    let found = of_key(&[&failing(400, code)]).await.map(|rotation| format!("{rotation:?}"));
    match (found, expected) {
        (Some(found), Some(expected)) => assert!(found.starts_with(expected), "{found}"),
        (found, expected) => assert_eq!(found.as_deref(), expected),
    }
}

/// Its policy may let us see that it is late, and not whether it is in use.
#[tokio::test]
async fn a_key_that_looks_late_and_may_not_be_described() {
    let body = json_error("AccessDeniedException", "No.");
    let refused = mock!(aws_sdk_kms::Client::describe_key).sequence().http_status(400, Some(body)).repeatedly().build();
    let found = of_key(&[&status(true, Some("2026-01-01T00:00:00Z")), &refused]).await;
    let Some(Rotation::Denied(why)) = found else { panic!("{found:?}") };
    assert!(why.contains(KEY) && why.contains("AccessDeniedException: No."), "{why}");
}

/// No key is called well because KMS did not answer.
#[tokio::test(start_paused = true)]
async fn no_answer_is_an_error() {
    let keys = [KEY.parse::<KeyArn>().unwrap()].into();
    let error = reader(&[&failing(400, "ThrottlingException")], &[]).of_keys(&keys, now()).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    assert_eq!(error.what, format!("failed to read when key `{KEY}` is rotated"));
}
