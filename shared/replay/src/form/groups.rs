//! Findings that a person sees as one: the same rule, actor and decision.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId, Severity};

use super::Done;
use crate::{Replay, names};

/// Findings that a person sees as one, in short names: the other forms have the whole ones.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The first of them.
    pub(crate) finding: FindingId,
    pub(crate) first: Option<Timestamp>,
    pub(crate) severity: Severity,
    pub(crate) rule: String,
    pub(crate) actor: String,
    /// In words: `page (guard: protected)`, `in shadow`.
    pub(crate) decision: String,
    /// The most that would have been done; absent in shadow.
    pub(crate) done: Option<Done>,
    /// The events that the findings rest on; a burst has several.
    events: usize,
    /// Whether there were more than could be counted.
    at_least: bool,
    assets: BTreeSet<String>,
}

/// The groups: the gravest first, then those with whom most would have been done, then in the order of their first events.
pub(crate) fn group(replay: &Replay) -> Vec<Group> {
    let decided = replay
        .entries
        .iter()
        .map(|entry| Group::of(&entry.finding, names::decision(&entry.decision), Some(Done::of(entry))));
    let shadow = replay.in_shadow.iter().map(|finding| Group::of(finding, "in shadow".to_owned(), None));
    let mut places: HashMap<(String, String, String), usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for row in decided.chain(shadow) {
        let key = (row.rule.clone(), row.actor.clone(), row.decision.clone());
        if let Some(group) = places.get(&key).and_then(|place| groups.get_mut(*place)) {
            group.take(row);
        } else {
            places.insert(key, groups.len());
            groups.push(row);
        }
    }
    // Stable: what happened at the same time stays in the order of the findings.
    groups.sort_by(|a, b| {
        let rank = |group: &Group| (group.done.is_some(), group.severity, group.done);
        rank(b).cmp(&rank(a)).then(a.first.cmp(&b.first))
    });
    groups
}

impl Group {
    fn of(finding: &Finding, decision: String, done: Option<Done>) -> Self {
        let burst = finding.burst.as_ref();
        Self {
            finding: finding.id.clone(),
            first: burst.map(|burst| burst.first).or_else(|| finding.time()),
            severity: finding.rule.severity,
            rule: finding.rule.id.clone(),
            actor: names::actor(&finding.actor.principal),
            decision,
            done,
            events: burst.map_or(1, |burst| burst.events),
            at_least: burst.is_some_and(|burst| burst.at_least),
            assets: finding.assets.iter().map(names::asset).collect(),
        }
    }

    fn take(&mut self, other: Self) {
        self.first = self.first.into_iter().chain(other.first).min();
        self.events += other.events;
        self.at_least |= other.at_least;
        self.done = self.done.max(other.done);
        self.assets.extend(other.assets);
    }

    /// Whether it rests on one event.
    pub(crate) fn is_single(&self) -> bool {
        self.events == 1 && !self.at_least
    }

    /// `1 event`, `120+ events`.
    pub(crate) fn events(&self) -> String {
        let more = if self.at_least { "+" } else { "" };
        format!("{}{more} {}", self.events, if self.events == 1 { "event" } else { "events" })
    }

    /// The first asset, and how many more.
    pub(crate) fn on(&self) -> String {
        match self.assets.first() {
            None => "the account".to_owned(),
            Some(first) if self.assets.len() == 1 => first.clone(),
            Some(first) => format!("{first} and {} more", self.assets.len() - 1),
        }
    }
}
