//! The entries of `assets:`.

use portcullis_domain::Tier;

use super::actors::actors;
use super::alarms::own_rate;
use super::arns::{Parts, asset_pattern, is_account, may_be, may_start, pattern};
use super::entries::{Entry, entries, exactly_one, required};
use super::hours::ReadHours;
use crate::reader::{Node, Report};
use crate::{AssetEntry, Glob, Selector};

const SELECTORS: [&str; 4] = ["arn", "secret", "alias", "tag"];
const KEYS: &[&str] =
    &["name", "arn", "secret", "alias", "tag", "tier", "authorized", "decoy", "rotators", "hours", "high_rate"];

pub(super) fn assets(node: &Node<'_>, report: &mut Report, hours: &mut ReadHours<'_>) -> Vec<AssetEntry> {
    entries(node, report, KEYS, |entry, report| asset(entry, report, hours))
}

/// One entry. Every part is read before giving up on any, so that all their problems are told at once.
fn asset(entry: &Entry<'_>, report: &mut Report, hours: &mut ReadHours<'_>) -> Option<AssetEntry> {
    let Entry { node, map, name } = entry;
    let selector = exactly_one(map, node, report, &SELECTORS, |key, node, report| match key {
        "arn" => asset_pattern(node, report).map(Selector::Arn),
        "secret" => secret(node, report).map(Selector::Secret),
        "alias" => alias(node, report).map(Selector::Alias),
        _ => tag(node, report),
    });
    let authorized = map.get("authorized").and_then(|node| actors(node, report));
    let decoy = map.get("decoy").and_then(|node| node.truth(report)).unwrap_or_default();
    // What is in a decoy matters to nobody; that it was touched does.
    let tier = if decoy { map.get("tier") } else { required(map, "tier", node, report) };
    let tier = tier.map(|node| node.word(report, Tier::ALL, Tier::as_str));
    let tier = tier.flatten();
    let no_tier = decoy && map.get("tier").is_none();
    let high_rate = map.get("high_rate").and_then(|node| own_rate(node, report, tier, no_tier));
    let rotators = map.get("rotators").and_then(|node| actors(node, report));
    let hours = map.get("hours").and_then(|node| hours.choose(node, report));
    Some(AssetEntry {
        name: name.clone()?,
        selector: selector?,
        tier,
        authorized,
        decoy,
        rotators,
        hours,
        high_rate,
        line: node.line(),
    })
}

/// A pattern over secret names.
fn secret(node: &Node<'_>, report: &mut Report) -> Option<Glob> {
    let expected = "a secret's name, `*` and `?` allowed";
    let text = node.text(report, expected)?;
    if text.starts_with("arn:") {
        report.add(node, node.mismatch(expected), Some("move the ARN from `secret` to `arn`".to_owned()));
        return None;
    }
    // Secrets Manager User Guide, *CreateSecret*, `Name`.
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-*?".contains(c)) {
        let help = "a secret's name holds letters, digits and the characters /_+=.@-";
        report.add(node, node.mismatch(expected), Some(help.to_owned()));
        return None;
    }
    text.parse().ok()
}

/// `alias/NAME` or the ARN of an alias.
fn alias(node: &Node<'_>, report: &mut Report) -> Option<Glob> {
    let expected = "`alias/NAME` or the ARN of an alias, `*` and `?` allowed";
    let text = node.text(report, expected)?;
    if text.starts_with("arn:") {
        let pattern = pattern(node, report, expected)?;
        let Parts { service, region, account, resource, .. } = Parts::of(&pattern)?;
        if !(may_be(service, "kms") && !region.is_empty() && is_account(account) && may_start(resource, "alias/")) {
            let help = "write it like arn:aws:kms:eu-west-1:111122223333:alias/payroll".to_owned();
            report.add(node, node.mismatch(expected), Some(help));
            return None;
        }
        return text.parse().ok();
    }
    // KMS API Reference, *CreateAlias*, `AliasName`.
    let fits = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_-*?".contains(c));
    if text.strip_prefix("alias/").is_some_and(fits) {
        return text.parse().ok();
    }
    let help = if fits(text) && !text.starts_with("alias/") {
        format!("did you mean `alias/{text}`?")
    } else {
        "an alias holds letters, digits and the characters /_-".to_owned()
    };
    report.add(node, node.mismatch(expected), Some(help));
    None
}

fn tag(node: &Node<'_>, report: &mut Report) -> Option<Selector> {
    let map = node.map(report, "a map with `key` and, if need be, `value`", &["key", "value"]);
    if !node.is_map() {
        if node.is_null() {
            report.add(node, "`key` is missing", None);
        }
        return None;
    }
    let key = required(&map, "key", node, report).and_then(|node| {
        let key = node.text(report, "a tag's key")?;
        if key.is_empty() || key.contains(['*', '?']) {
            report.add(node, node.mismatch("a tag's key, without wildcards"), None);
            return None;
        }
        Some(key.to_owned())
    });
    let value = map.get("value").map(|node| {
        let text = node.text(report, "a tag's value, `*` and `?` allowed")?;
        text.parse::<Glob>().ok()
    });
    match value {
        None => Some(Selector::Tag { key: key?, value: None }),
        Some(value) => Some(Selector::Tag { key: key?, value: Some(value?) }),
    }
}
