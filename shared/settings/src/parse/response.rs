//! The `response:` table: single cells over the default.

use portcullis_domain::{Severity, Tier};

use crate::by_tier::ByTier;
use crate::reader::{Node, Report};
use crate::{Response, ResponseTable};

const UNCLASSIFIED: &str = "unclassified";
const OTHERWISE: &str = "otherwise";

/// Overrides in `table` the cells that are given here, and no others.
pub(super) fn response(node: &Node<'_>, report: &mut Report, table: &mut ResponseTable) {
    let rows = node.map(report, "a map of severities", Severity::WORDS);
    for (severity, node) in rows.iter() {
        if let Ok(severity) = severity.parse() {
            by_tier(node, report, Response::ALL, table.row(severity));
        }
    }
}

/// Overrides in `row` the tiers that are given here: by a word for every tier, or by a map from tier to word. A word must
/// be one of `words`.
pub(super) fn by_tier(node: &Node<'_>, report: &mut Report, words: &[Response], row: &mut ByTier) {
    let word = |node: &Node<'_>, report: &mut Report| node.word(report, words, Response::as_str);
    if !node.is_map() {
        if let Some(response) = word(node, report) {
            *row = ByTier::every(response);
        }
        return;
    }
    let tiers = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None];
    let names = tiers.map(|tier| tier.map_or(UNCLASSIFIED, Tier::as_str));
    let known: Vec<&'static str> = names.into_iter().chain([OTHERWISE]).collect();
    let cells = node.map(report, "a map of tiers", &known);
    let otherwise = cells.get(OTHERWISE).and_then(|node| word(node, report));
    for tier in tiers {
        let cell = cells.get(tier.map_or(UNCLASSIFIED, Tier::as_str));
        // A tier that is named is never covered by `otherwise`, not even when its word is wrong.
        let response = cell.map_or(otherwise, |node| word(node, report));
        if let Some(response) = response {
            row.set(tier, response);
        }
    }
}
