//! Findings that a person sees as one: the same rule, actor and decision.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::{Asset, Finding, Principal, Severity};
use portcullis_response::{Decision, Entry};

/// A row of the table, in short names: the JSON form has the whole ones.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) first: Option<Timestamp>,
    pub(crate) severity: Severity,
    pub(crate) rule: String,
    pub(crate) actor: String,
    pub(crate) decision: String,
    /// The events that the findings rest on; a burst has several.
    events: usize,
    /// Whether there were more than could be counted.
    at_least: bool,
    assets: BTreeSet<String>,
}

/// Groups findings: `entries`, which were decided about, and those `in_shadow`, about which nothing was done. The groups
/// are in the order of their first events.
pub(crate) fn group(entries: &[Entry], in_shadow: &[Finding]) -> Vec<Group> {
    let decided = entries.iter().map(|entry| Group::of(&entry.finding, decision(&entry.decision)));
    let shadow = in_shadow.iter().map(|finding| Group::of(finding, "in shadow".to_owned()));
    let mut groups: Vec<Group> = Vec::new();
    for row in decided.chain(shadow) {
        match groups.iter_mut().find(|group| group.is_same(&row)) {
            Some(group) => {
                group.first = group.first.into_iter().chain(row.first).min();
                group.events += row.events;
                group.at_least |= row.at_least;
                group.assets.extend(row.assets);
            }
            None => groups.push(row),
        }
    }
    // Stable: what happened at the same time stays in the order of the findings.
    groups.sort_by_key(|group| group.first);
    groups
}

impl Group {
    fn of(finding: &Finding, decision: String) -> Self {
        let burst = finding.burst.as_ref();
        Self {
            first: burst.map(|burst| burst.first).or_else(|| finding.time()),
            severity: finding.rule.severity,
            rule: finding.rule.id.clone(),
            actor: actor(&finding.actor.principal),
            decision,
            events: burst.map_or(1, |burst| burst.events),
            at_least: burst.is_some_and(|burst| burst.at_least),
            assets: finding.assets.iter().map(asset).collect(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.rule, &self.actor, &self.decision) == (&other.rule, &other.actor, &other.decision)
    }

    /// How many events.
    pub(crate) fn events(&self) -> String {
        format!("{}{}", self.events, if self.at_least { "+" } else { "" })
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

/// `role/team/app in 111122223333`.
fn actor(principal: &Principal) -> String {
    let short = principal.arn().and_then(|arn| arn.splitn(6, ':').nth(5)).zip(principal.account());
    short.map_or_else(|| principal.to_string(), |(name, account)| format!("{name} in {account}"))
}

/// `secret prod/db`, `key 1234abcd-…`, `alias/backup`.
fn asset(asset: &Asset) -> String {
    match asset {
        Asset::Secret(secret) => format!("secret {}", secret.short_name()),
        Asset::KeyAlias(alias) => alias.alias().to_owned(),
        Asset::Key(key) => key.as_str().rsplit("key/").next().map_or_else(|| key.to_string(), |id| format!("key {id}")),
    }
}

/// What was decided; in brackets the guard that refused more, or what the table asks for beyond the mode.
fn decision(Decision { wanted, response, refusals }: &Decision) -> String {
    match refusals.first() {
        Some(refusal) => format!("{response} (guard: {})", refusal.name()),
        None if wanted != response => format!("{response} (enforce: {wanted})"),
        None => response.to_string(),
    }
}
