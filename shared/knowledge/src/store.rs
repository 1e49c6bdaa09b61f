//! What the ledger needs of the world.

use std::collections::BTreeMap;
use std::error::Error;

use async_trait::async_trait;
use portcullis_domain::error_chain;

use crate::change::Change;
use crate::item::Item;
use crate::key::Key;

/// A call to the store failed. It may have gone through all the same.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct StoreError {
    /// What was attempted, on which item.
    pub what: String,
    /// Whether trying again can help.
    pub retryable: bool,
    /// What was answered.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// The error and everything beneath it, on one line.
    pub fn chain(&self) -> String {
        error_chain(self)
    }
}

/// Where the ledger's items lie.
///
/// In DynamoDB an item lies under [`Key::partition`] and [`Key::sort`], with each attribute as a top-level attribute
/// under its own name. A change has at most [`MAX_OPS`](crate::MAX_OPS) operations, so one `UpdateItem` holds it: its
/// expressions end at 4 KB (DynamoDB Developer Guide, *Quotas in Amazon DynamoDB*).
///
/// | [`Op`](crate::Op) | update expression |
/// |---|---|
/// | `Once(v)` | `SET #a = if_not_exists(#a, :a)` |
/// | `Add(n)` | `ADD #a :a` |
/// | `Least(n)` | `SET #a = :a`, under the condition `attribute_not_exists(#a) OR #a > :a` |
/// | `Most(n)` | `SET #a = :a`, under the condition `attribute_not_exists(#a) OR #a < :a` |
/// | `Remove` | `REMOVE #a` |
///
/// No change names an attribute twice, which an update expression would refuse. When the condition does not hold,
/// another worker has meanwhile gone further: the store then takes [`Change::still_needed`] of the item as it is
/// (`ReturnValuesOnConditionCheckFailure: ALL_OLD`) and tries again. Each try has one condition less, so it ends.
#[async_trait]
pub trait KnowledgeStore: Send + Sync {
    /// The items that exist under `keys`. An answer may be old, or lack an item that was just written: nothing but the
    /// rate and the number of writes suffers from that.
    async fn load(&self, keys: &[Key]) -> Result<BTreeMap<Key, Item>, StoreError>;

    /// Applies `change` to the item under `key` in one step, making the item if there is none, and answers with the
    /// whole item after it (`ReturnValues: ALL_NEW`).
    async fn update(&self, key: &Key, change: &Change) -> Result<Item, StoreError>;
}
