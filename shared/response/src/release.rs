//! Lifting containments: on an operator's word, and at the deadline.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Principal;

use crate::incident::{Action, incident_id};
use crate::notice::{About, Notice};
use crate::plan::{Step, is_same};
use crate::ports::{Ledger, LedgerError, Nudge, Pager, PortError, ReadIdentity, UndoStep, Version, Versioned};
use crate::quarantine::{Extension, Quarantine, QuarantineState, Undone};
use crate::respond::LEASE;

/// A containment may not be moved further than this from now.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Everything that releasing needs.
#[derive(Clone, Copy)]
pub struct Releaser<'p> {
    /// The ledger.
    pub ledger: &'p dyn Ledger,
    /// Reads principals.
    pub identities: &'p dyn ReadIdentity,
    /// Undoes what was changed.
    pub undo: &'p dyn UndoStep,
    /// Tells `respond` of answers.
    pub nudge: &'p dyn Nudge,
    /// Tells on-call.
    pub pager: &'p dyn Pager,
}

/// A containment that was lifted, or moved.
#[derive(Clone, Debug)]
pub struct ReleaseReport {
    /// The containment as it is now.
    pub quarantine: Quarantine,
    /// Why on-call could not be told, where that failed. The release stands all the same.
    pub page_error: Option<String>,
}

/// Why a containment was not lifted or moved.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// Nobody of that name is contained.
    #[error("`{0}` is not contained; `portcullis status` lists who is")]
    NotContained(String),
    /// Several principals of that name are.
    #[error("`{name}` names several principals that are contained, give one ARN: {}", arns.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// Their ARNs.
        arns: Vec<String>,
    },
    /// Somebody else is changing it.
    #[error("`{0}` is being changed by another worker; try again in a minute and a half")]
    Busy(String),
    /// The new end is not one.
    #[error("`{name}` cannot be extended to {until:.0}: {why}")]
    End {
        /// Whom.
        name: String,
        /// The end that was wanted.
        until: Timestamp,
        /// Why not.
        why: &'static str,
    },
    /// A call failed. The containment stands, and the next sweep tries again once its deadline has passed.
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
    /// Lifts the containment of `who`, an ARN or a name.
    ///
    /// # Errors
    ///
    /// When nobody, or more than one, is contained under that name, or a call fails.
    pub async fn release(
        &self,
        who: &str,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ReleaseReport, ReleaseError> {
        let known = self.find(who).await?;
        self.lift(known, by, reason, now).await
    }

    /// Moves the end of the containment of `who` by `further` from what it is, or from now if that is later.
    ///
    /// # Errors
    ///
    /// As [`release`](Self::release), and when the new end is more than thirty days away.
    pub async fn extend(
        &self,
        who: &str,
        further: SignedDuration,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ReleaseReport, ReleaseError> {
        let known = self.find(who).await?;
        let mut quarantine = known.item;
        let name = quarantine.target.arn().to_owned();
        if quarantine.is_held(now) || matches!(quarantine.state, QuarantineState::Releasing { .. }) {
            return Err(ReleaseError::Busy(name));
        }
        let until = quarantine.until.max(now) + further;
        if further <= SignedDuration::ZERO || until.duration_since(now) > LONGEST {
            let why = "it may end from now on to thirty days from now, and later than it does";
            return Err(ReleaseError::End { name, until, why });
        }
        quarantine.until = until;
        quarantine.extensions.push(Extension { at: now, by: by.to_owned(), reason: reason.to_owned(), until });
        self.put(&quarantine, known.version, now).await?;
        let page_error = self.tell(Action::Update, About::Extended(&quarantine), &quarantine).await;
        Ok(ReleaseReport { quarantine, page_error })
    }

    /// Lifts every containment whose deadline has passed, and goes on with what a crash left half lifted. One that fails
    /// does not keep the others.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn release_expired(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Result<ReleaseReport, ReleaseError>>, ReleaseError> {
        let (readable, unreadable) = self.quarantines("the ledger").await?;
        let unread = |source| Err(ReleaseError::Port { name: "an entry of the ledger".to_owned(), source });
        let mut results: Vec<_> = unreadable.into_iter().map(unread).collect();
        for known in readable.into_iter().filter(|known| known.item.is_in_force() && !known.item.is_held(now)) {
            let result = match known.item.state.clone() {
                QuarantineState::Releasing { by, reason, .. } => self.lift(known, &by, &reason, now).await,
                _ if known.item.until <= now => self.lift(known, "deadline", "the deadline passed", now).await,
                _ => continue,
            };
            results.push(result);
        }
        Ok(results)
    }

    async fn find(&self, who: &str) -> Result<Versioned<Quarantine>, ReleaseError> {
        let (readable, unreadable) = self.quarantines(who).await?;
        let mut matching = readable.into_iter().filter(|known| known.item.is_in_force() && names(&known.item, who));
        let Some(first) = matching.next() else {
            // An entry that cannot be read may be the one.
            return Err(match unreadable.into_iter().next() {
                Some(source) => ReleaseError::Port { name: who.to_owned(), source },
                None => ReleaseError::NotContained(who.to_owned()),
            });
        };
        let others: Vec<String> = matching.map(|other| other.item.target.arn().to_owned()).collect();
        if !others.is_empty() {
            let arns = std::iter::once(first.item.target.arn().to_owned()).chain(others).collect();
            return Err(ReleaseError::Ambiguous { name: who.to_owned(), arns });
        }
        Ok(first)
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

    /// Writes down that it is being lifted, undoes the changes from the last to the first, and writes down what was found.
    /// A crash in between leaves it in force, and the next sweep goes on.
    async fn lift(
        &self,
        known: Versioned<Quarantine>,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ReleaseReport, ReleaseError> {
        let mut quarantine = known.item;
        let name = quarantine.target.arn().to_owned();
        if quarantine.is_held(now) {
            return Err(ReleaseError::Busy(name));
        }
        let resumed = matches!(quarantine.state, QuarantineState::Releasing { .. });
        quarantine.state = QuarantineState::Releasing { at: now, by: by.to_owned(), reason: reason.to_owned() };
        quarantine.lease_until = now + LEASE;
        let version = self.put(&quarantine, known.version, now).await?;
        let found = match self.undo_all(&quarantine, resumed).await {
            Ok(found) => found,
            Err(source) => {
                // Let the next attempt in at once.
                quarantine.lease_until = now;
                self.put(&quarantine, version, now).await?;
                return Err(ReleaseError::Port { name, source });
            }
        };
        quarantine.state = QuarantineState::Released { at: now, by: by.to_owned(), reason: reason.to_owned(), found };
        quarantine.lease_until = now;
        self.put(&quarantine, version, now).await?;
        let page_error = self.tell(Action::Resolve, About::Released(&quarantine), &quarantine).await;
        Ok(ReleaseReport { quarantine, page_error })
    }

    async fn undo_all(&self, quarantine: &Quarantine, resumed: bool) -> Result<Vec<Undone>, PortError> {
        let identity = self.identities.read(&quarantine.target).await?;
        // One that was made again under the same name was never contained.
        let same = |identity: &crate::plan::Identity| is_same(&quarantine.target, identity);
        if !identity.as_ref().is_some_and(same) {
            return Ok(vec![Undone::NoSuchPrincipal; quarantine.steps.len()]);
        }
        // Of several boundaries one at most is there; what was before all of them comes back at once.
        let boundary = identity.and_then(|identity| quarantine.boundary_in(&identity));
        let (mut found, mut unbounded, mut failed) = (Vec::new(), None, None);
        for step in quarantine.steps.iter().rev() {
            let undone = match (step, &boundary, &unbounded) {
                (Step::PutBoundary { .. }, _, Some(undone)) => Ok(Undone::clone(undone)),
                (Step::PutBoundary { .. }, Some(boundary), None) => self.undo.undo(&quarantine.target, boundary).await,
                _ => self.undo.undo(&quarantine.target, step).await,
            };
            // What cannot be undone keeps nothing else from being undone.
            let undone = match undone {
                Ok(undone) => undone,
                Err(error) => {
                    failed.get_or_insert(error);
                    continue;
                }
            };
            // What the attempt before the crash undid is no longer there.
            let undone = if resumed && undone == Undone::WasNotThere { Undone::Restored } else { undone };
            if matches!(step, Step::PutBoundary { .. }) {
                unbounded = Some(undone.clone());
            }
            found.push(undone);
        }
        failed.map_or(Ok(found), Err)
    }

    async fn put(&self, quarantine: &Quarantine, expected: Version, now: Timestamp) -> Result<Version, ReleaseError> {
        let name = || quarantine.target.arn().to_owned();
        match self.ledger.put_quarantine(quarantine, expected, now).await {
            Ok(version) => Ok(version),
            Err(LedgerError::Conflict) => Err(ReleaseError::Busy(name())),
            Err(LedgerError::Port(source)) => Err(ReleaseError::Port { name: name(), source }),
        }
    }

    /// Tells on-call, and ends the incident where that is over. Answers with why that failed, where it did.
    async fn tell(&self, action: Action, about: About<'_>, quarantine: &Quarantine) -> Option<String> {
        let key = principal_of(quarantine).to_string();
        let known = match self.ledger.incident(&key).await {
            Ok(known) => known,
            Err(error) => return Some(error.chain()),
        };
        let incident = known.as_ref().map_or_else(|| incident_id(&quarantine.finding), |known| known.item.id.clone());
        if let (Some(mut known), Action::Resolve) = (known, action) {
            known.item.resolved = true;
            known.item.asked = None;
            // Another page of the same actor at this moment opens it again; that one counts.
            let _ = self.ledger.put_incident(&key, &known.item, known.version).await;
        }
        self.pager.page(Notice { action, incident: &incident, about }).await.err().map(|error| error.chain())
    }
}

fn principal_of(quarantine: &Quarantine) -> Principal {
    match quarantine.target.clone() {
        crate::target::Target::Role { arn, id } => Principal::Role { arn, id },
        crate::target::Target::User { arn, id } => Principal::User { arn, id },
    }
}

/// Whether `who` is the containment's principal, by ARN or by name.
fn names(quarantine: &Quarantine, who: &str) -> bool {
    if who.starts_with("arn:") { quarantine.target.arn() == who } else { quarantine.target.name() == who }
}
