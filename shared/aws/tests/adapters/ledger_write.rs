//! Writes to the ledger: every one of them is conditional, says how long its item is kept, and leaves a link where it is of an
//! entry or a containment.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::Put;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use insta::assert_snapshot;
use portcullis_aws::DynamoLedger;
use portcullis_domain::Finding;
use portcullis_response::{AlarmIncident, Entry, GENESIS, Ledger as _, LedgerError, Link, PortErrorKind, Version};
use portcullis_testkit::finding;
use test_case::test_case;

use crate::samples::{alarm_incident, decided, entry, incident, now, places, quarantine};
use crate::shown::{put_of, show_put};
use crate::table::{Table, puts_of};
use crate::wire::json_error;

/// The JSON of what is written.
fn json(put: &Put) -> &str {
    put.item()["item"].as_s().unwrap()
}

fn link(put: &Put) -> Link {
    serde_json::from_str(json(put)).unwrap()
}

/// The one transaction that was tried: the item, the link, the end of the chain.
fn written(table: &Table) -> [Put; 3] {
    puts_of(&table.transactions.only()).try_into().unwrap()
}

fn show(puts: &[Put]) -> String {
    puts.iter().map(show_put).collect::<Vec<_>>().join("\n\n")
}

#[tokio::test]
async fn a_new_entry_begins_its_chain() {
    let table = Table::default();
    assert_eq!(table.ledger().put_entry(&entry(), Version(0), now()).await.unwrap(), Version(1));
    assert_snapshot!(show(&written(&table)), @r#"
    table ledger
    if attribute_not_exists(pk)
    expires_at = 1802160605
    pk = "finding#F-8fc3887aeacb69c0"
    sk = "entry"
    version = 1

    table ledger
    if attribute_not_exists(pk)
    expires_at = 1802160665
    pk = "chain#111122223333"
    sk = "000000000001"
    version = 1

    table ledger
    if attribute_not_exists(pk)
    pk = "chains"
    sk = "111122223333"
    version = 1
    "#);
}

#[tokio::test]
async fn a_known_entry_goes_on_with_it() {
    let table = Table::default();
    table.ledger().put_entry(&entry(), Version(0), decided()).await.unwrap();
    assert_eq!(table.ledger().put_entry(&entry(), Version(1), now()).await.unwrap(), Version(2));
    let tried = table.transactions.all();
    assert_snapshot!(show(&puts_of(&tried[1])), @r#"
    table ledger
    if #version = :expected
    where #version is version
    where :expected is 1
    expires_at = 1802160605
    pk = "finding#F-8fc3887aeacb69c0"
    sk = "entry"
    version = 2

    table ledger
    if attribute_not_exists(pk)
    expires_at = 1802160665
    pk = "chain#111122223333"
    sk = "000000000002"
    version = 1

    table ledger
    if #version = :expected
    where #version is version
    where :expected is 1
    pk = "chains"
    sk = "111122223333"
    version = 2
    "#);
    let number = |index: usize| link(&puts_of(&tried[index])[1]).number;
    assert_eq!((tried.len(), number(0), number(1)), (2, 1, 2));
}

/// A containment is the way back to who is denied, so that it never expires.
#[tokio::test]
async fn a_quarantine() {
    let table = Table::default();
    assert_eq!(table.ledger().put_quarantine(&quarantine(), Version(0), now()).await.unwrap(), Version(1));
    assert_snapshot!(show(&written(&table)[..1]), @r#"
    table ledger
    if attribute_not_exists(pk)
    pk = "quarantine"
    sk = "arn:aws:iam::111122223333:role/team/reporting"
    version = 1
    "#);
}

/// The link holds what was written, letter by letter, and the end of the chain names the link.
#[tokio::test]
async fn a_link_holds_the_item() {
    let table = Table::default();
    table.ledger().put_entry(&entry(), Version(0), now()).await.unwrap();
    let [item, put, end] = written(&table);
    let link = link(&put);
    assert_eq!((link.account.as_str(), link.number, link.at), ("111122223333", 1, now()));
    assert_eq!((link.item, link.stage.as_str()), (format!("finding/{}", entry().finding.id), "paged"));
    assert_eq!((link.body.as_str(), link.previous.as_str()), (json(&item), GENESIS));
    assert_eq!(json(&end), format!(r#"{{"number":1,"sha256":"{}"}}"#, link.sha256));
}

#[tokio::test]
async fn a_link_of_a_quarantine() {
    let table = Table::default();
    table.ledger().put_quarantine(&quarantine(), Version(0), now()).await.unwrap();
    let [item, put, _] = written(&table);
    let link = link(&put);
    assert_eq!((link.item, link.stage.as_str()), (format!("quarantine/{}", quarantine().target.arn()), "verified"));
    assert_eq!((link.account.as_str(), link.body.as_str()), ("111122223333", json(&item)));
}

/// A record may not tell whose account it is from. What was decided about it is in a chain all the same.
#[tokio::test]
async fn an_entry_of_no_account() {
    let table = Table::default();
    let nobodys = Entry { finding: Finding { account: None, ..entry().finding }, ..entry() };
    table.ledger().put_entry(&nobodys, Version(0), now()).await.unwrap();
    let [_, link, end] = written(&table);
    assert_eq!(link.item()["pk"].as_s().unwrap(), "chain#unknown");
    assert_eq!(end.item()["sk"].as_s().unwrap(), "unknown");
}

#[tokio::test]
async fn an_incident() {
    let table = Table::default();
    let written = table.ledger().put_incident("root of 111122223333", &incident(), Version(0)).await;
    assert_eq!(written.unwrap(), Version(1));
    assert_snapshot!(show(&[put_of(&table.puts.only())]), @r#"
    table ledger
    if attribute_not_exists(pk)
    expires_at = 1770196205
    pk = "incident"
    sk = "root of 111122223333"
    version = 1
    "#);
    assert!(table.transactions.all().is_empty(), "what on-call knows of it is in the entries");
}

#[tokio::test]
async fn what_is_known_of_alarms() {
    let table = Table::default();
    let ledger = table.ledger();
    let (idle, ringing) = (AlarmIncident::default(), alarm_incident());
    assert_eq!(ledger.put_alarm_incident("entry/payroll", &ringing, Version(0)).await.unwrap(), Version(1));
    assert_snapshot!(show(&[put_of(&table.puts.only())]), @r#"
    table ledger
    if attribute_not_exists(pk)
    pk = "alarm"
    sk = "entry/payroll"
    version = 1
    "#);
    assert!(table.transactions.all().is_empty());
    let known = ledger.alarm_incident("entry/payroll").await.unwrap().unwrap();
    assert_eq!((known.item, known.version), (ringing, Version(1)));
    assert_eq!(ledger.alarm_incident("entry/billing").await.unwrap(), None);
    let late = ledger.put_alarm_incident("entry/payroll", &idle, Version(0)).await;
    assert!(matches!(late, Err(LedgerError::Conflict)));
}

/// While something rings it is kept; afterwards for as long as its messages may come again, and longer.
#[tokio::test]
async fn what_is_known_of_alarms_expires_once_all_is_quiet() {
    let table = Table::default();
    let quiet: AlarmIncident =
        serde_json::from_str(r#"{"heard": {"a": {"rang": ["2026-01-05T08:10:00Z"], "over": "2026-01-05T08:15:00Z"}}}"#)
            .unwrap();
    table.ledger().put_alarm_incident("entry/payroll", &quiet, Version(0)).await.unwrap();
    let over: jiff::Timestamp = "2026-01-05T08:15:00Z".parse().unwrap();
    assert_eq!(expires_at(&put_of(&table.puts.only())), over.as_second() + 30 * 86_400);
}

#[tokio::test]
async fn a_question() {
    let table = Table::default();
    table.ledger().note_ask(&entry().finding.id, decided()).await.unwrap();
    assert_snapshot!(show(&[put_of(&table.puts.only())]), @r#"
    table ledger
    if attribute_not_exists(pk)
    expires_at = 1768205405
    pk = "ask"
    sk = "F-8fc3887aeacb69c0"
    version = 1
    "#);
}

/// The finding may be delivered twice, and is asked about once.
#[tokio::test]
async fn a_question_that_was_noted_before() {
    let table = Table::default();
    let (ledger, id) = (table.ledger(), entry().finding.id);
    ledger.note_ask(&id, decided()).await.unwrap();
    let before = table.items();
    ledger.note_ask(&id, now()).await.unwrap();
    assert_eq!((table.puts.all().len(), table.items()), (2, before), "the first note stands");
}

#[tokio::test]
async fn the_places_of_the_blast_cap() {
    let table = Table::default();
    let ledger = table.ledger();
    assert_eq!(ledger.put_places(&places(), Version(0)).await.unwrap(), Version(1));
    assert_snapshot!(show(&[put_of(&table.puts.only())]), @r#"
    table ledger
    if attribute_not_exists(pk)
    pk = "control"
    sk = "blast"
    version = 1
    "#);
    assert_eq!(ledger.put_places(&places(), Version(1)).await.unwrap(), Version(2));
}

/// Items outlive the program that wrote them: whoever changes these texts must still read the old ones.
#[tokio::test]
async fn items_as_they_are_kept() {
    let table = Table::default();
    table.ledger().put_quarantine(&quarantine(), Version(0), now()).await.unwrap();
    assert_snapshot!(json(&written(&table)[0]), @r#"{"target":{"kind":"role","arn":"arn:aws:iam::111122223333:role/team/reporting","id":"AROAEXAMPLEEXAMPLE01"},"level":"quarantine","steps":[{"call":"attach-policy","policy":"arn:aws:iam::aws:policy/AWSDenyAll"},{"call":"put-boundary","policy":"arn:aws:iam::aws:policy/AWSDenyAll","former":"arn:aws:iam::111122223333:policy/team/reading"},{"call":"deactivate-key","key":"AKIAEXAMPLEEXAMPLE01"}],"finding":"F-8fc3887aeacb69c0","why":"Unauthorized actor used a critical key or secret","since":"2026-01-05T08:10:05Z","until":"2026-01-05T12:10:05Z","state":{"state":"active","verification":{"read_back":true,"simulated":{"says":"denied"}}},"lease_until":"2026-01-05T08:11:35Z","extensions":[{"at":"2026-01-05T08:11:05Z","by":"alice","reason":"not done yet","until":"2026-01-05T12:10:05Z"}],"tampering":{"at":"2026-01-05T08:11:05Z","missing":[{"call":"attach-policy","policy":"arn:aws:iam::aws:policy/AWSDenyAll"}],"by":"arn:aws:iam::111122223333:user/mallory","event":"33333333-0000-4000-8000-000000000003","message_id":"m-2"},"reapplied":1}"#);
    table.ledger().put_incident("actor", &incident(), Version(0)).await.unwrap();
    assert_snapshot!(json(&put_of(&table.puts.only())), @r#"{"id":"I-0123456789abcdef","woken_for":"F-8fc3887aeacb69c0","severity":"critical","response":"quarantine","quiet_until":"2026-01-05T09:10:05Z","rules":{"unauthorized-access-critical-asset":"F-8fc3887aeacb69c0"},"asked":"F-8fc3887aeacb69c0"}"#);
}

/// DynamoDB reads the TTL attribute as a number of seconds, and ignores it as anything else (DynamoDB Developer Guide,
/// *Using time to live*).
fn expires_at(put: &Put) -> i64 {
    put.item()["expires_at"].as_n().unwrap().parse().unwrap()
}

/// Items expire after what they are about, not before: entries and links with the longest audit period.
#[tokio::test]
async fn expiry_comes_after_use() {
    let year = 365 * 86_400;
    let table = Table::default();
    table.ledger().put_entry(&entry(), Version(0), now()).await.unwrap();
    let [item, link, _] = written(&table);
    assert!(expires_at(&item) > entry().decided_at.as_second() + year);
    assert!(expires_at(&link) > now().as_second() + year);
    table.ledger().put_incident("actor", &incident(), Version(0)).await.unwrap();
    table.ledger().note_ask(&entry().finding.id, now()).await.unwrap();
    let [incident_put, ask] = table.puts.all().try_into().unwrap();
    assert!(expires_at(&put_of(&incident_put)) > incident().quiet_until.as_second());
    assert!(expires_at(&put_of(&ask)) > now().as_second());
}

#[test_case(Version(0) ; "two workers create it")]
#[test_case(Version(4) ; "two workers change it")]
#[tokio::test]
async fn the_slower_of_two_workers_is_told(expected: Version) {
    let table = Table::default();
    let ledger = table.ledger();
    ledger.put_entry(&entry(), Version(0), now()).await.unwrap();
    ledger.put_quarantine(&quarantine(), Version(0), now()).await.unwrap();
    ledger.put_incident("a", &incident(), Version(0)).await.unwrap();
    ledger.put_places(&places(), Version(0)).await.unwrap();
    let before = table.items();
    assert!(matches!(ledger.put_entry(&entry(), expected, now()).await, Err(LedgerError::Conflict)));
    assert!(matches!(ledger.put_quarantine(&quarantine(), expected, now()).await, Err(LedgerError::Conflict)));
    assert!(matches!(ledger.put_incident("a", &incident(), expected).await, Err(LedgerError::Conflict)));
    assert!(matches!(ledger.put_places(&places(), expected).await, Err(LedgerError::Conflict)));
    assert_eq!(table.items(), before, "what did not happen has no link either");
}

/// A table that answers every write of one item with an error.
fn refusing(status: u16, code: &str) -> DynamoLedger {
    let put =
        mock!(Client::put_item).sequence().http_status(status, Some(json_error(code, "No."))).repeatedly().build();
    DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put]), "ledger")
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ResourceNotFoundException", PortErrorKind::Refused)]
#[test_case(400, "ProvisionedThroughputExceededException", PortErrorKind::Retryable)]
#[test_case(400, "ThrottlingException", PortErrorKind::Retryable)]
#[test_case(500, "InternalServerError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_write_that_failed(status: u16, code: &str, expected: PortErrorKind) {
    let error = match refusing(status, code).put_places(&places(), Version(0)).await.unwrap_err() {
        LedgerError::Port(error) => error,
        conflict @ LedgerError::Conflict => unreachable!("nobody else wrote it: {conflict}"),
    };
    assert_eq!(error.kind, expected);
    assert_eq!(error.chain(), format!("failed to write `control` `blast` to table `ledger`: {code}: No."));
    let id = finding("e").id;
    let error = refusing(status, code).note_ask(&id, now()).await.unwrap_err();
    assert_eq!(error.kind, expected, "a question that was not noted would never expire");
    assert_eq!(error.chain(), format!("failed to write `ask` `{id}` to table `ledger`: {code}: No."));
}
