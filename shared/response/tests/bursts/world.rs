//! A ledger, an IAM and a pager in memory, and the responder between them.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, FindingId, Tier};
use portcullis_response::memory::{MemoryIam, MemoryLedger};
use portcullis_response::{
    Deployment, Entry, Gone, Ledger as _, Notice, Pager, PortError, Releaser, Report, RespondError, Responder,
};
use portcullis_settings::{Response, Settings, parse};
use portcullis_testkit::{Faults, Faulty, ROLE, burst, role};

/// A page as the tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paged {
    pub(crate) id: FindingId,
    pub(crate) response: Response,
    pub(crate) supersedes: Vec<FindingId>,
    pub(crate) again: bool,
    pub(crate) withdrawn: bool,
}

#[derive(Default)]
pub(crate) struct RecordingPager(Mutex<Vec<Paged>>);

#[async_trait]
impl Pager for RecordingPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let mut pages = self.0.lock().unwrap();
        if let Notice::Finding(entry) = notice {
            pages.push(Paged {
                id: entry.finding.id.clone(),
                response: entry.decision.response,
                supersedes: entry.finding.burst.iter().flat_map(|burst| burst.supersedes.clone()).collect(),
                again: entry.earlier.is_some(),
                withdrawn: entry.gone.is_some(),
            });
        }
        Ok(format!("m-{}", pages.len()))
    }
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) ledger: MemoryLedger,
    pub(crate) iam: MemoryIam,
    pub(crate) pager: RecordingPager,
}

impl Default for World {
    fn default() -> Self {
        Self::with("mode: enforce\nprotected: ['arn:aws:iam::*:role/break-glass/*']\n")
    }
}

/// Some minutes after the events of the bursts.
pub(crate) fn start() -> Timestamp {
    "2026-01-05T08:20:00Z".parse().unwrap()
}

impl World {
    pub(crate) fn with(settings: &str) -> Self {
        Self {
            settings: parse(settings).unwrap(),
            ledger: MemoryLedger::default(),
            iam: MemoryIam::default(),
            pager: RecordingPager::default(),
        }
    }

    pub(crate) async fn try_deliver(
        &self,
        finding: &Finding,
        faults: &Faults,
        now: Timestamp,
    ) -> Result<Report, RespondError> {
        let deployment = Deployment::default();
        let (ledger, iam) = (Faulty { port: &self.ledger, faults }, Faulty { port: &self.iam, faults });
        let pager = Faulty { port: &self.pager, faults };
        let responder = Responder {
            settings: &self.settings,
            deployment: &deployment,
            ledger: &ledger,
            identities: &iam,
            quarantine: &iam,
            pager: &pager,
        };
        responder.respond(finding, now, false).await
    }

    pub(crate) async fn deliver_at(&self, finding: &Finding, now: Timestamp) -> Report {
        self.try_deliver(finding, &Faults::default(), now).await.unwrap()
    }

    pub(crate) async fn deliver(&self, finding: &Finding) -> Report {
        self.deliver_at(finding, start()).await
    }

    pub(crate) async fn withdraw(
        &self,
        id: &FindingId,
        faults: &Faults,
        now: Timestamp,
    ) -> Result<Report, RespondError> {
        let deployment = Deployment::default();
        let (ledger, iam) = (Faulty { port: &self.ledger, faults }, Faulty { port: &self.iam, faults });
        let pager = Faulty { port: &self.pager, faults };
        let responder = Responder {
            settings: &self.settings,
            deployment: &deployment,
            ledger: &ledger,
            identities: &iam,
            quarantine: &iam,
            pager: &pager,
        };
        responder.withdraw(id, now).await
    }

    pub(crate) async fn release(&self, who: &str, now: Timestamp) {
        let releaser = Releaser { ledger: &self.ledger, lift: &self.iam, pager: &self.pager };
        releaser.release(who, "alice", "known", now).await.unwrap();
    }

    pub(crate) async fn entry(&self, finding: &Finding) -> Entry {
        self.entry_of(&finding.id).await.unwrap()
    }

    pub(crate) async fn entry_of(&self, id: &FindingId) -> Option<Entry> {
        self.ledger.entry(id).await.unwrap().map(|known| known.item)
    }

    pub(crate) fn pages(&self) -> Vec<Paged> {
        self.pager.0.lock().unwrap().clone()
    }

    pub(crate) fn paged(&self) -> Vec<FindingId> {
        self.pages().into_iter().map(|page| page.id).collect()
    }
}

/// A burst of critical reads, which asks for containment.
pub(crate) fn critical(first: &str, revision: u64) -> Finding {
    burst(role(ROLE), first, revision, 3 + u32::try_from(revision).unwrap())
}

/// The same on what is merely sensitive, which asks for a page.
pub(crate) fn sensitive(first: &str, revision: u64) -> Finding {
    Finding { tier: Some(Tier::Sensitive), ..critical(first, revision) }
}

pub(crate) fn superseding(mut finding: Finding, parts: &[&Finding]) -> Finding {
    let burst = finding.burst.as_mut().unwrap();
    burst.supersedes = parts.iter().map(|part| part.id.clone()).collect();
    finding
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(crate) fn superseded_by(entry: &Entry) -> Option<&FindingId> {
    match &entry.gone {
        Some(Gone::Superseded { by, .. }) => Some(by),
        _ => None,
    }
}

pub(crate) fn name(report: &Report) -> &'static str {
    match report {
        Report::Done(_) => "done",
        Report::Updated { .. } => "updated",
        Report::Duplicate(_) => "duplicate",
        Report::Withdrawn(_) => "withdrawn",
    }
}
