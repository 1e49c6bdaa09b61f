//! The ledger's table, read as an auditor would read it.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::aws::Aws;

/// The ledger of a stack.
#[derive(Clone, Debug)]
pub struct Ledger {
    client: aws_sdk_dynamodb::Client,
    table: String,
}

impl Ledger {
    /// The ledger in `table`.
    pub fn new(aws: &Aws, table: &str) -> Self {
        Self { client: aws.dynamodb(), table: table.to_owned() }
    }

    /// What was decided about each finding.
    ///
    /// # Errors
    ///
    /// When the table cannot be read, or an item is not JSON.
    pub async fn findings(&self) -> Result<Vec<Value>> {
        self.items(|pk| pk.starts_with("finding#")).await
    }

    /// Who is, or was, in quarantine.
    ///
    /// # Errors
    ///
    /// When the table cannot be read, or an item is not JSON.
    pub async fn quarantines(&self) -> Result<Vec<Value>> {
        self.items(|pk| pk == "quarantine").await
    }

    /// Everything that is in the table, as text.
    ///
    /// # Errors
    ///
    /// When the table cannot be read.
    pub async fn text(&self) -> Result<String> {
        Ok(format!("{:?}", self.scan().await?))
    }

    /// Rewrites the deadline of a principal's quarantine.
    ///
    /// # Errors
    ///
    /// When there is no such quarantine or it cannot be written.
    pub async fn set_deadline(&self, arn: &str, until: &str) -> Result<()> {
        self.set("quarantine", arn, "/until", until).await
    }

    /// Rewrites a text in the JSON of an item, as whoever may write the table could.
    ///
    /// # Errors
    ///
    /// When there is no such item or text, or it cannot be written.
    pub async fn set(&self, pk: &str, sk: &str, pointer: &str, text: &str) -> Result<()> {
        let read = self.client.get_item().table_name(&self.table).key("pk", key(pk)).key("sk", key(sk));
        let item = read.send().await?.item.with_context(|| format!("the ledger has no {pk} {sk}"))?;
        let mut json = json_of(&item)?;
        let place = json.pointer_mut(pointer).with_context(|| format!("{pk} {sk} has no {pointer}"))?;
        *place = Value::String(text.to_owned());
        self.replace(pk, sk, &json.to_string()).await
    }

    /// Puts another JSON in place of that of an item.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn replace(&self, pk: &str, sk: &str, json: &str) -> Result<()> {
        let write = self.client.update_item().table_name(&self.table).key("pk", key(pk)).key("sk", key(sk));
        write
            .update_expression("SET #item = :item")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":item", AttributeValue::S(json.to_owned()))
            .send()
            .await
            .with_context(|| format!("failed to write {pk} {sk}"))?;
        Ok(())
    }

    /// Takes an item out of the table.
    ///
    /// # Errors
    ///
    /// When there is none, or DynamoDB refuses.
    pub async fn remove(&self, pk: &str, sk: &str) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table).key("pk", key(pk)).key("sk", key(sk));
        let gone = delete.return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld).send().await?.attributes;
        gone.map(|_| ()).with_context(|| format!("the ledger has no {pk} {sk}"))
    }

    /// The links of an account's chain, in order.
    ///
    /// # Errors
    ///
    /// When the table cannot be read, or a link is not JSON.
    pub async fn links(&self, account: &str) -> Result<Vec<Value>> {
        let mut links = self.items(|pk| pk == format!("chain#{account}")).await?;
        links.sort_by_key(|link| link.get("number").and_then(Value::as_u64));
        Ok(links)
    }

    async fn items(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
        let key = |item: &HashMap<String, AttributeValue>| {
            item.get("pk").and_then(|pk| pk.as_s().ok()).is_some_and(|pk| wanted(pk))
        };
        self.scan().await?.iter().filter(|item| key(item)).map(json_of).collect()
    }

    async fn scan(&self) -> Result<Vec<HashMap<String, AttributeValue>>> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true).into_paginator().items().send();
        let items: Result<Vec<_>, _> = scan.collect().await;
        items.with_context(|| format!("failed to read table {}", self.table))
    }
}

fn key(name: &str) -> AttributeValue {
    AttributeValue::S(name.to_owned())
}

fn json_of(item: &HashMap<String, AttributeValue>) -> Result<Value> {
    let text = item.get("item").and_then(|value| value.as_s().ok()).context("an item has no `item`")?;
    serde_json::from_str(text).context("an item is not JSON")
}
