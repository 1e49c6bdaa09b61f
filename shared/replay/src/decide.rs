//! Findings through `Responder` on in-memory ports, by the clock of the events.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryPager, MemoryWorld};
use portcullis_response::{
    Containment, Deployment, Entry, Ledger as _, PageState, Quarantine, Releaser, Report, Responder,
};
use portcullis_settings::Settings;

use crate::reading::Reading;

/// What would have been done.
#[derive(Debug, Default)]
pub struct Replay {
    /// What was read; its findings are in `entries` and `in_shadow`.
    pub read: Reading,
    /// One entry for each finding, in the order of the events.
    pub entries: Vec<Entry>,
    /// Findings of rules that are tried out, in the order of the events. Nothing comes of them.
    pub in_shadow: Vec<Finding>,
    /// Who would have been contained, each once, in the order it happened.
    pub contained: Vec<String>,
    /// How many pages would have been sent about findings.
    pub pages: usize,
}

/// Responds to every finding at the time of its event, lifting containments and ending questions at their deadlines in
/// between: nobody answers them. `decided` hears of each decision, at its time.
pub async fn decide(mut read: Reading, settings: &Settings, decided: &mut dyn FnMut(Timestamp, &Entry)) -> Replay {
    let mut findings = std::mem::take(&mut read.findings);
    findings.sort_by_key(|finding| (finding.time(), finding.id.clone()));
    let (in_shadow, findings): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(|finding| finding.shadow);
    let (ledger, iam, pager) = (MemoryLedger::default(), MemoryIam::default(), MemoryPager::default());
    let world = MemoryWorld::default();
    // Which policy locks out is the deployment's to say; that there is one is taken for granted.
    let deployment =
        Deployment { lockout_policy: Some("portcullis/portcullis-lockout".to_owned()), ..Deployment::default() };
    let responder = Responder {
        settings,
        deployment: &deployment,
        ledger: &ledger,
        identities: &iam,
        apply: &iam,
        simulate: &iam,
        records: &world,
        active: &world,
        switch: &world,
        pager: &pager,
    };
    let releaser = Releaser { ledger: &ledger, identities: &iam, undo: &iam, nudge: &world, pager: &pager };
    let mut kept = Kept::default();
    for finding in findings {
        let now = finding.time().unwrap_or(Timestamp::UNIX_EPOCH);
        // The ports in memory cannot fail, and each finding is here once, so no answer below can be an error.
        for deadline in deadlines(&ledger, now).await {
            let _ = releaser.release_expired(deadline).await;
        }
        let _ = releaser.sweep_asks(now).await;
        for id in world.take_answers() {
            if let Ok(Report::Done(entry)) = responder.answer(&id, now, true).await {
                decided(now, &entry);
                kept.keep(*entry);
            }
        }
        if let Ok(Report::Done(entry)) = responder.respond(&finding, now, true).await {
            decided(now, &entry);
            kept.keep(*entry);
        }
    }
    let Kept { entries, contained, .. } = kept;
    let pages = entries.iter().filter(|entry| matches!(entry.page, PageState::Sent { .. })).count();
    Replay { read, entries, in_shadow, contained, pages }
}

/// What was decided so far.
#[derive(Default)]
struct Kept {
    entries: Vec<Entry>,
    /// The places of the entries, by their findings.
    places: HashMap<FindingId, usize>,
    contained: Vec<String>,
    known: HashSet<String>,
}

impl Kept {
    /// Keeps the newest entry of a finding, and who was contained for it.
    fn keep(&mut self, entry: Entry) {
        let principal = entry.finding.actor.principal.to_string();
        if matches!(entry.containment, Some(Containment::Contained { .. })) && self.known.insert(principal.clone()) {
            self.contained.push(principal);
        }
        let place = *self.places.entry(entry.finding.id.clone()).or_insert(self.entries.len());
        match self.entries.get_mut(place) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }
}

/// The deadlines that have passed by `now`, in order: what lifts itself is lifted at its deadline, not at the next event.
async fn deadlines(ledger: &MemoryLedger, now: Timestamp) -> Vec<Timestamp> {
    let known = ledger.quarantines().await.unwrap_or_default();
    let in_force = known.into_iter().flatten().map(|known| known.item).filter(Quarantine::is_in_force);
    let mut deadlines: Vec<Timestamp> = in_force.map(|item| item.until).filter(|until| *until <= now).collect();
    deadlines.sort_unstable();
    deadlines
}
