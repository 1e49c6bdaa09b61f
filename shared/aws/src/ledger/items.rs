//! What was decided and done, by item.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::FindingId;
use portcullis_response::{
    AlarmIncident, Entry, Incident, Ledger, LedgerError, Places, PortError, Quarantine, Version, Versioned,
};

use super::chain::About;
use super::{DynamoLedger, KEPT, Write, json, read, sort_key};
use crate::error::malformed;

/// What is only of use for a while is kept a day longer than that.
const LONGER: SignedDuration = SignedDuration::from_hours(24);

fn entry_key(id: &FindingId) -> String {
    format!("finding#{id}")
}

#[async_trait]
impl Ledger for DynamoLedger {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        self.get(&entry_key(id), "entry").await
    }

    async fn put_entry(&self, entry: &Entry, expected: Version, now: Timestamp) -> Result<Version, LedgerError> {
        let write = Write {
            pk: entry_key(&entry.finding.id),
            sk: "entry".to_owned(),
            json: json(entry)?,
            expected,
            expires_at: Some(entry.decided_at + KEPT),
        };
        let account = entry.account();
        self.put_chained(write, About { account: &account, item: entry.item(), stage: entry.stage() }, now).await
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        self.get("quarantine", arn).await
    }

    async fn put_quarantine(
        &self,
        quarantine: &Quarantine,
        expected: Version,
        now: Timestamp,
    ) -> Result<Version, LedgerError> {
        let write = Write {
            pk: "quarantine".to_owned(),
            sk: quarantine.target.arn().to_owned(),
            json: json(quarantine)?,
            expected,
            expires_at: None,
        };
        let account = quarantine.target.account();
        let about = About { account: account.as_str(), item: quarantine.item(), stage: quarantine.stage() };
        self.put_chained(write, about, now).await
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        let unread = |item: &_, why| {
            malformed(format!("failed to read the containment of `{}` in the ledger", sort_key(item)), why)
        };
        let all = self.all("quarantine").await?;
        Ok(all.iter().map(|item| read(item).map_err(|why: String| unread(item, why))).collect())
    }

    async fn incident(&self, actor: &str) -> Result<Option<Versioned<Incident>>, PortError> {
        self.get("incident", actor).await
    }

    async fn put_incident(&self, actor: &str, incident: &Incident, expected: Version) -> Result<Version, LedgerError> {
        let expires_at = Some(incident.quiet_until + LONGER * 30);
        let (pk, sk) = ("incident".to_owned(), actor.to_owned());
        self.put(Write { pk, sk, json: json(incident)?, expected, expires_at }).await
    }

    async fn alarm_incident(&self, thing: &str) -> Result<Option<Versioned<AlarmIncident>>, PortError> {
        self.get("alarm", thing).await
    }

    async fn alarm_incidents(&self) -> Result<Vec<Result<(String, Versioned<AlarmIncident>), PortError>>, PortError> {
        let read = |item: &_| {
            let thing = sort_key(item);
            let known = read(item).map_err(|why: String| {
                malformed(format!("failed to read what is known of the alarms of `{thing}` in the ledger"), why)
            });
            known.map(|known| (thing.to_owned(), known))
        };
        Ok(self.all("alarm").await?.iter().map(read).collect())
    }

    async fn put_alarm_incident(
        &self,
        thing: &str,
        incident: &AlarmIncident,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        let expires_at = incident.idle_since().map(|since| since + LONGER * 30);
        let (pk, sk) = ("alarm".to_owned(), thing.to_owned());
        self.put(Write { pk, sk, json: json(incident)?, expected, expires_at }).await
    }

    async fn note_ask(&self, id: &FindingId, until: Timestamp) -> Result<(), PortError> {
        let (pk, sk) = ("ask".to_owned(), id.to_string());
        let expires_at = Some(until + LONGER * 7);
        match self.put(Write { pk, sk, json: json(id)?, expected: Version(0), expires_at }).await {
            // It was noted before.
            Ok(_) | Err(LedgerError::Conflict) => Ok(()),
            Err(LedgerError::Port(error)) => Err(error),
        }
    }

    async fn asks(&self) -> Result<Vec<FindingId>, PortError> {
        let all = self.all("ask").await?;
        let id = |item: &_| {
            let sk = sort_key(item);
            sk.parse().map_err(|error| malformed(format!("failed to read the question `{sk}` in the ledger"), error))
        };
        all.iter().map(id).collect()
    }

    async fn places(&self) -> Result<Versioned<Places>, PortError> {
        Ok(self.get("control", "blast").await?.unwrap_or_default())
    }

    async fn put_places(&self, places: &Places, expected: Version) -> Result<Version, LedgerError> {
        let (pk, sk) = ("control".to_owned(), "blast".to_owned());
        self.put(Write { pk, sk, json: json(places)?, expected, expires_at: None }).await
    }
}
