//! What detection remembers: read, and written beforehand, as the owner of the account could.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::HOME;
use crate::aws::Aws;

/// The detection table of a stack.
#[derive(Clone, Debug)]
pub struct History {
    client: aws_sdk_dynamodb::Client,
    table: String,
}

impl History {
    /// The history in `table`.
    pub fn new(aws: &Aws, table: &str) -> Self {
        Self { client: aws.dynamodb(), table: table.to_owned() }
    }

    /// Says since when the account has been watched, before anything happens in it: in the first week a first sighting
    /// means little.
    ///
    /// # Errors
    ///
    /// When the table cannot be written.
    pub async fn watched_since(&self, time: Timestamp) -> Result<()> {
        self.watched_since_in(HOME, time).await
    }

    /// The same of any account.
    ///
    /// # Errors
    ///
    /// When the table cannot be written.
    pub async fn watched_since_in(&self, account: &str, time: Timestamp) -> Result<()> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = self.client.put_item().table_name(&self.table);
        let put = put.item("pk", text(&format!("account#{account}"))).item("sk", text("watch"));
        let put = put.item("since", AttributeValue::N(time.as_second().to_string()));
        put.send().await.with_context(|| format!("failed to write table {}", self.table))?;
        Ok(())
    }

    /// Every item whose partition begins like this.
    ///
    /// # Errors
    ///
    /// When the table cannot be read.
    pub async fn items(&self, partition: &str) -> Result<Vec<HashMap<String, AttributeValue>>> {
        let answer = self.client.scan().table_name(&self.table).consistent_read(true).send().await;
        let mut items =
            answer.with_context(|| format!("failed to read table {}", self.table))?.items.unwrap_or_default();
        items.retain(|item| item.get("pk").and_then(|pk| pk.as_s().ok()).is_some_and(|pk| pk.starts_with(partition)));
        Ok(items)
    }
}
