//! The ports in memory: for replays, which touch nothing, and for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use portcullis_domain::{FindingId, PolicyArn};

use crate::entry::{Entry, PageMark, Quarantine};
use crate::guard::Target;
use crate::notice::Notice;
use crate::plan::Identity;
use crate::ports::{
    Detached, Ledger, LedgerError, LiftQuarantine, Pager, PortError, QuarantinePort, ReadIdentity, Version, Versioned,
};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock cannot leave half a write: every write is one insertion.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Table<K, T> = Mutex<BTreeMap<K, Versioned<T>>>;

fn put<K: Ord, T: Clone>(table: &Table<K, T>, key: K, item: &T, expected: Version) -> Result<Version, LedgerError> {
    let mut table = lock(table);
    let current = table.get(&key).map_or(Version(0), |known| known.version);
    if current != expected {
        return Err(LedgerError::Conflict);
    }
    let version = Version(expected.0 + 1);
    table.insert(key, Versioned { item: item.clone(), version });
    Ok(version)
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    entries: Table<FindingId, Entry>,
    quarantines: Table<String, Quarantine>,
    pages: Table<(String, String), PageMark>,
}

impl MemoryLedger {
    /// Every entry, by finding id.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).values().map(|entry| entry.item.clone()).collect()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        Ok(lock(&self.entries).get(id).cloned())
    }

    async fn put_entry(&self, entry: &Entry, expected: Version) -> Result<Version, LedgerError> {
        put(&self.entries, entry.finding.id.clone(), entry, expected)
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        Ok(lock(&self.quarantines).get(arn).cloned())
    }

    async fn put_quarantine(&self, quarantine: &Quarantine, expected: Version) -> Result<Version, LedgerError> {
        put(&self.quarantines, quarantine.target.arn().to_owned(), quarantine, expected)
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        Ok(lock(&self.quarantines).values().cloned().map(Ok).collect())
    }

    async fn page_mark(&self, rule: &str, actor: &str) -> Result<Option<Versioned<PageMark>>, PortError> {
        Ok(lock(&self.pages).get(&(rule.to_owned(), actor.to_owned())).cloned())
    }

    async fn put_page_mark(
        &self,
        rule: &str,
        actor: &str,
        mark: &PageMark,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        put(&self.pages, (rule.to_owned(), actor.to_owned()), mark, expected)
    }
}

/// An IAM in memory in which every principal exists as the record names it.
#[derive(Debug, Default)]
pub struct MemoryIam {
    attached: Mutex<BTreeMap<String, BTreeSet<PolicyArn>>>,
}

impl MemoryIam {
    /// The policies attached to a principal, by ARN.
    pub fn attached(&self, arn: &str) -> Vec<PolicyArn> {
        lock(&self.attached).get(arn).into_iter().flatten().cloned().collect()
    }

    /// Every principal that carries a policy.
    pub fn denied(&self) -> Vec<String> {
        lock(&self.attached).iter().filter(|(_, policies)| !policies.is_empty()).map(|(arn, _)| arn.clone()).collect()
    }
}

#[async_trait]
impl ReadIdentity for MemoryIam {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        Ok(Some(Identity {
            id: target.id().unwrap_or_default().to_owned(),
            arn: target.arn().to_owned(),
            attached: self.attached(target.arn()),
        }))
    }
}

#[async_trait]
impl QuarantinePort for MemoryIam {
    async fn attach(&self, target: &Target, policy: &PolicyArn) -> Result<(), PortError> {
        lock(&self.attached).entry(target.arn().to_owned()).or_default().insert(policy.clone());
        Ok(())
    }
}

#[async_trait]
impl LiftQuarantine for MemoryIam {
    async fn detach(&self, target: &Target, policy: &PolicyArn) -> Result<Detached, PortError> {
        let removed = lock(&self.attached).get_mut(target.arn()).is_some_and(|policies| policies.remove(policy));
        Ok(if removed { Detached::Detached } else { Detached::WasNotAttached })
    }
}

/// A pager that keeps the ids of the findings it was told of, and of released principals and withdrawn findings.
#[derive(Debug, Default)]
pub struct MemoryPager {
    sent: Mutex<Vec<String>>,
}

impl MemoryPager {
    /// What was sent, in order.
    pub fn sent(&self) -> Vec<String> {
        lock(&self.sent).clone()
    }
}

#[async_trait]
impl Pager for MemoryPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let mut sent = lock(&self.sent);
        sent.push(match notice {
            Notice::Finding(entry) if entry.gone.is_some() => format!("withdrawn {}", entry.finding.id),
            Notice::Finding(entry) => entry.finding.id.to_string(),
            Notice::Released { quarantine, .. } => format!("released {}", quarantine.target.arn()),
        });
        Ok(format!("m-{}", sent.len()))
    }
}
