//! Findings that a person sees as one: the same rule, actor and decision.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::Severity;
use portcullis_response::{Decision, Entry};

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) severity: Severity,
    pub(crate) rule: String,
    pub(crate) actor: String,
    pub(crate) decision: String,
    pub(crate) count: usize,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) assets: BTreeSet<String>,
    pub(crate) origins: BTreeSet<String>,
}

/// Groups entries, which come in the order of their events; the groups are in the order of their first.
pub(crate) fn group(entries: &[Entry]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for entry in entries {
        let finding = &entry.finding;
        let actor = finding.actor.principal.to_string();
        let decision = decision(&entry.decision);
        let known = groups
            .iter_mut()
            .find(|group| group.rule == finding.rule.id && group.actor == actor && group.decision == decision);
        let group = match known {
            Some(group) => group,
            None => {
                groups.push(Group {
                    severity: finding.rule.severity,
                    rule: finding.rule.id.clone(),
                    actor,
                    decision,
                    count: 0,
                    first: finding.time(),
                    last: None,
                    assets: BTreeSet::new(),
                    origins: BTreeSet::new(),
                });
                let Some(group) = groups.last_mut() else { continue };
                group
            }
        };
        group.count += 1;
        group.last = finding.time().or(group.last);
        group.assets.extend(finding.assets.iter().map(ToString::to_string));
        group.origins.extend(finding.evidence.iter().map(|evidence| evidence.origin.source.to_string()));
    }
    groups
}

/// What was decided, and why not more.
fn decision(Decision { wanted, response, refusals }: &Decision) -> String {
    match refusals.first() {
        Some(refusal) => format!("{response}, not {wanted}: {refusal}"),
        None if wanted != response => format!("{response}; {wanted} in mode enforce"),
        None => response.to_string(),
    }
}
