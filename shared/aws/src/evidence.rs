//! Where the chain is kept too: a bucket under Object Lock, and an event bus for whoever listens.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::primitives::ByteStream;
use portcullis_response::{KeepEvidence, Link, PortError, PortErrorKind};
use serde_json::{Value, json};

use crate::error::{code, malformed, port_error};
use crate::objects::path_style;

/// A bucket. Its own default retention under Object Lock keeps what is written here from being replaced or deleted.
#[derive(Clone, Debug)]
pub struct EvidenceBucket {
    client: aws_sdk_s3::Client,
    bucket: String,
}

impl EvidenceBucket {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        Self { client: path_style(config), bucket: bucket.into() }
    }

    /// Where a link lies: `ledger/ACCOUNT/NUMBER.json`.
    pub fn key(link: &Link) -> String {
        format!("ledger/{}/{:012}.json", link.account, link.number)
    }

    /// The copy of a link, in its newest version; nothing when there is none. Object Lock keeps the versions beneath it.
    ///
    /// # Errors
    ///
    /// When S3 does not answer, or the object is no link.
    pub async fn copy(&self, link: &Link) -> Result<Option<Link>, PortError> {
        let what = || format!("failed to read s3://{}/{}", self.bucket, Self::key(link));
        let object = match self.client.get_object().bucket(&self.bucket).key(Self::key(link)).send().await {
            Ok(object) => object,
            Err(error) if code(&error) == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(port_error(what(), error)),
        };
        let body = object.body.collect().await.map_err(|error| malformed(what(), error))?.to_vec();
        serde_json::from_slice(&body).map(Some).map_err(|error| malformed(what(), error))
    }

    /// The number of the last link of an account that is there; zero for none.
    ///
    /// # Errors
    ///
    /// When S3 does not answer.
    pub async fn last(&self, account: &str) -> Result<u64, PortError> {
        let prefix = format!("ledger/{account}/");
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(&prefix).into_paginator().send();
        let mut last = 0;
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| port_error(format!("failed to list s3://{}/{prefix}", self.bucket), error))?;
            for key in page.contents.into_iter().flatten().filter_map(|object| object.key) {
                let name = key.trim_start_matches(&prefix).trim_end_matches(".json");
                last = last.max(name.parse().unwrap_or(0));
            }
        }
        Ok(last)
    }
}

#[async_trait]
impl KeepEvidence for EvidenceBucket {
    /// Writes the link's object unless there is one: the first that was written stays.
    async fn keep(&self, link: &Link) -> Result<(), PortError> {
        let what =
            || format!("failed to keep link {} of account {} in bucket `{}`", link.number, link.account, self.bucket);
        let body = serde_json::to_vec_pretty(link).map_err(|error| malformed(what(), error))?;
        // Under Object Lock a checksum is asked for, which the SDK sends by itself (S3 User Guide, *Locking objects with
        // Object Lock*); `If-None-Match` is S3's conditional write (S3 User Guide, *How to prevent object overwrites*).
        let call = self.client.put_object().bucket(&self.bucket).key(Self::key(link)).if_none_match("*");
        match call.content_type("application/json").body(ByteStream::from(body)).send().await {
            Ok(_) => Ok(()),
            Err(error) if code(&error) == Some("PreconditionFailed") => Ok(()),
            // Another worker writes it at this moment, and may yet fail (S3 API Reference, *PutObject*, `If-None-Match`).
            Err(error) if code(&error) == Some("ConditionalRequestConflict") => {
                Err(PortError { kind: PortErrorKind::Retryable, ..port_error(what(), error) })
            }
            Err(error) => Err(port_error(what(), error)),
        }
    }
}

/// An event bus.
#[derive(Clone, Debug)]
pub struct EventBus {
    client: aws_sdk_eventbridge::Client,
    bus: String,
}

/// EventBridge takes events of up to 256 KB (EventBridge API Reference, *PutEvents*); a larger body is left to the ledger.
const LARGEST: usize = 200_000;

impl EventBus {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, bus: impl Into<String>) -> Self {
        Self { client: aws_sdk_eventbridge::Client::new(config), bus: bus.into() }
    }
}

#[async_trait]
impl KeepEvidence for EventBus {
    /// Puts an event of the source `portcullis` on the bus: `Portcullis Finding`, `Portcullis Containment` or
    /// `Portcullis Control`.
    async fn keep(&self, link: &Link) -> Result<(), PortError> {
        let what =
            || format!("failed to put link {} of account {} on event bus `{}`", link.number, link.account, self.bus);
        let kind = match link.item.split('/').next() {
            Some("finding") => "Portcullis Finding",
            Some("quarantine") => "Portcullis Containment",
            _ => "Portcullis Control",
        };
        let body: Value = match serde_json::from_str(&link.body) {
            Ok(body) if link.body.len() <= LARGEST => body,
            _ => Value::Null,
        };
        let detail = json!({
            "account": link.account, "number": link.number, "item": link.item, "stage": link.stage,
            "sha256": link.sha256, "previous": link.previous, "body": body,
        });
        let seconds = aws_smithy_types::DateTime::from_secs(link.at.as_second());
        let entry = PutEventsRequestEntry::builder().event_bus_name(&self.bus).source("portcullis").detail_type(kind);
        let entry = entry.time(seconds).detail(detail.to_string()).build();
        let answer = self.client.put_events().entries(entry).send().await.map_err(|error| port_error(what(), error))?;
        let failed = answer.entries.into_iter().flatten().find(|entry| entry.error_code.is_some());
        match failed {
            None => Ok(()),
            Some(entry) => {
                let why =
                    format!("{}: {}", entry.error_code.unwrap_or_default(), entry.error_message.unwrap_or_default());
                Err(PortError { kind: PortErrorKind::Retryable, ..malformed(what(), why) })
            }
        }
    }
}
