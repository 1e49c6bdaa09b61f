//! Durations as people write them: `4h`, `1h 30m`, `2 days`.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Span, SpanRelativeTo};

use crate::reader::{Node, Report};

/// The duration here, which must lie in `allowed`; `expected` says so to people.
pub(super) fn duration(
    node: &Node<'_>,
    report: &mut Report,
    allowed: &RangeInclusive<SignedDuration>,
    expected: &str,
) -> Option<SignedDuration> {
    let help = || Some("write a number with its unit: `45m`, `4h`, `1h 30m`, `2d`".to_owned());
    let Some(text) = node.as_text() else {
        report.add(node, node.mismatch(expected), help());
        return None;
    };
    // Read as a span, since jiff's plain durations have no days. A day is 24 hours here: nothing said depends on a
    // time zone. Months have no length then, and are refused.
    let days = SpanRelativeTo::days_are_24_hours();
    let Some(found) = text.parse::<Span>().ok().and_then(|span| span.to_duration(days).ok()) else {
        report.add(node, node.mismatch(expected), help());
        return None;
    };
    if !allowed.contains(&found) {
        report.add(node, node.mismatch(expected), None);
        return None;
    }
    Some(found)
}
