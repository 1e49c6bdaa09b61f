//! Windows in memory, for replay and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::store::{StoreError, WindowStore};
use crate::{Anchor, Bucket, Correlation, Event, WindowKey};

/// Windows in memory. Never fails and never forgets.
#[derive(Debug, Default)]
pub struct MemoryWindows {
    windows: Mutex<BTreeMap<WindowKey, Window>>,
    writes: Mutex<usize>,
}

/// How long the parts of a correlation's windows are, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// A bucket.
    pub bucket: i64,
    /// A piece: the longest that a burst is told of under one name.
    pub piece: i64,
    /// For how long what was counted can still matter.
    pub kept: i64,
}

impl Correlation {
    /// How long the parts of its windows are.
    pub fn span(&self) -> Span {
        // A look at one event's surroundings goes as far as two pieces, and what an event reaches beyond them.
        let kept = 3 * self.longest_piece() + 2 * self.reach();
        Span { bucket: self.bucket(), piece: self.longest_piece(), kept }
    }
}

#[derive(Debug, Default)]
struct Window {
    buckets: BTreeMap<i64, Bucket>,
    anchors: BTreeMap<i64, BTreeSet<Anchor>>,
}

impl MemoryWindows {
    /// How many writes there were.
    pub fn writes(&self) -> usize {
        *lock(&self.writes)
    }

    /// Forgets what cannot matter any more when nothing older than `before`, in milliseconds since the epoch, comes. `span` tells
    /// of a correlation by its name; nothing is forgotten of one that it does not know. What comes late all the same is
    /// counted as if nothing had been before it.
    pub fn forget(&self, before: i64, span: impl Fn(&str) -> Option<Span>) {
        lock(&self.windows).retain(|key, window| {
            let Some(Span { bucket, piece, kept }) = span(&key.correlation) else { return true };
            let before = before.saturating_sub(kept);
            window.buckets = window.buckets.split_off(&before.div_euclid(bucket.max(1)));
            window.anchors = window.anchors.split_off(&before.div_euclid(piece.max(1)));
            !window.buckets.is_empty() || !window.anchors.is_empty()
        });
    }

    fn write<T>(&self, key: &WindowKey, change: impl FnOnce(&mut Window) -> T) -> T {
        *lock(&self.writes) += 1;
        let mut windows = lock(&self.windows);
        if !windows.contains_key(key) {
            windows.insert(key.clone(), Window::default());
        }
        change(windows.entry(key.clone()).or_default())
    }
}

/// No method panics while it holds the lock, so a poisoned one holds sound data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl WindowStore for MemoryWindows {
    async fn add(&self, key: &WindowKey, bucket: i64, part: &Bucket) -> Result<Bucket, StoreError> {
        Ok(self.write(key, |window| {
            let bucket = window.buckets.entry(bucket).or_default();
            bucket.absorb(part);
            bucket.version += 1;
            bucket.clone()
        }))
    }

    async fn trim(&self, key: &WindowKey, bucket: i64, surplus: &[Event]) -> Result<(), StoreError> {
        self.write(key, |window| {
            let bucket = window.buckets.entry(bucket).or_default();
            bucket.more = true;
            bucket.version += 1;
            for event in surplus {
                bucket.events.remove(event);
            }
        });
        Ok(())
    }

    async fn range(&self, key: &WindowKey, buckets: RangeInclusive<i64>) -> Result<BTreeMap<i64, Bucket>, StoreError> {
        let windows = lock(&self.windows);
        let found = windows.get(key).map(|window| window.buckets.range(buckets));
        Ok(found.into_iter().flatten().map(|(number, bucket)| (*number, bucket.clone())).collect())
    }

    async fn announce(&self, key: &WindowKey, piece: i64, anchor: &Anchor) -> Result<(), StoreError> {
        self.write(key, |window| window.anchors.entry(piece).or_default().insert(anchor.clone()));
        Ok(())
    }

    async fn announced(&self, key: &WindowKey, pieces: RangeInclusive<i64>) -> Result<BTreeSet<Anchor>, StoreError> {
        let windows = lock(&self.windows);
        let found = windows.get(key).map(|window| window.anchors.range(pieces));
        Ok(found.into_iter().flatten().flat_map(|(_, anchors)| anchors.iter().cloned()).collect())
    }
}
