//! A wrapper around any port that fails on demand: before the call goes through, or after, when its answer is lost.

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::{AccountId, Finding, FindingId};
use portcullis_response::{
    AlarmIncident, ApplyStep, Chain, CountActive, Entry, Identity, Incident, KeepEvidence, KillSwitch, Ledger,
    LedgerError, Level, Link, LookAround, Notice, Nudge, Pager, Places, PortError, PortErrorKind, Quarantine,
    ReadIdentity, Simulate, Simulated, Step, Surroundings, Target, UndoStep, Undone, Version, Versioned,
};

use crate::faults::{Fault, Faults};
use crate::turns::let_others;

/// A port that fails as [`Faults`] say.
#[derive(Clone, Copy, Debug)]
pub struct Faulty<'f, P> {
    /// The port behind it.
    pub port: &'f P,
    /// When it fails.
    pub faults: &'f Faults,
}

fn injected(what: &str, kind: PortErrorKind) -> PortError {
    PortError { what: format!("{what}: injected fault"), kind, source: None }
}

impl<P> Faulty<'_, P> {
    async fn call<T, E: From<PortError>>(
        &self,
        what: &'static str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if self.faults.taking_turns {
            let_others().await;
        }
        match self.faults.next(what) {
            Fault::None => call.await,
            Fault::Before => Err(injected(what, PortErrorKind::Retryable).into()),
            Fault::Refused => Err(injected(what, PortErrorKind::Refused).into()),
            Fault::After => {
                call.await?;
                Err(injected(what, PortErrorKind::Retryable).into())
            }
            Fault::DiesBefore => std::future::pending().await,
            Fault::DiesAfter => {
                let _ = call.await;
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl<P: Ledger> Ledger for Faulty<'_, P> {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        self.call("entry", self.port.entry(id)).await
    }

    async fn put_entry(&self, entry: &Entry, expected: Version, now: Timestamp) -> Result<Version, LedgerError> {
        self.call("put_entry", self.port.put_entry(entry, expected, now)).await
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        self.call("quarantine", self.port.quarantine(arn)).await
    }

    async fn put_quarantine(
        &self,
        quarantine: &Quarantine,
        expected: Version,
        now: Timestamp,
    ) -> Result<Version, LedgerError> {
        self.call("put_quarantine", self.port.put_quarantine(quarantine, expected, now)).await
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        let mut all = self.call("quarantines", self.port.quarantines()).await?;
        if self.faults.unreadable == Some("quarantines") {
            all.push(Err(injected("one quarantine", PortErrorKind::Refused)));
        }
        Ok(all)
    }

    async fn incident(&self, actor: &str) -> Result<Option<Versioned<Incident>>, PortError> {
        self.call("incident", self.port.incident(actor)).await
    }

    async fn put_incident(&self, actor: &str, incident: &Incident, expected: Version) -> Result<Version, LedgerError> {
        self.call("put_incident", self.port.put_incident(actor, incident, expected)).await
    }

    async fn alarm_incident(&self, thing: &str) -> Result<Option<Versioned<AlarmIncident>>, PortError> {
        self.call("alarm_incident", self.port.alarm_incident(thing)).await
    }

    async fn alarm_incidents(&self) -> Result<Vec<Result<(String, Versioned<AlarmIncident>), PortError>>, PortError> {
        let mut all = self.call("alarm_incidents", self.port.alarm_incidents()).await?;
        if self.faults.unreadable == Some("alarm_incidents") {
            all.insert(0, Err(injected("one thing's alarms", PortErrorKind::Refused)));
        }
        Ok(all)
    }

    async fn put_alarm_incident(
        &self,
        thing: &str,
        incident: &AlarmIncident,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        self.call("put_alarm_incident", self.port.put_alarm_incident(thing, incident, expected)).await
    }

    async fn note_ask(&self, id: &FindingId, until: Timestamp) -> Result<(), PortError> {
        self.call("note_ask", self.port.note_ask(id, until)).await
    }

    async fn asks(&self) -> Result<Vec<FindingId>, PortError> {
        self.call("asks", self.port.asks()).await
    }

    async fn places(&self) -> Result<Versioned<Places>, PortError> {
        self.call("places", self.port.places()).await
    }

    async fn put_places(&self, places: &Places, expected: Version) -> Result<Version, LedgerError> {
        self.call("put_places", self.port.put_places(places, expected)).await
    }
}

#[async_trait]
impl<P: Chain> Chain for Faulty<'_, P> {
    async fn note(&self, account: &str, item: &str, stage: &str, body: &str, now: Timestamp) -> Result<(), PortError> {
        self.call("note", self.port.note(account, item, stage, body, now)).await
    }

    async fn accounts(&self) -> Result<Vec<(String, Versioned<u64>)>, PortError> {
        self.call("accounts", self.port.accounts()).await
    }

    async fn head(&self, account: &str) -> Result<Option<(u64, String)>, PortError> {
        self.call("head", self.port.head(account)).await
    }

    async fn links(&self, account: &str, after: u64) -> Result<Vec<Link>, PortError> {
        self.call("links", self.port.links(account, after)).await
    }

    async fn put_kept(&self, account: &str, number: u64, expected: Version) -> Result<Version, LedgerError> {
        self.call("put_kept", self.port.put_kept(account, number, expected)).await
    }
}

#[async_trait]
impl<P: ReadIdentity> ReadIdentity for Faulty<'_, P> {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        self.call("read", self.port.read(target)).await
    }
}

#[async_trait]
impl<P: Simulate> Simulate for Faulty<'_, P> {
    async fn simulate(&self, target: &Target, level: Level) -> Result<Simulated, PortError> {
        self.call("simulate", self.port.simulate(target, level)).await
    }
}

#[async_trait]
impl<P: ApplyStep> ApplyStep for Faulty<'_, P> {
    async fn apply(&self, target: &Target, step: &Step) -> Result<(), PortError> {
        self.call("apply", self.port.apply(target, step)).await
    }
}

#[async_trait]
impl<P: UndoStep> UndoStep for Faulty<'_, P> {
    async fn undo(&self, target: &Target, step: &Step) -> Result<Undone, PortError> {
        self.call("undo", self.port.undo(target, step)).await
    }
}

#[async_trait]
impl<P: LookAround> LookAround for Faulty<'_, P> {
    async fn look_around(&self, finding: &Finding, target: &Target, now: Timestamp) -> Surroundings {
        let look = async { Ok::<_, PortError>(self.port.look_around(finding, target, now).await) };
        let failed = |error: PortError| Surroundings { unknown: vec![error.chain()], ..Surroundings::default() };
        self.call("look_around", look).await.unwrap_or_else(failed)
    }
}

#[async_trait]
impl<P: CountActive> CountActive for Faulty<'_, P> {
    async fn count_active(&self, account: &AccountId, now: Timestamp) -> Result<usize, PortError> {
        self.call("count_active", self.port.count_active(account, now)).await
    }
}

#[async_trait]
impl<P: KillSwitch> KillSwitch for Faulty<'_, P> {
    async fn stopped(&self) -> Result<Option<String>, PortError> {
        self.call("stopped", self.port.stopped()).await
    }
}

#[async_trait]
impl<P: Nudge> Nudge for Faulty<'_, P> {
    async fn answered(&self, finding: &FindingId) -> Result<(), PortError> {
        self.call("answered", self.port.answered(finding)).await
    }
}

#[async_trait]
impl<P: KeepEvidence> KeepEvidence for Faulty<'_, P> {
    async fn keep(&self, link: &Link) -> Result<(), PortError> {
        self.call("keep", self.port.keep(link)).await
    }
}

#[async_trait]
impl<P: Pager> Pager for Faulty<'_, P> {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        self.call("page", self.port.page(notice)).await
    }
}
