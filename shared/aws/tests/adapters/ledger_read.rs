//! Reads from the ledger: what was written comes back, page after page, and what cannot be read is never skipped.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use portcullis_aws::DynamoLedger;
use portcullis_response::{
    Chain as _, Containment, Entry, Gone, Ledger as _, PageState, Places, PortErrorKind, Quarantine, QuarantineState,
    Simulated, Target, Undone, Verification, Version,
};
use portcullis_testkit::{ROLE, finding};
use test_case::test_case;

use crate::samples::{alarm_incident, decided, entry, incident, now, places, quarantine};
use crate::table::{Item, Table};
use crate::wire::json_error;

fn ledger(rules: &[Rule]) -> DynamoLedger {
    DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "ledger")
}

fn failed() -> Containment {
    let error = "quote \" and line\nbreak, ünïcode".to_owned();
    Containment::Failed { at: decided(), error, uncertain: true }
}

fn withdrawn() -> Gone {
    Gone::Withdrawn { at: now(), quarantine: Some(Box::new(quarantine())), message_id: None }
}

#[test_case(entry() ; "everything present")]
#[test_case(Entry { containment: None, ask: None, surroundings: None, page: PageState::None, done: false, ..entry() } ; "nothing done yet")]
#[test_case(Entry { containment: Some(failed()), ..entry() } ; "failed")]
#[test_case(Entry { gone: Some(withdrawn()), unheard: true, ..entry() } ; "withdrawn before it was heard")]
#[tokio::test]
async fn an_entry_comes_back(entry: Entry) {
    let ledger = Table::default().ledger();
    ledger.put_entry(&entry, Version(0), now()).await.unwrap();
    let back = ledger.entry(&entry.finding.id).await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (entry, Version(1)));
    assert!(ledger.entry(&finding("another").id).await.unwrap().is_none());
}

fn active(simulated: Simulated) -> QuarantineState {
    QuarantineState::Active { verification: Verification { read_back: false, simulated } }
}

fn released() -> QuarantineState {
    let found = vec![
        Undone::Restored,
        Undone::WasNotThere,
        Undone::Changed { found: "boundary x".to_owned() },
        Undone::NoSuchPrincipal,
    ];
    QuarantineState::Released { at: now(), by: "alice".to_owned(), reason: "a drill".to_owned(), found }
}

#[test_case(QuarantineState::Applying)]
#[test_case(active(Simulated::Allowed { action: "kms:Decrypt".to_owned() }))]
#[test_case(QuarantineState::Releasing { at: now(), by: "deadline".to_owned(), reason: "over".to_owned() })]
#[test_case(released())]
#[test_case(QuarantineState::Failed)]
#[tokio::test]
async fn a_quarantine_comes_back(state: QuarantineState) {
    let ledger = Table::default().ledger();
    let quarantine = Quarantine { state, ..quarantine() };
    ledger.put_quarantine(&quarantine, Version(0), now()).await.unwrap();
    let back = ledger.quarantine(ROLE).await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (quarantine, Version(1)));
    assert!(ledger.quarantine("arn:aws:iam::111122223333:role/reporting").await.unwrap().is_none());
}

#[tokio::test]
async fn an_incident_comes_back() {
    let ledger = Table::default().ledger();
    ledger.put_incident("actor", &incident(), Version(0)).await.unwrap();
    let back = ledger.incident("actor").await.unwrap().unwrap();
    assert_eq!((back.item, back.version), (incident(), Version(1)));
    assert!(ledger.incident("another actor").await.unwrap().is_none());
}

/// Before anybody was contained there is no item, and that is no error.
#[tokio::test]
async fn the_places_come_back() {
    let ledger = Table::default().ledger();
    let none = ledger.places().await.unwrap();
    assert_eq!((none.item, none.version), (Places::default(), Version(0)));
    ledger.put_places(&places(), Version(0)).await.unwrap();
    let back = ledger.places().await.unwrap();
    assert_eq!((back.item, back.version), (places(), Version(1)));
}

#[tokio::test]
async fn the_questions_come_back() {
    let table = Table::default();
    let ledger = table.ledger();
    assert!(ledger.asks().await.unwrap().is_empty());
    let mut ids = ["a", "b"].map(|event| finding(event).id);
    ids.sort();
    for id in &ids {
        ledger.note_ask(id, now()).await.unwrap();
    }
    assert_eq!(ledger.asks().await.unwrap(), ids);
    table.insert(item("ask", "no finding", "\"\""));
    let error = ledger.asks().await.unwrap_err();
    assert!(error.chain().starts_with("failed to read the question `no finding` in the ledger: "), "{}", error.chain());
}

fn item(partition: &str, sort: &str, json: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let version = AttributeValue::N("1".to_owned());
    [("pk", text(partition)), ("sk", text(sort)), ("item", text(json)), ("version", version)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn quarantine_of(arn: &str) -> Item {
    let target = Target::Role { arn: arn.parse().unwrap(), id: None };
    item("quarantine", arn, &serde_json::to_string(&Quarantine { target, ..quarantine() }).unwrap())
}

/// A page of the query for what is in a partition: asked for from `start` on.
fn page(partition: &'static str, start: Option<&'static str>, items: Vec<Item>, next: Option<&'static str>) -> Rule {
    let key = |sk: &str| HashMap::from([("sk".to_owned(), AttributeValue::S(sk.to_owned()))]);
    mock!(Client::query)
        .match_requests(move |call: &QueryInput| {
            let asked = call.expression_attribute_values().and_then(|values| values.get(":pk"));
            call.table_name() == Some("ledger")
                && call.consistent_read() == Some(true)
                && call.key_condition_expression() == Some("pk = :pk")
                && asked == Some(&AttributeValue::S(partition.to_owned()))
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
    let page = |start, items, next| page("quarantine", start, items, next);
    let pages = [page(None, vec![a, b], Some("b")), page(Some("b"), vec![], Some("x")), page(Some("x"), vec![c], None)];
    let all = ledger(&pages).quarantines().await.unwrap();
    let found: Vec<&str> = all.iter().map(|known| known.as_ref().unwrap().item.target.arn()).collect();
    assert_eq!(found, arns);
}

#[tokio::test]
async fn no_quarantines() {
    assert!(Table::default().ledger().quarantines().await.unwrap().is_empty());
}

fn alarms_of(thing: &str) -> Item {
    item("alarm", thing, &serde_json::to_string(&alarm_incident()).unwrap())
}

/// A round that saw the first page alone would never wake anybody for what rings on beyond it.
#[tokio::test]
async fn alarms_on_every_page() {
    let things = ["cis/root-used", "entry/billing", "entry/payroll"];
    let [a, b, c] = things.map(alarms_of);
    let page = |start, items, next| page("alarm", start, items, next);
    let pages = [page(None, vec![a, b], Some("b")), page(Some("b"), vec![], Some("x")), page(Some("x"), vec![c], None)];
    let all = ledger(&pages).alarm_incidents().await.unwrap();
    let found: Vec<&str> = all.iter().map(|known| known.as_ref().unwrap().0.as_str()).collect();
    assert_eq!(found, things);
}

#[tokio::test]
async fn alarms_come_back_with_their_keys() {
    let ledger = Table::default().ledger();
    assert!(ledger.alarm_incidents().await.unwrap().is_empty());
    ledger.put_incident("actor", &incident(), Version(0)).await.unwrap();
    ledger.put_alarm_incident("entry/payroll", &alarm_incident(), Version(0)).await.unwrap();
    ledger.put_alarm_incident("entry/payroll", &alarm_incident(), Version(1)).await.unwrap();
    let all = ledger.alarm_incidents().await.unwrap();
    let found: Vec<_> =
        all.into_iter().map(|known| known.map(|(thing, known)| (thing, known.item, known.version))).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].as_ref().unwrap(), &("entry/payroll".to_owned(), alarm_incident(), Version(2)));
}

/// What rings there may ring on unheard, so that it is named; on-call is told of the others all the same.
#[tokio::test]
async fn alarms_that_cannot_be_read_are_named() {
    let table = Table::default();
    for item in [alarms_of("entry/billing"), item("alarm", "entry/other", "7"), alarms_of("entry/payroll")] {
        table.insert(item);
    }
    let all = table.ledger().alarm_incidents().await.unwrap();
    let read: Vec<&str> = all.iter().flatten().map(|(thing, _)| thing.as_str()).collect();
    assert_eq!(read, ["entry/billing", "entry/payroll"]);
    let error = all.iter().find_map(|known| known.as_ref().err()).unwrap();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let what = "failed to read what is known of the alarms of `entry/other` in the ledger: `item` cannot be read: ";
    assert!(error.chain().starts_with(what), "{}", error.chain());
}

fn without(name: &str) -> Item {
    let mut item = quarantine_of(ROLE);
    item.remove(name);
    item
}

#[test_case(without("version"), "the item has no `version`")]
#[test_case(without("item"), "the item has no `item`")]
#[test_case(
    item("quarantine", ROLE, "{\"target\":"),
    "`item` cannot be read: EOF while parsing a value at line 1 column 10"
)]
#[test_case(item("quarantine", ROLE, "{}"), "`item` cannot be read: missing field `target` at line 1 column 2")]
#[tokio::test]
async fn an_item_that_cannot_be_read_is_named(item: Item, why: &str) {
    let table = Table::default();
    table.insert(item);
    let error = table.ledger().quarantine(ROLE).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused, "reading it again gives the same");
    assert_eq!(error.chain(), format!("failed to read `quarantine` `{ROLE}` from table `ledger`: {why}"));
}

/// Whoever it is about may be denied, so that it stays in the list, named; the others must not be denied for longer
/// because of it.
#[tokio::test]
async fn an_item_of_a_list_that_cannot_be_read_is_named() {
    let [before, after] = ["a", "z"].map(|name| format!("arn:aws:iam::111122223333:role/{name}"));
    let table = Table::default();
    for item in [quarantine_of(&before), item("quarantine", ROLE, "{}"), quarantine_of(&after)] {
        table.insert(item);
    }
    let all = table.ledger().quarantines().await.unwrap();
    let read: Vec<&str> = all.iter().flatten().map(|known| known.item.target.arn()).collect();
    assert_eq!(read, [before, after]);
    let error = all.iter().find_map(|known| known.as_ref().err()).unwrap();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let why = "`item` cannot be read: missing field `target` at line 1 column 2";
    assert_eq!(error.chain(), format!("failed to read the containment of `{ROLE}` in the ledger: {why}"));
}

/// A link that cannot be read is not left out: the chain would seem to have a gap, or to be whole without it.
#[tokio::test]
async fn a_link_that_cannot_be_read_is_an_error() {
    let table = Table::default();
    table.insert(item("chain#111122223333", "000000000001", "{}"));
    let error = table.ledger().links("111122223333", 0).await.unwrap_err();
    let what = "failed to read the chain of account 111122223333 in table `ledger`: `item` cannot be read: ";
    assert!(error.chain().starts_with(what), "{}", error.chain());
}

#[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
#[test_case(400, "ProvisionedThroughputExceededException", PortErrorKind::Retryable)]
#[test_case(500, "InternalServerError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_read_that_failed(status: u16, code: &str, expected: PortErrorKind) {
    let refuse = || Some(json_error(code, "No."));
    let get = mock!(Client::get_item).sequence().http_status(status, refuse()).repeatedly().build();
    let get_nothing = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    let query = mock!(Client::query).sequence().http_status(status, refuse()).repeatedly().build();
    let id = finding("e").id;
    let error = ledger(&[get]).entry(&id).await.unwrap_err();
    let what = format!("failed to read `finding#{id}` `entry` from table `ledger`");
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
    let ledger = ledger(&[get_nothing, query]);
    let error = ledger.quarantines().await.unwrap_err();
    let what = "failed to list `quarantine` in table `ledger`";
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
    let error = ledger.alarm_incidents().await.unwrap_err();
    assert_eq!(
        (error.kind, error.chain()),
        (expected, format!("failed to list `alarm` in table `ledger`: {code}: No."))
    );
    let error = ledger.asks().await.unwrap_err();
    assert_eq!((error.kind, error.chain()), (expected, format!("failed to list `ask` in table `ledger`: {code}: No.")));
    let error = ledger.links("111122223333", 0).await.unwrap_err();
    let what = "failed to read the chain of account 111122223333 in table `ledger`";
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {code}: No.")));
}
