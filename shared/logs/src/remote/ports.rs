//! What has to be asked of the world.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_response::PortError;

use super::Lookup;

/// A bucket.
#[async_trait]
pub trait Bucket: Send + Sync {
    /// What stands directly under `prefix`: folders (prefixes that end in `/`) and objects.
    async fn folder(&self, prefix: &str) -> Result<Folder, PortError>;

    /// The next objects under `prefix` at any depth, by their keys: at most `most` of those behind `after`, or of those that
    /// the last page promised.
    async fn page(
        &self,
        prefix: &str,
        after: Option<&str>,
        token: Option<String>,
        most: usize,
    ) -> Result<ObjectPage, PortError>;

    /// An object's bytes, as stored.
    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError>;

    /// `s3://bucket/key`.
    fn name(&self, key: &str) -> String;
}

/// What stands directly under a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Prefixes, whole, with their `/`.
    pub folders: Vec<String>,
    /// Objects.
    pub objects: Vec<Object>,
}

/// Objects, and how to get more of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// In the order of their keys.
    pub objects: Vec<Object>,
    /// What to ask for more with; absent when there is no more.
    pub next: Option<String>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key, whole.
    pub key: String,
    /// Its size, in bytes.
    pub size: u64,
}

/// CloudTrail's event history of one account and Region.
#[async_trait]
pub trait LookUp: Send + Sync {
    /// The next events that `lookup` finds, the newest first, from `from` to `to`, both included; to the second.
    async fn page(
        &self,
        lookup: Lookup,
        from: Timestamp,
        to: Timestamp,
        token: Option<String>,
    ) -> Result<HistoryPage, PortError>;
}

/// Events, and how to get more of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// The newest first.
    pub events: Vec<HistoryEvent>,
    /// What to ask for more with; absent when there is no more.
    pub next: Option<String>,
}

/// An event as the history tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// Its id.
    pub id: String,
    /// Its time, to the second.
    pub time: Option<Timestamp>,
    /// The record, as JSON text.
    pub record: String,
}

/// The time that passes.
#[async_trait]
pub trait Clock: Send + Sync {
    /// How much has passed since some beginning.
    fn passed(&self) -> SignedDuration;
    /// Waits.
    async fn wait(&self, time: SignedDuration);
}
