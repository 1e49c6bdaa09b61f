//! Who is never touched and who may release: `protected:`, `operators:` and `members:`.

use std::collections::BTreeMap;

use portcullis_domain::{AccountId, RoleArn, UserArn};

use super::actors::{path, tag};
use super::arns::{principal_pattern, session_help};
use super::entries::exactly_one;
use super::networks::account;
use crate::reader::{Node, Report, printable};
use crate::{PathPattern, Protection};

const PROTECTION_KEYS: [&str; 2] = ["path", "tag"];

pub(super) fn protected(node: &Node<'_>, report: &mut Report) -> Vec<Protection> {
    let items = node.list(report, "a list of ARN patterns, paths and tags");
    items.iter().filter_map(|node| protection(node, report)).collect()
}

fn protection(node: &Node<'_>, report: &mut Report) -> Option<Protection> {
    if node.is_map() {
        let map = node.map(report, "a map", &PROTECTION_KEYS);
        return exactly_one(&map, node, report, &PROTECTION_KEYS, |key, node, report| match key {
            "path" => path(node, report).map(Protection::Path),
            _ => tag(node, report).map(|(key, value)| Protection::Tag { key, value }),
        });
    }
    let expected = "the ARN pattern of IAM roles or users, or a map with `path` or `tag`";
    let text = node.text(report, expected)?;
    if text.starts_with("arn:") {
        return principal_pattern(node, report).map(Protection::Arn);
    }
    report.add(node, node.mismatch(expected), Some(protection_help(text)));
    None
}

/// What to write instead of `text`, which is no ARN.
fn protection_help(text: &str) -> String {
    let shown = printable(text);
    let name = text.strip_prefix("role/").or_else(|| text.strip_prefix("user/"));
    if text.parse::<AccountId>().is_ok() {
        format!("for every role and user of an account write arn:aws:iam::{shown}:*")
    } else if name.is_some_and(|name| !name.is_empty()) {
        format!("did you mean `arn:aws:iam::*:{shown}`?")
    } else if PathPattern::new(text).is_some() {
        format!("did you mean `{{path: {shown}}}`?")
    } else if text.split_once('=').is_some_and(|(key, _)| !key.is_empty()) {
        format!("did you mean `{{tag: \"{shown}\"}}`?")
    } else {
        "write it like arn:aws:iam::111122223333:role/team/*, {path: /team/} or {tag: team=payroll}".to_owned()
    }
}

pub(super) fn operators(node: &Node<'_>, report: &mut Report) -> Vec<String> {
    unlike(node, report, "a list of ARNs of roles and users", operator)
}

/// The ARN of one role or user. A pattern would not do, since how many operators are left must be known.
fn operator(node: &Node<'_>, report: &mut Report) -> Option<String> {
    let expected = "the ARN of an IAM role or user";
    let text = node.text(report, expected)?;
    if text.parse::<RoleArn>().is_ok() || text.parse::<UserArn>().is_ok() {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let help = match parts.as_slice() {
        _ if text.contains(['*', '?']) => {
            "name each operator by its whole ARN, since the last one that can still act is never contained".to_owned()
        }
        ["arn", partition, "sts", _, account, resource] if resource.starts_with("assumed-role/") => {
            session_help(partition, account, resource)
        }
        [.., "root"] => "name the role or user that people use to release; the root user needs no entry".to_owned(),
        _ => "write it like arn:aws:iam::111122223333:role/oncall, its path included".to_owned(),
    };
    report.add(node, node.mismatch(expected), Some(help));
    None
}

pub(super) fn members(node: &Node<'_>, report: &mut Report) -> Vec<AccountId> {
    unlike(node, report, "a list of account ids", account)
}

/// The items of the list here that `read` understands, no two of which may be alike.
fn unlike<T: Ord + Clone + ToString>(
    node: &Node<'_>,
    report: &mut Report,
    expected: &str,
    read: fn(&Node<'_>, &mut Report) -> Option<T>,
) -> Vec<T> {
    let mut lines = BTreeMap::new();
    let mut found = Vec::new();
    for node in node.list(report, expected) {
        let Some(item) = read(&node, report) else { continue };
        if let Some(line) = lines.insert(item.clone(), node.line()) {
            let message = format!("`{}` already stands on line {line}", printable(&item.to_string()));
            report.add(&node, message, Some("remove one of the two".to_owned()));
        }
        found.push(item);
    }
    found
}
