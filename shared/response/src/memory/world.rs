//! The rest of the world in memory: a pager that remembers, a kill switch, nobody around.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::{AccountId, Finding, FindingId};

use super::lock;
use crate::entry::Surroundings;
use crate::incident::Action;
use crate::notice::{About, Notice};
use crate::ports::{CountActive, KillSwitch, LookAround, Nudge, Pager, PortError, ThrowSwitch};
use crate::target::Target;

/// A pager that keeps the ids of the findings it was told of, and of released, extended and tampered principals.
#[derive(Debug, Default)]
pub struct MemoryPager {
    sent: Mutex<Vec<(Action, String, String)>>,
}

impl MemoryPager {
    /// What was sent and woke somebody, or ended an incident, in order.
    pub fn sent(&self) -> Vec<String> {
        let sent = lock(&self.sent);
        sent.iter().filter(|(action, ..)| *action != Action::Update).map(|(.., what)| what.clone()).collect()
    }

    /// Everything that was sent: what it does to which incident, and what it is about.
    pub fn messages(&self) -> Vec<(Action, String, String)> {
        lock(&self.sent).clone()
    }
}

#[async_trait]
impl Pager for MemoryPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let mut sent = lock(&self.sent);
        let what = match notice.about {
            About::Finding(entry) if entry.gone.is_some() => format!("withdrawn {}", entry.finding.id),
            About::Finding(entry) => entry.finding.id.to_string(),
            About::Released(quarantine) => format!("released {}", quarantine.target.arn()),
            About::Extended(quarantine) => format!("extended {}", quarantine.target.arn()),
            About::Tampered(quarantine) => format!("tampered {}", quarantine.target.arn()),
            About::Alarm(notice) => format!("alarm {} {}", notice.change.name, notice.change.at),
            About::Switch(thrown) => format!("{} by {}", if thrown.stopped { "stopped" } else { "resumed" }, thrown.by),
        };
        sent.push((notice.action, notice.incident.to_owned(), what));
        Ok(format!("m-{}", sent.len()))
    }
}

/// A kill switch, a count of whoever was seen active, and no records to look around in.
#[derive(Debug, Default)]
pub struct MemoryWorld {
    switch: Mutex<Option<String>>,
    answers: Mutex<Vec<FindingId>>,
    /// How many roles and users were seen active; absent stands for a crowd, of which no share is ever reached.
    pub active: Option<usize>,
}

impl MemoryWorld {
    /// The findings that were answered, in order.
    pub fn answers(&self) -> Vec<FindingId> {
        lock(&self.answers).clone()
    }

    /// The same, and forgets them.
    pub fn take_answers(&self) -> Vec<FindingId> {
        std::mem::take(&mut lock(&self.answers))
    }
}

#[async_trait]
impl KillSwitch for MemoryWorld {
    async fn stopped(&self) -> Result<Option<String>, PortError> {
        Ok(lock(&self.switch).clone())
    }
}

#[async_trait]
impl ThrowSwitch for MemoryWorld {
    async fn stop(&self, note: &str) -> Result<(), PortError> {
        *lock(&self.switch) = Some(note.to_owned());
        Ok(())
    }

    async fn resume(&self) -> Result<(), PortError> {
        *lock(&self.switch) = None;
        Ok(())
    }
}

#[async_trait]
impl Nudge for MemoryWorld {
    async fn answered(&self, finding: &FindingId) -> Result<(), PortError> {
        lock(&self.answers).push(finding.clone());
        Ok(())
    }
}

#[async_trait]
impl CountActive for MemoryWorld {
    async fn count_active(&self, _account: &AccountId, _now: Timestamp) -> Result<usize, PortError> {
        Ok(self.active.unwrap_or(1_000_000))
    }
}

#[async_trait]
impl LookAround for MemoryWorld {
    async fn look_around(&self, _finding: &Finding, _target: &Target, _now: Timestamp) -> Surroundings {
        Surroundings::default()
    }
}
