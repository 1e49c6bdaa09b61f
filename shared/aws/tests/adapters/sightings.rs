//! What was seen before: each change is one conditional update that gives way to whoever went further, and a read takes
//! as many calls as it needs.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use insta::assert_snapshot;
use jiff::Timestamp;
use portcullis_aws::DynamoSightings;
use portcullis_domain::Outcome;
use portcullis_knowledge::{Attr, Bucket, Change, Day, Item, Key, KnowledgeStore as _, Value};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::shown::show;
use crate::wire::json_error;

type Attributes = HashMap<String, AttributeValue>;

fn sightings(rules: &[Rule]) -> DynamoSightings {
    DynamoSightings::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "detection")
}

fn pair(asset: &str) -> Key {
    let actor = "arn:aws:iam::111122223333:role/app".to_owned();
    Key::Pair { account: "111122223333".to_owned(), actor, asset: asset.to_owned() }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A change with every kind of operation in it.
fn everything() -> Change {
    let mut change = Change::default();
    change.claim("e-1");
    change.seen_at(time(100));
    change.place("AS64496", "e-1");
    change.count(Day(20_458), Outcome::Denied);
    change.peak(Day(20_458), 7);
    change.remove(Attr::Bucket(Bucket(3)));
    change
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn attributes<const N: usize>(members: [(&str, AttributeValue); N]) -> Attributes {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A table that refuses the first updates because their conditions fail, each with the item as it is, and takes the next.
fn contested(items: &[&str]) -> (DynamoSightings, Recorded<UpdateItemInput>) {
    let updates = Recorded::default();
    let kept = updates.clone();
    let update = mock!(Client::update_item).match_requests(move |call| {
        kept.keep(call);
        true
    });
    let mut answers = update.sequence();
    for item in items {
        let body = format!(
            "{{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\",\
             \"message\":\"The conditional request failed\"{item}}}"
        );
        answers = answers.http_status(400, Some(body));
    }
    let answers = answers.output(|| {
        let all = attributes([("event", text("e-0")), ("first", number(50)), ("expires_at", number(9))]);
        UpdateItemOutput::builder().set_attributes(Some(all)).build()
    });
    (sightings(&[answers.build()]), updates)
}

#[tokio::test]
async fn a_change_is_one_update_that_answers_with_the_item() {
    let (sightings, updates) = contested(&[]);
    let item = sightings.update(&pair("prod/db"), &everything()).await.unwrap();
    assert_eq!((item.event(), item.first()), (Some("e-0"), Some(time(50))));
    assert_snapshot!(show(&updates.only()), @r#"
    table detection
    SET #a0 = if_not_exists(#a0, :a0), #a1 = :a1, #a2 = if_not_exists(#a2, :a2), #a4 = :a4, expires_at = :expires_at ADD #a5 :a5 REMOVE #a3
    if (attribute_not_exists(#a1) OR #a1 > :a1) AND (attribute_not_exists(#a4) OR #a4 < :a4)
    answer ALL_NEW, ALL_OLD on a failed condition
    #a0 is event
    #a1 is first
    #a2 is at AS64496
    #a3 is b3
    #a4 is p20458
    #a5 is d20458
    :a0 is "e-1"
    :a1 is 100
    :a2 is "e-1"
    :a4 is 7
    :a5 is 1
    key pk is "actor#111122223333#arn:aws:iam::111122223333:role/app"
    key sk is "asset#prod/db"
    "#);
}

/// Longer than anybody needs to be known for.
#[tokio::test]
async fn what_is_not_seen_again_expires() {
    let (sightings, updates) = contested(&[]);
    sightings.update(&pair("prod/db"), &everything()).await.unwrap();
    let values = updates.only().expression_attribute_values().cloned().unwrap();
    let days = (values[":expires_at"].as_n().unwrap().parse::<i64>().unwrap() - Timestamp::now().as_second()) / 86_400;
    assert!((399..=400).contains(&days), "{days} days");
}

#[tokio::test]
async fn who_went_further_is_given_way_to_one_condition_at_a_time() {
    // First another worker saw an earlier time, then one saw a higher peak as well.
    let earlier = r#","Item":{"pk":{"S":"x"},"first":{"N":"50"},"p20458":{"N":"3"}}"#;
    let higher = r#","Item":{"pk":{"S":"x"},"first":{"N":"50"},"p20458":{"N":"9"}}"#;
    let (sightings, updates) = contested(&[earlier, higher]);
    let item = sightings.update(&pair("prod/db"), &everything()).await.unwrap();
    assert_eq!(item.first(), Some(time(50)));
    let conditions: Vec<_> = updates.all().iter().map(|update| named(update, update.condition_expression())).collect();
    let first = "(attribute_not_exists(first) OR first > :100)";
    let peak = "(attribute_not_exists(p20458) OR p20458 < :7)";
    assert_eq!(conditions, [Some(format!("{first} AND {peak}")), Some(peak.to_owned()), None]);
    // What may be done by everybody is done all the same, once.
    let last = updates.all().pop().unwrap();
    let expected = "SET event = if_not_exists(event, :e-1), at AS64496 = if_not_exists(at AS64496, :e-1), \
                    expires_at = :expires_at ADD d20458 :1 REMOVE b3";
    assert_eq!(named(&last, last.update_expression()).as_deref(), Some(expected));
}

/// An expression with its placeholders replaced by what they stand for.
fn named(update: &UpdateItemInput, expression: Option<&str>) -> Option<String> {
    let mut named = expression?.to_owned();
    let names = update.expression_attribute_names().into_iter().flatten();
    let mut all: Vec<(String, String)> = names.map(|(name, stands_for)| (name.clone(), stands_for.clone())).collect();
    let values = update.expression_attribute_values().into_iter().flatten().filter(|(name, _)| *name != ":expires_at");
    all.extend(values.map(|(name, value)| {
        let value = value.as_n().or_else(|_| value.as_s()).unwrap();
        (name.clone(), format!(":{value}"))
    }));
    for (placeholder, stands_for) in all {
        named = named.replace(&placeholder, &stands_for);
    }
    Some(named)
}

/// Otherwise a store that contradicts itself would be asked for ever.
#[test_case("", "ConditionalCheckFailedException: The conditional request failed" ; "no item")]
#[test_case(r#","Item":{"pk":{"S":"x"}}"#, "a condition failed that its item fulfils" ; "an item that fulfils it")]
#[tokio::test]
async fn a_condition_that_fails_for_no_reason_is_told(item: &str, why: &str) {
    let (sightings, updates) = contested(&[item, item, item]);
    let error = sightings.update(&pair("prod/db"), &everything()).await.unwrap_err();
    let name = "`actor#111122223333#arn:aws:iam::111122223333:role/app` `asset#prod/db`";
    assert_eq!(error.chain(), format!("failed to write {name} to table `detection`: {why}"));
    assert!(!error.retryable);
    assert_eq!(updates.all().len(), 1);
}

/// A table with an item for each key that it is asked for, of which a call answers `most` at most.
fn answering(most: usize) -> (DynamoSightings, Recorded<BatchGetItemInput>) {
    let reads = Recorded::default();
    let kept = reads.clone();
    let read = mock!(Client::batch_get_item).then_compute_output(move |call: &BatchGetItemInput| {
        kept.keep(call);
        let keys = call.request_items().unwrap()["detection"].keys();
        let found = keys.iter().take(most).map(|key| {
            let mut item = key.clone();
            item.insert("event".to_owned(), key["sk"].clone());
            item
        });
        let left: Vec<Attributes> = keys.iter().skip(most).cloned().collect();
        let left = (!left.is_empty()).then(|| KeysAndAttributes::builder().set_keys(Some(left)).build().unwrap());
        BatchGetItemOutput::builder()
            .responses("detection", found.collect())
            .set_unprocessed_keys(left.map(|left| HashMap::from([("detection".to_owned(), left)])))
            .build()
    });
    (sightings(&[read]), reads)
}

fn pairs(count: usize) -> Vec<Key> {
    (0..count).map(|n| pair(&format!("asset-{n}"))).collect()
}

/// `BatchGetItem` takes 100 keys (Amazon DynamoDB API Reference, *BatchGetItem*).
#[tokio::test]
async fn many_keys_take_several_calls() {
    let (sightings, reads) = answering(usize::MAX);
    let keys = pairs(250);
    let found = sightings.load(&keys).await.unwrap();
    assert_eq!(found.len(), 250);
    for key in &keys {
        assert_eq!(found[key].event(), Some(key.sort().as_str()));
    }
    let sizes: Vec<_> =
        reads.all().iter().map(|read| read.request_items().unwrap()["detection"].keys().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[tokio::test]
async fn keys_that_were_left_out_are_asked_for_again() {
    let (sightings, reads) = answering(40);
    assert_eq!(sightings.load(&pairs(100)).await.unwrap().len(), 100);
    let sizes: Vec<_> =
        reads.all().iter().map(|read| read.request_items().unwrap()["detection"].keys().len()).collect();
    assert_eq!(sizes, [100, 60, 20]);
}

/// An item that is taken for absent costs a write, whose answer tells what there is.
#[tokio::test]
async fn keys_that_are_left_out_again_and_again_are_given_up() {
    let (sightings, reads) = answering(1);
    assert_eq!(sightings.load(&pairs(100)).await.unwrap().len(), 5);
    assert_eq!(reads.all().len(), 5);
}

#[tokio::test]
async fn no_keys_are_no_call() {
    let (sightings, reads) = answering(100);
    assert!(sightings.load(&[]).await.unwrap().is_empty());
    assert!(reads.all().is_empty());
}

/// Somebody else's attributes, and ours with a value of another type, are no reason to know nothing.
#[tokio::test]
async fn what_is_not_understood_is_left_out() {
    let item = attributes([
        ("pk", text(&pair("prod/db").partition())),
        ("sk", text(&pair("prod/db").sort())),
        ("event", text("e-1")),
        ("first", text("long ago")),
        ("s20458", number(3)),
        ("d20458", AttributeValue::N("1.5".to_owned())),
        ("at office", AttributeValue::Bool(true)),
        ("note", text("by hand")),
    ]);
    let stray = attributes([("pk", text("somebody")), ("sk", text("else")), ("event", text("e-9"))]);
    let read = mock!(Client::batch_get_item).then_compute_output(move |_: &BatchGetItemInput| {
        BatchGetItemOutput::builder().responses("detection", vec![stray.clone(), item.clone()]).build()
    });
    let found = sightings(&[read]).load(&[pair("prod/db")]).await.unwrap();
    let known = [("event".to_owned(), Value::Text("e-1".to_owned())), ("s20458".to_owned(), Value::Number(3))];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(pair("prod/db"), Item::from_attributes(known))]);
}

#[test_case(400, "AccessDeniedException", false)]
#[test_case(400, "ValidationException", false)]
#[test_case(400, "ProvisionedThroughputExceededException", true)]
#[test_case(500, "InternalServerError", true)]
#[tokio::test(start_paused = true)]
async fn a_call_that_failed(status: u16, code: &str, retryable: bool) {
    let refuse = || Some(json_error(code, "No."));
    let update = mock!(Client::update_item).sequence().http_status(status, refuse()).repeatedly().build();
    let read = mock!(Client::batch_get_item).sequence().http_status(status, refuse()).repeatedly().build();
    let sightings = sightings(&[update, read]);
    let error = sightings.update(&Key::Watch { account: "111122223333".to_owned() }, &everything()).await.unwrap_err();
    let what = "failed to write `account#111122223333` `watch` to table `detection`";
    assert_eq!((error.chain(), error.retryable), (format!("{what}: {code}: No."), retryable));
    let error = sightings.load(&pairs(1)).await.unwrap_err();
    let what = "failed to read what was seen before from table `detection`";
    assert_eq!((error.chain(), error.retryable), (format!("{what}: {code}: No."), retryable));
}
