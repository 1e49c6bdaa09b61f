//! Lists of actors: `authorized:`, `rotators:`, `actors:` and `exempt:`.

use portcullis_domain::{AccountId, ArnPattern};

use super::arns::{Parts, is_account, may_be, may_start, pattern, principal_pattern};
use super::entries::{at_least_one, exactly_one};
use crate::reader::{Node, Report};
use crate::{AuthorizedActor, Glob, PathPattern};

const KEYS: [&str; 3] = ["path", "tag", "function"];

/// A list that may name nobody; absent when it has problems, since what is left of it would mean something else.
pub(super) fn actors(node: &Node<'_>, report: &mut Report) -> Option<Vec<AuthorizedActor>> {
    if node.is_null() {
        // Taken as absent it would mean that nobody said, taken as empty that nobody is meant.
        let help = "write `[]` when nobody is meant, or leave the key out when that is not known";
        report.add(node, node.mismatch("a list"), Some(help.to_owned()));
        return None;
    }
    let items = node.list(report, "a list of ARN patterns, services and account ids");
    let read: Vec<Option<AuthorizedActor>> = items.iter().map(|node| actor(node, report)).collect();
    read.into_iter().collect()
}

/// A list that must name somebody.
pub(super) fn some_actors(node: &Node<'_>, report: &mut Report) -> Vec<AuthorizedActor> {
    at_least_one(node, report, "ARN pattern, service or account id", actor)
}

fn actor(node: &Node<'_>, report: &mut Report) -> Option<AuthorizedActor> {
    if node.is_map() {
        let map = node.map(report, "a map", &KEYS);
        return exactly_one(&map, node, report, &KEYS, |key, node, report| match key {
            "path" => path(node, report).map(AuthorizedActor::Path),
            "tag" => tag(node, report).map(|(key, value)| AuthorizedActor::Tag { key, value }),
            _ => function(node, report).map(AuthorizedActor::Function),
        });
    }
    let expected = "the ARN pattern of IAM roles or users, a service such as `secretsmanager.amazonaws.com`, \
                    an account id in quotes, or a map with `path`, `tag` or `function`";
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

/// An IAM path, or a pattern of paths.
pub(super) fn path(node: &Node<'_>, report: &mut Report) -> Option<PathPattern> {
    let expected = "an IAM path such as `/team/payroll/`, `*` and `?` allowed";
    let text = node.text(report, expected)?;
    // IAM API Reference, *CreateRole*, `Path`: visible ASCII. An ARN would be compared with the path of one.
    let fits = text.bytes().all(|b| b.is_ascii_graphic() && b != b':') && text.len() <= 512;
    if fits && let Some(path) = PathPattern::new(text) {
        return Some(path);
    }
    let trimmed = text.trim_matches('/');
    let help = if !fits {
        "write the path alone, without the ARN around it".to_owned()
    } else if trimmed.contains(|c| c != '*') {
        format!("a path starts and ends in a slash; did you mean `/{trimmed}/`?")
    } else {
        "every path starts with a slash; for every role and user of an account write arn:aws:iam::111122223333:*"
            .to_owned()
    };
    report.add(node, node.mismatch(expected), Some(help));
    None
}

/// `key=value`, of a role or user.
pub(super) fn tag(node: &Node<'_>, report: &mut Report) -> Option<(String, Glob)> {
    let expected = "a tag as `key=value`, `*` and `?` allowed in the value";
    let text = node.text(report, expected)?;
    let (key, value) = text.split_once('=').unwrap_or_default();
    if key.is_empty() || key.contains(['*', '?']) {
        let help = "write `team=payroll`, or `team=*` for any value".to_owned();
        report.add(node, node.mismatch(expected), Some(help));
        return None;
    }
    Some((key.to_owned(), value.parse().ok()?))
}

/// A pattern that must be able to match the ARN of a Lambda function.
fn function(node: &Node<'_>, report: &mut Report) -> Option<ArnPattern> {
    let expected = "the ARN pattern of Lambda functions";
    let pattern = pattern(node, report, expected)?;
    let Parts { service, region, account, resource, .. } = Parts::of(&pattern)?;
    if may_be(service, "lambda") && !region.is_empty() && is_account(account) && may_start(resource, "function:") {
        return Some(pattern);
    }
    let help = "it can match none; write it like arn:aws:lambda:eu-west-1:111122223333:function:rotate-*".to_owned();
    report.add(node, node.mismatch(expected), Some(help));
    None
}
