//! A world with bursts in it, and what the tests ask of it.

use std::ops::{Deref, DerefMut};

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, FindingId, Tier};
use portcullis_response::{Action, Entry, Gone, Report, RespondError};
use portcullis_settings::Response;
use portcullis_testkit::{Faults, ROLE, burst, role};

/// A page about a finding, as the tests look at it: it wakes somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paged {
    pub(crate) id: FindingId,
    pub(crate) response: Response,
    pub(crate) supersedes: Vec<FindingId>,
    pub(crate) again: bool,
    pub(crate) withdrawn: bool,
}

#[derive(Debug)]
pub(crate) struct World(portcullis_testkit::World);

impl Deref for World {
    type Target = portcullis_testkit::World;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
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
        Self(portcullis_testkit::World::with(settings))
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
        self.ports(faults).responder().withdraw(id, now).await
    }

    pub(crate) async fn release(&self, who: &str, now: Timestamp) {
        let faults = Faults::default();
        self.ports(&faults).releaser().release(who, "alice", "known", now).await.unwrap();
    }

    /// The pages about findings that woke somebody.
    pub(crate) fn pages(&self) -> Vec<Paged> {
        let told = self.pager.told();
        let waking = told.iter().filter(|told| told.action == Action::Trigger);
        let paged = waking.filter_map(|told| told.entry()).map(|entry| Paged {
            id: entry.finding.id.clone(),
            response: entry.decision.response,
            supersedes: entry.finding.burst.iter().flat_map(|burst| burst.supersedes.clone()).collect(),
            again: entry.earlier.is_some(),
            withdrawn: entry.gone.is_some(),
        });
        paged.collect()
    }

    pub(crate) fn paged(&self) -> Vec<FindingId> {
        self.pages().into_iter().map(|page| page.id).collect()
    }

    /// Somebody takes off what denies.
    pub(crate) fn detach(&self, arn: &str) {
        let known = self.iam.identity(arn).unwrap();
        self.iam.set(portcullis_response::Identity { attached: Vec::new(), ..known });
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
