//! Where windows are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use async_trait::async_trait;

use crate::{Anchor, Bucket, Event, WindowKey};

/// A store of windows did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct StoreError {
    /// What was attempted, on which window.
    pub what: String,
    /// What was answered.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Windows shared among workers. Buckets and anchors are sets that only grow, save for what is trimmed; every method is
/// one atomic step on one bucket, and reading sees every write that was answered before it began.
#[async_trait]
pub trait WindowStore: Send + Sync {
    /// Puts events into a bucket, raises its version, and answers with all of it, as one step. `part` holds at most 64
    /// events; its own version means nothing.
    async fn add(&self, key: &WindowKey, bucket: i64, part: &Bucket) -> Result<Bucket, StoreError>;

    /// Takes out what [`Bucket::surplus`] named, marks the bucket as holding more, and raises its version.
    async fn trim(&self, key: &WindowKey, bucket: i64, surplus: &[Event]) -> Result<(), StoreError>;

    /// The buckets with these numbers that exist.
    async fn range(&self, key: &WindowKey, buckets: RangeInclusive<i64>) -> Result<BTreeMap<i64, Bucket>, StoreError>;

    /// Writes down that a burst is told of under this anchor.
    async fn announce(&self, key: &WindowKey, piece: i64, anchor: &Anchor) -> Result<(), StoreError>;

    /// The anchors written down under these pieces.
    async fn announced(&self, key: &WindowKey, pieces: RangeInclusive<i64>) -> Result<BTreeSet<Anchor>, StoreError>;
}
