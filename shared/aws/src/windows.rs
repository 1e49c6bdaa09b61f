//! Windows in one DynamoDB table.
//!
//! | `pk` | `sk` | attributes |
//! |---|---|---|
//! | `window#CORRELATION#HASH` | `bucket#NUMBER` | `events` (string set), `more`, `version` |
//! | `window#CORRELATION#HASH` | `piece#NUMBER` | `anchors` (string set) |
//!
//! Adding is one `UpdateItem` with `ADD` to a set, which is atomic, the same however often it is done, and the same in any
//! order (DynamoDB Developer Guide, *Update expressions*); its answer is the whole bucket. Reads are strongly consistent.
//! `HASH` is that of the group's values, so that keys keep DynamoDB's limits whatever a log says. Every item has
//! `expires_at` (epoch seconds, the table's TTL attribute): a piece's neighbourhood is needed for some days.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::sha256_hex;
use portcullis_response::PortError;
use portcullis_windows::{Anchor, Bucket, Event, StoreError, WindowKey, WindowStore};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{malformed, port_error};

/// How long a bucket is kept after it was last written: longer than the longest timespan and the pieces around it.
const KEPT: SignedDuration = SignedDuration::from_hours(45 * 24);

/// Windows in DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoWindows {
    client: Client,
    table: String,
    now: fn() -> Timestamp,
}

type Item = HashMap<String, AttributeValue>;

impl DynamoWindows {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, table: impl Into<String>) -> Self {
        Self::with(Client::new(config), table)
    }

    /// With a client at hand.
    pub fn with(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), now: Timestamp::now }
    }

    fn failed(&self, what: &str, key: &WindowKey) -> String {
        format!("failed to {what} the window of `{key}` in table `{}`", self.table)
    }

    fn expires_at(&self) -> AttributeValue {
        AttributeValue::N((self.now)().saturating_add(KEPT).map_or(i64::MAX, Timestamp::as_second).to_string())
    }

    /// An update of one item, which is kept from now on for as long as any; `expression` has a `SET` at its end.
    fn update(&self, key: &WindowKey, sort: String, expression: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(partition(key)))
            .key("sk", AttributeValue::S(sort))
            .update_expression(format!("{expression} expires_at = :expires_at"))
            .expression_attribute_values(":expires_at", self.expires_at())
    }

    async fn query(&self, what: &str, key: &WindowKey, from: String, to: String) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let call = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", AttributeValue::S(partition(key)))
                .expression_attribute_values(":from", AttributeValue::S(from.clone()))
                .expression_attribute_values(":to", AttributeValue::S(to.clone()))
                .set_exclusive_start_key(start.take());
            let page = call.send().await.map_err(|error| store_error(port_error(self.failed(what, key), error)))?;
            items.extend(page.items.into_iter().flatten());
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(key) => start = Some(key),
                None => return Ok(items),
            }
        }
    }
}

fn partition(key: &WindowKey) -> String {
    format!("window#{}#{}", key.correlation, sha256_hex(&key.group.join("\0")))
}

/// A number that sorts as text as it does as a number, negative ones included.
fn sortable(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

fn bucket_key(number: i64) -> String {
    format!("bucket#{}", sortable(number))
}

fn piece_key(number: i64) -> String {
    format!("piece#{}", sortable(number))
}

fn number_of(item: &Item) -> Option<i64> {
    let (_, hex) = item.get("sk")?.as_s().ok()?.split_once('#')?;
    Some((u64::from_str_radix(hex, 16).ok()? ^ (1 << 63)).cast_signed())
}

fn store_error(error: PortError) -> StoreError {
    StoreError { what: error.what, source: error.source }
}

/// A set of things, each as its JSON. Equal things have equal JSON, so that the set knows them.
fn to_set<T: Serialize>(things: &[T]) -> AttributeValue {
    // Of strings and numbers: always possible.
    AttributeValue::Ss(things.iter().filter_map(|thing| serde_json::to_string(thing).ok()).collect())
}

fn from_set<T: DeserializeOwned + Ord>(item: &Item, attribute: &str) -> Result<BTreeSet<T>, serde_json::Error> {
    let texts = item.get(attribute).and_then(|value| value.as_ss().ok());
    texts.into_iter().flatten().map(|text| serde_json::from_str(text)).collect()
}

fn bucket(item: &Item) -> Result<Bucket, serde_json::Error> {
    let version = item.get("version").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    Ok(Bucket {
        events: from_set(item, "events")?,
        more: item.get("more").is_some_and(|value| value.as_bool() == Ok(&true)),
        version: version.unwrap_or_default(),
    })
}

#[async_trait]
impl WindowStore for DynamoWindows {
    async fn add(&self, key: &WindowKey, number: i64, part: &Bucket) -> Result<Bucket, StoreError> {
        let events: Vec<&Event> = part.events.iter().collect();
        // DynamoDB has no empty sets.
        let add = if events.is_empty() { "ADD version :one" } else { "ADD version :one, events :events" };
        let set = if part.more { "SET more = :true," } else { "SET" };
        let mut call = self
            .update(key, bucket_key(number), &format!("{add} {set}"))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::AllNew);
        if !events.is_empty() {
            call = call.expression_attribute_values(":events", to_set(&events));
        }
        if part.more {
            call = call.expression_attribute_values(":true", AttributeValue::Bool(true));
        }
        let what = || self.failed("add to", key);
        let answer = call.send().await.map_err(|error| store_error(port_error(what(), error)))?;
        let item = answer.attributes.unwrap_or_default();
        bucket(&item).map_err(|error| store_error(malformed(what(), error)))
    }

    async fn trim(&self, key: &WindowKey, number: i64, surplus: &[Event]) -> Result<(), StoreError> {
        let delete = if surplus.is_empty() { "" } else { "DELETE events :events " };
        let mut call = self
            .update(key, bucket_key(number), &format!("{delete}ADD version :one SET more = :true,"))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        if !surplus.is_empty() {
            call = call.expression_attribute_values(":events", to_set(surplus));
        }
        call.send().await.map_err(|error| store_error(port_error(self.failed("trim", key), error)))?;
        Ok(())
    }

    async fn range(&self, key: &WindowKey, buckets: RangeInclusive<i64>) -> Result<BTreeMap<i64, Bucket>, StoreError> {
        let what = "read";
        let items = self.query(what, key, bucket_key(*buckets.start()), bucket_key(*buckets.end())).await?;
        let each = items.iter().filter_map(|item| number_of(item).map(|number| (number, bucket(item))));
        each.map(|(number, bucket)| bucket.map(|bucket| (number, bucket)))
            .collect::<Result<_, _>>()
            .map_err(|error| store_error(malformed(self.failed(what, key), error)))
    }

    async fn announce(&self, key: &WindowKey, piece: i64, anchor: &Anchor) -> Result<(), StoreError> {
        let call = self
            .update(key, piece_key(piece), "ADD anchors :anchors SET")
            .expression_attribute_values(":anchors", to_set(&[anchor]));
        call.send().await.map_err(|error| store_error(port_error(self.failed("announce a burst in", key), error)))?;
        Ok(())
    }

    async fn announced(&self, key: &WindowKey, pieces: RangeInclusive<i64>) -> Result<BTreeSet<Anchor>, StoreError> {
        let what = "read the bursts of";
        let items = self.query(what, key, piece_key(*pieces.start()), piece_key(*pieces.end())).await?;
        let each: Result<Vec<BTreeSet<Anchor>>, _> = items.iter().map(|item| from_set(item, "anchors")).collect();
        let each = each.map_err(|error| store_error(malformed(self.failed(what, key), error)))?;
        Ok(each.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(&[-5, -1, 0, 1, 255, i64::MAX])]
    fn numbers_sort_as_text(numbers: &[i64]) {
        let texts: Vec<String> = numbers.iter().map(|number| bucket_key(*number)).collect();
        assert!(texts.is_sorted());
        for (number, text) in numbers.iter().zip(texts) {
            let item = Item::from([("sk".to_owned(), AttributeValue::S(text))]);
            assert_eq!(number_of(&item), Some(*number));
        }
    }

    #[test]
    fn groups_have_windows_of_their_own() {
        let key = |group: &[&str]| WindowKey {
            correlation: "many-reads".to_owned(),
            group: group.iter().map(|value| (*value).to_owned()).collect(),
        };
        assert_ne!(partition(&key(&["a", "b"])), partition(&key(&["ab"])));
        assert!(partition(&key(&[&"x".repeat(5000)])).len() < 2048);
    }
}
