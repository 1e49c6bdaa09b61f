//! Writes to the ledger: every one of them is conditional, and says how long its item is kept.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use insta::assert_snapshot;
use portcullis_aws::DynamoLedger;
use portcullis_response::{Ledger as _, LedgerError, PortErrorKind, Version};
use test_case::test_case;

use crate::ledger_read::{entry, mark, quarantine};
use crate::recorded::Recorded;
use crate::wire::json_error;

/// A table that takes whatever it is given.
fn ledger() -> (DynamoLedger, Recorded<PutItemInput>) {
    let puts = Recorded::default();
    let kept = puts.clone();
    let put = mock!(Client::put_item).then_compute_output(move |call: &PutItemInput| {
        kept.keep(call);
        PutItemOutput::builder().build()
    });
    (DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put]), "ledger"), puts)
}

/// A table that answers every write with an error.
fn refusing(status: u16, code: &str) -> DynamoLedger {
    let put =
        mock!(Client::put_item).sequence().http_status(status, Some(json_error(code, "No."))).repeatedly().build();
    DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put]), "ledger")
}

/// Everything about a write but the item's JSON.
fn show(put: &PutItemInput) -> String {
    let mut lines = vec![
        format!("table {}", put.table_name().unwrap_or("none")),
        format!("if {}", put.condition_expression().unwrap_or("anything")),
    ];
    let names = put.expression_attribute_names().into_iter().flatten();
    lines.extend(names.map(|(name, stands_for)| format!("where {name} is {stands_for}")));
    let values = put.expression_attribute_values().into_iter().flatten();
    lines.extend(values.map(|(name, value)| format!("where {name} is {}", text(value))));
    lines.extend(attributes(put.item().unwrap()));
    lines.join("\n")
}

fn attributes(item: &HashMap<String, AttributeValue>) -> Vec<String> {
    let shown = item.iter().filter(|(name, _)| *name != "item");
    let mut lines: Vec<String> = shown.map(|(name, value)| format!("{name} = {}", text(value))).collect();
    lines.sort();
    lines
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(number) => number.clone(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_entry() {
    let (ledger, puts) = ledger();
    assert_eq!(ledger.put_entry(&entry(), Version(0)).await.unwrap(), Version(1));
    assert_snapshot!(show(&puts.only()), @r#"
    table ledger
    if attribute_not_exists(pk)
    expires_at = 1802160605
    pk = "finding#F-8fc3887aeacb69c0"
    sk = "entry"
    version = 1
    "#);
}

#[tokio::test]
async fn a_known_entry() {
    let (ledger, puts) = ledger();
    assert_eq!(ledger.put_entry(&entry(), Version(7)).await.unwrap(), Version(8));
    assert_snapshot!(show(&puts.only()), @r#"
    table ledger
    if #version = :expected
    where #version is version
    where :expected is 7
    expires_at = 1802160605
    pk = "finding#F-8fc3887aeacb69c0"
    sk = "entry"
    version = 8
    "#);
}

/// A quarantine is the way back to who is denied, so that it never expires.
#[tokio::test]
async fn a_quarantine() {
    let (ledger, puts) = ledger();
    assert_eq!(ledger.put_quarantine(&quarantine(), Version(0)).await.unwrap(), Version(1));
    assert_snapshot!(show(&puts.only()), @r#"
    table ledger
    if attribute_not_exists(pk)
    pk = "quarantine"
    sk = "arn:aws:iam::111122223333:role/team/reporting"
    version = 1
    "#);
    assert_eq!(ledger_item_ttl(&puts.only()), None);
}

#[tokio::test]
async fn a_page_mark() {
    let (ledger, puts) = ledger();
    let written = ledger.put_page_mark("trail-stopped-or-blinded", "root of 111122223333", &mark(), Version(2)).await;
    assert_eq!(written.unwrap(), Version(3));
    assert_snapshot!(show(&puts.only()), @r#"
    table ledger
    if #version = :expected
    where #version is version
    where :expected is 2
    expires_at = 1767690605
    pk = "page#trail-stopped-or-blinded"
    sk = "root of 111122223333"
    version = 3
    "#);
}

/// Items outlive the program that wrote them: whoever changes this text must still read the old one.
#[tokio::test]
async fn a_quarantine_as_it_is_kept() {
    let (ledger, puts) = ledger();
    ledger.put_quarantine(&quarantine(), Version(0)).await.unwrap();
    let put = puts.only();
    assert_snapshot!(put.item().unwrap()["item"].as_s().unwrap(), @r#"{"target":{"kind":"role","arn":"arn:aws:iam::111122223333:role/team/reporting","id":"AROAEXAMPLEEXAMPLE01"},"policy":"arn:aws:iam::aws:policy/AWSDenyAll","finding":"F-8fc3887aeacb69c0","why":"Unauthorized actor used a critical key or secret","since":"2026-01-05T08:10:05Z","until":"2026-01-05T12:10:05Z","state":{"state":"active","verified":true}}"#);
}

/// Entries and marks expire after what they are about, not before.
#[tokio::test]
async fn expiry_comes_after_use() {
    let (ledger, puts) = ledger();
    ledger.put_entry(&entry(), Version(0)).await.unwrap();
    assert!(ledger_item_ttl(&puts.only()).unwrap() > entry().decided_at.as_second() + 365 * 86_400);
    let (ledger, puts) = self::ledger();
    ledger.put_page_mark("rule", "actor", &mark(), Version(0)).await.unwrap();
    assert!(ledger_item_ttl(&puts.only()).unwrap() > mark().quiet_until.as_second());
}

/// DynamoDB reads the TTL attribute as a number of seconds, and ignores it as anything else.
fn ledger_item_ttl(put: &PutItemInput) -> Option<i64> {
    put.item().unwrap().get("expires_at").map(|value| value.as_n().unwrap().parse().unwrap())
}

#[test_case(Version(0) ; "two workers create it")]
#[test_case(Version(4) ; "two workers change it")]
#[tokio::test]
async fn the_slower_of_two_workers_is_told(expected: Version) {
    let ledger = refusing(400, "ConditionalCheckFailedException");
    assert!(matches!(ledger.put_entry(&entry(), expected).await, Err(LedgerError::Conflict)));
    assert!(matches!(ledger.put_quarantine(&quarantine(), expected).await, Err(LedgerError::Conflict)));
    assert!(matches!(ledger.put_page_mark("r", "a", &mark(), expected).await, Err(LedgerError::Conflict)));
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ResourceNotFoundException", PortErrorKind::Refused)]
#[test_case(400, "ProvisionedThroughputExceededException", PortErrorKind::Retryable)]
#[test_case(400, "ThrottlingException", PortErrorKind::Retryable)]
#[test_case(500, "InternalServerError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_write_that_failed(status: u16, code: &str, expected: PortErrorKind) {
    let error = match refusing(status, code).put_quarantine(&quarantine(), Version(0)).await.unwrap_err() {
        LedgerError::Port(error) => error,
        conflict @ LedgerError::Conflict => unreachable!("nobody else wrote it: {conflict}"),
    };
    assert_eq!(error.kind, expected);
    let what = "failed to write `quarantine` `arn:aws:iam::111122223333:role/team/reporting` to table `ledger`";
    assert_eq!(error.chain(), format!("{what}: {code}: No."));
}
