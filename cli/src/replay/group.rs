//! Findings that a person sees as one: the same rule, actor and decision.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::{Asset, Principal, Severity};
use portcullis_response::{Decision, Entry};

/// A row of the table, in short names: the JSON form has the whole ones.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) first: Option<Timestamp>,
    pub(crate) count: usize,
    pub(crate) severity: Severity,
    pub(crate) rule: String,
    pub(crate) actor: String,
    pub(crate) decision: String,
    assets: BTreeSet<String>,
}

/// Groups entries, which come in the order of their events; the groups are in the order of their first.
pub(crate) fn group(entries: &[Entry]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for entry in entries {
        let finding = &entry.finding;
        let row = Group {
            first: finding.time(),
            count: 1,
            severity: finding.rule.severity,
            rule: finding.rule.id.clone(),
            actor: actor(&finding.actor.principal),
            decision: decision(&entry.decision),
            assets: finding.assets.iter().map(asset).collect(),
        };
        match groups.iter_mut().find(|group| group.is_same(&row)) {
            Some(group) => {
                group.count += 1;
                group.assets.extend(row.assets);
            }
            None => groups.push(row),
        }
    }
    groups
}

impl Group {
    fn is_same(&self, other: &Self) -> bool {
        (&self.rule, &self.actor, &self.decision) == (&other.rule, &other.actor, &other.decision)
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
