//! What `respond` and `release` need of the world, as small traits split by power: code that is handed only
//! [`ReadIdentity`] cannot change anything.

use std::error::Error;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::{AccountId, Finding, FindingId, error_chain};

use crate::alarm::AlarmIncident;
use crate::chain::Link;
use crate::entry::{Entry, Surroundings};
use crate::incident::Incident;
use crate::limits::Places;
use crate::notice::Notice;
use crate::plan::{Identity, Step};
use crate::quarantine::{Level, Quarantine, Simulated, Undone};
use crate::target::Target;

/// What kind of failure it was: whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortErrorKind {
    /// Throttled, timed out, or a fault on the other side.
    Retryable,
    /// Refused for good: no permission, no such thing.
    Refused,
    /// No further policy may be attached (IAM's `LimitExceeded`).
    QuotaFull,
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

/// Asks IAM what a principal may do.
#[async_trait]
pub trait Simulate: Send + Sync {
    /// Whether what `level` denies is denied to `target` now.
    async fn simulate(&self, target: &Target, level: Level) -> Result<Simulated, PortError>;
}

/// Contains a principal.
#[async_trait]
pub trait ApplyStep: Send + Sync {
    /// Makes one change. Doing it twice is the same as once.
    async fn apply(&self, target: &Target, step: &Step) -> Result<(), PortError>;
}

/// Lifts a containment.
#[async_trait]
pub trait UndoStep: Send + Sync {
    /// Undoes one change, if it is there, and reads back. Doing it twice is the same as once.
    async fn undo(&self, target: &Target, step: &Step) -> Result<Undone, PortError>;
}

/// Looks into the records for what surrounds a finding.
#[async_trait]
pub trait LookAround: Send + Sync {
    /// The sessions of the actor, and the roles that it assumed. Whatever cannot be found out is told in the answer.
    async fn look_around(&self, finding: &Finding, target: &Target, now: Timestamp) -> Surroundings;
}

/// How many roles and users were seen active lately.
#[async_trait]
pub trait CountActive: Send + Sync {
    /// In `account`, today and yesterday.
    async fn count_active(&self, account: &AccountId, now: Timestamp) -> Result<usize, PortError>;
}

/// The kill switch, as it is read.
#[async_trait]
pub trait KillSwitch: Send + Sync {
    /// The note in it while it is on.
    async fn stopped(&self) -> Result<Option<String>, PortError>;
}

/// The kill switch, as it is thrown.
#[async_trait]
pub trait ThrowSwitch: Send + Sync {
    /// Switches it on, with a note for whoever looks.
    async fn stop(&self, note: &str) -> Result<(), PortError>;
    /// Switches it off.
    async fn resume(&self) -> Result<(), PortError>;
}

/// Tells `respond` that on-call has answered.
#[async_trait]
pub trait Nudge: Send + Sync {
    /// About this finding.
    async fn answered(&self, finding: &FindingId) -> Result<(), PortError>;
}

/// Tells on-call.
#[async_trait]
pub trait Pager: Send + Sync {
    /// Sends one notice; answers with the id of the message.
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError>;
}

/// Keeps the links of the chain somewhere else: a bucket under Object Lock, an event bus.
#[async_trait]
pub trait KeepEvidence: Send + Sync {
    /// Keeps one link. Keeping it twice is the same as once, as far as the place knows how.
    async fn keep(&self, link: &Link) -> Result<(), PortError>;
}

/// How often an item was written; 0 for one that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// An item and its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// What was decided and done. Every write is conditional on the version that was read, so of two workers one wins. Writes
/// of entries and containments leave a link in the chain, in the same transaction.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The entry of a finding.
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError>;
    /// Writes the entry of a finding over `expected`, and a link.
    async fn put_entry(&self, entry: &Entry, expected: Version, now: Timestamp) -> Result<Version, LedgerError>;
    /// The containment of a principal, by ARN, past or present.
    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError>;
    /// Writes the containment of a principal over `expected`, and a link.
    async fn put_quarantine(
        &self,
        quarantine: &Quarantine,
        expected: Version,
        now: Timestamp,
    ) -> Result<Version, LedgerError>;
    /// Every containment, past and present. One that cannot be read is an error of its own, so that it does not keep the
    /// others from being lifted.
    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError>;
    /// The incident of an actor.
    async fn incident(&self, actor: &str) -> Result<Option<Versioned<Incident>>, PortError>;
    /// Writes the incident of an actor over `expected`.
    async fn put_incident(&self, actor: &str, incident: &Incident, expected: Version) -> Result<Version, LedgerError>;
    /// What is known of the alarms of one thing, by its key.
    async fn alarm_incident(&self, thing: &str) -> Result<Option<Versioned<AlarmIncident>>, PortError>;
    /// What is known of the alarms of everything, each with its key. What cannot be read is an error of its own, so that it
    /// does not keep on-call from being told of the others.
    async fn alarm_incidents(&self) -> Result<Vec<Result<(String, Versioned<AlarmIncident>), PortError>>, PortError>;
    /// Writes what is known of the alarms of one thing over `expected`.
    async fn put_alarm_incident(
        &self,
        thing: &str,
        incident: &AlarmIncident,
        expected: Version,
    ) -> Result<Version, LedgerError>;
    /// Notes that an answer about the finding is waited for until `until`. Doing it twice is the same as once.
    async fn note_ask(&self, id: &FindingId, until: Timestamp) -> Result<(), PortError>;
    /// The findings of which that was noted.
    async fn asks(&self) -> Result<Vec<FindingId>, PortError>;
    /// The places of the blast cap that were taken lately.
    async fn places(&self) -> Result<Versioned<Places>, PortError>;
    /// Writes them over `expected`.
    async fn put_places(&self, places: &Places, expected: Version) -> Result<Version, LedgerError>;
}

/// The chain of the ledger.
#[async_trait]
pub trait Chain: Send + Sync {
    /// Adds a link about something that has no item of its own.
    async fn note(&self, account: &str, item: &str, stage: &str, body: &str, now: Timestamp) -> Result<(), PortError>;
    /// The accounts that have a chain, each with the number of the last link that was kept elsewhere.
    async fn accounts(&self) -> Result<Vec<(String, Versioned<u64>)>, PortError>;
    /// The end of an account's chain, as it is kept beside it: the number and the hash of the last link.
    async fn head(&self, account: &str) -> Result<Option<(u64, String)>, PortError>;
    /// Some links of an account, from the one after `after`, in order; none when there are no more.
    async fn links(&self, account: &str, after: u64) -> Result<Vec<Link>, PortError>;
    /// Writes the number of the last link that was kept elsewhere, over `expected`.
    async fn put_kept(&self, account: &str, number: u64, expected: Version) -> Result<Version, LedgerError>;
}
