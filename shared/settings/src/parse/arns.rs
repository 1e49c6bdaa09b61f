//! ARN patterns that can match what they are for. A pattern that never could is a problem: it would be a silence.

use std::str::FromStr;

use portcullis_domain::{AccountId, ArnPattern};

use crate::reader::{Node, Report, printable};

const WILDCARDS: [char; 2] = ['*', '?'];

impl Node<'_> {
    /// The text here, parsed; `expected` completes "expected …".
    pub(super) fn parsed<T: FromStr>(&self, report: &mut Report, expected: &str) -> Option<T> {
        let text = self.text(report, expected)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            report.add(self, self.mismatch(expected), None);
        }
        parsed
    }
}

/// The pattern here, which must be able to match the ARN of an IAM role or user.
pub(super) fn principal_pattern(node: &Node<'_>, report: &mut Report) -> Option<ArnPattern> {
    let expected = "the ARN pattern of IAM roles or users";
    let pattern = pattern(node, report, expected)?;
    let Parts { partition, service, region, account, resource } = Parts::of(&pattern)?;
    let (why, help) = if service == "sts" {
        (": this is the ARN of a session", session_help(partition, account, resource))
    } else if service == "iam" && resource == "root" {
        let help = format!(
            "for every role and user of an account write arn:{partition}:iam::{account}:*; `authorized` also takes the \
             account id alone, in quotes"
        );
        (": this is a whole account", help)
    } else if may_be(service, "iam")
        && region.chars().all(|c| c == '*')
        && is_account(account)
        && (may_start(resource, "role/") || may_start(resource, "user/"))
    {
        return Some(pattern);
    } else {
        ("", "it can match neither; write it like arn:aws:iam::111122223333:role/team/*".to_owned())
    };
    report.add(node, format!("{}{why}", node.mismatch(expected)), Some(help));
    None
}

/// What to write instead of the ARN of a session, whose `resource` is `assumed-role/NAME/SESSION`.
pub(super) fn session_help(partition: &str, account: &str, resource: &str) -> String {
    let name = printable(resource.split('/').nth(1).unwrap_or("NAME"));
    let (partition, account) = (printable(partition), printable(account));
    format!(
        "a session's ARN drops the role's path; write the role's own, path included: \
         arn:{partition}:iam::{account}:role/{name}"
    )
}

/// The pattern here, which must be able to match the ARN of a KMS key or a secret.
pub(super) fn asset_pattern(node: &Node<'_>, report: &mut Report) -> Option<ArnPattern> {
    let expected = "the ARN pattern of KMS keys or secrets";
    let pattern = pattern(node, report, expected)?;
    let Parts { service, region, account, resource, .. } = Parts::of(&pattern)?;
    if service == "kms" && resource.starts_with("alias/") {
        let help = "move it from `arn` to `alias`".to_owned();
        report.add(node, format!("{}: this is an alias", node.mismatch(expected)), Some(help));
        return None;
    }
    let kind = [("kms", "key/"), ("secretsmanager", "secret:")]
        .into_iter()
        .any(|(name, start)| may_be(service, name) && may_start(resource, start));
    if kind && !region.is_empty() && is_account(account) {
        return Some(pattern);
    }
    let help = "it can match neither; write it like arn:aws:kms:eu-west-1:111122223333:key/* or \
                arn:aws:secretsmanager:*:111122223333:secret:prod/*";
    report.add(node, node.mismatch(expected), Some(help.to_owned()));
    None
}

/// The parts of a pattern behind `arn`.
pub(super) struct Parts<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(pattern: &'a ArnPattern) -> Option<Self> {
        let parts: Vec<&str> = pattern.as_str().splitn(6, ':').collect();
        match parts.as_slice() {
            [_, partition, service, region, account, resource] => {
                Some(Self { partition, service, region, account, resource })
            }
            _ => None,
        }
    }
}

/// The pattern here, of whatever; `expected` completes "expected …".
pub(super) fn pattern(node: &Node<'_>, report: &mut Report, expected: &str) -> Option<ArnPattern> {
    let text = node.text(report, expected)?;
    let pattern = text.parse::<ArnPattern>().ok().filter(|_| {
        let partition = text.split(':').nth(1).unwrap_or_default();
        may_start(partition, "aws") && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    });
    if pattern.is_none() {
        let help = "an ARN has six parts, `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`; `*` and `?` may stand for \
                    what varies";
        report.add(node, node.mismatch(expected), Some(help.to_owned()));
    }
    pattern
}

/// Whether a part with wildcards may stand for `text`.
pub(super) fn may_be(part: &str, text: &str) -> bool {
    if part.contains(WILDCARDS) { may_start(part, text) } else { part == text }
}

/// Whether what `part` stands for may start with `start`, going by what precedes its first wildcard.
pub(super) fn may_start(part: &str, start: &str) -> bool {
    match part.split_once(WILDCARDS) {
        Some((literal, _)) => literal.starts_with(start) || start.starts_with(literal),
        None => part.starts_with(start) && part.len() >= start.len(),
    }
}

/// Twelve digits, or wildcards for some of them.
pub(super) fn is_account(part: &str) -> bool {
    if part.contains(WILDCARDS) {
        part.len() <= 12 && part.chars().all(|c| c.is_ascii_digit() || WILDCARDS.contains(&c))
    } else {
        part.parse::<AccountId>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("role/app", "role/", true ; "literal")]
    #[test_case("group/app", "role/", false ; "another literal")]
    #[test_case("*", "role/", true ; "a star")]
    #[test_case("ro*", "role/", true ; "a star within")]
    #[test_case("role/*/x", "role/", true ; "a star behind")]
    #[test_case("gr*", "role/", false ; "a star too late")]
    fn starts(part: &str, start: &str, expected: bool) {
        assert_eq!(may_start(part, start), expected);
    }
}
