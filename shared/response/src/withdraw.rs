//! A finding that holds no longer: with more events known, its rule did not fire. Only rules whose condition has an upper
//! bound take anything back.

use jiff::Timestamp;
use portcullis_domain::FindingId;
use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Gone};
use crate::form::page_key;
use crate::incident::{Action, incident_id};
use crate::notice::{About, Notice};
use crate::ports::Version;
use crate::quarantine::Quarantine;
use crate::respond::{LEASE, Report, RespondError, Responder, ledger_error};
use crate::target::Target;

/// The message that takes a finding back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Which.
    pub withdrawn: FindingId,
}

impl Responder<'_> {
    /// Takes a finding back at the time `now`, for good: whatever form of it arrives later does nothing. Nobody is paged
    /// and nothing is undone; only where somebody is contained for it, on-call is told once, and decides.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery of the same withdrawal may complete.
    pub async fn withdraw(&self, id: &FindingId, now: Timestamp) -> Result<Report, RespondError> {
        let Some(known) = self.entry(id).await? else {
            let gone = Gone::Withdrawn { at: now, quarantine: None, message_id: None };
            let entry = Entry::unheard(id.clone(), None, gone, now);
            self.put(&entry, Version(0), now).await?;
            return Ok(Report::Withdrawn(Box::new(entry)));
        };
        let mut entry = known.item;
        match &entry.gone {
            // What it is a part of now is withdrawn under its own id.
            Some(Gone::Superseded { .. }) => return Ok(Report::Duplicate(id.clone())),
            Some(Gone::Withdrawn { .. }) if entry.done => return Ok(Report::Duplicate(id.clone())),
            _ if entry.is_held(now) => return Err(RespondError::Busy(id.clone())),
            _ => {}
        }
        let quarantine = self.quarantine_for(&entry).await?;
        entry.done = quarantine.is_none();
        entry.lease_until = now + LEASE;
        entry.gone = Some(Gone::Withdrawn { at: now, quarantine: quarantine.clone().map(Box::new), message_id: None });
        let version = self.put(&entry, known.version, now).await?;
        if quarantine.is_none() {
            return Ok(Report::Withdrawn(Box::new(entry)));
        }
        let incident = self.incident_of(&entry).await?;
        let about = About::Finding(&entry);
        let paged = self.pager.page(Notice { action: Action::Trigger, incident: &incident, about }).await;
        match (&paged, &mut entry.gone) {
            (Ok(sent), Some(Gone::Withdrawn { message_id, .. })) => {
                *message_id = Some(sent.clone());
                entry.done = true;
            }
            _ => entry.lease_until = now,
        }
        self.put(&entry, version, now).await?;
        paged.map_err(|source| RespondError::Page { id: id.clone(), source })?;
        Ok(Report::Withdrawn(Box::new(entry)))
    }

    /// The incident that on-call knows the finding as.
    async fn incident_of(&self, entry: &Entry) -> Result<String, RespondError> {
        if let Some(incident) = &entry.incident {
            return Ok(incident.clone());
        }
        let key = page_key(&entry.finding);
        let known = self.ledger.incident(&key).await.map_err(ledger_error(&entry.finding.id))?;
        Ok(known.map_or_else(|| incident_id(&entry.finding.id), |known| known.item.id))
    }

    /// The containment that the finding led to, while it is in force.
    async fn quarantine_for(&self, entry: &Entry) -> Result<Option<Quarantine>, RespondError> {
        let earlier = entry.earlier.as_ref().and_then(|earlier| earlier.contained.as_ref());
        let arns = [entry.target(), earlier].into_iter().flatten().map(Target::arn);
        for arn in arns.chain(entry.finding.actor.principal.arn()) {
            let known = self.quarantine_of(arn, &entry.finding.id).await?.map(|known| known.item);
            if let Some(known) = known.filter(|known| known.is_in_force() && entry.is_ours(&known.finding)) {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }
}
