//! The ledger in one DynamoDB table.
//!
//! | `pk` | `sk` | `item` |
//! |---|---|---|
//! | `finding#F-…` | `entry` | `Entry` as JSON |
//! | `quarantine` | the principal's ARN | `Quarantine` as JSON |
//! | `page#RULE` | the actor | `PageMark` as JSON |
//!
//! Every item has a `version`, on which every write is conditional; entries and page marks have `expires_at` (epoch
//! seconds, the table's TTL attribute). Quarantines are few and stay.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::FindingId;
use portcullis_response::{Entry, Ledger, LedgerError, PageMark, PortError, Quarantine, Version, Versioned};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{code, malformed, port_error};

/// How long an entry is kept: past the longest audit period, and far past any redelivery.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The ledger.
#[derive(Clone, Debug)]
pub struct DynamoLedger {
    client: Client,
    table: String,
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
        let call = call.key("pk", AttributeValue::S(pk.to_owned())).key("sk", AttributeValue::S(sk.to_owned()));
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        answer.item.map(|item| read(&item).map_err(|why| malformed(what(), why))).transpose()
    }

    async fn put<T: Serialize + Sync>(
        &self,
        pk: &str,
        sk: &str,
        item: &T,
        expected: Version,
        expires_at: Option<Timestamp>,
    ) -> Result<Version, LedgerError> {
        let what = || format!("failed to write `{pk}` `{sk}` to table `{}`", self.table);
        let json = serde_json::to_string(item).map_err(|error| malformed(what(), error))?;
        let version = Version(expected.0 + 1);
        let number = |number: &dyn ToString| AttributeValue::N(number.to_string());
        let mut call = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk.to_owned()))
            .item("sk", AttributeValue::S(sk.to_owned()))
            .item("item", AttributeValue::S(json))
            .item("version", number(&version.0));
        if let Some(expires_at) = expires_at {
            call = call.item("expires_at", number(&expires_at.as_second()));
        }
        call = if expected == Version(0) {
            call.condition_expression("attribute_not_exists(pk)")
        } else {
            // `version` is not a reserved word, but names given by placeholder cannot become one.
            call.condition_expression("#version = :expected")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":expected", number(&expected.0))
        };
        match call.send().await {
            Ok(_) => Ok(version),
            // Also when an attempt went through, its answer was lost, and the SDK tried again: whoever asked takes it
            // for another worker's write, and the next delivery resumes after the lease.
            Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Err(LedgerError::Conflict),
            Err(error) => Err(port_error(what(), error).into()),
        }
    }
}

/// An item's JSON and version.
fn read<T: DeserializeOwned>(item: &std::collections::HashMap<String, AttributeValue>) -> Result<Versioned<T>, String> {
    let text = item.get("item").and_then(|value| value.as_s().ok()).ok_or("the item has no `item`")?;
    let version = item.get("version").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    let version = Version(version.ok_or("the item has no `version`")?);
    let item = serde_json::from_str(text).map_err(|error| format!("`item` cannot be read: {error}"))?;
    Ok(Versioned { item, version })
}

fn entry_key(id: &FindingId) -> String {
    format!("finding#{id}")
}

#[async_trait]
impl Ledger for DynamoLedger {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        self.get(&entry_key(id), "entry").await
    }

    async fn put_entry(&self, entry: &Entry, expected: Version) -> Result<Version, LedgerError> {
        let expires_at = entry.decided_at + KEPT;
        self.put(&entry_key(&entry.finding.id), "entry", entry, expected, Some(expires_at)).await
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        self.get("quarantine", arn).await
    }

    async fn put_quarantine(&self, quarantine: &Quarantine, expected: Version) -> Result<Version, LedgerError> {
        self.put("quarantine", quarantine.target.arn(), quarantine, expected, None).await
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        let what = || format!("failed to list the quarantines in table `{}`", self.table);
        let mut all = Vec::new();
        let mut start = None;
        loop {
            let call = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S("quarantine".to_owned()))
                .set_exclusive_start_key(start.take());
            let page = call.send().await.map_err(|error| port_error(what(), error))?;
            for item in page.items.iter().flatten() {
                let of = item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("an unnamed principal", String::as_str);
                let unread =
                    |why| malformed(format!("failed to read the quarantine of `{of}` in table `{}`", self.table), why);
                all.push(read(item).map_err(unread));
            }
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(key) => start = Some(key),
                None => return Ok(all),
            }
        }
    }

    async fn page_mark(&self, rule: &str, actor: &str) -> Result<Option<Versioned<PageMark>>, PortError> {
        self.get(&format!("page#{rule}"), actor).await
    }

    async fn put_page_mark(
        &self,
        rule: &str,
        actor: &str,
        mark: &PageMark,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        let expires_at = mark.quiet_until + SignedDuration::from_hours(24);
        self.put(&format!("page#{rule}"), actor, mark, expected, Some(expires_at)).await
    }
}
