//! Findings that stand for alarms: on-call was told of them, so that an alarm about the same keys and secrets wakes nobody
//! again. Never the other way round: no alarm holds back a finding.

use jiff::Timestamp;

use super::change::{AlarmChange, AlarmState, of_entry};
use super::incident::{AlarmIncident, Cover};
use super::step::covers;
use crate::entry::PageState;
use crate::form::page_key;
use crate::ports::{LedgerError, PortError, Version};
use crate::respond::Responder;
use crate::work::{TRIES, Work};

/// How many incidents are kept beside an entry, those that hold longest.
const MOST: usize = 8;

impl Work<'_, '_> {
    /// Notes beside each watched entry of the assets that on-call was told. What cannot be noted costs a page more, and holds
    /// back nothing.
    pub(crate) async fn cover(&self) {
        let told = matches!(
            self.entry.page,
            PageState::Sent { .. } | PageState::SentOfFailure { .. } | PageState::Updated { .. }
        );
        let (Some(incident), true) = (&self.entry.incident, told) else { return };
        let (finding, settings) = (&self.entry.finding, self.responder.settings);
        let cover = Cover {
            incident: incident.clone(),
            actor: page_key(finding),
            finding: finding.id.clone(),
            severity: finding.rule.severity,
            until: self.now + settings.paging.repeat_after,
        };
        let watched =
            settings.assets.iter().filter(|entry| entry.is_watched() && finding.entries.contains(&entry.name));
        for entry in watched {
            if let Err(error) = self.note(&of_entry(&entry.name), &cover).await {
                let error = error.chain();
                tracing::warn!(finding = %finding.id, entry = entry.name, error, "an alarm of the entry may page as well");
            }
        }
    }

    async fn note(&self, thing: &str, cover: &Cover) -> Result<(), PortError> {
        let ledger = self.responder.ledger;
        for _ in 0..TRIES {
            let known = ledger.alarm_incident(thing).await?;
            let (version, mut next) = known.map_or((Version(0), AlarmIncident::default()), |k| (k.version, k.item));
            next.note(cover.clone(), self.now);
            match ledger.put_alarm_incident(thing, &next, version).await {
                Ok(_) => return Ok(()),
                Err(LedgerError::Conflict) => {}
                Err(LedgerError::Port(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

impl AlarmIncident {
    fn note(&mut self, cover: Cover, now: Timestamp) {
        let same = self.covers.iter().position(|known| known.incident == cover.incident);
        let before = same.map(|index| self.covers.remove(index)).filter(|before| before.until > now);
        let worse = before.filter(|before| before.severity > cover.severity);
        let until = cover.until;
        self.covers.push(worse.map_or(cover, |worse| Cover { until: worse.until.max(until), ..worse }));
        self.covers.retain(|known| known.until > now);
        self.covers.sort_by_key(|known| std::cmp::Reverse(known.until));
        self.covers.truncate(MOST);
    }
}

impl Responder<'_> {
    /// The incident of a finding that stands for the change, if there is one that is not over.
    pub(crate) async fn covering(
        &self,
        known: &AlarmIncident,
        change: &AlarmChange,
        now: Timestamp,
    ) -> Result<Option<Cover>, PortError> {
        if change.state != AlarmState::Alarm {
            return Ok(None);
        }
        let mut standing: Vec<&Cover> =
            known.covers.iter().filter(|cover| now < cover.until && covers(cover.severity, change)).collect();
        standing.sort_by_key(|cover| std::cmp::Reverse((cover.severity, cover.until)));
        for cover in standing {
            let incident = self.ledger.incident(&cover.actor).await?;
            // Another one in its place was paged for something else.
            if incident.is_some_and(|known| known.item.id == cover.incident && !known.item.resolved) {
                return Ok(Some(cover.clone()));
            }
        }
        Ok(None)
    }
}
