//! A rule set as people look at it: which rules a finding rests on, and what a correlation counts.

use std::fmt;

use portcullis_windows::{Correlation, Input, Seen, Test, Threshold};
use rsigma_eval::CompiledRule;

use crate::body::Told;
use crate::correlate::Correlated;
use crate::event::RuleEvent;
use crate::rule::Rule;
use crate::ruleset::RuleSet;
use crate::windowed::entries;

/// A correlation that is loaded. Its text says in a few words what it takes: `3 values of portcullis.asset.arn in 1h`.
#[derive(Clone, Copy, Debug)]
pub struct Counting<'s>(&'s Correlated);

/// Where an event would be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The group: each name of `group-by` with its value.
    pub group: Vec<(String, String)>,
    /// The value it is counted as, where values are counted.
    pub value: Option<String>,
}

impl RuleSet {
    /// The correlation with this id.
    pub fn correlation(&self, id: &str) -> Option<Counting<'_>> {
        self.correlations.get(id).map(Counting)
    }

    /// The detection rules that only serve the correlation `id`, or the one rule itself: what must match a single record.
    pub fn detections_of(&self, id: &str) -> Vec<&str> {
        match self.correlations.get(id) {
            Some(correlated) => correlated.leaves.iter().map(|leaf| leaf.rule.as_str()).collect(),
            None => self.detections.get_key_value(id).map(|(id, _)| id.as_str()).into_iter().collect(),
        }
    }

    /// The detection rule with this id, whether it makes findings or only serves a correlation.
    pub fn detection(&self, id: &str) -> Option<&Rule> {
        self.detections.get(id)
    }

    /// A detection rule as the engine has it, for explanations.
    pub fn compiled(&self, id: &str) -> Option<&CompiledRule> {
        self.engine.rules().iter().find(|rule| rule.id.as_deref() == Some(id))
    }
}

impl<'s> Counting<'s> {
    /// What it is, for people.
    pub fn rule(&self) -> &'s Rule {
        &self.0.rule
    }

    /// What is counted together: the fields whose values events must share.
    pub fn group_by(&self) -> &'s [String] {
        &self.0.group_by
    }

    /// Where it would count an event that the detection rule `base` matches. Nowhere, if the record has no time or none of a
    /// field to group by or to count.
    pub fn places(&self, base: &str, event: &RuleEvent<'_, '_>) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        let leaves = self.0.leaves.iter().zip(0u16..).filter(|(leaf, _)| leaf.rule == base);
        let body = Told::of(event);
        for entry in leaves.flat_map(|(_, place)| entries(self.0, place, event, &body)) {
            let group = self.0.group_by.iter().cloned().zip(entry.key.group).collect();
            let place = Place { group, value: entry.event.value };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The fields that an event of `base` must have to be counted.
    pub fn fields(&self, base: &str) -> Vec<&'s str> {
        let leaf = self.0.leaves.iter().find(|leaf| leaf.rule == base);
        leaf.into_iter().flat_map(|leaf| leaf.group_by.iter().chain(&leaf.value)).map(String::as_str).collect()
    }
}

impl fmt::Display for Counting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let correlation = &self.0.correlation;
        let rules = correlation.inputs.len();
        match &correlation.test {
            Test::EventCount(threshold) => f.write_str(&number(threshold, things(correlation)))?,
            Test::ValueCount(threshold) => {
                let mut fields: Vec<&str> = self.0.leaves.iter().filter_map(|leaf| leaf.value.as_deref()).collect();
                fields.dedup();
                write!(f, "{} of {}", number(threshold, "values"), fields.join(", "))?;
            }
            Test::Temporal(Seen::All(all)) if all.len() == rules => write!(f, "all of {rules} rules")?,
            Test::Temporal(Seen::AtLeast(count)) => write!(f, "{count} of {rules} rules")?,
            Test::Temporal(_) => write!(f, "rules as its condition says")?,
            Test::TemporalOrdered => write!(f, "{rules} rules in their order")?,
        }
        write!(f, " in {}", span(correlation.timespan))
    }
}

fn things(correlation: &Correlation) -> &'static str {
    let bursts = correlation.inputs.iter().filter(|input| matches!(input, Input::Correlation(_))).count();
    match bursts {
        0 => "events",
        all if all == correlation.inputs.len() => "bursts",
        _ => "events and bursts",
    }
}

/// `10 events`; with another comparison than the usual one, `events lt 5`.
fn number(threshold: &Threshold, things: &str) -> String {
    let text = threshold.to_string();
    match text.strip_prefix("gte ").filter(|bound| bound.bytes().all(|b| b.is_ascii_digit())) {
        Some(bound) => format!("{bound} {things}"),
        None => format!("{things} {text}"),
    }
}

/// Milliseconds in Sigma's words: `90s`, `10m`, `1h`, `7d`.
fn span(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let whole = units.into_iter().find(|(length, _)| seconds >= *length && seconds % length == 0);
    whole.map_or_else(|| format!("{seconds}s"), |(length, unit)| format!("{}{unit}", seconds / length))
}
