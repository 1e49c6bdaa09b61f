//! The hash chain: a link with every write, though several workers write; and what is read of it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use portcullis_aws::DynamoLedger;
use portcullis_response::{Chain as _, Ledger as _, LedgerError, Link, PortError, PortErrorKind, Version, Walk};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::samples::{entry, now, quarantine};
use crate::table::{Item, Items, Table};
use crate::wire::{cancelled, json_error};

const HOME: &str = "111122223333";

/// Every link of the account, each of which follows from the one before it, up to the end that is kept beside the chain.
async fn whole(ledger: &DynamoLedger) -> Vec<Link> {
    let links = ledger.links(HOME, 0).await.unwrap();
    let mut walk = Walk::default();
    let flaws: Vec<_> = links.iter().flat_map(|link| walk.step(link)).collect();
    assert!(flaws.is_empty(), "{flaws:?}");
    assert_eq!(walk.close(HOME, ledger.head(HOME).await.unwrap().as_ref()), None);
    links
}

#[tokio::test]
async fn each_write_leaves_a_link() {
    let ledger = Table::default().ledger();
    ledger.put_entry(&entry(), Version(0), now()).await.unwrap();
    ledger.put_quarantine(&quarantine(), Version(0), now()).await.unwrap();
    ledger.note(HOME, "control/kill-switch", "stopped", "{\"by\":\"alice\"}", now()).await.unwrap();
    let links = whole(&ledger).await;
    let told: Vec<(u64, &str)> = links.iter().map(|link| (link.number, link.stage.as_str())).collect();
    assert_eq!(told, [(1, "paged"), (2, "verified"), (3, "stopped")]);
    assert_eq!((links[2].item.as_str(), links[2].body.as_str()), ("control/kill-switch", "{\"by\":\"alice\"}"));
}

/// Another worker's link comes in between reading the end of the chain and writing: the write is tried again after it, and
/// neither link is lost.
#[test_case(1)]
#[test_case(7)]
#[tokio::test(start_paused = true)]
async fn another_workers_link_in_between(times: u64) {
    let table = Table::default();
    let others = table.clone();
    for _ in 0..times {
        table.meanwhile(another_workers_link);
    }
    let ledger = table.ledger();
    ledger.put_entry(&entry(), Version(0), now()).await.unwrap();
    let links = whole(&others.ledger()).await;
    assert_eq!(links.len() as u64, times + 1);
    assert_eq!(links.last().unwrap().item, format!("finding/{}", entry().finding.id));
    assert_eq!(table.transactions.all().len() as u64, times + 1);
}

/// What another worker writes at the same moment: a link, and the end of the chain with it.
fn another_workers_link(items: &mut Items) {
    let head = ("chains".to_owned(), HOME.to_owned());
    let number = |item: &Item| item["version"].as_n().unwrap().parse::<u64>().unwrap();
    let before = items.get(&head).map_or(0, number);
    let last = items.get(&(format!("chain#{HOME}"), format!("{before:012}")));
    let last: Option<Link> = last.map(|item| serde_json::from_str(item["item"].as_s().unwrap()).unwrap());
    let link = Link::after(last.as_ref(), HOME, now(), "finding/F-0".to_owned(), "decided", "{}".to_owned());
    let end = format!(r#"{{"number":{},"sha256":"{}"}}"#, link.number, link.sha256);
    let link_at = (format!("chain#{HOME}"), format!("{:012}", link.number));
    for ((pk, sk), json, version) in [(link_at, serde_json::to_string(&link).unwrap(), 1), (head, end, link.number)] {
        let parts =
            [("pk", S(pk.clone())), ("sk", S(sk.clone())), ("item", S(json)), ("version", N(version.to_string()))];
        items.insert((pk, sk), parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    }
}

/// A table without anything in it, which answers transactions by `transact`.
fn answering(transact: Rule) -> DynamoLedger {
    let get = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &[get, transact]), "ledger")
}

async fn put(transact: &Rule) -> Result<Version, LedgerError> {
    answering(transact.clone()).put_entry(&entry(), Version(0), now()).await
}

fn always_cancelled(reasons: &[&str]) -> Rule {
    mock!(Client::transact_write_items).sequence().http_status(400, Some(cancelled(reasons))).repeatedly().build()
}

/// Whatever else failed, the item was changed by somebody else: whoever asked must read it again.
#[test_case(&["ConditionalCheckFailed", "None", "None"] ; "the item alone")]
#[test_case(&["ConditionalCheckFailed", "ConditionalCheckFailed", "ConditionalCheckFailed"] ; "the chain too")]
#[test_case(&["ConditionalCheckFailed", "TransactionConflict", "None"] ; "the chain at the same moment")]
#[tokio::test]
async fn the_item_was_changed(reasons: &[&str]) {
    let transact = always_cancelled(reasons);
    assert!(matches!(put(&transact).await, Err(LedgerError::Conflict)));
    assert_eq!(transact.num_calls(), 1);
}

/// The end of the chain is new, the link's number is taken, or a transaction is under way on any of the three.
#[test_case(&["None", "ConditionalCheckFailed", "ConditionalCheckFailed"] ; "a link and the end of the chain")]
#[test_case(&["None", "None", "ConditionalCheckFailed"] ; "the end of the chain")]
#[test_case(&["None", "TransactionConflict", "TransactionConflict"] ; "another transaction on the chain")]
#[test_case(&["TransactionConflict", "None", "None"] ; "another transaction on the item")]
#[tokio::test(start_paused = true)]
async fn the_chain_was_changed(reasons: &[&str]) {
    let sequence = mock!(Client::transact_write_items).sequence().http_status(400, Some(cancelled(reasons))).times(2);
    let transact = sequence.output(|| TransactWriteItemsOutput::builder().build()).build();
    assert_eq!(put(&transact).await.unwrap(), Version(1));
    assert_eq!(transact.num_calls(), 3);
}

fn port(error: LedgerError) -> PortError {
    match error {
        LedgerError::Port(error) => error,
        conflict @ LedgerError::Conflict => unreachable!("nobody else wrote it: {conflict}"),
    }
}

/// It is not tried for ever; the message comes back.
#[tokio::test(start_paused = true)]
async fn a_chain_that_never_rests() {
    let transact = always_cancelled(&["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]);
    let error = port(put(&transact).await.unwrap_err());
    assert_eq!((error.kind, transact.num_calls()), (PortErrorKind::Retryable, 8));
    let what = format!("failed to write `finding#{}` `entry` to table `ledger`: ", entry().finding.id);
    assert!(error.chain().starts_with(&format!("{what}TransactionCanceledException: ")), "{}", error.chain());
}

#[test_case(&["None", "ThrottlingError", "None"], PortErrorKind::Retryable ; "throttled")]
#[test_case(&["None", "None", "ProvisionedThroughputExceeded"], PortErrorKind::Retryable ; "more than provisioned")]
#[test_case(&["None", "ConditionalCheckFailed", "ThrottlingError"], PortErrorKind::Retryable ; "throttled, and the chain went on")]
#[test_case(&["ItemCollectionSizeLimitExceeded", "None", "None"], PortErrorKind::Refused ; "too much")]
#[test_case(&["None", "ValidationError", "None"], PortErrorKind::Refused ; "not understood")]
#[tokio::test(start_paused = true)]
async fn a_transaction_cancelled_for_another_reason(reasons: &[&str], expected: PortErrorKind) {
    let transact = always_cancelled(reasons);
    assert_eq!(port(put(&transact).await.unwrap_err()).kind, expected);
    assert_eq!(transact.num_calls(), 1, "trying again at once would not help");
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ThrottlingException", PortErrorKind::Retryable)]
#[test_case(400, "ProvisionedThroughputExceededException", PortErrorKind::Retryable)]
#[test_case(400, "TransactionInProgressException", PortErrorKind::Retryable)]
#[test_case(500, "InternalServerError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_transaction_that_failed(status: u16, code: &str, expected: PortErrorKind) {
    let body = Some(json_error(code, "No."));
    let transact = mock!(Client::transact_write_items).sequence().http_status(status, body).repeatedly().build();
    let error = port(put(&transact).await.unwrap_err());
    assert_eq!(error.kind, expected);
    let what = format!("failed to write `finding#{}` `entry` to table `ledger`", entry().finding.id);
    assert_eq!(error.chain(), format!("{what}: {code}: No."));
}

/// A note has no item that somebody else could have changed, so that it is always tried again.
#[tokio::test(start_paused = true)]
async fn a_note_is_never_a_conflict() {
    let transact = always_cancelled(&["ConditionalCheckFailed", "ConditionalCheckFailed"]);
    let noted = answering(transact.clone()).note(HOME, "control/kill-switch", "stopped", "{}", now()).await;
    assert_eq!((noted.unwrap_err().kind, transact.num_calls()), (PortErrorKind::Retryable, 8));
}

/// Whoever copies the chain goes on where it stopped, some links at a time.
#[tokio::test]
async fn links_after_a_number() {
    let ledger = Table::default().ledger();
    for number in 1..=60 {
        ledger.note(HOME, "control/kill-switch", "stopped", &number.to_string(), now()).await.unwrap();
    }
    let numbers = |links: Vec<Link>| links.into_iter().map(|link| link.number).collect::<Vec<_>>();
    assert_eq!(numbers(ledger.links(HOME, 0).await.unwrap()), (1..=50).collect::<Vec<_>>());
    assert_eq!(numbers(ledger.links(HOME, 50).await.unwrap()), (51..=60).collect::<Vec<_>>());
    assert!(ledger.links(HOME, 60).await.unwrap().is_empty());
    assert!(ledger.links("444455556666", 0).await.unwrap().is_empty());
}

/// What is read is one partition, in order, and not stale.
#[tokio::test]
async fn links_are_one_query() {
    let asked = Recorded::default();
    let kept = asked.clone();
    let query = mock!(Client::query).then_compute_output(move |call: &QueryInput| {
        kept.keep(call);
        QueryOutput::builder().build()
    });
    let ledger = DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&query]), "ledger");
    assert!(ledger.links(HOME, 9).await.unwrap().is_empty());
    let asked = asked.only();
    assert_eq!(asked.key_condition_expression(), Some("pk = :pk AND sk > :after"));
    let values = asked.expression_attribute_values().unwrap();
    assert_eq!(values[":pk"].as_s().unwrap(), "chain#111122223333");
    assert_eq!(values[":after"].as_s().unwrap(), "000000000009", "numbers sort as text");
    assert_eq!((asked.consistent_read(), asked.scan_index_forward()), (Some(true), None));
}

#[tokio::test]
async fn accounts_with_what_was_kept_of_them() {
    let ledger = Table::default().ledger();
    assert!(ledger.accounts().await.unwrap().is_empty());
    assert_eq!(ledger.head(HOME).await.unwrap(), None);
    for account in [HOME, "444455556666"] {
        ledger.note(account, "control/kill-switch", "stopped", "{}", now()).await.unwrap();
    }
    assert_eq!(ledger.put_kept(HOME, 1, Version(0)).await.unwrap(), Version(1));
    let accounts = ledger.accounts().await.unwrap();
    let told: Vec<_> = accounts.iter().map(|(account, kept)| (account.as_str(), kept.item, kept.version)).collect();
    assert_eq!(told, [(HOME, 1, Version(1)), ("444455556666", 0, Version(0))]);
    assert!(matches!(ledger.put_kept(HOME, 2, Version(0)).await, Err(LedgerError::Conflict)));
    assert_eq!(ledger.put_kept(HOME, 2, Version(1)).await.unwrap(), Version(2));
}
