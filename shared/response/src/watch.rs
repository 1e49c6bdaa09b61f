//! The watch on whoever is contained: what somebody undid is put back, and on-call is told.

use jiff::Timestamp;
use portcullis_domain::{FindingId, Principal};
use portcullis_settings::Mode;
use serde::{Deserialize, Serialize};

use crate::apply::Held;
use crate::incident::{Action, incident_id};
use crate::notice::{About, Notice};
use crate::plan::{Identity, Step, is_same};
use crate::ports::{PortErrorKind, Versioned};
use crate::quarantine::{Quarantine, QuarantineState, Simulated, Tampering, Verification};
use crate::refusal::Refusal;
use crate::respond::{LEASE, RespondError, Responder, ledger_error};
use crate::target::Target;

/// After so many times it is left: whoever takes it off each time, a tool or a person, must be spoken to.
const OFTEN: u32 = 10;

/// The message that tells `respond` to look after somebody: IAM has changed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Whom.
    pub watch: Watched,
}

/// Who was changed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The ARN of the contained principal.
    pub principal: String,
    /// Who changed it, where the record tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The event that told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// What a look at a containment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// All of it is in place, or it is over, or another worker is at it.
    InPlace,
    /// A part was undone, and put back.
    Reapplied(Box<Quarantine>),
    /// A part was undone, and left so, for the reason that its `tampering` has.
    Left(Box<Quarantine>),
}

impl Responder<'_> {
    /// Looks after everybody who is contained. One that cannot be looked after does not keep the others.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn watch_all(&self, now: Timestamp) -> Result<Vec<Result<Look, RespondError>>, RespondError> {
        let nobody: FindingId = FindingId::of_event("watch", "", "");
        let all = self.ledger.quarantines().await.map_err(ledger_error(&nobody))?;
        let mut looks = Vec::new();
        for known in all {
            match known {
                Ok(known) if known.item.is_in_force() => looks.push(self.look_after(known, None, now).await),
                Ok(_) => {}
                Err(source) => looks.push(Err(ledger_error(&nobody)(source))),
            }
        }
        Ok(looks)
    }

    /// Looks after one principal that IAM changed.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery may complete.
    pub async fn watch(&self, watched: &Watched, now: Timestamp) -> Result<Look, RespondError> {
        let nobody = FindingId::of_event("watch", "", &watched.principal);
        match self.quarantine_of(&watched.principal, &nobody).await? {
            Some(known) if known.item.is_in_force() => self.look_after(known, Some(watched), now).await,
            _ => Ok(Look::InPlace),
        }
    }

    async fn look_after(
        &self,
        known: Versioned<Quarantine>,
        told: Option<&Watched>,
        now: Timestamp,
    ) -> Result<Look, RespondError> {
        let id = known.item.finding.clone();
        let mut held = Held { responder: self, quarantine: known.item, version: known.version, now };
        // A page that could not be sent is due still, unless another worker is about to send it.
        let due = held.quarantine.tampering.as_ref().is_some_and(|seen| seen.message_id.is_none());
        let others = held.quarantine.is_held(now) || (due && held.quarantine.lease_until > now);
        // Being put on or lifted, or past its end, is none of the watch's business.
        let over = held.quarantine.until <= now || others;
        let resumes = due && matches!(held.quarantine.state, QuarantineState::Applying);
        if over || !(resumes || matches!(held.quarantine.state, QuarantineState::Active { .. })) {
            return Ok(Look::InPlace);
        }
        let identity = match self.identities.read(&held.quarantine.target).await {
            Ok(Some(identity)) => identity,
            // Deleted: a role then can do nothing any more, and the deadline closes the entry. (A user may have been renamed.)
            Ok(None) => return Ok(Look::InPlace),
            Err(source) => return Err(RespondError::Guard { id, source }),
        };
        let stranger = (!is_same(&held.quarantine.target, &identity)).then(|| Refusal::Recreated {
            recorded: held.quarantine.target.id().unwrap_or_default().to_owned(),
            found: identity.id.clone(),
        });
        let mut missing = held.quarantine.missing(&identity);
        if let QuarantineState::Active { verification: Verification { read_back: false, .. } } = &held.quarantine.state
        {
            // What was never done beside the denial is no tampering; on-call was told of it.
            missing.retain(Step::denies);
        }
        if missing.is_empty() && !due {
            return Ok(Look::InPlace);
        }
        if !missing.is_empty() {
            let left = match stranger {
                Some(refusal) => Some(refusal.to_string()),
                None => self.refuse_again(&held.quarantine, &identity.tags).await?,
            };
            let before = held.quarantine.tampering.as_ref();
            if before.is_some_and(|seen| seen.missing == missing && seen.left.is_some() && seen.left == left && !due) {
                return Ok(Look::InPlace);
            }
            let (by, event) = (told.and_then(|told| told.by.clone()), told.and_then(|told| told.event.clone()));
            let puts_back = left.is_none();
            if puts_back {
                held.quarantine.keep_former(&identity);
            }
            if let (Some(error), true) = (&left, resumes) {
                // Half put back, and not gone on with now: the next look sees that it is missing.
                let verification =
                    Verification { read_back: false, simulated: Simulated::Unknown { error: error.clone() } };
                held.quarantine.state = QuarantineState::Active { verification };
            }
            held.quarantine.tampering = Some(Tampering { at: now, missing, by, event, left, message_id: None });
            if puts_back {
                self.put_back(&mut held, &id).await?;
            }
        } else if resumes {
            self.put_back(&mut held, &id).await?;
        }
        // Others wait while on-call is told.
        held.quarantine.lease_until = now + LEASE;
        held.save(&id).await?;
        self.tell_of_tampering(&mut held, &id).await?;
        let left = held.quarantine.tampering.as_ref().is_some_and(|seen| seen.left.is_some());
        let quarantine = Box::new(held.quarantine);
        Ok(if left { Look::Left(quarantine) } else { Look::Reapplied(quarantine) })
    }

    /// Why it is not put back.
    async fn refuse_again(
        &self,
        quarantine: &Quarantine,
        tags: &[(String, String)],
    ) -> Result<Option<String>, RespondError> {
        let principal = match quarantine.target.clone() {
            Target::Role { arn, id } => Principal::Role { arn, id },
            Target::User { arn, id } => Principal::User { arn, id },
        };
        let protection = self.settings.is_protected(&principal).or_else(|| self.settings.is_protected_by_tag(tags));
        if let Some(protection) = protection {
            return Ok(Some(Refusal::Protected { by: protection.to_string() }.to_string()));
        }
        let account = quarantine.target.account();
        let home = self.deployment.account.as_ref();
        if home.is_some_and(|home| *home != account) && !self.settings.members.contains(&account) {
            return Ok(Some(Refusal::ForeignAccount { account: Some(account) }.to_string()));
        }
        if self.deployment.deployers.iter().any(|pattern| pattern.matches(quarantine.target.arn())) {
            return Ok(Some(Refusal::Deployer.to_string()));
        }
        if self.settings.mode < Mode::Ask {
            return Ok(Some(format!("the settings say `mode: {}`", self.settings.mode)));
        }
        if quarantine.reapplied >= OFTEN {
            return Ok(Some(format!("it was put back {OFTEN} times, or that was tried; each time it was off again")));
        }
        match self.switch.stopped().await {
            Ok(note) => Ok(note.map(|note| Refusal::Stopped { note }.to_string())),
            Err(source) if source.kind == PortErrorKind::Retryable => {
                Err(RespondError::Guard { id: quarantine.finding.clone(), source })
            }
            Err(error) => Ok(Some(Refusal::Unreadable { error: error.chain() }.to_string())),
        }
    }

    /// Makes every change that is missing, having it to itself meanwhile: a release waits. What came of it is left to be
    /// written down.
    async fn put_back(&self, held: &mut Held<'_, '_>, id: &FindingId) -> Result<(), RespondError> {
        held.quarantine.state = QuarantineState::Applying;
        held.quarantine.lease_until = held.now + LEASE;
        held.quarantine.reapplied += 1;
        held.save(id).await?;
        let made = held.make_all(id).await?;
        let seen = held.look().await;
        let in_place = |identity: &Identity| held.quarantine.missing(identity).is_empty();
        let read_back = seen.identity.is_ok_and(|identity| identity.as_ref().is_some_and(in_place));
        held.quarantine.state =
            QuarantineState::Active { verification: Verification { read_back, simulated: seen.simulated } };
        if let Some(why) = made.why_not()
            && let Some(tampering) = &mut held.quarantine.tampering
        {
            tampering.left = Some(why);
        }
        Ok(())
    }

    async fn tell_of_tampering(&self, held: &mut Held<'_, '_>, id: &FindingId) -> Result<(), RespondError> {
        let arn = held.quarantine.target.arn().to_owned();
        let incident = self.ledger.incident(&arn).await.map_err(ledger_error(id))?;
        let incident = incident.map_or_else(|| incident_id(id), |known| known.item.id);
        let about = About::Tampered(&held.quarantine);
        let paged = self.pager.page(Notice { action: Action::Trigger, incident: &incident, about }).await;
        held.quarantine.lease_until = held.now;
        if let (Ok(sent), Some(tampering)) = (&paged, &mut held.quarantine.tampering) {
            tampering.message_id = Some(sent.clone());
        }
        held.save(id).await?;
        paged.map(|_| ()).map_err(|source| RespondError::Page { id: id.clone(), source })
    }
}
