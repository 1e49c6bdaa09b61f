//! Lifting quarantines: on an operator's word, and at the deadline.

use jiff::Timestamp;

use crate::entry::{Quarantine, QuarantineState};
use crate::notice::Notice;
use crate::ports::{Detached, Ledger, LedgerError, LiftQuarantine, Pager, PortError, Versioned};

/// Everything that releasing needs.
#[derive(Clone, Copy)]
pub struct Releaser<'p> {
    /// The ledger.
    pub ledger: &'p dyn Ledger,
    /// Detaches the policy.
    pub lift: &'p dyn LiftQuarantine,
    /// Tells on-call.
    pub pager: &'p dyn Pager,
}

/// A quarantine that was lifted.
#[derive(Clone, Debug)]
pub struct ReleaseReport {
    /// The quarantine, its state released.
    pub quarantine: Quarantine,
    /// What was found.
    pub detached: Detached,
    /// Why on-call could not be told, where that failed. The release stands all the same.
    pub page_error: Option<String>,
}

/// Why a quarantine was not lifted.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// Nobody of that name is in quarantine.
    #[error("`{0}` is not in quarantine; `portcullis status` lists who is")]
    NotQuarantined(String),
    /// Several principals of that name are.
    #[error("`{name}` names several principals in quarantine, give one ARN: {}", arns.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// Their ARNs.
        arns: Vec<String>,
    },
    /// Somebody else is changing it.
    #[error("`{0}` is being changed by another worker; try again")]
    Busy(String),
    /// A call failed. The quarantine stands, and the next sweep tries again once its deadline has passed.
    #[error("`{name}` could not be released")]
    Port {
        /// Whom.
        name: String,
        /// What failed.
        #[source]
        source: PortError,
    },
}

impl Releaser<'_> {
    /// Lifts the quarantine of `who`, an ARN or a name.
    pub async fn release(
        &self,
        who: &str,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ReleaseReport, ReleaseError> {
        let (readable, unreadable) = self.quarantines(who).await?;
        let mut matching = readable.into_iter().filter(|known| known.item.is_in_force() && names(&known.item, who));
        let Some(first) = matching.next() else {
            // An entry that cannot be read may be the one.
            return Err(match unreadable.into_iter().next() {
                Some(source) => ReleaseError::Port { name: who.to_owned(), source },
                None => ReleaseError::NotQuarantined(who.to_owned()),
            });
        };
        let others: Vec<String> = matching.map(|other| other.item.target.arn().to_owned()).collect();
        if !others.is_empty() {
            let arns = std::iter::once(first.item.target.arn().to_owned()).chain(others).collect();
            return Err(ReleaseError::Ambiguous { name: who.to_owned(), arns });
        }
        self.lift(first, by, reason, now).await
    }

    /// Lifts every quarantine whose deadline has passed. One that fails does not keep the others.
    pub async fn release_expired(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Result<ReleaseReport, ReleaseError>>, ReleaseError> {
        let (readable, unreadable) = self.quarantines("the ledger").await?;
        let unread = |source| Err(ReleaseError::Port { name: "an entry of the ledger".to_owned(), source });
        let mut results: Vec<_> = unreadable.into_iter().map(unread).collect();
        for known in readable {
            if known.item.is_in_force() && known.item.until <= now {
                results.push(self.lift(known, "deadline", "the deadline passed", now).await);
            }
        }
        Ok(results)
    }

    async fn quarantines(&self, name: &str) -> Result<(Vec<Versioned<Quarantine>>, Vec<PortError>), ReleaseError> {
        let listed = self.ledger.quarantines().await;
        let listed = listed.map_err(|source| ReleaseError::Port { name: name.to_owned(), source })?;
        let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
        for known in listed {
            match known {
                Ok(known) => readable.push(known),
                Err(error) => unreadable.push(error),
            }
        }
        Ok((readable, unreadable))
    }

    /// Detaches first and writes after: a crash in between leaves an entry in force, which the next attempt finds
    /// detached already and closes.
    async fn lift(
        &self,
        known: Versioned<Quarantine>,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ReleaseReport, ReleaseError> {
        let mut quarantine = known.item;
        let name = quarantine.target.arn().to_owned();
        let port_error = |source| ReleaseError::Port { name: name.clone(), source };
        let detached = self.lift.detach(&quarantine.target, &quarantine.policy).await.map_err(port_error)?;
        quarantine.state = QuarantineState::Released { at: now, by: by.to_owned(), reason: reason.to_owned() };
        match self.ledger.put_quarantine(&quarantine, known.version).await {
            Ok(_) => {}
            Err(LedgerError::Conflict) => return Err(ReleaseError::Busy(name)),
            Err(LedgerError::Port(source)) => return Err(port_error(source)),
        }
        let paged = self.pager.page(Notice::Released { quarantine: &quarantine, detached }).await;
        Ok(ReleaseReport { quarantine, detached, page_error: paged.err().map(|error| error.chain()) })
    }
}

/// Whether `who` is the quarantine's principal, by ARN or by name.
fn names(quarantine: &Quarantine, who: &str) -> bool {
    if who.starts_with("arn:") { quarantine.target.arn() == who } else { quarantine.target.name() == who }
}
