//! The ledger in one DynamoDB table.
//!
//! | `pk` | `sk` | `item` |
//! |---|---|---|
//! | `finding#F-…` | `entry` | `Entry` as JSON |
//! | `quarantine` | the principal's ARN | `Quarantine` as JSON |
//! | `incident` | the actor | `Incident` as JSON |
//! | `alarm` | what is watched: `entry/…`, `pipeline/…`, `cis/…` | `AlarmIncident` as JSON |
//! | `ask` | `F-…` | the finding's id: an answer is waited for |
//! | `control` | `blast` | `Places` as JSON |
//! | `chain#ACCOUNT` | the link's number, twelve digits | `Link` as JSON |
//! | `chains` | the account | number and hash of the last link |
//! | `kept` | the account | the number of the last link that was kept elsewhere |
//!
//! Every item has a `version`, on which every write is conditional; findings, links, incidents and questions have
//! `expires_at` (epoch seconds, the table's TTL attribute), alarms while none of the thing rings.

mod chain;
mod items;

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::Timestamp;
use portcullis_response::{KEPT, LedgerError, PortError, Version, Versioned};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{code, malformed, port_error};

/// The ledger.
#[derive(Clone, Debug)]
pub struct DynamoLedger {
    client: Client,
    table: String,
}

/// An item as DynamoDB has it.
type Item = HashMap<String, AttributeValue>;

/// One write, conditional on the version that was read.
struct Write {
    pk: String,
    sk: String,
    json: String,
    expected: Version,
    expires_at: Option<Timestamp>,
}

impl DynamoLedger {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, table: impl Into<String>) -> Self {
        Self::with(Client::new(config), table)
    }

    /// With a client at hand.
    pub fn with(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    async fn get<T: DeserializeOwned>(&self, pk: &str, sk: &str) -> Result<Option<Versioned<T>>, PortError> {
        let what = || format!("failed to read `{pk}` `{sk}` from table `{}`", self.table);
        let call = self.client.get_item().table_name(&self.table).consistent_read(true);
        let call = call.key("pk", text(pk)).key("sk", text(sk));
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        answer.item.map(|item| read(&item).map_err(|why| malformed(what(), why))).transpose()
    }

    /// Writes one item alone.
    async fn put(&self, write: Write) -> Result<Version, LedgerError> {
        let what = format!("failed to write `{}` `{}` to table `{}`", write.pk, write.sk, self.table);
        let version = Version(write.expected.0 + 1);
        let put = self.conditional(write).map_err(|error| malformed(&what, error))?;
        let call = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values);
        match call.send().await {
            Ok(_) => Ok(version),
            // Also when an attempt went through, its answer was lost, and the SDK tried again: whoever asked takes it
            // for another worker's write, and the next delivery resumes after the lease.
            Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Err(LedgerError::Conflict),
            Err(error) => Err(port_error(what, error).into()),
        }
    }

    fn conditional(&self, write: Write) -> Result<Put, aws_sdk_dynamodb::error::BuildError> {
        let Write { pk, sk, json, expected, expires_at } = write;
        let mut put = Put::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk))
            .item("sk", AttributeValue::S(sk))
            .item("item", AttributeValue::S(json))
            .item("version", number(expected.0 + 1));
        if let Some(expires_at) = expires_at {
            put = put.item("expires_at", AttributeValue::N(expires_at.as_second().to_string()));
        }
        put = if expected == Version(0) {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            // `version` is not a reserved word, but names given by placeholder cannot become one.
            put.condition_expression("#version = :expected")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":expected", number(expected.0))
        };
        put.build()
    }

    /// Every item of a partition.
    async fn all(&self, pk: &str) -> Result<Vec<Item>, PortError> {
        let what = || format!("failed to list `{pk}` in table `{}`", self.table);
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(pk));
        let mut pages = call.into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(item) = pages.next().await {
            all.push(item.map_err(|error| port_error(what(), error))?);
        }
        Ok(all)
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}

/// An item's JSON and version.
fn read<T: DeserializeOwned>(item: &Item) -> Result<Versioned<T>, String> {
    let text = item.get("item").and_then(|value| value.as_s().ok()).ok_or("the item has no `item`")?;
    let version = item.get("version").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    let version = Version(version.ok_or("the item has no `version`")?);
    let item = serde_json::from_str(text).map_err(|error| format!("`item` cannot be read: {error}"))?;
    Ok(Versioned { item, version })
}

fn json<T: Serialize>(item: &T) -> Result<String, PortError> {
    serde_json::to_string(item).map_err(|error| malformed("failed to write an item of the ledger as JSON", error))
}
