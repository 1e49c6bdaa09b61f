//! The containment itself: written down first, done step by step, looked at, and written down again.

use jiff::{SignedDuration, Timestamp};
use portcullis_settings::WhenFull;

use crate::entry::Containment;
use crate::form::newest_ground;
use crate::plan::{Identity, Plan, Step, recreated};
use crate::ports::{PortError, PortErrorKind, Version, Versioned};
use crate::quarantine::{Level, Quarantine, QuarantineState, Simulated, Verification};
use crate::refusal::Refusal;
use crate::respond::{LEASE, RespondError, Responder, write_error};
use crate::target::Target;
use crate::work::Work;

/// What came of it.
pub(crate) enum Applied {
    /// The actor is denied.
    Now(Containment),
    /// It is denied already: another finding on the same actor was quicker.
    ByAnother { containment: Containment, refusal: Refusal },
    /// It is not, or that is not known.
    Not(PortError),
    /// Nothing was tried.
    Refused(Refusal),
}

impl Work<'_, '_> {
    /// Writes the containment with its deadline first, then makes the changes, then reads back: nothing in IAM can be
    /// left behind without a deadline.
    pub(crate) async fn apply(&mut self) -> Result<Applied, RespondError> {
        let (responder, id) = (self.responder, self.id());
        let Plan { target: Some(target), level: Some(level), steps } = self.entry.plan.clone() else {
            return Ok(Applied::Not(unplanned()));
        };
        let known = responder.quarantine_of(target.arn(), &id).await?;
        let version = known.as_ref().map_or(Version(0), |known| known.version);
        // Somebody released it while this was under way: the next delivery hears that as a guard.
        let ground = newest_ground(&self.entry.finding);
        if known.as_ref().is_some_and(|known| known.item.released_since(ground).is_some()) {
            return Err(RespondError::Busy(id));
        }
        let known = known.filter(|known| known.item.is_in_force());
        let ours = known.as_ref().is_some_and(|known| self.entry.is_ours(&known.item.finding));
        if known.as_ref().is_some_and(|known| known.item.is_held(self.now)) {
            return Err(RespondError::Busy(id));
        }
        // What is being lifted is not put on at the same time, whoever put it on; nor does on-call wait for a release that
        // does not come to its end.
        if let Some(QuarantineState::Releasing { by, .. }) = known.as_ref().map(|known| &known.item.state) {
            return Ok(Applied::Refused(Refusal::BeingReleased { by: by.clone() }));
        }
        if let Some(other) = known.as_ref().filter(|known| !ours && known.item.level >= level)
            && responder.is_in_place(&other.item, &self.entry.finding).await
        {
            return Ok(by_another(&other.item));
        }
        // What was done to another one of that name is gone with it.
        let known = known.filter(|known| known.item.target.id() == target.id());
        let before = known.as_ref().map(|known| known.item.clone());
        let before = before.filter(|before| matches!(before.state, QuarantineState::Active { .. }));
        let quarantine = self.begin(target, level, steps, known);
        let mut held = Held { responder, quarantine, version, now: self.now };
        held.save(&id).await?;
        let made = held.make_all(&id).await?;
        let seen = held.look().await;
        let containment = held.settle(made, seen);
        if let (Applied::Not(error), Some(before)) = (&containment, before)
            && error.kind != PortErrorKind::Retryable
        {
            // It could not go further than the lockout, which stands as it stood.
            held.quarantine = before;
        }
        held.save(&id).await?;
        Ok(containment)
    }

    /// One that was begun before a crash keeps its deadline, its steps and what they need for the undoing; one that goes
    /// further than a lockout keeps the lockout.
    fn begin(
        &self,
        target: Target,
        level: Level,
        steps: Vec<Step>,
        known: Option<Versioned<Quarantine>>,
    ) -> Quarantine {
        let settings = self.responder.settings;
        let lasts = match level {
            Level::Lockout => settings.lockout.lifts_after,
            Level::Quarantine => settings.quarantine.lifts_after,
        };
        let fresh = Quarantine {
            target,
            level,
            steps,
            finding: self.id(),
            why: self.entry.finding.rule.title.clone(),
            since: self.now,
            until: self.now + lasts,
            state: QuarantineState::Applying,
            lease_until: self.now + LEASE,
            extensions: Vec::new(),
            tampering: None,
            reapplied: 0,
        };
        let Some(known) = known.map(|known| known.item) else { return fresh };
        let resumed = self.entry.is_ours(&known.finding) && known.level >= level;
        let mut steps = known.steps;
        for step in fresh.steps.iter().filter(|step| !replaced(step, &steps)).cloned().collect::<Vec<_>>() {
            steps.push(step);
        }
        let until = if resumed { known.until } else { known.until.max(fresh.until) };
        Quarantine {
            steps,
            until,
            since: known.since,
            level: known.level.max(level),
            extensions: known.extensions,
            ..fresh
        }
    }
}

/// Whether the step is among those, or a boundary stands for it.
fn replaced(step: &Step, steps: &[Step]) -> bool {
    let stands_for = |other: &Step| match (step, other) {
        (Step::AttachPolicy { policy }, Step::PutBoundary { policy: instead, .. }) => policy == instead,
        (step, other) => step == other,
    };
    steps.iter().any(stands_for)
}

fn by_another(other: &Quarantine) -> Applied {
    let (verified, simulated) = match &other.state {
        QuarantineState::Active { verification } => (verification.is_verified(), verification.simulated.clone()),
        _ => (false, Simulated::Unknown { error: "another worker is at it".to_owned() }),
    };
    let (level, until) = (other.level, other.until);
    let steps = other.steps.clone();
    let containment =
        Containment::Contained { at: other.since, until, level, steps, verified, simulated, incomplete: Vec::new() };
    Applied::ByAnother { containment, refusal: Refusal::AlreadyContained { level, until } }
}

fn unplanned() -> PortError {
    PortError { what: "nothing is planned".to_owned(), kind: PortErrorKind::Refused, source: None }
}

/// A containment while one worker has it to itself.
pub(crate) struct Held<'r, 'p> {
    pub(crate) responder: &'r Responder<'p>,
    pub(crate) quarantine: Quarantine,
    pub(crate) version: Version,
    pub(crate) now: Timestamp,
}

/// What came of the changes: whether the denial was made, and what could not be done beside it.
pub(crate) struct Made {
    denial: Result<(), PortError>,
    incomplete: Vec<String>,
}

impl Made {
    /// Why not all of it is done, where it is not.
    pub(crate) fn why_not(self) -> Option<String> {
        self.denial.err().map(|error| error.chain()).or_else(|| self.incomplete.into_iter().next())
    }
}

impl Held<'_, '_> {
    pub(crate) async fn save(&mut self, id: &portcullis_domain::FindingId) -> Result<(), RespondError> {
        let ledger = self.responder.ledger;
        let written = ledger.put_quarantine(&self.quarantine, self.version, self.now).await;
        self.version = written.map_err(write_error(id))?;
        Ok(())
    }

    /// Makes every change that is not there yet. What denies comes first; the rest is done if that went well.
    pub(crate) async fn make_all(&mut self, id: &portcullis_domain::FindingId) -> Result<Made, RespondError> {
        let mut made = Made { denial: Ok(()), incomplete: Vec::new() };
        for index in 0..self.quarantine.steps.len() {
            let Some(step) = self.quarantine.steps.get(index).cloned() else { break };
            if !self.quarantine.stands(index) {
                continue;
            }
            let target = &self.quarantine.target;
            let mut result = self.responder.apply.apply(target, &step).await;
            if let (Err(error), Step::AttachPolicy { policy }) = (&result, &step)
                && error.kind == PortErrorKind::QuotaFull
                && self.may_use_boundary()
            {
                let boundary = match self.former(policy).await {
                    Ok(former) => Step::PutBoundary { policy: policy.clone(), former },
                    Err(error) => {
                        made.denial = Err(error);
                        break;
                    }
                };
                // What was there before is written down before it is replaced.
                if let Some(place) = self.quarantine.steps.get_mut(index) {
                    *place = boundary.clone();
                }
                self.save(id).await?;
                result = self.responder.apply.apply(&self.quarantine.target, &boundary).await;
            }
            match result {
                Ok(()) => {}
                Err(error) if step.denies() => {
                    made.denial = Err(error);
                    break;
                }
                Err(error) => made.incomplete.push(error.chain()),
            }
        }
        Ok(made)
    }

    fn may_use_boundary(&self) -> bool {
        self.quarantine.level == Level::Quarantine || self.responder.settings.lockout.when_full == WhenFull::Boundary
    }

    /// The boundary that is there now. One of ours that a lockout put there is kept in its own step.
    async fn former(
        &self,
        policy: &portcullis_domain::PolicyArn,
    ) -> Result<Option<portcullis_domain::PolicyArn>, PortError> {
        let identity = self.responder.identities.read(&self.quarantine.target).await?;
        Ok(identity.and_then(|identity| identity.boundary).filter(|boundary| boundary != policy))
    }

    /// Reads back, and asks what the principal may still do.
    pub(crate) async fn look(&self) -> Seen {
        let Quarantine { target, level, .. } = &self.quarantine;
        let identity = self.responder.identities.read(target).await;
        let identity = identity.map(|known| known.filter(|known| recreated(target, known).is_none()));
        let simulated = match self.responder.simulate.simulate(target, *level).await {
            Ok(simulated) => simulated,
            Err(error) => Simulated::Unknown { error: error.chain() },
        };
        Seen { identity: identity.map_err(|_| ()), simulated }
    }

    /// Says where the containment stands after the changes were tried. IAM's answer may be lost although a call went
    /// through, so what reading back shows counts for more.
    fn settle(&mut self, made: Made, seen: Seen) -> Applied {
        let quarantine = &self.quarantine;
        let denies = |identity: &Identity| quarantine.denies_in(identity);
        let denied = seen.identity.as_ref().map(|identity| identity.as_ref().is_some_and(denies));
        let all = |identity: &Identity| quarantine.missing(identity).is_empty();
        let all = seen.identity.as_ref().is_ok_and(|identity| identity.as_ref().is_some_and(all));
        let error = match (made.denial, denied) {
            (Ok(()), _) | (Err(_), Ok(true)) => {
                let verification = Verification { read_back: all, simulated: seen.simulated };
                let contained = Containment::Contained {
                    at: self.now,
                    until: self.quarantine.until,
                    level: self.quarantine.level,
                    steps: self.quarantine.steps.clone(),
                    verified: verification.is_verified(),
                    simulated: verification.simulated.clone(),
                    incomplete: made.incomplete,
                };
                self.quarantine.state = QuarantineState::Active { verification };
                return Applied::Now(contained);
            }
            (Err(error), _) => error,
        };
        // A refusal is final, unless a lockout stands beneath it. An answer that was lost may still take effect, whatever
        // a stale read shows: then it stays in force, so that the deadline takes it off in any case.
        let nothing = |identity: &Identity| !self.quarantine.steps.iter().any(|step| step.is_in_place(identity));
        let nothing = seen.identity.as_ref().is_ok_and(|identity| identity.as_ref().is_none_or(nothing));
        let refused = error.kind != PortErrorKind::Retryable;
        self.quarantine.state = if nothing && refused { QuarantineState::Failed } else { QuarantineState::Applying };
        self.quarantine.lease_until = self.now - SignedDuration::from_secs(1);
        Applied::Not(error)
    }
}

/// What was seen after the changes.
pub(crate) struct Seen {
    /// What IAM shows; nothing when there is no such principal any more.
    pub(crate) identity: Result<Option<Identity>, ()>,
    pub(crate) simulated: Simulated,
}
