//! Workers that take turns at every step of a window's store. The tests of `portcullis-detection` include this file too.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use async_trait::async_trait;
use portcullis_windows::{Anchor, Bucket, Event, MemoryWindows, StoreError, WindowKey, WindowStore};

#[expect(unreachable_pub, reason = "the file is a public part of the crate that it belongs to")]
#[path = "../../../testkit/src/turns.rs"]
mod executor;

use executor::let_others;
pub(crate) use executor::{Task, take_turns};

/// A store at whose every step another worker may come in between.
pub(crate) struct TurnTaking<'s>(pub(crate) &'s MemoryWindows);

#[async_trait]
impl WindowStore for TurnTaking<'_> {
    async fn add(&self, key: &WindowKey, bucket: i64, part: &Bucket) -> Result<Bucket, StoreError> {
        let_others().await;
        self.0.add(key, bucket, part).await
    }

    async fn trim(&self, key: &WindowKey, bucket: i64, surplus: &[Event]) -> Result<(), StoreError> {
        let_others().await;
        self.0.trim(key, bucket, surplus).await
    }

    async fn range(&self, key: &WindowKey, buckets: RangeInclusive<i64>) -> Result<BTreeMap<i64, Bucket>, StoreError> {
        let_others().await;
        self.0.range(key, buckets).await
    }

    async fn announce(&self, key: &WindowKey, piece: i64, anchor: &Anchor) -> Result<(), StoreError> {
        let_others().await;
        self.0.announce(key, piece, anchor).await
    }

    async fn announced(&self, key: &WindowKey, pieces: RangeInclusive<i64>) -> Result<BTreeSet<Anchor>, StoreError> {
        let_others().await;
        self.0.announced(key, pieces).await
    }
}
