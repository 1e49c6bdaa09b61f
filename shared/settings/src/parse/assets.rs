//! The entries of `assets:`.

use std::collections::BTreeMap;

use portcullis_domain::{AccountId, Tier};

use super::arns::{Parts, asset_pattern, is_account, may_be, may_start, pattern, principal_pattern};
use crate::reader::{Map, Node, Report, printable};
use crate::{AssetEntry, AuthorizedActor, Glob, Selector};

const SELECTORS: [&str; 4] = ["arn", "secret", "alias", "tag"];
const KEYS: &[&str] = &["name", "arn", "secret", "alias", "tag", "tier", "authorized"];

/// A page has room for this many characters of a name.
const LONGEST_NAME: usize = 80;

pub(super) fn assets(node: &Node<'_>, report: &mut Report) -> Vec<AssetEntry> {
    let mut lines_by_name = BTreeMap::new();
    let entries = node.list(report, "a list of entries");
    entries.iter().filter_map(|node| entry(node, report, &mut lines_by_name)).collect()
}

/// One entry. Every part is read before giving up on any, so that all their problems are told at once.
fn entry<'y>(node: &Node<'y>, report: &mut Report, lines_by_name: &mut BTreeMap<&'y str, usize>) -> Option<AssetEntry> {
    if !node.is_map() {
        report.add(node, node.mismatch(&format!("a map with the keys {}", KEYS.join(", "))), None);
        return None;
    }
    let map = node.map(report, "a map", KEYS);
    let name = required(&map, "name", node, report).and_then(|node| name(node, report, lines_by_name));
    let selector = selector(&map, node, report);
    let tier = required(&map, "tier", node, report).and_then(|node| node.word(report, Tier::ALL, Tier::as_str));
    let authorized = map.get("authorized").map(|node| authorized(node, report));
    Some(AssetEntry { name: name?.to_owned(), selector: selector?, tier: tier?, authorized, line: node.line() })
}

fn required<'m, 'y>(map: &'m Map<'y>, key: &str, entry: &Node<'y>, report: &mut Report) -> Option<&'m Node<'y>> {
    let found = map.get(key);
    if found.is_none() {
        report.add(entry, format!("`{key}` is missing"), None);
    }
    found
}

fn name<'y>(node: &Node<'y>, report: &mut Report, lines_by_name: &mut BTreeMap<&'y str, usize>) -> Option<&'y str> {
    let name = node.text(report, "a name for people")?;
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let expected = format!("a name for people, on one line of at most {LONGEST_NAME} characters");
        report.add(node, node.mismatch(&expected), None);
        return None;
    }
    if let Some(line) = lines_by_name.insert(name, node.line()) {
        let message = format!("`{}` is already the name of the entry on line {line}", printable(name));
        report.add(node, message, Some("give each entry its own name; pages tell them apart by it".to_owned()));
    }
    Some(name)
}

fn selector(map: &Map<'_>, entry: &Node<'_>, report: &mut Report) -> Option<Selector> {
    let given: Vec<_> = map.iter().filter(|(key, _)| SELECTORS.contains(key)).collect();
    // Each is read even when there are too many, for its own problems.
    let mut selectors: Vec<Option<Selector>> = given
        .iter()
        .map(|(key, node)| match *key {
            "arn" => asset_pattern(node, report).map(Selector::Arn),
            "secret" => secret(node, report).map(Selector::Secret),
            "alias" => alias(node, report).map(Selector::Alias),
            _ => tag(node, report),
        })
        .collect();
    match given.as_slice() {
        [] => {
            report.add(entry, format!("expected exactly one of {}, found none", SELECTORS.join(", ")), None);
            None
        }
        [_] => selectors.pop().flatten(),
        [_, (_, second), ..] => {
            let keys: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
            let message = format!("expected exactly one of {}, found {}", SELECTORS.join(", "), keys.join(" and "));
            report.add(second, message, Some("make an entry of each".to_owned()));
            None
        }
    }
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

fn authorized(node: &Node<'_>, report: &mut Report) -> Vec<AuthorizedActor> {
    if node.is_null() {
        // Taken as absent it would mean that nobody said, taken as empty that nobody is authorised.
        let help = "write `[]` when nobody is authorised, or leave the key out when it is not known who is";
        report.add(node, node.mismatch("a list"), Some(help.to_owned()));
        return Vec::new();
    }
    let items = node.list(report, "a list of ARN patterns, services and account ids");
    items.iter().filter_map(|node| authorized_actor(node, report)).collect()
}

fn authorized_actor(node: &Node<'_>, report: &mut Report) -> Option<AuthorizedActor> {
    let expected = "the ARN pattern of IAM roles or users, a service such as `secretsmanager.amazonaws.com`, \
                    or an account id in quotes";
    let text = node.text(report, expected)?;
    if text.starts_with("arn:") {
        return principal_pattern(node, report).map(AuthorizedActor::Arn);
    }
    if let Ok(account) = text.parse::<AccountId>() {
        return Some(AuthorizedActor::Account(account));
    }
    let label = text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn"));
    let is_service = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    if label.is_some_and(is_service) {
        return Some(AuthorizedActor::Service(text.to_owned()));
    }
    report.add(node, node.mismatch(expected), None);
    None
}
