//! Reads from the ledger: what was written comes back, page after page, and what cannot be read is never skipped.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use jiff::{SignedDuration, Timestamp};
use portcullis_aws::DynamoLedger;
use portcullis_response::{
    Containment, Decision, Deployment, Earlier, Entry, Ledger as _, PageMark, PageState, Plan, PortErrorKind,
    Quarantine, QuarantineState, Refusal, Step, Version, target,
};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, finding};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::wire::json_error;

type Item = HashMap<String, AttributeValue>;

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

/// An entry in which everything is present.
pub(crate) fn entry() -> Entry {
    let finding = finding("11111111-0000-4000-8000-000000000001");
    let target = target(&finding, &Deployment::default()).unwrap();
    let policy = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    let until = now() + SignedDuration::from_hours(4);
    let decision = Decision { wanted: Response::Quarantine, response: Response::Quarantine, refusals: Vec::new() };
    Entry {
        finding,
        decided_at: now(),
        decision: decision.refused(Refusal::AlreadyQuarantined { until }),
        plan: Plan { steps: vec![Step::AttachPolicy { target, policy }] },
        containment: Some(Containment::Contained { at: now(), until, verified: true }),
        page: PageState::Sent { message_id: "m-1".to_owned() },
        lease_until: now() + SignedDuration::from_secs(90),
        done: true,
        continues: Some(portcullis_testkit::finding("22222222-0000-4000-8000-000000000002").id),
        earlier: Some(Earlier { response: Response::Page, contained: None, paged: true }),
        gone: None,
        unheard: false,
    }
}

pub(crate) fn quarantine() -> Quarantine {
    let finding = finding("11111111-0000-4000-8000-000000000001");
    Quarantine {
        target: target(&finding, &Deployment::default()).unwrap(),
        policy: "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap(),
        finding: finding.id,
        why: finding.rule.title,
        since: now(),
        until: now() + SignedDuration::from_hours(4),
        state: QuarantineState::Active { verified: true },
    }
}

pub(crate) fn mark() -> PageMark {
    PageMark { finding: finding("e").id, quiet_until: now() + SignedDuration::from_hours(1) }
}

fn ledger(rules: &[Rule]) -> DynamoLedger {
    DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "ledger")
}

/// A table of one item at most, which answers for that item's key alone, and only to reads that cannot be stale.
fn table() -> DynamoLedger {
    let written: Recorded<PutItemInput> = Recorded::default();
    let kept = written.clone();
    let put = mock!(Client::put_item).then_compute_output(move |call: &PutItemInput| {
        kept.keep(call);
        PutItemOutput::builder().build()
    });
    let get = mock!(Client::get_item).match_requests(|call| call.consistent_read() == Some(true));
    let get = get.then_compute_output(move |call: &GetItemInput| {
        let item = written.only().item().unwrap().clone();
        let asked = call.key().unwrap();
        let found = asked.iter().all(|(name, value)| item.get(name) == Some(value)) && asked.len() == 2;
        GetItemOutput::builder().set_item(found.then_some(item)).build()
    });
    ledger(&[put, get])
}

#[test_case(entry() ; "everything present")]
#[test_case(Entry { containment: None, page: PageState::None, done: false, ..entry() } ; "nothing done yet")]
#[test_case(Entry { containment: Some(Containment::Failed { at: now(), error: "quote \" and line\nbreak, ünïcode".to_owned(), uncertain: true }), ..entry() } ; "failed")]
#[tokio::test]
async fn an_entry_comes_back(entry: Entry) {
    let ledger = table();
    ledger.put_entry(&entry, Version(2)).await.unwrap();
    let back = ledger.entry(&entry.finding.id).await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (entry, Version(3)));
    assert!(ledger.entry(&finding("another").id).await.unwrap().is_none());
}

#[test_case(QuarantineState::Attaching)]
#[test_case(QuarantineState::Active { verified: false })]
#[test_case(QuarantineState::Released { at: now(), by: "alice".to_owned(), reason: "a drill".to_owned() })]
#[test_case(QuarantineState::Failed)]
#[tokio::test]
async fn a_quarantine_comes_back(state: QuarantineState) {
    let ledger = table();
    let quarantine = Quarantine { state, ..quarantine() };
    ledger.put_quarantine(&quarantine, Version(0)).await.unwrap();
    let back = ledger.quarantine(ROLE).await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (quarantine, Version(1)));
    assert!(ledger.quarantine("arn:aws:iam::111122223333:role/reporting").await.unwrap().is_none());
}

#[tokio::test]
async fn a_page_mark_comes_back() {
    let ledger = table();
    ledger.put_page_mark("rule", "actor", &mark(), Version(0)).await.unwrap();
    let back = ledger.page_mark("rule", "actor").await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (mark(), Version(1)));
    assert!(ledger.page_mark("rule", "another actor").await.unwrap().is_none());
    assert!(ledger.page_mark("another-rule", "actor").await.unwrap().is_none());
}

fn item(arn: &str, json: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let version = AttributeValue::N("1".to_owned());
    [("pk", text("quarantine")), ("sk", text(arn)), ("item", text(json)), ("version", version)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn quarantine_of(arn: &str) -> Item {
    let target = portcullis_response::Target::Role { arn: arn.parse().unwrap(), id: None };
    item(arn, &serde_json::to_string(&Quarantine { target, ..quarantine() }).unwrap())
}

/// A page of the query for quarantines: asked for from `start` on.
fn page(start: Option<&'static str>, items: Vec<Item>, next: Option<&'static str>) -> Rule {
    let key = |sk: &str| HashMap::from([("sk".to_owned(), AttributeValue::S(sk.to_owned()))]);
    mock!(Client::query)
        .match_requests(move |call: &QueryInput| {
            let partition = call.expression_attribute_values().and_then(|values| values.get(":pk"));
            call.table_name() == Some("ledger")
                && call.consistent_read() == Some(true)
                && call.key_condition_expression() == Some("pk = :pk")
                && partition == Some(&AttributeValue::S("quarantine".to_owned()))
                && call.exclusive_start_key().cloned() == start.map(key)
        })
        .then_output(move || {
            QueryOutput::builder().set_items(Some(items.clone())).set_last_evaluated_key(next.map(key)).build()
        })
}

/// A sweep that saw the first page alone would leave principals denied past their deadline.
#[tokio::test]
async fn quarantines_on_every_page() {
    let arns = ["a", "b", "c"].map(|name| format!("arn:aws:iam::111122223333:role/{name}"));
    let [a, b, c] = arns.each_ref().map(|arn| quarantine_of(arn));
    // A page may be empty and still not be the last (DynamoDB Developer Guide, *Paginating table query results*).
    let pages = [page(None, vec![a, b], Some("b")), page(Some("b"), vec![], Some("x")), page(Some("x"), vec![c], None)];
    let all = ledger(&pages).quarantines().await.unwrap();
    let found: Vec<&str> = all.iter().map(|known| known.as_ref().unwrap().item.target.arn()).collect();
    assert_eq!(found, arns);
}

#[tokio::test]
async fn no_quarantines() {
    assert!(ledger(&[page(None, Vec::new(), None)]).quarantines().await.unwrap().is_empty());
}

fn got(item: Item) -> DynamoLedger {
    ledger(
        &[mock!(Client::get_item).then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build())],
    )
}

fn without(name: &str) -> Item {
    let mut item = quarantine_of(ROLE);
    item.remove(name);
    item
}

#[test_case(without("version"), "the item has no `version`")]
#[test_case(without("item"), "the item has no `item`")]
#[test_case(item(ROLE, "{\"target\":"), "`item` cannot be read: EOF while parsing a value at line 1 column 10")]
#[test_case(item(ROLE, "{}"), "`item` cannot be read: missing field `target` at line 1 column 2")]
#[tokio::test]
async fn an_item_that_cannot_be_read_is_named(item: Item, why: &str) {
    let error = got(item).quarantine(ROLE).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused, "reading it again gives the same");
    assert_eq!(error.chain(), format!("failed to read `quarantine` `{ROLE}` from table `ledger`: {why}"));
}

/// Whoever it is about may be denied, so that it stays in the list, named; the others must not be denied for longer
/// because of it.
#[tokio::test]
async fn an_item_of_a_list_that_cannot_be_read_is_named() {
    let [before, after] = ["a", "b"].map(|name| format!("arn:aws:iam::111122223333:role/{name}"));
    let items = vec![quarantine_of(&before), item(ROLE, "{}"), quarantine_of(&after)];
    let all = ledger(&[page(None, items, None)]).quarantines().await.unwrap();
    let read: Vec<&str> = all.iter().flatten().map(|known| known.item.target.arn()).collect();
    assert_eq!(read, [before, after]);
    let error = all.iter().find_map(|known| known.as_ref().err()).unwrap();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let why = "`item` cannot be read: missing field `target` at line 1 column 2";
    assert_eq!(error.chain(), format!("failed to read the quarantine of `{ROLE}` in table `ledger`: {why}"));
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ProvisionedThroughputExceededException", PortErrorKind::Retryable)]
#[test_case(500, "InternalServerError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_read_that_failed(status: u16, code: &str, expected: PortErrorKind) {
    let refuse = || Some(json_error(code, "No."));
    let get = mock!(Client::get_item).sequence().http_status(status, refuse()).repeatedly().build();
    let query = mock!(Client::query).sequence().http_status(status, refuse()).repeatedly().build();
    let ledger = ledger(&[get, query]);
    let id = finding("e").id;
    let error = ledger.entry(&id).await.unwrap_err();
    assert_eq!(error.kind, expected);
    assert_eq!(error.chain(), format!("failed to read `finding#{id}` `entry` from table `ledger`: {code}: No."));
    let error = ledger.quarantines().await.unwrap_err();
    assert_eq!(error.kind, expected);
    assert_eq!(error.chain(), format!("failed to list the quarantines in table `ledger`: {code}: No."));
}
