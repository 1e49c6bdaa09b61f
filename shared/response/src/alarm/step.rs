//! What a change of an alarm comes to. Pure: the same state, change, settings and time come to the same.

use std::cmp::Reverse;
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

fn notice(
    change: &AlarmChange,
    entry: Option<&AssetEntry>,
    severity: Severity,
    ringing: Vec<Ringing>,
    telling: Telling,
) -> AlarmNotice {
    AlarmNotice {
        change: change.clone(),
        entry: entry.map(|entry| entry.name.clone()),
        tier: entry.and_then(|entry| entry.tier),
        severity,
        ringing,
        late: false,
        telling,
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
    let notice = |severity, ringing, telling| AlarmNotice { late, ..notice(change, entry, severity, ringing, telling) };
    if change.state == AlarmState::Ok {
        next.firing.remove(&change.name);
        if let Some(own) = &mut next.own {
            own.unwoken.remove(&change.name);
        }
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

    /// What somebody is to be woken for though nothing more was heard: it rang again so soon that nobody was woken, rings
    /// still, and by now that is no reason any more. The worst, and of those the one that rings longest.
    ///
    /// What was told under a finding's incident is none of it: on-call was woken for the finding, and its incident says that
    /// the alarm rings. Nor is what rang beside something that somebody was woken for, in an incident that is open still.
    pub(crate) fn overdue(&self, settings: &Settings, now: Timestamp) -> Option<&AlarmChange> {
        let quiet = settings.paging.repeat_after;
        let own = self.own.as_ref().filter(|own| own.open && now >= own.woken_at + quiet)?;
        let paged = own.unwoken.values().filter(|change| is_paged(change, entry(change, settings), settings));
        paged.max_by_key(|change| (change.severity(), Reverse(change.at)))
    }

    /// Wakes somebody for what is overdue.
    pub(crate) fn wake(&mut self, change: &AlarmChange, settings: &Settings, now: Timestamp) {
        let Some(own) = &mut self.own else { return };
        let (id, severity) = (own.id.clone(), change.severity());
        let telling = Telling::Still { woken_at: own.woken_at, times: own.again };
        // As if it had begun to ring now: what is worse than this wakes again, though something as bad rang an hour ago.
        own.severity = severity;
        own.woken_at = now;
        own.again = 0;
        own.unwoken.clear();
        let notice = notice(change, entry(change, settings), severity, listed(&self.firing), telling);
        self.owe(Action::Trigger, id, notice);
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
    // What was over before it was heard of does not.
    let rings = next.firing.get(&change.name) == Some(&change.at);
    let known = next.own.as_mut().filter(|own| severity <= own.severity);
    // Who was woken hours ago by something else of it, which still rings, does not know of this.
    let lately = |own: &&mut Own| own.open && now < own.woken_at + settings.paging.repeat_after;
    if let Some(own) = known.filter(lately) {
        own.rang.extend([rang]);
        if own.again > 0 && rings {
            own.unwoken.insert(change.name.clone(), change.clone());
        }
        return (Action::Update, own.id.clone(), Telling::More);
    }
    if let Some(cover) = cover {
        return (Action::Update, cover.incident.clone(), Telling::Covered { finding: cover.finding.clone() });
    }
    match &mut next.own {
        Some(own) if own.open => {
            let telling = if severity > own.severity { Telling::Worse } else { Telling::Rings };
            own.severity = severity.max(own.severity);
            own.woken_at = now;
            own.again = 0;
            own.unwoken.clear();
            own.rang.extend([rang]);
            (Action::Trigger, own.id.clone(), telling)
        }
        Some(own) if severity <= own.severity && now < own.woken_at + settings.paging.repeat_after => {
            own.open = true;
            own.again += 1;
            own.rang.extend([rang]);
            if rings {
                own.unwoken.insert(change.name.clone(), change.clone());
            }
            (Action::Update, own.id.clone(), Telling::Again { woken_at: own.woken_at, times: own.again })
        }
        own => {
            let id = incident_id(change);
            let rang = BTreeMap::from([rang]);
            let unwoken = BTreeMap::new();
            *own = Some(Own { id: id.clone(), severity, woken_at: now, again: 0, open: true, rang, unwoken });
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
