//! One finding from decision to page, once, however often it is delivered.
//!
//! The order is fixed: write down what is to be done; contain; write down what came of it; page; write that down. A crash
//! anywhere leaves an entry that the next delivery resumes. Only a crash between publishing a page and writing it down
//! makes a second page, of the same finding and under the same incident.
//!
//! A burst is one finding that is told again as it grows, and takes the place of others when they turn out to be parts of
//! it: see `take_up.rs` and `supersede.rs`.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, FindingId};
use portcullis_settings::Settings;

use crate::decide::Deployment;
use crate::entry::Entry;
use crate::form::newest;
use crate::ports::{
    ApplyStep, CountActive, KillSwitch, Ledger, LedgerError, LookAround, Pager, PortError, ReadIdentity, Simulate,
    Version, Versioned,
};
use crate::quarantine::Quarantine;
use crate::supersede::strongest;
use crate::work::Work;

/// How long one worker has a finding to itself. Longer than the function may run, so that a lease that has ended means
/// a worker that has died.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Everything that responding needs.
#[derive(Clone, Copy)]
pub struct Responder<'p> {
    /// The settings.
    pub settings: &'p Settings,
    /// What Portcullis knows of itself.
    pub deployment: &'p Deployment,
    /// The ledger.
    pub ledger: &'p dyn Ledger,
    /// Reads principals.
    pub identities: &'p dyn ReadIdentity,
    /// Contains them.
    pub apply: &'p dyn ApplyStep,
    /// Asks IAM what they may still do.
    pub simulate: &'p dyn Simulate,
    /// Looks for what surrounds a finding.
    pub records: &'p dyn LookAround,
    /// How many were seen active.
    pub active: &'p dyn CountActive,
    /// The kill switch.
    pub switch: &'p dyn KillSwitch,
    /// Tells on-call.
    pub pager: &'p dyn Pager,
}

/// What responding came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It was dealt with now.
    Done(Box<Entry>),
    /// It had been dealt with before, in an older form or as parts of it, and calls for no more: the newest form was
    /// written down.
    Updated {
        /// The entry.
        entry: Box<Entry>,
        /// How many findings turned out to be parts of it.
        superseded: usize,
    },
    /// It had been dealt with before, is a part of another one, or was withdrawn: nothing was done.
    Duplicate(FindingId),
    /// It does not hold any more, which was written down now.
    Withdrawn(Box<Entry>),
}

/// Why a finding, or a change of an alarm, is not dealt with yet. The message goes back to its queue.
#[derive(Debug, thiserror::Error)]
pub enum RespondError {
    /// Another worker has it.
    #[error("finding {0} is being dealt with by another worker")]
    Busy(FindingId),
    /// The ledger could not be read or written.
    #[error("the ledger did not answer about finding {id}")]
    Ledger {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
    /// The containment failed in a way that trying again may mend; on-call has been told.
    #[error("finding {id}: containment failed and will be tried again: {error}")]
    Containment {
        /// The finding.
        id: FindingId,
        /// What failed.
        error: String,
    },
    /// What a guard must know could not be read, in a way that trying again may mend. Nothing was done yet.
    #[error("what a guard must know about the actor of finding {id} could not be read")]
    Guard {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
    /// The page could not be sent. The containment, where there was one, stands.
    #[error("finding {id} could not be paged")]
    Page {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
    /// A change of an alarm could not be dealt with.
    #[error("alarm `{name}`: {what}")]
    Alarm {
        /// The alarm's name.
        name: String,
        /// What failed.
        what: &'static str,
        /// What was answered, where something was.
        #[source]
        source: Option<PortError>,
    },
    /// What the ledger holds of alarms could not be read, all of it or that of one thing.
    #[error("what is known of alarms could not be read")]
    Alarms {
        /// What failed.
        #[source]
        source: PortError,
    },
}

impl Responder<'_> {
    /// Deals with one finding at the time `now`. On the `last_try` an IAM that does not answer is a refusal, so that
    /// on-call is told; before that, the finding is put back.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery of the same finding may complete.
    pub async fn respond(&self, finding: &Finding, now: Timestamp, last_try: bool) -> Result<Report, RespondError> {
        let own = self.entry(&finding.id).await?;
        if let Some(own) = &own {
            if self.is_gone(finding, &own.item).await? {
                return Ok(Report::Duplicate(finding.id.clone()));
            }
            if own.item.is_held(now) {
                return Err(RespondError::Busy(finding.id.clone()));
            }
        }
        let version = own.as_ref().map_or(Version(0), |own| own.version);
        let own = own.map(|own| own.item).filter(|own| !own.unheard);
        let parts = self.bury(finding, own.as_ref(), now).await?;
        let form = newest(own.as_ref().map(|own| &own.finding), finding);
        if own.as_ref().is_some_and(|own| own.done && own.finding == form) {
            return Ok(Report::Duplicate(finding.id.clone()));
        }
        let entry = match strongest(own, parts.heard, &form) {
            None => self.decide(&form, now, last_try).await?,
            Some(base) => self.take_up(base, form, now, last_try).await?,
        };
        if entry.done {
            self.put(&entry, version, now).await?;
            return Ok(Report::Updated { entry: Box::new(entry), superseded: parts.buried });
        }
        self.carry_out(entry, version, now, last_try).await
    }

    /// Contains, looks around and pages, as far as that is left to do.
    pub(crate) async fn carry_out(
        &self,
        entry: Entry,
        version: Version,
        now: Timestamp,
        last_try: bool,
    ) -> Result<Report, RespondError> {
        let mut work = Work { responder: self, entry, version, now, last_try };
        work.entry.lease_until = now + LEASE;
        work.save().await?;
        let retry = work.contain().await?;
        work.page().await?;
        work.cover().await;
        if let Some(error) = retry {
            // Let the next delivery in at once rather than after the lease.
            work.entry.lease_until = now;
            work.save().await?;
            return Err(RespondError::Containment { id: work.id(), error });
        }
        work.entry.done = true;
        work.save().await?;
        Ok(Report::Done(Box::new(work.entry)))
    }

    pub(crate) async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, RespondError> {
        self.ledger.entry(id).await.map_err(ledger_error(id))
    }

    pub(crate) async fn put(&self, entry: &Entry, expected: Version, now: Timestamp) -> Result<Version, RespondError> {
        self.ledger.put_entry(entry, expected, now).await.map_err(write_error(&entry.finding.id))
    }

    /// The containment of the principal `arn`; `id` is the finding that it is read for.
    pub(crate) async fn quarantine_of(
        &self,
        arn: &str,
        id: &FindingId,
    ) -> Result<Option<Versioned<Quarantine>>, RespondError> {
        self.ledger.quarantine(arn).await.map_err(ledger_error(id))
    }
}

pub(crate) fn ledger_error(id: &FindingId) -> impl FnOnce(PortError) -> RespondError {
    |source| RespondError::Ledger { id: id.clone(), source }
}

pub(crate) fn write_error(id: &FindingId) -> impl FnOnce(LedgerError) -> RespondError {
    |error| match error {
        LedgerError::Conflict => RespondError::Busy(id.clone()),
        LedgerError::Port(source) => RespondError::Ledger { id: id.clone(), source },
    }
}
