//! Windows: each write is one update that may be made again, each read is whole and not stale, and what cannot be read is
//! never skipped.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use insta::assert_snapshot;
use jiff::Timestamp;
use portcullis_aws::DynamoWindows;
use portcullis_windows::{Anchor, Bucket, Event, StoreError, WindowKey, WindowStore as _};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::shown::{show, text_of};
use crate::wire::json_error;

type Item = HashMap<String, AttributeValue>;

const DAY: i64 = 86_400;

fn windows(rules: &[Rule]) -> DynamoWindows {
    DynamoWindows::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "detection")
}

/// A table that takes every update and answers with these attributes.
fn taking(attributes: Item) -> (DynamoWindows, Recorded<UpdateItemInput>) {
    let updates = Recorded::default();
    let kept = updates.clone();
    let update = mock!(Client::update_item).then_compute_output(move |call: &UpdateItemInput| {
        kept.keep(call);
        UpdateItemOutput::builder().set_attributes(Some(attributes.clone())).build()
    });
    (windows(&[update]), updates)
}

fn key() -> WindowKey {
    WindowKey { correlation: "many-reads".to_owned(), group: vec!["role/app".to_owned(), "eu-west-1".to_owned()] }
}

fn event(at: i64, value: Option<&str>) -> Event {
    let value = value.map(str::to_owned);
    Event { at, id: format!("111122223333 e-{at}"), leaf: 1, value, group: Vec::new(), body: "{}".to_owned() }
}

fn bucket(events: &[Event], more: bool, version: u64) -> Bucket {
    Bucket { events: events.iter().cloned().collect(), more, version }
}

/// A bucket as it is stored.
fn stored(sort: &str, bucket: &Bucket) -> Item {
    let events = bucket.events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let mut item = HashMap::from([
        ("pk".to_owned(), AttributeValue::S("window#many-reads#x".to_owned())),
        ("sk".to_owned(), AttributeValue::S(sort.to_owned())),
        ("version".to_owned(), AttributeValue::N(bucket.version.to_string())),
        ("expires_at".to_owned(), AttributeValue::N("1".to_owned())),
    ]);
    if !bucket.events.is_empty() {
        item.insert("events".to_owned(), AttributeValue::Ss(events));
    }
    if bucket.more {
        item.insert("more".to_owned(), AttributeValue::Bool(true));
    }
    item
}

#[tokio::test]
async fn adding_is_one_update_that_answers_with_all_of_the_bucket() {
    let all = bucket(&[event(5, None), event(7, Some("a")), event(9, None)], true, 4);
    let (windows, updates) = taking(stored("bucket#8000000000000003", &all));
    let answer = windows.add(&key(), 3, &bucket(&[event(5, None), event(7, Some("a"))], false, 99)).await.unwrap();
    assert_eq!(answer, all);
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD version :one, events :events SET expires_at = :expires_at
    answer ALL_NEW, nothing on a failed condition
    :events is {{"t":5,"i":"111122223333 e-5","r":1,"b":"{}"}, {"t":7,"i":"111122223333 e-7","r":1,"v":"a","b":"{}"}}
    :one is 1
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "bucket#8000000000000003"
    "#);
}

#[tokio::test]
async fn a_part_that_had_more_says_so() {
    let (windows, updates) = taking(Item::new());
    windows.add(&key(), -1, &bucket(&[event(5, None)], true, 0)).await.unwrap();
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD version :one, events :events SET more = :true, expires_at = :expires_at
    answer ALL_NEW, nothing on a failed condition
    :events is {{"t":5,"i":"111122223333 e-5","r":1,"b":"{}"}}
    :one is 1
    :true is Bool(true)
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "bucket#7fffffffffffffff"
    "#);
}

/// DynamoDB refuses an empty set (DynamoDB Developer Guide, *Supported data types and naming rules*).
#[tokio::test]
async fn nothing_to_add_or_to_remove_is_no_empty_set() {
    let (windows, updates) = taking(Item::new());
    assert_eq!(windows.add(&key(), 0, &Bucket::default()).await.unwrap(), Bucket::default());
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD version :one SET expires_at = :expires_at
    answer ALL_NEW, nothing on a failed condition
    :one is 1
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "bucket#8000000000000000"
    "#);
    let (windows, updates) = taking(Item::new());
    windows.trim(&key(), 0, &[]).await.unwrap();
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD version :one SET more = :true, expires_at = :expires_at
    answer nothing, nothing on a failed condition
    :one is 1
    :true is Bool(true)
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "bucket#8000000000000000"
    "#);
}

#[tokio::test]
async fn trimming() {
    let (windows, updates) = taking(Item::new());
    windows.trim(&key(), 3, &[event(5, None)]).await.unwrap();
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    DELETE events :events ADD version :one SET more = :true, expires_at = :expires_at
    answer nothing, nothing on a failed condition
    :events is {{"t":5,"i":"111122223333 e-5","r":1,"b":"{}"}}
    :one is 1
    :true is Bool(true)
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "bucket#8000000000000003"
    "#);
}

#[tokio::test]
async fn announcing() {
    let (windows, updates) = taking(Item::new());
    windows.announce(&key(), 7, &Anchor { at: 5, id: "e-5".to_owned(), continued: true }).await.unwrap();
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    ADD anchors :anchors SET expires_at = :expires_at
    answer nothing, nothing on a failed condition
    :anchors is {{"at":5,"id":"e-5","continued":true}}
    key pk is "window#many-reads#d06f71d8bb2e9025b8dbe50ae242d22935ab1500ab204d76eb3588f18402fa59"
    key sk is "piece#8000000000000007"
    "#);
}

/// Longer than the longest timespan, 30 days, and the pieces around it.
#[tokio::test]
async fn every_item_expires() {
    let (windows, updates) = taking(Item::new());
    windows.add(&key(), 3, &bucket(&[event(5, None)], false, 0)).await.unwrap();
    windows.trim(&key(), 3, &[event(5, None)]).await.unwrap();
    windows.announce(&key(), 7, &Anchor { at: 5, id: "e-5".to_owned(), continued: false }).await.unwrap();
    let now = Timestamp::now().as_second();
    for update in updates.all() {
        let values = update.expression_attribute_values().unwrap();
        let days = (values[":expires_at"].as_n().unwrap().parse::<i64>().unwrap() - now) / DAY;
        assert!((44..=45).contains(&days), "{days} days");
    }
}

/// Items, two on each page, of a table that answers only for this window and only reads that are not stale.
fn paged(items: &[Item]) -> (DynamoWindows, Recorded<QueryInput>) {
    let queries = Recorded::default();
    let kept = queries.clone();
    let items = items.to_vec();
    let query = mock!(Client::query).match_requests(|call| call.consistent_read() == Some(true));
    let query = query.then_compute_output(move |call: &QueryInput| {
        kept.keep(call);
        let start = call.exclusive_start_key().map_or(0, |key| key["sk"].as_s().unwrap().parse::<usize>().unwrap());
        let page = items.iter().skip(start).take(2).cloned().collect();
        let next = AttributeValue::S((start + 2).to_string());
        let last = (start + 2 < items.len()).then(|| HashMap::from([("sk".to_owned(), next)]));
        QueryOutput::builder().set_items(Some(page)).set_last_evaluated_key(last).build()
    });
    (windows(&[query]), queries)
}

#[tokio::test]
async fn buckets_come_back_page_after_page() {
    let buckets = [
        (-2, "bucket#7ffffffffffffffe", bucket(&[event(1, None)], false, 1)),
        (-1, "bucket#7fffffffffffffff", bucket(&[event(2, Some("a")), event(2, Some("b"))], true, 2)),
        (0, "bucket#8000000000000000", bucket(&[], true, 3)),
        (1, "bucket#8000000000000001", bucket(&[event(4, None)], false, 4)),
        (2, "bucket#8000000000000002", bucket(&[event(5, None)], false, u64::MAX)),
    ];
    let items: Vec<Item> = buckets.iter().map(|(_, sort, bucket)| stored(sort, bucket)).collect();
    let (windows, queries) = paged(&items);
    let found = windows.range(&key(), -2..=2).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), buckets.map(|(number, _, bucket)| (number, bucket)));
    let queries = queries.all();
    assert_eq!(queries.len(), 3);
    for query in queries {
        assert_eq!(query.key_condition_expression(), Some("pk = :pk AND sk BETWEEN :from AND :to"));
        let values = query.expression_attribute_values().unwrap();
        assert_eq!(text_of(&values[":from"]), "\"bucket#7ffffffffffffffe\"");
        assert_eq!(text_of(&values[":to"]), "\"bucket#8000000000000002\"");
    }
}

#[tokio::test]
async fn anchors_of_all_pieces_come_back() {
    let anchor = |at| Anchor { at, id: format!("e-{at}"), continued: at % 2 == 0 };
    let item = |anchors: &[Anchor]| {
        let texts = anchors.iter().map(|anchor| serde_json::to_string(anchor).unwrap()).collect();
        Item::from([
            ("sk".to_owned(), AttributeValue::S("piece#8000000000000001".to_owned())),
            ("anchors".to_owned(), AttributeValue::Ss(texts)),
        ])
    };
    let (windows, queries) = paged(&[item(&[anchor(1), anchor(2)]), item(&[anchor(2)]), item(&[anchor(3)])]);
    let found = windows.announced(&key(), -1..=1).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [anchor(1), anchor(2), anchor(3)]);
    let values = queries.all()[0].expression_attribute_values().cloned().unwrap();
    assert_eq!(text_of(&values[":from"]), "\"piece#7fffffffffffffff\"");
    assert_eq!(text_of(&values[":to"]), "\"piece#8000000000000001\"");
}

#[tokio::test]
async fn groups_and_correlations_have_partitions_of_their_own() {
    let (windows, updates) = taking(Item::new());
    for (correlation, group) in [("a", ["x", "y"]), ("b", ["x", "y"]), ("a", ["xy", ""]), ("a", ["y", "x"])] {
        let key = WindowKey { correlation: correlation.to_owned(), group: group.map(str::to_owned).to_vec() };
        windows.add(&key, 0, &bucket(&[event(1, None)], false, 0)).await.unwrap();
    }
    let mut partitions: Vec<_> = updates.all().iter().map(|update| text_of(&update.key().unwrap()["pk"])).collect();
    partitions.sort();
    partitions.dedup();
    assert_eq!(partitions.len(), 4, "{partitions:?}");
}

/// An event that is skipped is one that does not count.
#[test_case("{\"t\":1}" ; "a member is missing")]
#[test_case("not JSON" ; "no JSON")]
#[tokio::test]
async fn an_event_that_cannot_be_read_is_told(text: &str) {
    let mut item = stored("bucket#8000000000000003", &bucket(&[event(1, None)], false, 1));
    item.insert("events".to_owned(), AttributeValue::Ss(vec![text.to_owned()]));
    item.insert("anchors".to_owned(), AttributeValue::Ss(vec![text.to_owned()]));
    let name = "the window of `many-reads role/app eu-west-1` in table `detection`: ";
    let (windows, _) = taking(item.clone());
    let error = windows.add(&key(), 3, &bucket(&[event(1, None)], false, 0)).await.unwrap_err();
    assert!(chain(&error).starts_with(&format!("failed to add to {name}")), "{}", chain(&error));
    let (windows, _) = paged(&[item]);
    let error = windows.range(&key(), 3..=3).await.unwrap_err();
    assert!(chain(&error).starts_with(&format!("failed to read {name}")), "{}", chain(&error));
    let error = windows.announced(&key(), 3..=3).await.unwrap_err();
    assert!(chain(&error).starts_with(&format!("failed to read the bursts of {name}")), "{}", chain(&error));
}

#[test_case(400, "AccessDeniedException")]
#[test_case(400, "ProvisionedThroughputExceededException")]
#[test_case(500, "InternalServerError")]
#[tokio::test(start_paused = true)]
async fn a_call_that_failed(status: u16, code: &str) {
    let refuse = || Some(json_error(code, "No."));
    let update = mock!(Client::update_item).sequence().http_status(status, refuse()).repeatedly().build();
    let query = mock!(Client::query).sequence().http_status(status, refuse()).repeatedly().build();
    let windows = windows(&[update, query]);
    let anchor = Anchor { at: 5, id: "e-5".to_owned(), continued: false };
    let failures = [
        ("add to", windows.add(&key(), 3, &bucket(&[event(1, None)], false, 0)).await.unwrap_err()),
        ("trim", windows.trim(&key(), 3, &[event(1, None)]).await.unwrap_err()),
        ("announce a burst in", windows.announce(&key(), 3, &anchor).await.unwrap_err()),
        ("read", windows.range(&key(), 3..=3).await.unwrap_err()),
        ("read the bursts of", windows.announced(&key(), 3..=3).await.unwrap_err()),
    ];
    for (what, error) in failures {
        let expected =
            format!("failed to {what} the window of `many-reads role/app eu-west-1` in table `detection`: {code}: No.");
        assert_eq!(chain(&error), expected);
    }
}

/// The error and everything beneath it, each once.
fn chain(error: &StoreError) -> String {
    portcullis_domain::error_chain(error)
}
