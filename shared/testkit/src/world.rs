//! The world in memory with a responder and a releaser in it: the one place where tests put the ports together.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryWorld};
use portcullis_response::{
    About, Action, AlarmIncident, AlarmNotice, Deployment, Entry, Ledger as _, Notice, Pager, PortError, Quarantine,
    Releaser, Report, RespondError, Responder, Thrown,
};
use portcullis_settings::{Settings, parse};

use crate::faults::Faults;
use crate::faulty::Faulty;

/// What on-call was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it does to the incident.
    pub action: Action,
    /// The incident's key.
    pub incident: String,
    /// What it is about.
    pub about: Subject,
}

/// What on-call was told about, as it stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A finding.
    Finding(Box<Entry>),
    /// A containment that was lifted.
    Released(Box<Quarantine>),
    /// One whose end was moved.
    Extended(Box<Quarantine>),
    /// One that somebody tampered with.
    Tampered(Box<Quarantine>),
    /// A throw of the kill switch.
    Switch(Thrown),
    /// A change of an alarm.
    Alarm(Box<AlarmNotice>),
}

impl Told {
    /// The entry, where it is about a finding that still holds.
    pub fn entry(&self) -> Option<&Entry> {
        match &self.about {
            Subject::Finding(entry) => Some(entry),
            _ => None,
        }
    }

    /// What it is about, in few words.
    pub fn what(&self) -> String {
        match &self.about {
            Subject::Finding(entry) if entry.gone.is_some() => format!("withdrawn {}", entry.finding.id),
            Subject::Finding(entry) => entry.finding.id.to_string(),
            Subject::Released(quarantine) => format!("released {}", quarantine.target.arn()),
            Subject::Extended(quarantine) => format!("extended {}", quarantine.target.arn()),
            Subject::Tampered(quarantine) => format!("tampered {}", quarantine.target.arn()),
            Subject::Alarm(notice) => format!("alarm {} {}", notice.change.name, notice.change.at),
            Subject::Switch(thrown) => {
                format!("{} by {}", if thrown.stopped { "stopped" } else { "resumed" }, thrown.by)
            }
        }
    }
}

/// A pager that keeps what it was told, whole.
#[derive(Debug, Default)]
pub struct RecordingPager(Mutex<Vec<Told>>);

impl RecordingPager {
    /// What it was told, in order.
    pub fn told(&self) -> Vec<Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Pager for RecordingPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let about = match notice.about {
            About::Finding(entry) => Subject::Finding(Box::new(entry.clone())),
            About::Released(quarantine) => Subject::Released(Box::new(quarantine.clone())),
            About::Extended(quarantine) => Subject::Extended(Box::new(quarantine.clone())),
            About::Tampered(quarantine) => Subject::Tampered(Box::new(quarantine.clone())),
            About::Alarm(notice) => Subject::Alarm(Box::new(notice.clone())),
            About::Switch(thrown) => Subject::Switch(thrown.clone()),
        };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(Told { action: notice.action, incident: notice.incident.to_owned(), about });
        Ok(format!("m-{}", told.len()))
    }
}

/// A world in memory: settings, a ledger, an IAM, a pager, and whatever else is around.
#[derive(Debug, Default)]
pub struct World {
    /// The settings.
    pub settings: Settings,
    /// What Portcullis knows of itself.
    pub deployment: Deployment,
    /// The ledger.
    pub ledger: MemoryLedger,
    /// IAM.
    pub iam: MemoryIam,
    /// The pager.
    pub pager: RecordingPager,
    /// The kill switch, the answers, and who was seen active.
    pub around: MemoryWorld,
}

/// The ports of a world, each of which fails as the faults say.
#[derive(Debug)]
pub struct Ports<'w> {
    world: &'w World,
    ledger: Faulty<'w, MemoryLedger>,
    iam: Faulty<'w, MemoryIam>,
    pager: Faulty<'w, RecordingPager>,
    around: Faulty<'w, MemoryWorld>,
}

impl Ports<'_> {
    /// A responder.
    pub fn responder(&self) -> Responder<'_> {
        Responder {
            settings: &self.world.settings,
            deployment: &self.world.deployment,
            ledger: &self.ledger,
            identities: &self.iam,
            apply: &self.iam,
            simulate: &self.iam,
            records: &self.around,
            active: &self.around,
            switch: &self.around,
            pager: &self.pager,
        }
    }

    /// A releaser.
    pub fn releaser(&self) -> Releaser<'_> {
        Releaser {
            ledger: &self.ledger,
            identities: &self.iam,
            undo: &self.iam,
            nudge: &self.around,
            pager: &self.pager,
        }
    }
}

impl World {
    /// One with these settings, as YAML. Everything is deployed in account 111122223333.
    ///
    /// # Panics
    ///
    /// When the settings are wrong.
    #[expect(clippy::expect_used, reason = "a test with wrong settings should fail")]
    pub fn with(settings: &str) -> Self {
        let deployment = Deployment {
            account: "111122223333".parse().ok(),
            own_roles: "arn:aws:iam::111122223333:role/app-respond".parse().ok().into_iter().collect(),
            deployers: "arn:aws:iam::111122223333:role/pipeline/*".parse().ok().into_iter().collect(),
            lockout_policy: Some("portcullis/portcullis-lockout".to_owned()),
        };
        Self { settings: parse(settings).expect("settings"), deployment, ..Self::default() }
    }

    /// Its ports, which fail as `faults` say.
    pub fn ports<'w>(&'w self, faults: &'w Faults) -> Ports<'w> {
        Ports {
            world: self,
            ledger: Faulty { port: &self.ledger, faults },
            iam: Faulty { port: &self.iam, faults },
            pager: Faulty { port: &self.pager, faults },
            around: Faulty { port: &self.around, faults },
        }
    }

    /// Delivers a finding.
    pub async fn try_deliver(
        &self,
        finding: &Finding,
        faults: &Faults,
        now: Timestamp,
    ) -> Result<Report, RespondError> {
        self.ports(faults).responder().respond(finding, now, false).await
    }

    /// Delivers a finding, which is dealt with.
    ///
    /// # Panics
    ///
    /// When it is not.
    #[expect(clippy::expect_used, reason = "a test in which it is not dealt with should fail")]
    pub async fn deliver_at(&self, finding: &Finding, now: Timestamp) -> Report {
        self.try_deliver(finding, &Faults::default(), now).await.expect("it is dealt with")
    }

    /// What the ledger holds about a finding.
    pub async fn entry_of(&self, id: &FindingId) -> Option<Entry> {
        self.ledger.entry(id).await.ok().flatten().map(|known| known.item)
    }

    /// What is known of the alarms of a thing, by its key.
    pub async fn alarms_of(&self, thing: &str) -> Option<AlarmIncident> {
        self.ledger.alarm_incident(thing).await.ok().flatten().map(|known| known.item)
    }

    /// What the ledger holds about a finding that was told.
    ///
    /// # Panics
    ///
    /// When it holds nothing.
    #[expect(clippy::expect_used, reason = "a test in which there is none should fail")]
    pub async fn entry(&self, finding: &Finding) -> Entry {
        self.entry_of(&finding.id).await.expect("there is an entry")
    }

    /// The containment of a principal, past or present.
    pub async fn quarantine(&self, arn: &str) -> Option<Quarantine> {
        self.ledger.quarantine(arn).await.ok().flatten().map(|known| known.item)
    }

    /// What woke somebody, or ended an incident, in few words.
    pub fn woken(&self) -> Vec<String> {
        let told = self.pager.told();
        told.iter().filter(|told| told.action != Action::Update).map(Told::what).collect()
    }
}
