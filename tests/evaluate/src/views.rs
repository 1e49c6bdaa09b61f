//! What fires: on each record alone, and on the records of a source in the order of their times.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{Finding, Severity};
use serde::Serialize;

use crate::source::{Item, Source};

/// A rule that fired on a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fired {
    /// Its name.
    pub rule: String,
    /// How bad it says it is.
    pub severity: Severity,
    /// Whether it is being tried out: what it says is written down, and reaches nobody.
    pub shadow: bool,
}

impl Fired {
    /// The rule of a finding.
    pub fn of(finding: &Finding) -> Self {
        Self { rule: finding.rule.id.clone(), severity: finding.rule.severity, shadow: finding.shadow }
    }
}

/// What fired on the records of a source.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// By the place of the record in the source, the rules that fired on it.
    pub fired: Vec<BTreeSet<Fired>>,
    /// What was found, each finding once.
    pub findings: Vec<Finding>,
}

/// The same records, seen in different ways.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// Each alone.
    pub alone: View,
    /// In the order of their times, in an account that has been watched for long.
    pub stream: View,
    /// The same, in an account that is watched since the first of them.
    pub learning: View,
}

impl View {
    /// Files findings under the records of their evidence.
    pub fn of(source: &Source, findings: Vec<Finding>) -> Self {
        let places: BTreeMap<&str, usize> =
            source.items.iter().enumerate().map(|(place, item)| (item.event_id.as_str(), place)).collect();
        let mut fired = vec![BTreeSet::new(); source.items.len()];
        for finding in &findings {
            for event_id in finding.evidence.iter().filter_map(|evidence| evidence.event_id.as_deref()) {
                if let Some(rules) = places.get(event_id).and_then(|place| fired.get_mut(*place)) {
                    rules.insert(Fired::of(finding));
                }
            }
        }
        Self { fired, findings }
    }

    /// What fired on one record.
    pub fn on(&self, place: usize) -> impl Iterator<Item = &Fired> {
        self.fired.get(place).into_iter().flatten()
    }

    /// Whether a rule fired on one record that is not merely being tried out.
    pub fn hit(&self, place: usize) -> bool {
        self.on(place).any(|fired| !fired.shadow)
    }

    /// Whether a record is of a burst that was reported with other records as its evidence: the same actor made the same
    /// call while it went on.
    pub fn reported(&self, item: &Item) -> bool {
        let actor = item.access.actor.principal.to_string();
        self.findings.iter().filter(|finding| !finding.shadow).any(|finding| {
            let Some(burst) = &finding.burst else { return false };
            let took_part = finding.actor.principal.to_string() == actor || burst.actors.contains(&actor);
            let while_it_went_on = item.access.time.is_some_and(|time| burst.first <= time && time <= burst.last);
            took_part
                && while_it_went_on
                && finding.evidence.iter().any(|evidence| evidence.action == item.access.action)
        })
    }
}
