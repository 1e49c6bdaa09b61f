//! What a change of an alarm comes to. Pure: the same state, change, settings and time come to the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_domain::{AlarmSubject, Severity, asset_dimension, sha256_hex};
use portcullis_settings::{AssetEntry, Mode, Response, Settings};

use super::change::{AlarmChange, AlarmState};
use super::incident::{Age, AlarmIncident, Cover, Due, Own, listed};
use super::notice::{AlarmNotice, Ringing, Telling};
use crate::incident::Action;

/// What came of a change of an alarm, or of something that was left to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmOutcome {
    /// Somebody was woken.
    Paged,
    /// An incident was brought up to date.
    Updated,
    /// It was told that it rings again so soon that nobody is woken.
    Repeated,
    /// An incident is over.
    Resolved,
    /// It was only written down, or calls for nothing.
    Noted(Noted),
}

/// Why a change was only written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noted {
    /// It was heard before.
    Known,
    /// A newer change of the same alarm was heard before.
    Stale,
    /// There is too little data, which says nothing.
    NoData,
    /// The settings ask for no page.
    Unpaged,
    /// Others of the same thing ring still.
    RingsOn,
    /// Nobody was woken for it.
    NothingOpen,
}

impl AlarmOutcome {
    /// The word used in metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paged => "paged",
            Self::Updated => "updated",
            Self::Repeated => "repeated",
            Self::Resolved => "resolved",
            Self::Noted(_) => "noted",
        }
    }

    pub(crate) const fn of(due: &Due) -> Self {
        match (due.action, &due.notice.telling) {
            (Action::Trigger, _) => Self::Paged,
            (Action::Resolve, _) => Self::Resolved,
            (Action::Update, Telling::Again { .. }) => Self::Repeated,
            (Action::Update, _) => Self::Updated,
        }
    }
}

impl Noted {
    /// Why, for a log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "heard before",
            Self::Stale => "older than what is known of the alarm",
            Self::NoData => "too little data",
            Self::Unpaged => "the settings ask for no page",
            Self::RingsOn => "others of the same thing ring still",
            Self::NothingOpen => "nobody was woken for it",
        }
    }
}

/// The entry of `assets:` that the change is about.
fn entry<'s>(change: &AlarmChange, settings: &'s Settings) -> Option<&'s AssetEntry> {
    let Some(AlarmSubject::Asset { entry, .. }) = &change.subject else { return None };
    settings.assets.iter().find(|known| asset_dimension(&known.name) == *entry)
}

/// Whether the settings ask for a page. Portcullis itself, and what nobody knows, is paged about in every mode.
fn is_paged(change: &AlarmChange, entry: Option<&AssetEntry>, settings: &Settings) -> bool {
    match &change.subject {
        Some(AlarmSubject::Asset { .. }) => {
            settings.response(change.severity(), entry.and_then(|entry| entry.tier)) >= Response::Page
        }
        Some(AlarmSubject::Cis(_)) => settings.mode >= Mode::Page,
        Some(AlarmSubject::Pipeline(_)) | None => true,
    }
}

/// What is known after a change, with what is to be told of it; `cover` is the incident of a finding that stands for it, as
/// far as that is open.
pub(crate) fn step(
    known: &AlarmIncident,
    change: &AlarmChange,
    settings: &Settings,
    cover: Option<&Cover>,
    now: Timestamp,
) -> (AlarmIncident, AlarmOutcome) {
    let mut next = known.clone();
    let noted = |next, why| (next, AlarmOutcome::Noted(why));
    if change.state == AlarmState::InsufficientData {
        return noted(next, Noted::NoData);
    }
    let late = match known.age(change) {
        Age::New => false,
        Age::Late => true,
        Age::Known => return noted(next, Noted::Known),
        Age::Stale => return noted(next, Noted::Stale),
    };
    next.hear(change);
    let entry = entry(change, settings);
    let notice = |severity, ringing, telling| AlarmNotice {
        change: change.clone(),
        entry: entry.map(|entry| entry.name.clone()),
        tier: entry.and_then(|entry| entry.tier),
        severity,
        ringing,
        late,
        telling,
    };
    if change.state == AlarmState::Ok {
        next.firing.remove(&change.name);
        if !next.firing.is_empty() {
            return noted(next, Noted::RingsOn);
        }
        let ended = next.end(notice);
        return if ended { (next, AlarmOutcome::Resolved) } else { noted(next, Noted::NothingOpen) };
    }
    if !late {
        next.firing.insert(change.name.clone(), change.at);
    }
    if !is_paged(change, entry, settings) {
        return noted(next, Noted::Unpaged);
    }
    let (action, incident, telling) = ring(&mut next, change, settings, cover, now);
    let rings = notice(change.severity(), listed(&next.firing), telling);
    next.owe(action, incident, rings);
    let outcome = next.due.last().map_or(AlarmOutcome::Paged, AlarmOutcome::of);
    if next.firing.is_empty() {
        // It was over before it was heard of.
        next.end(notice);
    }
    (next, outcome)
}

impl AlarmIncident {
    /// Ends the incident that somebody was woken for, if there is one that is open.
    fn end(&mut self, notice: impl FnOnce(Severity, Vec<Ringing>, Telling) -> AlarmNotice) -> bool {
        let Some(own) = self.own.as_mut().filter(|own| own.open) else { return false };
        own.open = false;
        let (id, over) = (own.id.clone(), notice(own.severity, listed(&own.rang), Telling::Over));
        self.owe(Action::Resolve, id, over);
        true
    }
}

/// Whether a ringing wakes somebody, and under which incident it is told.
fn ring(
    next: &mut AlarmIncident,
    change: &AlarmChange,
    settings: &Settings,
    cover: Option<&Cover>,
    now: Timestamp,
) -> (Action, String, Telling) {
    let severity = change.severity();
    let rang = (change.name.clone(), change.at);
    let known = next.own.as_mut().filter(|own| severity <= own.severity);
    if let Some(own) = known.filter(|own| own.open) {
        own.rang.extend([rang]);
        return (Action::Update, own.id.clone(), Telling::More);
    }
    if let Some(cover) = cover {
        return (Action::Update, cover.incident.clone(), Telling::Covered { finding: cover.finding.clone() });
    }
    match &mut next.own {
        Some(own) if own.open => {
            own.severity = severity;
            own.woken_at = now;
            own.rang.extend([rang]);
            (Action::Trigger, own.id.clone(), Telling::Worse)
        }
        Some(own) if severity <= own.severity && now < own.woken_at + settings.paging.repeat_after => {
            own.open = true;
            own.again += 1;
            own.rang.extend([rang]);
            (Action::Update, own.id.clone(), Telling::Again { woken_at: own.woken_at, times: own.again })
        }
        own => {
            let id = incident_id(change);
            let rang = BTreeMap::from([rang]);
            *own = Some(Own { id: id.clone(), severity, woken_at: now, again: 0, open: true, rang });
            (Action::Trigger, id, Telling::Rings)
        }
    }
}

/// The key of the incident that the change opens.
fn incident_id(change: &AlarmChange) -> String {
    let hash = sha256_hex(&format!("alarm {} {}", change.name, change.at));
    format!("I-{}", hash.get(..16).unwrap_or(&hash))
}

/// Whether a finding that was paged with `severity` stands for what the change is about.
pub(crate) fn covers(severity: Severity, change: &AlarmChange) -> bool {
    matches!(change.subject, Some(AlarmSubject::Asset { .. })) && change.severity() <= severity
}
