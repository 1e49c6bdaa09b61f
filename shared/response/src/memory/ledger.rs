//! A ledger in memory, with its chain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::FindingId;
use serde::Serialize;

use super::lock;
use crate::alarm::AlarmIncident;
use crate::chain::Link;
use crate::entry::Entry;
use crate::incident::Incident;
use crate::limits::Places;
use crate::ports::{Chain, Ledger, LedgerError, PortError, PortErrorKind, Version, Versioned};
use crate::quarantine::Quarantine;

/// How many links one call answers with.
const SOME: usize = 100;

type Table<K, T> = BTreeMap<K, Versioned<T>>;

#[derive(Debug, Default)]
struct Tables {
    entries: Table<FindingId, Entry>,
    quarantines: Table<String, Quarantine>,
    incidents: Table<String, Incident>,
    alarms: Table<String, AlarmIncident>,
    asks: BTreeSet<FindingId>,
    places: Versioned<Places>,
    chains: BTreeMap<String, Vec<Link>>,
    kept: Table<String, u64>,
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Tables>);

fn put<K: Ord, T: Clone>(table: &mut Table<K, T>, key: K, item: &T, expected: Version) -> Result<Version, LedgerError> {
    let current = table.get(&key).map_or(Version(0), |known| known.version);
    if current != expected {
        return Err(LedgerError::Conflict);
    }
    let version = Version(expected.0 + 1);
    table.insert(key, Versioned { item: item.clone(), version });
    Ok(version)
}

impl Tables {
    fn link(&mut self, account: &str, item: String, stage: &str, body: String, now: Timestamp) {
        let chain = self.chains.entry(account.to_owned()).or_default();
        chain.push(Link::after(chain.last(), account, now, item, stage, body));
        self.kept.entry(account.to_owned()).or_insert(Versioned { item: 0, version: Version(0) });
    }
}

fn json<T: Serialize>(item: &T) -> Result<String, PortError> {
    serde_json::to_string(item).map_err(|error| PortError {
        what: "failed to write an item as JSON".to_owned(),
        kind: PortErrorKind::Refused,
        source: Some(Box::new(error)),
    })
}

impl MemoryLedger {
    /// Every entry, by finding id.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.0).entries.values().map(|entry| entry.item.clone()).collect()
    }

    /// Every link of every chain.
    pub fn chained(&self) -> Vec<Link> {
        lock(&self.0).chains.values().flatten().cloned().collect()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        Ok(lock(&self.0).entries.get(id).cloned())
    }

    async fn put_entry(&self, entry: &Entry, expected: Version, now: Timestamp) -> Result<Version, LedgerError> {
        let (body, mut tables) = (json(entry)?, lock(&self.0));
        let version = put(&mut tables.entries, entry.finding.id.clone(), entry, expected)?;
        tables.link(&entry.account(), entry.item(), entry.stage(), body, now);
        Ok(version)
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        Ok(lock(&self.0).quarantines.get(arn).cloned())
    }

    async fn put_quarantine(
        &self,
        quarantine: &Quarantine,
        expected: Version,
        now: Timestamp,
    ) -> Result<Version, LedgerError> {
        let (body, mut tables) = (json(quarantine)?, lock(&self.0));
        let arn = quarantine.target.arn().to_owned();
        let version = put(&mut tables.quarantines, arn, quarantine, expected)?;
        let account = quarantine.target.account();
        tables.link(account.as_str(), quarantine.item(), quarantine.stage(), body, now);
        Ok(version)
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        Ok(lock(&self.0).quarantines.values().cloned().map(Ok).collect())
    }

    async fn incident(&self, actor: &str) -> Result<Option<Versioned<Incident>>, PortError> {
        Ok(lock(&self.0).incidents.get(actor).cloned())
    }

    async fn put_incident(&self, actor: &str, incident: &Incident, expected: Version) -> Result<Version, LedgerError> {
        put(&mut lock(&self.0).incidents, actor.to_owned(), incident, expected)
    }

    async fn alarm_incident(&self, thing: &str) -> Result<Option<Versioned<AlarmIncident>>, PortError> {
        Ok(lock(&self.0).alarms.get(thing).cloned())
    }

    async fn alarm_incidents(&self) -> Result<Vec<Result<(String, Versioned<AlarmIncident>), PortError>>, PortError> {
        Ok(lock(&self.0).alarms.iter().map(|(thing, known)| Ok((thing.clone(), known.clone()))).collect())
    }

    async fn put_alarm_incident(
        &self,
        thing: &str,
        incident: &AlarmIncident,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        put(&mut lock(&self.0).alarms, thing.to_owned(), incident, expected)
    }

    async fn note_ask(&self, id: &FindingId, _until: Timestamp) -> Result<(), PortError> {
        lock(&self.0).asks.insert(id.clone());
        Ok(())
    }

    async fn asks(&self) -> Result<Vec<FindingId>, PortError> {
        Ok(lock(&self.0).asks.iter().cloned().collect())
    }

    async fn places(&self) -> Result<Versioned<Places>, PortError> {
        Ok(lock(&self.0).places.clone())
    }

    async fn put_places(&self, places: &Places, expected: Version) -> Result<Version, LedgerError> {
        let mut tables = lock(&self.0);
        if tables.places.version != expected {
            return Err(LedgerError::Conflict);
        }
        tables.places = Versioned { item: places.clone(), version: Version(expected.0 + 1) };
        Ok(tables.places.version)
    }
}

#[async_trait]
impl Chain for MemoryLedger {
    async fn note(&self, account: &str, item: &str, stage: &str, body: &str, now: Timestamp) -> Result<(), PortError> {
        lock(&self.0).link(account, item.to_owned(), stage, body.to_owned(), now);
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<(String, Versioned<u64>)>, PortError> {
        Ok(lock(&self.0).kept.iter().map(|(account, kept)| (account.clone(), kept.clone())).collect())
    }

    async fn head(&self, account: &str) -> Result<Option<(u64, String)>, PortError> {
        let tables = lock(&self.0);
        let last = tables.chains.get(account).and_then(|chain| chain.last());
        Ok(last.map(|link| (link.number, link.sha256.clone())))
    }

    async fn links(&self, account: &str, after: u64) -> Result<Vec<Link>, PortError> {
        let tables = lock(&self.0);
        let links = tables.chains.get(account).into_iter().flatten().filter(|link| link.number > after);
        Ok(links.take(SOME).cloned().collect())
    }

    async fn put_kept(&self, account: &str, number: u64, expected: Version) -> Result<Version, LedgerError> {
        put(&mut lock(&self.0).kept, account.to_owned(), &number, expected)
    }
}
