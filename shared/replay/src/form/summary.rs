//! The sums: who, which rules, which guards.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use portcullis_domain::{Finding, FindingId, Severity};
use portcullis_response::{Decision, Entry};

use super::Done;
use crate::{Replay, names};

/// The sums of a replay.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many findings of each severity were decided about.
    pub severities: BTreeMap<Severity, usize>,
    /// The rules that fired, the gravest and then the most frequent first.
    pub rules: Vec<RuleSum>,
    /// The rules in shadow that fired, in the same order.
    pub shadow_rules: Vec<RuleSum>,
    /// Whom the findings are about, those with whom most would have been done first.
    pub actors: Vec<ActorSum>,
    /// The guards that would have refused, the most frequent first.
    pub guards: Vec<GuardSum>,
    /// How many actors the table asks to contain, whom neither was done to because of the mode.
    pub held_by_mode: usize,
}

/// A rule that fired.
#[derive(Clone, Debug)]
pub struct RuleSum {
    /// Its id.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// How often, a burst once.
    pub findings: usize,
    /// How many actors set it off.
    pub actors: usize,
}

/// An actor.
#[derive(Clone, Debug)]
pub struct ActorSum {
    /// In full, as people call it.
    pub actor: String,
    /// In short.
    pub short: String,
    /// The most that would have been done.
    pub done: Done,
    /// The first finding for which that would have been done.
    pub finding: FindingId,
    /// How many findings are about it.
    pub findings: usize,
    /// The guard that would have spared it: its word and its sentence; absent when it was contained, or no guard was needed.
    pub spared: Option<(&'static str, String)>,
}

/// A guard that would have refused.
#[derive(Clone, Debug)]
pub struct GuardSum {
    /// Its word.
    pub guard: &'static str,
    /// How many findings it stopped at a page.
    pub findings: usize,
    /// Whom it would have spared, in short, each once, in the order of the events.
    pub actors: Vec<String>,
}

impl Summary {
    /// The sums of this replay.
    pub fn of(replay: &Replay) -> Self {
        let mut severities = BTreeMap::new();
        for entry in &replay.entries {
            *severities.entry(entry.finding.rule.severity).or_default() += 1;
        }
        let actors = actors(&replay.entries);
        let held = |entry: &&Entry| {
            let Decision { wanted, response, refusals } = &entry.decision;
            refusals.is_empty() && wanted.contains() && wanted > response
        };
        let held: BTreeSet<String> = replay.entries.iter().filter(held).map(name).collect();
        let contained = |actor: &&String| actors.iter().any(|known| known.actor == **actor && known.done > Done::Asked);
        Self {
            severities,
            rules: rules(replay.entries.iter().map(|entry| &entry.finding)),
            shadow_rules: rules(replay.in_shadow.iter()),
            guards: guards(&replay.entries),
            held_by_mode: held.iter().filter(|actor| !contained(actor)).count(),
            actors,
        }
    }

    /// How many actors are where `done` is the most that would have been done.
    pub fn count(&self, done: Done) -> usize {
        self.actors.iter().filter(|actor| actor.done == done).count()
    }
}

fn name(entry: &Entry) -> String {
    entry.finding.actor.principal.to_string()
}

fn rules<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<RuleSum> {
    let mut by_rule: BTreeMap<(Severity, &str), (usize, BTreeSet<String>)> = BTreeMap::new();
    for finding in findings {
        let sum = by_rule.entry((finding.rule.severity, finding.rule.id.as_str())).or_default();
        sum.0 += 1;
        sum.1.insert(finding.actor.principal.to_string());
    }
    let sum = |((severity, rule), (findings, actors)): ((Severity, &str), (usize, BTreeSet<String>))| RuleSum {
        rule: rule.to_owned(),
        severity,
        findings,
        actors: actors.len(),
    };
    let mut rules: Vec<RuleSum> = by_rule.into_iter().map(sum).collect();
    rules.sort_by(|a, b| (b.severity, b.findings, &a.rule).cmp(&(a.severity, a.findings, &b.rule)));
    rules
}

fn actors(entries: &[Entry]) -> Vec<ActorSum> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut actors: Vec<ActorSum> = Vec::new();
    for entry in entries {
        let (actor, done) = (name(entry), Done::of(entry));
        let spared = entry.decision.refusals.first().map(|refusal| (refusal.name(), refusal.to_string()));
        if let Some(known) = places.get(&actor).and_then(|place| actors.get_mut(*place)) {
            known.findings += 1;
            if done > known.done {
                known.done = done;
                known.finding = entry.finding.id.clone();
            }
            known.spared = known.spared.take().or(spared);
        } else {
            places.insert(actor.clone(), actors.len());
            let short = names::actor(&entry.finding.actor.principal);
            actors.push(ActorSum { actor, short, done, finding: entry.finding.id.clone(), findings: 1, spared });
        }
    }
    for actor in &mut actors {
        actor.spared = actor.spared.take().filter(|_| actor.done <= Done::Asked);
    }
    actors.sort_by(|a, b| (b.done, b.findings, &a.actor).cmp(&(a.done, a.findings, &b.actor)));
    actors
}

fn guards(entries: &[Entry]) -> Vec<GuardSum> {
    let mut guards: Vec<(GuardSum, BTreeSet<String>)> = Vec::new();
    for entry in entries {
        for refusal in &entry.decision.refusals {
            let place = guards.iter().position(|(known, _)| known.guard == refusal.name()).unwrap_or(guards.len());
            if place == guards.len() {
                let sum = GuardSum { guard: refusal.name(), findings: 0, actors: Vec::new() };
                guards.push((sum, BTreeSet::new()));
            }
            if let Some((sum, seen)) = guards.get_mut(place) {
                sum.findings += 1;
                if seen.insert(name(entry)) {
                    sum.actors.push(names::actor(&entry.finding.actor.principal));
                }
            }
        }
    }
    let mut guards: Vec<GuardSum> = guards.into_iter().map(|(sum, _)| sum).collect();
    guards.sort_by(|a, b| (b.findings, a.guard).cmp(&(a.findings, b.guard)));
    guards
}
