//! The hash chain: a link with every write of an entry or a containment, in one transaction, so that neither is without the
//! other.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem};
use jiff::Timestamp;
use portcullis_response::{Chain, LedgerError, Link, PortError, PortErrorKind, Version, Versioned};
use serde::{Deserialize, Serialize};

use super::{DynamoLedger, KEPT, Write, json, read, sort_key, text};
use crate::error::{malformed, port_error};

/// How often a write is tried again when another worker added a link in between. Two workers of `respond` and one of
/// `release` write to a chain.
const TRIES: u32 = 8;

/// How many links one call answers with: each holds an entry, and DynamoDB answers with 1 MB at most.
const SOME: i32 = 50;

/// The end of a chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    number: u64,
    sha256: String,
}

/// What a link is about.
pub(super) struct About<'a> {
    pub(super) account: &'a str,
    pub(super) item: String,
    pub(super) stage: &'a str,
}

impl DynamoLedger {
    /// Writes an item and a link that holds it.
    pub(super) async fn put_chained(
        &self,
        write: Write,
        about: About<'_>,
        now: Timestamp,
    ) -> Result<Version, LedgerError> {
        let what = format!("failed to write `{}` `{}` to table `{}`", write.pk, write.sk, self.table);
        let (version, body) = (Version(write.expected.0 + 1), write.json.clone());
        let item = self.conditional(write).map_err(|error| malformed(&what, error))?;
        self.add(Some(item), &about, &body, &what, now).await?;
        Ok(version)
    }

    async fn add(
        &self,
        item: Option<Put>,
        about: &About<'_>,
        body: &str,
        what: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut failed = None;
        for attempt in 0..TRIES {
            let head: Option<Versioned<Head>> = self.get("chains", about.account).await?;
            let [link, end] = self.link(head, about, body, now).map_err(|error| malformed(what, error))?;
            let puts = item.clone().into_iter().chain([link, end]);
            let puts = puts.map(|put| TransactWriteItem::builder().put(put).build()).collect();
            let call = self.client.transact_write_items().set_transact_items(Some(puts));
            let Err(error) = call.send().await else { return Ok(()) };
            let reasons = cancelled(&error);
            let code = |index: usize| reasons.get(index).and_then(|reason| reason.code());
            if item.is_some() && code(0) == Some("ConditionalCheckFailed") {
                return Err(LedgerError::Conflict);
            }
            let meanwhile = reasons.iter().filter_map(CancellationReason::code);
            // Another worker's link came in between, or its transaction is under way (DynamoDB Developer Guide,
            // *Amazon DynamoDB Transactions: How it works*).
            let again = meanwhile.clone().any(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict"))
                && meanwhile
                    .clone()
                    .all(|code| matches!(code, "None" | "ConditionalCheckFailed" | "TransactionConflict"));
            let retryable = reasons
                .iter()
                .any(|reason| matches!(reason.code(), Some("ThrottlingError" | "ProvisionedThroughputExceeded")));
            let mut error = port_error(what, error);
            if again || retryable {
                error.kind = PortErrorKind::Retryable;
            }
            failed = Some(error);
            if !again {
                break;
            }
            // Each waits for another while than the others do, because each began at another moment.
            tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
        }
        Err(failed.unwrap_or_else(|| malformed(what, "it was never tried")).into())
    }

    /// The link that comes next, and the chain's end with it.
    fn link(
        &self,
        head: Option<Versioned<Head>>,
        about: &About<'_>,
        body: &str,
        now: Timestamp,
    ) -> Result<[Put; 2], String> {
        let version = head.as_ref().map_or(Version(0), |head| head.version);
        let last = head.map(|head| Link {
            account: about.account.to_owned(),
            number: head.item.number,
            at: now,
            item: String::new(),
            stage: String::new(),
            body: String::new(),
            previous: String::new(),
            sha256: head.item.sha256,
        });
        let link = Link::after(last.as_ref(), about.account, now, about.item.clone(), about.stage, body.to_owned());
        let head = Head { number: link.number, sha256: link.sha256.clone() };
        let of_link = Write {
            pk: partition(about.account),
            sk: place(link.number),
            json: json(&link).map_err(|error| error.chain())?,
            expected: Version(0),
            expires_at: Some(now + KEPT),
        };
        let of_head = Write {
            pk: "chains".to_owned(),
            sk: about.account.to_owned(),
            json: json(&head).map_err(|error| error.chain())?,
            expected: version,
            expires_at: None,
        };
        let put = |write| self.conditional(write).map_err(|error| error.to_string());
        Ok([put(of_link)?, put(of_head)?])
    }
}

/// Why the items of a transaction were not written, in their order; nothing when it was something else.
fn cancelled(error: &SdkError<TransactWriteItemsError>) -> Vec<CancellationReason> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons().to_vec()
        }
        _ => Vec::new(),
    }
}

fn partition(account: &str) -> String {
    format!("chain#{account}")
}

/// Numbers that sort as text.
fn place(number: u64) -> String {
    format!("{number:012}")
}

#[async_trait]
impl Chain for DynamoLedger {
    async fn note(&self, account: &str, item: &str, stage: &str, body: &str, now: Timestamp) -> Result<(), PortError> {
        let what = format!("failed to write `{item}` to the chain in table `{}`", self.table);
        match self.add(None, &About { account, item: item.to_owned(), stage }, body, &what, now).await {
            Ok(()) => Ok(()),
            Err(LedgerError::Port(error)) => Err(error),
            Err(LedgerError::Conflict) => Err(malformed(what, "another worker wrote at the same moment")),
        }
    }

    async fn accounts(&self) -> Result<Vec<(String, Versioned<u64>)>, PortError> {
        let mut accounts = Vec::new();
        for item in self.all("chains").await? {
            let account = sort_key(&item).to_owned();
            let kept = self.get("kept", &account).await?.unwrap_or_default();
            accounts.push((account, kept));
        }
        Ok(accounts)
    }

    async fn head(&self, account: &str) -> Result<Option<(u64, String)>, PortError> {
        let head: Option<Versioned<Head>> = self.get("chains", account).await?;
        Ok(head.map(|head| (head.item.number, head.item.sha256)))
    }

    async fn links(&self, account: &str, after: u64) -> Result<Vec<Link>, PortError> {
        let what = || format!("failed to read the chain of account {account} in table `{}`", self.table);
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk > :after")
            .expression_attribute_values(":pk", text(&partition(account)))
            .expression_attribute_values(":after", text(&place(after)))
            .limit(SOME);
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        let links = answer.items.unwrap_or_default();
        let links = links.iter().map(|item| read::<Link>(item).map(|link| link.item));
        links.map(|link| link.map_err(|why| malformed(what(), why))).collect()
    }

    async fn put_kept(&self, account: &str, number: u64, expected: Version) -> Result<Version, LedgerError> {
        let (pk, sk) = ("kept".to_owned(), account.to_owned());
        self.put(Write { pk, sk, json: json(&number)?, expected, expires_at: None }).await
    }
}
