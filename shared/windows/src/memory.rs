//! Windows in memory, for replay and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::store::{StoreError, WindowStore};
use crate::{Anchor, Bucket, Event, WindowKey};

/// Windows in memory. Never fails and never forgets.
#[derive(Debug, Default)]
pub struct MemoryWindows {
    windows: Mutex<BTreeMap<WindowKey, Window>>,
    writes: Mutex<usize>,
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
