//! The entries of `exemptions:` and `rules:`.

use super::LONGEST_REASON;
use super::actors::{actors, some_actors};
use super::entries::{Entry, at_least_one, entries, line_of_text, required};
use super::times::date;
use crate::reader::{Node, Report};
use crate::{Exemption, RuleName, RuleOverride};

/// The largest number of events that a correlation can wait for.
const LARGEST_THRESHOLD: u64 = 120;

pub(super) fn exemptions(node: &Node<'_>, report: &mut Report) -> Vec<Exemption> {
    entries(node, report, &["name", "actors", "rules", "reason", "until"], exemption)
}

fn exemption(entry: &Entry<'_>, report: &mut Report) -> Option<Exemption> {
    let Entry { node, map, name } = entry;
    let actors = required(map, "actors", node, report).map(|node| some_actors(node, report));
    let rules = required(map, "rules", node, report).map(|node| at_least_one(node, report, "rule", rule_name));
    let reason = required(map, "reason", node, report)
        .and_then(|node| line_of_text(node, report, "the reason for the exemption", LONGEST_REASON));
    let until = required(map, "until", node, report).and_then(|node| date(node, report));
    Some(Exemption {
        name: name.clone()?,
        actors: actors?,
        rules: rules?,
        reason: reason?,
        until: until?,
        line: node.line(),
    })
}

pub(super) fn overrides(node: &Node<'_>, report: &mut Report) -> Vec<RuleOverride> {
    let members = node.members(report, "a map of rules");
    let mut entry = |(key, node): &(Node<'_>, Node<'_>)| {
        let rule = rule_name(key, report);
        let map = node.map(report, "a map", &["shadow", "threshold", "exempt"]);
        let shadow = map.get("shadow").and_then(|node| node.truth(report));
        let threshold = map.get("threshold").and_then(|node| threshold(node, report));
        let exempt = map.get("exempt").and_then(|node| actors(node, report)).unwrap_or_default();
        Some(RuleOverride { rule: rule?, shadow, threshold, exempt })
    };
    members.iter().filter_map(&mut entry).collect()
}

/// The id of a rule, which is kebab case.
fn rule_name(node: &Node<'_>, report: &mut Report) -> Option<RuleName> {
    let expected = "a rule's id, such as `secrets-read-in-batch`";
    let text = node.text(report, expected)?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.split('-').all(is_word) {
        return Some(RuleName { id: text.to_owned(), line: node.line() });
    }
    let help = "it is the `name` in the rule's file: lower-case letters, digits and single hyphens".to_owned();
    report.add(node, node.mismatch(expected), Some(help));
    None
}

fn threshold(node: &Node<'_>, report: &mut Report) -> Option<u64> {
    let found = node.as_number().and_then(|number| u64::try_from(number).ok());
    let found = found.filter(|number| (1..=LARGEST_THRESHOLD).contains(number));
    if found.is_none() {
        report.add(node, node.mismatch(&format!("a whole number from 1 to {LARGEST_THRESHOLD}")), None);
    }
    found
}
