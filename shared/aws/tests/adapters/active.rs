//! Roles and users seen active: each write is one update that may be made again and makes room for itself, and they are
//! counted over days.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use insta::assert_snapshot;
use portcullis_aws::DynamoActive;
use portcullis_domain::AccountId;
use portcullis_knowledge::{ActiveStore as _, Added, Day, MAX_ACTIVE};
use portcullis_response::{CountActive as _, PortErrorKind};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::shown::{show, text_of};
use crate::wire::json_error;

type Item = HashMap<String, AttributeValue>;

/// 2026-01-05 and the day before.
const DAYS: [Day; 2] = [Day(20_458), Day(20_457)];

fn account() -> AccountId {
    "111122223333".parse().unwrap()
}

fn active(rules: &[Rule]) -> DynamoActive {
    DynamoActive::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "detection")
}

fn hashes(hashes: &[&str]) -> BTreeSet<String> {
    hashes.iter().map(|hash| (*hash).to_owned()).collect()
}

/// A table that takes every update.
fn taking() -> (DynamoActive, Recorded<UpdateItemInput>) {
    let updates = Recorded::default();
    let kept = updates.clone();
    let update = mock!(Client::update_item).then_compute_output(move |call: &UpdateItemInput| {
        kept.keep(call);
        UpdateItemOutput::builder().build()
    });
    (active(&[update]), updates)
}

/// The value of an update's placeholder.
fn value(update: &UpdateItemInput, placeholder: &str) -> String {
    text_of(&update.expression_attribute_values().unwrap()[placeholder])
}

#[tokio::test]
async fn adding_is_one_update_that_needs_no_answer() {
    let (active, updates) = taking();
    let added = active.add(&account(), DAYS[0], &hashes(&["94cbc2dd903a", "617a42bf0cc7"])).await.unwrap();
    assert_eq!(added, Added::All);
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD #roles :roles SET expires_at = :expires_at
    if attribute_not_exists(#roles) OR size(#roles) <= :room
    answer nothing, nothing on a failed condition
    #roles is roles
    :roles is {617a42bf0cc7, 94cbc2dd903a}
    :room is 19998
    key pk is "active#111122223333#2026-01-05"
    key sk is "roles"
    "#);
}

/// Three days after the day began (2026-01-08), whoever writes and whenever: nobody asks for it then.
#[test_case(DAYS[0], "1767830400" ; "today")]
#[test_case(DAYS[1], "1767744000" ; "yesterday")]
#[tokio::test]
async fn a_set_expires_when_its_days_are_over(day: Day, expires_at: &str) {
    let (active, updates) = taking();
    active.add(&account(), day, &hashes(&["94cbc2dd903a"])).await.unwrap();
    assert_eq!(value(&updates.only(), ":expires_at"), expires_at);
}

/// DynamoDB refuses an empty set (DynamoDB Developer Guide, *Supported data types and naming rules*).
#[tokio::test]
async fn nothing_to_add_is_no_call() {
    let (active, updates) = taking();
    assert_eq!(active.add(&account(), DAYS[0], &BTreeSet::new()).await.unwrap(), Added::All);
    assert!(updates.all().is_empty());
}

#[test_case(MAX_ACTIVE, "0" ; "as many as there may be")]
#[test_case(MAX_ACTIVE + 1, "0" ; "more than there may be")]
#[tokio::test]
async fn many_at_once_need_an_empty_set(count: usize, room: &str) {
    let (active, updates) = taking();
    let many = (0..count).map(|number| format!("{number:012x}")).collect();
    active.add(&account(), DAYS[0], &many).await.unwrap();
    assert_eq!(value(&updates.only(), ":room"), room);
}

#[tokio::test]
async fn a_set_without_room_is_full() {
    let refuse = || Some(json_error("ConditionalCheckFailedException", "The conditional request failed"));
    let update = mock!(Client::update_item).sequence().http_status(400, refuse()).build();
    let added = active(&[update]).add(&account(), DAYS[0], &hashes(&["94cbc2dd903a"])).await;
    assert_eq!(added.unwrap(), Added::Full);
}

/// A table with one item under each of these partitions.
fn holding<const N: usize>(items: [(&'static str, AttributeValue); N]) -> (DynamoActive, Recorded<QueryInput>) {
    let queries = Recorded::default();
    let kept = queries.clone();
    let query = mock!(Client::query).then_compute_output(move |call: &QueryInput| {
        kept.keep(call);
        let asked = call.expression_attribute_values().unwrap()[":pk"].as_s().unwrap();
        let found = items.iter().filter(|(partition, _)| asked == partition);
        let found = found.map(|(_, roles)| Item::from([("roles".to_owned(), roles.clone())])).collect();
        QueryOutput::builder().set_items(Some(found)).build()
    });
    (active(&[query]), queries)
}

fn set(hashes: &[&str]) -> AttributeValue {
    AttributeValue::Ss(hashes.iter().map(|hash| (*hash).to_owned()).collect())
}

#[test_case(&DAYS, 3 ; "who was active on both days counts once")]
#[test_case(&DAYS[..1], 2 ; "one day")]
#[test_case(&[Day(20_456)], 0 ; "a day of which nothing is known")]
#[test_case(&[], 0 ; "no days")]
#[tokio::test]
async fn the_number_is_that_of_all_days(days: &[Day], count: usize) {
    let (active, queries) = holding([
        ("active#111122223333#2026-01-05", set(&["94cbc2dd903a", "617a42bf0cc7"])),
        ("active#111122223333#2026-01-04", set(&["94cbc2dd903a", "000000000001"])),
        ("active#444455556666#2026-01-05", set(&["000000000002"])),
    ]);
    assert_eq!(active.count(&account(), days).await.unwrap(), count);
    assert_eq!(queries.all().len(), days.len());
}

/// What a share is taken of: today and yesterday, in UTC, by the time given.
#[test_case("2026-01-05T00:00:00Z", 3 ; "two days")]
#[test_case("2026-01-05T23:59:59Z", 3 ; "the same two")]
#[test_case("2026-01-06T00:00:00Z", 2 ; "the next day")]
#[test_case("2026-01-07T00:00:00Z", 0 ; "the next but one")]
#[tokio::test]
async fn today_and_yesterday_count(now: &str, count: usize) {
    let (active, queries) = holding([
        ("active#111122223333#2026-01-05", set(&["94cbc2dd903a", "617a42bf0cc7"])),
        ("active#111122223333#2026-01-04", set(&["94cbc2dd903a", "000000000001"])),
    ]);
    assert_eq!(active.count_active(&account(), now.parse().unwrap()).await.unwrap(), count);
    assert_eq!(queries.all().len(), 2);
}

/// What is asked for is one partition, which the right to query can be confined to.
#[tokio::test]
async fn a_day_is_one_query_of_its_partition() {
    let (active, queries) = holding([]);
    active.count(&account(), &DAYS[..1]).await.unwrap();
    let query = queries.only();
    assert_eq!(query.table_name(), Some("detection"));
    assert_eq!(query.key_condition_expression(), Some("pk = :pk AND sk = :sk"));
    assert_eq!(query.projection_expression(), Some("#roles"));
    assert_eq!(query.expression_attribute_names().unwrap()["#roles"], "roles");
    let values = query.expression_attribute_values().unwrap();
    assert_eq!(text_of(&values[":pk"]), r#""active#111122223333#2026-01-05""#);
    assert_eq!(text_of(&values[":sk"]), r#""roles""#);
}

/// A number that is too low for a reason nobody knows is none.
#[tokio::test]
async fn what_is_not_understood_is_told() {
    let (active, _) = holding([("active#111122223333#2026-01-05", AttributeValue::S("94cbc2dd903a".to_owned()))]);
    let error = active.count(&account(), &DAYS).await.unwrap_err();
    let what = "failed to read who was active in account 111122223333 on 2026-01-05 from table `detection`";
    assert_eq!(error.chain(), format!("{what}: the item's `roles` is no set of strings"));
    assert!(!error.retryable);
}

#[test_case(400, "AccessDeniedException", false)]
#[test_case(400, "ValidationException", false)]
#[test_case(400, "ProvisionedThroughputExceededException", true)]
#[test_case(500, "InternalServerError", true)]
#[tokio::test(start_paused = true)]
async fn a_call_that_failed(status: u16, code: &str, retryable: bool) {
    let refuse = || Some(json_error(code, "No."));
    let update = mock!(Client::update_item).sequence().http_status(status, refuse()).repeatedly().build();
    let query = mock!(Client::query).sequence().http_status(status, refuse()).repeatedly().build();
    let active = active(&[update, query]);
    let error = active.add(&account(), DAYS[0], &hashes(&["94cbc2dd903a"])).await.unwrap_err();
    let what = "failed to write who was active in account 111122223333 on 2026-01-05 to table `detection`";
    assert_eq!((error.chain(), error.retryable), (format!("{what}: {code}: No."), retryable));
    let error = active.count(&account(), &DAYS).await.unwrap_err();
    let what = "failed to read who was active in account 111122223333 on 2026-01-05 from table `detection`";
    assert_eq!((error.chain(), error.retryable), (format!("{what}: {code}: No."), retryable));
    let error = active.count_active(&account(), "2026-01-05T08:10:00Z".parse().unwrap()).await.unwrap_err();
    let kind = if retryable { PortErrorKind::Retryable } else { PortErrorKind::Refused };
    assert_eq!((error.chain(), error.kind), (format!("{what}: {code}: No."), kind));
}
