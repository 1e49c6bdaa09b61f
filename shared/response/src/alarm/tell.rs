//! One change of an alarm from the ledger to the page, once, however often it is delivered.

use jiff::Timestamp;

use super::change::AlarmChange;
use super::incident::{AlarmIncident, Due};
use super::step::{AlarmOutcome, Noted, step};
use crate::incident::Action;
use crate::notice::{About, Notice};
use crate::ports::{LedgerError, PortError, Version};
use crate::respond::{LEASE, RespondError, Responder};
use crate::work::TRIES;

/// How often what was sent is tried to be crossed out when others write in between: else it would be sent again.
const PATIENCE: usize = 50;

/// What came of a change of an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmReport {
    /// The key of what is watched.
    pub thing: String,
    /// What it called for.
    pub outcome: AlarmOutcome,
    /// What was sent, in order: for this change, and what another worker had left.
    pub sent: Vec<AlarmOutcome>,
}

impl Responder<'_> {
    /// Deals with one change of an alarm at the time `now`.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery of the same change may complete.
    pub async fn alarm(&self, change: &AlarmChange, now: Timestamp) -> Result<AlarmReport, RespondError> {
        let thing = change.thing();
        let (held, outcome) = self.take_on(&thing, change, now).await?;
        let sent = self.tell(held, now).await?;
        Ok(AlarmReport { thing, outcome, sent })
    }

    /// Tells what was taken, in order, and crosses out each.
    pub(super) async fn tell(&self, mut held: Held, now: Timestamp) -> Result<Vec<AlarmOutcome>, RespondError> {
        let mut sent = Vec::new();
        for due in held.mine.clone() {
            let change = &due.notice.change;
            let about = About::Alarm(&due.notice);
            let paged = self.pager.page(Notice { action: due.action, incident: &due.incident, about }).await;
            if let Err(source) = paged {
                // Let the next delivery in at once; where that cannot be written, the lease ends by itself.
                let _ = self.settle(&mut held, Some(now)).await;
                return Err(RespondError::Alarm {
                    name: change.name.clone(),
                    what: "it could not be paged",
                    source: Some(source),
                });
            }
            sent.push(AlarmOutcome::of(&due));
            held.mine.retain(|other| other.number != due.number);
            held.sent.push(due.number);
            self.settle(&mut held, None).await.map_err(write_error(change))?;
        }
        Ok(sent)
    }

    /// Writes down what the change comes to, and takes what is to be told and nobody is telling.
    async fn take_on(
        &self,
        thing: &str,
        change: &AlarmChange,
        now: Timestamp,
    ) -> Result<(Held, AlarmOutcome), RespondError> {
        for _ in 0..TRIES {
            let known = self.ledger.alarm_incident(thing).await.map_err(read_error(change))?;
            let (mut version, known) = known.map_or((Version(0), AlarmIncident::default()), |k| (k.version, k.item));
            let cover = self.covering(&known, change, now).await.map_err(read_error(change))?;
            let (mut next, outcome) = step(&known, change, self.settings, cover.as_ref(), now);
            if waits(&known, &next, change, outcome, now) {
                return Err(busy(change));
            }
            let mine = next.take(now);
            if next != known {
                match self.ledger.put_alarm_incident(thing, &next, version).await {
                    Ok(written) => version = written,
                    Err(LedgerError::Conflict) => continue,
                    Err(LedgerError::Port(source)) => return Err(read_error(change)(source)),
                }
            }
            return Ok((Held::new(thing, next, version, mine), outcome));
        }
        Err(busy(change))
    }

    /// Crosses out what was sent, and at `left` leaves the rest to whoever comes next.
    async fn settle(&self, held: &mut Held, left: Option<Timestamp>) -> Result<(), LedgerError> {
        for _ in 0..PATIENCE {
            let (sent, mine) = (&held.sent, &held.mine);
            held.state.due.retain(|due| !sent.contains(&due.number));
            let taken = held.state.due.iter_mut().filter(|due| mine.iter().any(|taken| taken.number == due.number));
            if let Some(now) = left {
                taken.for_each(|due| due.lease_until = now);
            }
            match self.ledger.put_alarm_incident(&held.thing, &held.state, held.version).await {
                Ok(version) => {
                    held.version = version;
                    return Ok(());
                }
                Err(LedgerError::Conflict) => {}
                Err(error) => return Err(error),
            }
            // Another change of the same thing, or a finding on it, was written meanwhile.
            let Some(known) = self.ledger.alarm_incident(&held.thing).await? else { return Ok(()) };
            (held.state, held.version) = (known.item, known.version);
        }
        Err(LedgerError::Conflict)
    }
}

/// The state of a thing while one worker tells of it.
pub(super) struct Held {
    thing: String,
    state: AlarmIncident,
    version: Version,
    mine: Vec<Due>,
    sent: Vec<u64>,
}

impl Held {
    pub(super) fn new(thing: &str, state: AlarmIncident, version: Version, mine: Vec<Due>) -> Self {
        Self { thing: thing.to_owned(), state, version, mine, sent: Vec::new() }
    }
}

impl AlarmIncident {
    /// Takes what is to be told and nobody is telling.
    pub(super) fn take(&mut self, now: Timestamp) -> Vec<Due> {
        let free = self.due.iter_mut().filter(|due| due.lease_until <= now);
        let taken = free.map(|due| {
            due.lease_until = now + LEASE;
            due.clone()
        });
        taken.collect()
    }
}

/// Whether another worker's telling must be over first: of the same change, so that the message is not lost with that worker;
/// and of anything, where an incident ends, so that it does not end before it began, or begin again before it ended.
fn waits(
    known: &AlarmIncident,
    next: &AlarmIncident,
    change: &AlarmChange,
    outcome: AlarmOutcome,
    now: Timestamp,
) -> bool {
    let mut taken = known.due.iter().filter(|due| due.lease_until > now).peekable();
    if taken.peek().is_none() {
        return false;
    }
    if outcome == AlarmOutcome::Noted(Noted::Known) {
        return taken.any(|due| due.notice.change.name == change.name && due.notice.change.at == change.at);
    }
    let mut new = next.due.iter().filter(|due| due.number > known.told).peekable();
    let begins = new.peek().is_some();
    let ends = new.any(|due| due.action == Action::Resolve);
    begins && (ends || taken.any(|due| due.action == Action::Resolve))
}

fn busy(change: &AlarmChange) -> RespondError {
    RespondError::Alarm { name: change.name.clone(), what: "another worker has it", source: None }
}

pub(super) fn read_error(change: &AlarmChange) -> impl FnOnce(PortError) -> RespondError {
    let name = change.name.clone();
    |source| RespondError::Alarm { name, what: "the ledger did not answer", source: Some(source) }
}

fn write_error(change: &AlarmChange) -> impl FnOnce(LedgerError) -> RespondError {
    let name = change.name.clone();
    |error| match error {
        LedgerError::Conflict => RespondError::Alarm { name, what: "another worker has it", source: None },
        LedgerError::Port(source) => {
            RespondError::Alarm { name, what: "the ledger did not answer", source: Some(source) }
        }
    }
}
