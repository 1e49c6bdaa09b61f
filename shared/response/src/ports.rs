//! What `respond` and `release` need of the world, as small traits split by power: code that is handed only
//! [`ReadIdentity`] cannot change anything.

use std::error::Error;

use async_trait::async_trait;
use portcullis_domain::{FindingId, PolicyArn, error_chain};

use crate::entry::{Entry, PageMark, Quarantine};
use crate::guard::Target;
use crate::notice::Notice;
use crate::plan::Identity;

/// What kind of failure it was: whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortErrorKind {
    /// Throttled, timed out, or a fault on the other side.
    Retryable,
    /// Refused for good: no permission, no such thing, a quota.
    Refused,
}

/// A call to the world failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct PortError {
    /// What was attempted, on which thing.
    pub what: String,
    /// Whether trying again can help.
    pub kind: PortErrorKind,
    /// What was answered.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortError {
    /// The error and everything beneath it, on one line.
    pub fn chain(&self) -> String {
        error_chain(self)
    }
}

/// Reads a principal from IAM.
#[async_trait]
pub trait ReadIdentity: Send + Sync {
    /// What IAM knows of `target`; nothing when there is no such principal.
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError>;
}

/// Puts a quarantine on a principal.
#[async_trait]
pub trait QuarantinePort: Send + Sync {
    /// Attaches `policy`. Doing it twice is the same as once.
    async fn attach(&self, target: &Target, policy: &PolicyArn) -> Result<(), PortError>;
}

/// What was found when a quarantine was lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detached {
    /// The policy was attached and is no more.
    Detached,
    /// The policy was not attached: somebody else had lifted it.
    WasNotAttached,
    /// The principal no longer exists.
    NoSuchPrincipal,
}

/// Lifts a quarantine.
#[async_trait]
pub trait LiftQuarantine: Send + Sync {
    /// Detaches `policy` and reads back.
    async fn detach(&self, target: &Target, policy: &PolicyArn) -> Result<Detached, PortError>;
}

/// Tells on-call.
#[async_trait]
pub trait Pager: Send + Sync {
    /// Sends one notice; answers with the id of the message.
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError>;
}

/// How often an item was written; 0 for one that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// An item and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The item.
    pub item: T,
    /// Its version.
    pub version: Version,
}

/// A write to the ledger did not happen.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else wrote the item in between.
    #[error("the ledger's item was changed by another worker")]
    Conflict,
    /// The call failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What was decided and done. Every write is conditional on the version that was read, so of two workers one wins.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The entry of a finding.
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError>;
    /// Writes the entry of a finding over `expected`.
    async fn put_entry(&self, entry: &Entry, expected: Version) -> Result<Version, LedgerError>;
    /// The quarantine of a principal, by ARN, past or present.
    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError>;
    /// Writes the quarantine of a principal over `expected`.
    async fn put_quarantine(&self, quarantine: &Quarantine, expected: Version) -> Result<Version, LedgerError>;
    /// Every quarantine, past and present. One that cannot be read is an error of its own, so that it does not keep the
    /// others from being lifted.
    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError>;
    /// The last page about a rule and an actor.
    async fn page_mark(&self, rule: &str, actor: &str) -> Result<Option<Versioned<PageMark>>, PortError>;
    /// Writes the last page about a rule and an actor over `expected`.
    async fn put_page_mark(
        &self,
        rule: &str,
        actor: &str,
        mark: &PageMark,
        expected: Version,
    ) -> Result<Version, LedgerError>;
}
