//! What a change of an alarm comes to. Pure: the same state, change, settings and time come to the same.

use jiff::Timestamp;
use portcullis_domain::{AlarmSubject, FindingId, Severity, asset_dimension};
use portcullis_settings::{AssetEntry, Mode, Response, Settings};

use super::change::{AlarmChange, AlarmState};
use super::incident::{Age, AlarmIncident, Cover, Due, Unwoken, listed};
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
pub(super) fn entry<'s>(change: &AlarmChange, settings: &'s Settings) -> Option<&'s AssetEntry> {
    let Some(AlarmSubject::Asset { entry, .. }) = &change.subject else { return None };
    settings.assets.iter().find(|known| asset_dimension(&known.name) == *entry)
}

/// Whether the settings ask for a page. Portcullis itself, and what nobody knows, is paged about in every mode.
pub(super) fn is_paged(change: &AlarmChange, entry: Option<&AssetEntry>, settings: &Settings) -> bool {
    match &change.subject {
        Some(AlarmSubject::Asset { .. }) => {
            settings.response(change.severity(), entry.and_then(|entry| entry.tier)) >= Response::Page
        }
        Some(AlarmSubject::Cis(_)) => settings.mode >= Mode::Page,
        Some(AlarmSubject::Pipeline(_)) | None => true,
    }
}

pub(super) fn notice(
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
    if *known == AlarmIncident::default() && change.begins_well() {
        return noted(next, Noted::NothingOpen);
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
        next.unpaged.remove(&change.name);
        next.unwoken.remove(&change.name);
        if !next.told_to_ring().is_empty() {
            return noted(next, Noted::RingsOn);
        }
        let ended = next.end(notice);
        return if ended { (next, AlarmOutcome::Resolved) } else { noted(next, Noted::NothingOpen) };
    }
    let paged = is_paged(change, entry, settings);
    if !late {
        next.firing.insert(change.name.clone(), change.at);
        next.unwoken.remove(&change.name);
        if paged {
            next.unpaged.remove(&change.name);
        } else {
            next.unpaged.insert(change.name.clone());
        }
    }
    if !paged {
        return noted(next, Noted::Unpaged);
    }
    let (action, incident, telling) = ring(&mut next, change, settings, cover, now);
    let rings = notice(change.severity(), listed(&next.firing), telling);
    next.owe(action, incident, rings);
    let outcome = next.due.last().map_or(AlarmOutcome::Paged, AlarmOutcome::of);
    if next.told_to_ring().is_empty() {
        // It was over before it was heard of.
        next.end(notice);
    }
    (next, outcome)
}

/// Whether a ringing wakes somebody, and under which incident it is told.
fn ring(
    next: &mut AlarmIncident,
    change: &AlarmChange,
    settings: &Settings,
    cover: Option<&Cover>,
    now: Timestamp,
) -> (Action, String, Telling) {
    let rang = (change.name.clone(), change.at);
    // What was over before it was heard of wakes nobody later.
    let rings = next.firing.get(&change.name) == Some(&change.at);
    let mut unwoken = |finding: Option<&FindingId>| {
        if rings {
            let unwoken = Unwoken { change: change.clone(), finding: finding.cloned() };
            next.unwoken.insert(change.name.clone(), unwoken);
        }
    };
    let lately = next.own.as_mut().filter(|own| own.holds(change, settings, now));
    // Who was woken by something else of it is at it; once it was over, a finding is told of first.
    if let Some(own) = lately.filter(|own| own.open || cover.is_none()) {
        unwoken(None);
        own.again += u32::from(!own.open);
        own.open = true;
        own.rang.extend([rang]);
        // That it was over was told: only what is told to ring again does not open it where nobody is to be woken.
        let again = Telling::Again { woken_at: own.woken_at, times: own.again };
        return (Action::Update, own.id.clone(), if own.again > 0 { again } else { Telling::More });
    }
    if let Some(cover) = cover {
        unwoken(Some(&cover.finding));
        return (Action::Update, cover.incident.clone(), Telling::Covered { finding: cover.finding.clone() });
    }
    let worse = next.own.as_ref().is_some_and(|own| own.open && change.severity() > own.severity);
    (Action::Trigger, next.open_for(change, now), if worse { Telling::Worse } else { Telling::Rings })
}

/// Whether a finding that was paged with `severity` stands for what the change is about.
pub(crate) fn covers(severity: Severity, change: &AlarmChange) -> bool {
    matches!(change.subject, Some(AlarmSubject::Asset { .. })) && change.severity() <= severity
}
