//! What is known of the alarms of one thing: which ring, whom was told what, and what is still to be told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_domain::{FindingId, Severity};
use serde::{Deserialize, Serialize};

use super::change::{AlarmChange, AlarmState};
use super::notice::{AlarmNotice, Ringing};
use crate::incident::Action;

/// What is known of the alarms of one thing. There is one item a thing, kept while anything of it rings or is to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmIncident {
    /// The alarms that ring, each with since when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) firing: BTreeMap<String, Timestamp>,
    /// Those of them that the settings asked no page for: nobody knows of them, and so nothing waits for their end.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) unpaged: BTreeSet<String>,
    /// What was told without waking anybody, and rings still, by the alarm's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) unwoken: BTreeMap<String, Unwoken>,
    /// What was heard of each alarm.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) heard: BTreeMap<String, Heard>,
    /// The incident that somebody was woken for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Own>,
    /// Those that somebody was woken for before, and that are open still: they end with that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<Earlier>,
    /// The incidents of findings on the same keys and secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) covers: Vec<Cover>,
    /// What is to be told still, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) due: Vec<Due>,
    /// How much was to be told so far.
    #[serde(default)]
    pub(crate) told: u64,
}

/// What was heard of an alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heard {
    /// When it began to ring, the last times.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) rang: BTreeSet<Timestamp>,
    /// When it last ceased to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) over: Option<Timestamp>,
}

/// An incident of the thing's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Own {
    pub(crate) id: String,
    /// How bad a thing somebody was woken for.
    pub(crate) severity: Severity,
    /// When somebody was woken last.
    pub(crate) woken_at: Timestamp,
    /// How often it rang again since, after it was over; while that is open, nobody was woken for what rings.
    #[serde(default)]
    pub(crate) again: u32,
    /// Whether it is not over.
    pub(crate) open: bool,
    /// What was told of, each with since when it rang.
    pub(crate) rang: BTreeMap<String, Timestamp>,
}

/// An incident of the thing's own that another one followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Earlier {
    pub(crate) id: String,
    pub(crate) severity: Severity,
    pub(crate) rang: BTreeMap<String, Timestamp>,
}

/// What rings, and nobody was woken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unwoken {
    /// That it began to.
    pub(crate) change: AlarmChange,
    /// The finding that it was told with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finding: Option<FindingId>,
}

/// The incident of a finding that was paged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cover {
    pub(crate) incident: String,
    /// The key of that incident in the ledger.
    pub(crate) actor: String,
    pub(crate) finding: FindingId,
    pub(crate) severity: Severity,
    pub(crate) until: Timestamp,
}

/// Something that is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Due {
    pub(crate) number: u64,
    pub(crate) action: Action,
    pub(crate) incident: String,
    pub(crate) notice: AlarmNotice,
    /// Until when a worker has it to itself.
    pub(crate) lease_until: Timestamp,
}

/// What a change is, beside what is known of its alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Newer than all that is known.
    New,
    /// It rang, which nobody had heard of, and by now that is over.
    Late,
    /// Heard before.
    Known,
    /// Older than what is known.
    Stale,
}

/// How many times of ringing are kept of an alarm; what is older than all of them is not told any more.
const MOST_RANG: usize = 16;

impl AlarmIncident {
    /// The alarms that ring, by name.
    pub fn ringing(&self) -> Vec<Ringing> {
        listed(&self.firing)
    }

    /// The alarms that ring and were told of, each with since when.
    pub(crate) fn told_to_ring(&self) -> BTreeMap<String, Timestamp> {
        let told = self.firing.iter().filter(|(name, _)| !self.unpaged.contains(*name));
        told.map(|(name, since)| (name.clone(), *since)).collect()
    }

    /// The incident that somebody was woken for last, if it is not over.
    pub fn open(&self) -> Option<&str> {
        self.own.as_ref().filter(|own| own.open).map(|own| own.id.as_str())
    }

    /// How much is to be told still.
    pub fn due(&self) -> usize {
        self.due.len()
    }

    /// Since when nothing of it matters any more; nothing while something rings, is open or is to be told.
    pub fn idle_since(&self) -> Option<Timestamp> {
        let busy = !self.firing.is_empty() || self.open().is_some() || !self.due.is_empty();
        let heard = self.heard.values().filter_map(|heard| heard.over.max(heard.rang.last().copied()));
        let covered = self.covers.iter().map(|cover| cover.until);
        let woken = self.own.iter().map(|own| own.woken_at);
        if busy { None } else { heard.chain(covered).chain(woken).max() }
    }

    pub(crate) fn age(&self, change: &AlarmChange) -> Age {
        let Some(heard) = self.heard.get(&change.name) else { return Age::New };
        let rang = heard.rang.last().copied();
        // A clock that shows seconds may give two changes the same time: of those the one that comes later counts.
        if change.state != AlarmState::Alarm {
            return match heard.over {
                Some(over) if over == change.at => Age::Known,
                Some(over) if over > change.at => Age::Stale,
                _ if rang.is_some_and(|rang| rang > change.at) => Age::Stale,
                _ => Age::New,
            };
        }
        let forgotten = heard.rang.len() >= MOST_RANG && heard.rang.first().is_some_and(|first| change.at < *first);
        match heard.over.max(rang) {
            _ if heard.rang.contains(&change.at) => Age::Known,
            _ if forgotten => Age::Stale,
            Some(newest) if newest > change.at => Age::Late,
            _ => Age::New,
        }
    }

    pub(crate) fn hear(&mut self, change: &AlarmChange) {
        let heard = self.heard.entry(change.name.clone()).or_default();
        if change.state != AlarmState::Alarm {
            heard.over = heard.over.max(Some(change.at));
            return;
        }
        heard.rang.insert(change.at);
        if heard.rang.len() > MOST_RANG {
            heard.rang.pop_first();
        }
    }

    pub(crate) fn owe(&mut self, action: Action, incident: String, notice: AlarmNotice) {
        self.told += 1;
        self.due.push(Due { number: self.told, action, incident, notice, lease_until: Timestamp::MIN });
    }
}

pub(crate) fn listed(alarms: &BTreeMap<String, Timestamp>) -> Vec<Ringing> {
    alarms.iter().map(|(name, since)| Ringing { name: name.clone(), since: *since }).collect()
}
