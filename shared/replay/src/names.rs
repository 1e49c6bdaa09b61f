//! What people call actors, assets and decisions: the same words in tables, files and reports.

use portcullis_domain::{Asset, Finding, Principal};
use portcullis_response::{Decision, Entry};

use crate::Replay;

/// An actor in short: `role/team/app in 111122223333`.
pub fn actor(principal: &Principal) -> String {
    let short = principal.arn().and_then(|arn| arn.splitn(6, ':').nth(5)).zip(principal.account());
    short.map_or_else(|| principal.to_string(), |(name, account)| format!("{name} in {account}"))
}

/// An asset in short: `secret prod/db`, `key 1234abcd-…`, `alias/backup`.
pub fn asset(asset: &Asset) -> String {
    match asset {
        Asset::Secret(secret) => format!("secret {}", secret.short_name()),
        Asset::KeyAlias(alias) => alias.alias().to_owned(),
        Asset::Key(key) => key.as_str().rsplit("key/").next().map_or_else(|| key.to_string(), |id| format!("key {id}")),
    }
}

/// What a finding is about: the first asset and how many more, or the account.
pub fn assets(finding: &Finding) -> String {
    match finding.assets.as_slice() {
        [] => "the account".to_owned(),
        [only] => asset(only),
        [first, more @ ..] => format!("{} and {} more", asset(first), more.len()),
    }
}

/// What was decided; in brackets the guard that refused more, or what the table asks for beyond the mode.
pub fn decision(Decision { wanted, response, refusals }: &Decision) -> String {
    match refusals.first() {
        Some(refusal) => format!("{response} (guard: {})", refusal.name()),
        None if wanted != response => format!("{response} (enforce: {wanted})"),
        None => response.to_string(),
    }
}

/// The findings whose actor a guard spared, and who was contained at no other time either; in the order of the events.
pub fn spared(replay: &Replay) -> impl Iterator<Item = &Entry> {
    let contained = |entry: &Entry| replay.contained.contains(&entry.finding.actor.principal.to_string());
    replay.entries.iter().filter(move |entry| !entry.decision.refusals.is_empty() && !contained(entry))
}
