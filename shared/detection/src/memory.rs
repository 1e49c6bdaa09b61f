//! The whole detection in memory, for replay and tests: no store, no network, no waiting.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};
use portcullis_knowledge::{Knowledge, MemoryKnowledge};
use portcullis_windows::MemoryWindows;

use crate::counted::{Windows, count};
use crate::pipeline::{Delivery, Memory, Pipeline, Tally};
use crate::prepare::Prepared;

/// How many events wait for their windows. A window is told of anew each time something is put into it, so many at once
/// are cheaper than one by one; the bursts are the same.
const WAITING: usize = 8_192;

/// Detection with everything that it remembers in memory.
pub struct Detector<'p> {
    pipeline: &'p Pipeline,
    knowledge: Knowledge,
    sightings: MemoryKnowledge,
    windows: MemoryWindows,
    watched_since: Option<Timestamp>,
    watched: BTreeSet<String>,
    waiting: Windows<'p>,
    findings: Findings,
}

/// A record that was prepared, and its text where that is still needed.
#[derive(Debug)]
pub struct Waiting<'p> {
    /// What was prepared.
    pub prepared: Prepared<'p>,
    /// The record's text; may be empty unless [`Prepared::is_open`].
    pub json: Box<str>,
}

impl<'p> Detector<'p> {
    /// One that has seen nothing. `watched_since` says since when accounts have been watched; without it each is watched
    /// since its first event.
    pub fn new(pipeline: &'p Pipeline, watched_since: Option<Timestamp>) -> Self {
        Self {
            pipeline,
            knowledge: Knowledge::default(),
            sightings: MemoryKnowledge::default(),
            windows: MemoryWindows::default(),
            watched_since,
            watched: BTreeSet::new(),
            waiting: Windows::default(),
            findings: Findings::default(),
        }
    }

    /// Examines records as one batch, and keeps what fired.
    pub fn take<'a>(&mut self, records: impl IntoIterator<Item = &'a str>) -> Tally {
        let records: Vec<&str> = records.into_iter().collect();
        self.watch(&records);
        let mut memory = Memory {
            knowledge: &mut self.knowledge,
            sightings: &self.sightings,
            windows: &self.windows,
            delivery: Delivery::default(),
        };
        let tally = ready(self.pipeline.examine(records, &mut memory));
        for finding in &tally.findings {
            self.findings.tell(finding.clone());
        }
        for withdrawn in &tally.withdrawn {
            self.findings.withdraw(withdrawn);
        }
        tally
    }

    /// Examines records that were prepared, as one batch; its findings are known after [`Detector::settle`]. The tally is told what
    /// was exempted, and what could not be counted.
    pub fn advance(&mut self, batch: &mut [Box<Waiting<'p>>], tally: &mut Tally) {
        for one in &*batch {
            for sighting in &one.prepared.sightings {
                self.watch_account(&sighting.account);
            }
        }
        let mut memory = Memory {
            knowledge: &mut self.knowledge,
            sightings: &self.sightings,
            windows: &self.windows,
            delivery: Delivery::default(),
        };
        let prepared = batch.iter().map(|one| Some(&one.prepared));
        let histories = ready(self.pipeline.remember(prepared, &mut memory, tally));
        for (one, history) in batch.iter_mut().zip(&histories) {
            let Waiting { prepared, json } = &mut **one;
            for entry in self.pipeline.finish(prepared, json, *history, tally) {
                self.waiting.put(entry);
            }
        }
        for finding in tally.findings.drain(..) {
            self.findings.tell(finding);
        }
        if self.waiting.len() >= WAITING {
            self.settle();
        }
    }

    /// Forgets what was counted so long before `before` that it can be part of no burst to come.
    pub fn forget(&mut self, before: Timestamp) {
        self.settle();
        let correlations = &self.pipeline.rules.correlations;
        self.windows.forget(before.as_millisecond(), |name| Some(correlations.get(name)?.correlation.span()));
    }

    /// Puts everything that waits into its windows.
    pub fn settle(&mut self) {
        let mut tally = Tally::default();
        ready(count(std::mem::take(&mut self.waiting), &self.windows, &mut tally));
        for finding in tally.findings {
            self.findings.tell(finding);
        }
        for withdrawn in &tally.withdrawn {
            self.findings.withdraw(withdrawn);
        }
    }

    /// Examines records as one batch; answers with the findings that they made or changed, each in its final form.
    pub fn examine(&mut self, records: &[&str]) -> Vec<Finding> {
        let tally = self.take(records.iter().copied());
        let ids: BTreeSet<FindingId> = tally.findings.into_iter().map(|finding| finding.id).collect();
        self.findings.standing().filter(|finding| ids.contains(&finding.id)).cloned().collect()
    }

    /// Everything that fired and still holds, a burst once.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.standing()
    }

    /// How many writes a store would have been asked for so far: of what was seen before, and of windows.
    pub fn writes(&self) -> (usize, usize) {
        (self.sightings.writes(), self.windows.writes())
    }

    fn watch_account(&mut self, account: &str) {
        let Some(since) = self.watched_since else { return };
        if !self.watched.contains(account) {
            self.watched.insert(account.to_owned());
            // Memory never fails.
            let _ = ready(self.knowledge.begin_watch(&self.sightings, account, since));
        }
    }

    fn watch(&mut self, records: &[&str]) {
        let Some(since) = self.watched_since else { return };
        for json in records {
            let account = portcullis_cloudtrail::Record::parse(json)
                .ok()
                .and_then(|record| portcullis_cloudtrail::Access::of(&record).account);
            let account = account.map(|account| account.to_string()).unwrap_or_default();
            if self.watched.insert(account.clone()) {
                // Memory never fails.
                let _ = ready(self.knowledge.begin_watch(&self.sightings, &account, since));
            }
        }
    }
}

/// What remains of findings that are told again and again: the latest form of each, without those that became part of
/// another, in whatever order they come.
#[derive(Debug, Default)]
pub struct Findings {
    told: BTreeMap<FindingId, Finding>,
    gone: BTreeSet<FindingId>,
}

impl Findings {
    /// Takes a finding, or a new form of it.
    pub fn tell(&mut self, finding: Finding) {
        let superseded = finding.burst.iter().flat_map(|burst| burst.supersedes.iter().cloned());
        self.gone.extend(superseded);
        let revision = |finding: &Finding| finding.burst.as_ref().map(|burst| burst.revision);
        let known = self.told.get(&finding.id);
        if known.is_none_or(|known| revision(known) < revision(&finding)) {
            self.told.insert(finding.id.clone(), finding);
        }
    }

    /// Takes a finding back.
    pub fn withdraw(&mut self, id: &FindingId) {
        self.told.remove(id);
    }

    /// Those that hold.
    pub fn standing(&self) -> impl Iterator<Item = &Finding> {
        self.told.values().filter(|finding| !self.gone.contains(&finding.id))
    }
}

/// The answer of a future that never waits, as those of stores in memory.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
    }
}
