//! What is told of alarms though nothing more is heard of them: CloudWatch tells of a change once.

use jiff::Timestamp;

use super::incident::AlarmIncident;
use super::step::AlarmOutcome;
use super::tell::{Held, read_error};
use crate::ports::{LedgerError, Versioned};
use crate::respond::{RespondError, Responder};
use crate::work::TRIES;

/// What was told of the alarms of one thing without a message about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmsTold {
    /// The key of what is watched.
    pub thing: String,
    /// What was sent, in order.
    pub sent: Vec<AlarmOutcome>,
}

impl Responder<'_> {
    /// Wakes somebody for what rings still and nobody was woken for: `paging.repeat_after` after the last waking, or once no
    /// finding's incident stands for it; of each thing for the worst, under which the rest is listed. And tells what was
    /// left to tell by a worker that died or could not page, whose message may come no more. One thing that cannot be told
    /// of does not keep the others.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn alarms_due(&self, now: Timestamp) -> Result<Vec<Result<AlarmsTold, RespondError>>, RespondError> {
        let all = self.ledger.alarm_incidents().await.map_err(|source| RespondError::Alarms { source })?;
        let mut told = Vec::new();
        for known in all {
            match known {
                Ok((thing, known)) => told.extend(self.catch_up(thing, known, now).await.transpose()),
                Err(source) => told.push(Err(RespondError::Alarms { source })),
            }
        }
        Ok(told)
    }

    /// Nothing where nothing is to be told, or another worker is at it: the next round comes in a minute.
    async fn catch_up(
        &self,
        thing: String,
        known: Versioned<AlarmIncident>,
        now: Timestamp,
    ) -> Result<Option<AlarmsTold>, RespondError> {
        let mut known = Some(known);
        for _ in 0..TRIES {
            let Some(Versioned { item, version }) = known else { return Ok(None) };
            if item.due.iter().any(|due| due.lease_until > now) {
                return Ok(None);
            }
            let mut next = item.clone();
            if let Some(unwoken) = item.overdue(self.settings, now) {
                let change = &unwoken.change;
                // Whoever was woken for a finding on the same is at it; after that, it wakes.
                let covered = self.covering(&item, change, now).await.map_err(read_error(change))?;
                if covered.is_none() {
                    next.wake(unwoken, self.settings, now);
                }
            }
            let mine = next.take(now);
            let Some(first) = mine.first() else { return Ok(None) };
            let change = first.notice.change.clone();
            match self.ledger.put_alarm_incident(&thing, &next, version).await {
                Ok(version) => {
                    let sent = self.tell(Held::new(&thing, next, version, mine), now).await?;
                    return Ok(Some(AlarmsTold { thing, sent }));
                }
                Err(LedgerError::Conflict) => {}
                Err(LedgerError::Port(source)) => return Err(read_error(&change)(source)),
            }
            known = self.ledger.alarm_incident(&thing).await.map_err(read_error(&change))?;
        }
        Ok(None)
    }
}
