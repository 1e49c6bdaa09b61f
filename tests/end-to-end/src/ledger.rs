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
        let key = |name: &str| AttributeValue::S(name.to_owned());
        let read = self.client.get_item().table_name(&self.table).key("pk", key("quarantine")).key("sk", key(arn));
        let item = read.send().await?.item.with_context(|| format!("{arn} has no quarantine in the ledger"))?;
        let mut quarantine = json_of(&item)?;
        let object = quarantine.as_object_mut().context("the quarantine is not an object")?;
        object.insert("until".to_owned(), Value::String(until.to_owned()));
        let write = self.client.update_item().table_name(&self.table).key("pk", key("quarantine")).key("sk", key(arn));
        write
            .update_expression("SET #item = :item")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":item", AttributeValue::S(quarantine.to_string()))
            .send()
            .await?;
        Ok(())
    }

    async fn items(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
        let key = |item: &HashMap<String, AttributeValue>| {
            item.get("pk").and_then(|pk| pk.as_s().ok()).is_some_and(|pk| wanted(pk))
        };
        self.scan().await?.iter().filter(|item| key(item)).map(json_of).collect()
    }

    async fn scan(&self) -> Result<Vec<HashMap<String, AttributeValue>>> {
        let answer = self.client.scan().table_name(&self.table).consistent_read(true).send().await;
        Ok(answer.with_context(|| format!("failed to read table {}", self.table))?.items.unwrap_or_default())
    }
}

fn json_of(item: &HashMap<String, AttributeValue>) -> Result<Value> {
    let text = item.get("item").and_then(|value| value.as_s().ok()).context("an item has no `item`")?;
    serde_json::from_str(text).context("an item is not JSON")
}
