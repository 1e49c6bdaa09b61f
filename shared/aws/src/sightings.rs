//! What was seen before, in one DynamoDB table: how each change becomes an update expression stands with
//! [`KnowledgeStore`].

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};
use portcullis_knowledge::{Change, Item, Key, KnowledgeStore, Op, StoreError, Value};
use portcullis_response::{PortError, PortErrorKind};

use crate::error::{malformed, port_error};

/// How long an item is kept after it was last written: what nobody did for longer is new again.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// `BatchGetItem` takes 100 keys (Amazon DynamoDB API Reference, *BatchGetItem*).
const KEYS_PER_CALL: usize = 100;

/// How often to ask again for keys that `BatchGetItem` left out for want of capacity.
const LEFT_OUT: usize = 5;

/// The access ledger in DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoSightings {
    client: Client,
    table: String,
    now: fn() -> Timestamp,
}

type Attributes = HashMap<String, AttributeValue>;

impl DynamoSightings {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, table: impl Into<String>) -> Self {
        Self::with(Client::new(config), table)
    }

    /// With a client at hand.
    pub fn with(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), now: Timestamp::now }
    }

    /// Keys that were left out are taken for absent in the end: [`KnowledgeStore::load`] may lack items.
    async fn load_some(&self, keys: &[Key], found: &mut BTreeMap<Key, Item>) -> Result<(), StoreError> {
        let what = || format!("failed to read what was seen before from table `{}`", self.table);
        let by_name: HashMap<(String, String), &Key> =
            keys.iter().map(|key| ((key.partition(), key.sort()), key)).collect();
        let names = by_name.keys().map(|(partition, sort)| table_key(partition, sort)).collect();
        let request = KeysAndAttributes::builder().set_keys(Some(names)).build();
        let request = request.map_err(|error| store_error(malformed(what(), error)))?;
        let mut wanted = HashMap::from([(self.table.clone(), request)]);
        for _ in 0..LEFT_OUT {
            let call = self.client.batch_get_item().set_request_items(Some(wanted));
            let answer = call.send().await.map_err(|error| store_error(port_error(what(), error)))?;
            for attributes in answer.responses.into_iter().flat_map(|tables| tables.into_values().flatten()) {
                let text = |name: &str| attributes.get(name).and_then(|value| value.as_s().ok()).cloned();
                let key = text("pk").zip(text("sk")).and_then(|name| by_name.get(&name));
                if let Some(key) = key {
                    found.insert((*key).clone(), item(attributes));
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(());
            }
        }
        // Nothing but the number of writes, and how early a rate is noticed, suffers from what is left out.
        Ok(())
    }

    fn expires_at(&self) -> String {
        (self.now)().saturating_add(KEPT).map_or(i64::MAX, Timestamp::as_second).to_string()
    }
}

fn table_key(partition: &str, sort: &str) -> Attributes {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(partition.to_owned())),
        ("sk".to_owned(), AttributeValue::S(sort.to_owned())),
    ])
}

fn item(attributes: Attributes) -> Item {
    let value = |value: AttributeValue| match value {
        AttributeValue::S(text) => Some(Value::Text(text)),
        AttributeValue::N(number) => number.parse().ok().map(Value::Number),
        _ => None,
    };
    Item::from_attributes(attributes.into_iter().filter_map(|(name, raw)| Some((name, value(raw)?))))
}

fn store_error(error: PortError) -> StoreError {
    StoreError { what: error.what, retryable: error.kind == PortErrorKind::Retryable, source: error.source }
}

/// The parts of one `UpdateItem`.
#[derive(Debug, Default)]
struct Update {
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Attributes,
}

impl Update {
    fn of(change: &Change, expires_at: String) -> Self {
        let mut update = Self::default();
        for (index, (attr, op)) in change.ops().enumerate() {
            let (name, value) = (format!("#a{index}"), format!(":a{index}"));
            let number = |number: &i64| Some(AttributeValue::N(number.to_string()));
            let given = match op {
                Op::Once(once) => {
                    update.set.push(format!("{name} = if_not_exists({name}, {value})"));
                    Some(match once {
                        Value::Number(number) => AttributeValue::N(number.to_string()),
                        Value::Text(text) => AttributeValue::S(text.clone()),
                    })
                }
                Op::Add(by) => {
                    update.add.push(format!("{name} {value}"));
                    number(by)
                }
                Op::Least(least) => {
                    update.set.push(format!("{name} = {value}"));
                    update.conditions.push(format!("(attribute_not_exists({name}) OR {name} > {value})"));
                    number(least)
                }
                Op::Most(most) => {
                    update.set.push(format!("{name} = {value}"));
                    update.conditions.push(format!("(attribute_not_exists({name}) OR {name} < {value})"));
                    number(most)
                }
                Op::Remove => {
                    update.remove.push(name.clone());
                    None
                }
            };
            update.names.insert(name, attr.to_string());
            if let Some(given) = given {
                update.values.insert(value, given);
            }
        }
        update.set.push("expires_at = :expires_at".to_owned());
        update.values.insert(":expires_at".to_owned(), AttributeValue::N(expires_at));
        update
    }

    fn expression(&self) -> String {
        let clauses = [("SET", &self.set), ("ADD", &self.add), ("REMOVE", &self.remove)];
        let filled = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        filled.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
    }

    fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }
}

#[async_trait]
impl KnowledgeStore for DynamoSightings {
    async fn load(&self, keys: &[Key]) -> Result<BTreeMap<Key, Item>, StoreError> {
        let mut found = BTreeMap::new();
        for some in keys.chunks(KEYS_PER_CALL) {
            self.load_some(some, &mut found).await?;
        }
        Ok(found)
    }

    async fn update(&self, key: &Key, change: &Change) -> Result<Item, StoreError> {
        let (partition, sort) = (key.partition(), key.sort());
        let what = || format!("failed to write `{partition}` `{sort}` to table `{}`", self.table);
        let mut needed = change.clone();
        loop {
            let update = Update::of(&needed, self.expires_at());
            let names = Some(update.names.clone()).filter(|names| !names.is_empty());
            let call = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(table_key(&partition, &sort)))
                .update_expression(update.expression())
                .set_condition_expression(update.condition())
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(Some(update.values))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            let error = match call.send().await {
                Ok(answer) => return Ok(item(answer.attributes.unwrap_or_default())),
                Err(error) => error,
            };
            let failed = error.as_service_error().and_then(|service| match service {
                aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(failed) => {
                    Some(failed)
                }
                _ => None,
            });
            let Some(ConditionalCheckFailedException { item: Some(old), .. }) = failed else {
                return Err(store_error(port_error(what(), error)));
            };
            let still = needed.still_needed(&item(old.clone()));
            if still == needed {
                // Each try has one condition less; a store that says otherwise would be asked for ever.
                return Err(store_error(malformed(what(), "a condition failed that its item fulfils")));
            }
            needed = still;
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_knowledge::Change;

    use super::*;

    #[test]
    fn a_change_is_one_expression() {
        let mut change = Change::default();
        change.claim("e-1");
        change.seen_at("2026-01-05T08:10:00Z".parse().unwrap());
        let update = Update::of(&change, "7".to_owned());
        assert_eq!(update.expression(), "SET #a0 = if_not_exists(#a0, :a0), #a1 = :a1, expires_at = :expires_at");
        assert_eq!(update.condition().as_deref(), Some("(attribute_not_exists(#a1) OR #a1 > :a1)"));
        assert_eq!(update.names.get("#a0").map(String::as_str), Some("event"));
    }
}
