//! The store in memory: for replays, which touch nothing, and for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::change::Change;
use crate::item::Item;
use crate::key::Key;
use crate::store::{KnowledgeStore, StoreError};

#[derive(Debug, Default)]
struct Inner {
    items: BTreeMap<Key, Item>,
    loaded: usize,
    writes: usize,
}

/// A ledger in memory, which counts what is done to it.
#[derive(Debug, Default)]
pub struct MemoryKnowledge {
    inner: Mutex<Inner>,
}

impl MemoryKnowledge {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while holding the lock cannot leave half a write: every write is one item.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The item under a key; empty when there is none.
    pub fn item(&self, key: &Key) -> Item {
        self.lock().items.get(key).cloned().unwrap_or_default()
    }

    /// Every item.
    pub fn items(&self) -> BTreeMap<Key, Item> {
        self.lock().items.clone()
    }

    /// How many updates were made.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    /// How many items were asked for.
    pub fn loaded(&self) -> usize {
        self.lock().loaded
    }
}

#[async_trait]
impl KnowledgeStore for MemoryKnowledge {
    async fn load(&self, keys: &[Key]) -> Result<BTreeMap<Key, Item>, StoreError> {
        let mut inner = self.lock();
        inner.loaded += keys.len();
        Ok(keys.iter().filter_map(|key| Some((key.clone(), inner.items.get(key)?.clone()))).collect())
    }

    async fn update(&self, key: &Key, change: &Change) -> Result<Item, StoreError> {
        let mut inner = self.lock();
        inner.writes += 1;
        let item = inner.items.entry(key.clone()).or_default();
        item.apply(change);
        Ok(item.clone())
    }
}
