//! Findings through `Responder` on in-memory ports, by the clock of the events.

use jiff::Timestamp;
use portcullis_domain::Finding;
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryPager};
use portcullis_response::{Deployment, Entry, Ledger as _, PageState, Quarantine, Releaser, Report, Responder};
use portcullis_settings::Settings;

use super::input::Read;

/// What would have been done.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was read.
    pub(crate) read: Read,
    /// One entry for each finding, in the order of the events.
    pub(crate) entries: Vec<Entry>,
    /// Findings of rules that are tried out, in the order of the events. Nothing comes of them.
    pub(crate) in_shadow: Vec<Finding>,
    /// Who would have been put in quarantine, each once, in the order it happened.
    pub(crate) contained: Vec<String>,
    /// How many pages would have been sent about findings.
    pub(crate) pages: usize,
}

/// Responds to every finding at the time of its event, lifting quarantines at their deadlines in between.
pub(crate) async fn respond(mut read: Read, settings: &Settings) -> Outcome {
    let mut findings = std::mem::take(&mut read.findings);
    findings.sort_by_key(|finding| (finding.time(), finding.id.clone()));
    let (in_shadow, findings): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(|finding| finding.shadow);
    let (ledger, iam, pager) = (MemoryLedger::default(), MemoryIam::default(), MemoryPager::default());
    let deployment = Deployment::default();
    let responder = Responder {
        settings,
        deployment: &deployment,
        ledger: &ledger,
        identities: &iam,
        quarantine: &iam,
        pager: &pager,
    };
    let releaser = Releaser { ledger: &ledger, lift: &iam, pager: &pager };
    let (mut entries, mut contained) = (Vec::new(), Vec::new());
    for finding in findings {
        let now = finding.time().unwrap_or(Timestamp::UNIX_EPOCH);
        // The ports in memory cannot fail, and each finding is here once, so no answer below can be an error.
        for deadline in deadlines(&ledger, now).await {
            let _ = releaser.release_expired(deadline).await;
        }
        if let Ok(Report::Done(entry)) = responder.respond(&finding, now, true).await {
            if !entry.plan.is_empty() && !contained.contains(&entry.finding.actor.principal.to_string()) {
                contained.push(entry.finding.actor.principal.to_string());
            }
            entries.push(*entry);
        }
    }
    let pages = entries.iter().filter(|entry| matches!(entry.page, PageState::Sent { .. })).count();
    Outcome { read, entries, in_shadow, contained, pages }
}

/// The deadlines that have passed by `now`, in order: what lifts itself is lifted at its deadline, not at the next event.
async fn deadlines(ledger: &MemoryLedger, now: Timestamp) -> Vec<Timestamp> {
    let known = ledger.quarantines().await.unwrap_or_default();
    let in_force = known.into_iter().flatten().map(|known| known.item).filter(Quarantine::is_in_force);
    let mut deadlines: Vec<Timestamp> = in_force.map(|item| item.until).filter(|until| *until <= now).collect();
    deadlines.sort_unstable();
    deadlines
}
