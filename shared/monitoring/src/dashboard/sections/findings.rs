//! What was found, and what was done about it.

use portcullis_metrics::Metric;

use super::super::grid::Grid;
use super::super::palette::{DENIED, FAILED, GOOD, QUIET};
use super::super::text::{plain, runbook};
use super::super::widget::{Text, View};
use super::{by_severity, graph, one, top};
use crate::place::Place;

/// Findings, those in shadow apart; containments, refusals, pages.
pub(in crate::dashboard) fn findings(grid: &mut Grid, place: &Place) {
    let mut spans = runbook(place, &["kinds-of-pages", "quiet-a-rule"]);
    spans.push(plain(". Rules in shadow are only being tried out: nobody is paged by them."));
    grid.text(2, Text::section("Findings", spans));
    let rules = |title: &str, metric| {
        graph(title, View::Bars, "findings", vec![top(place, metric, &["Rule", "Severity"], "Rule")])
    };
    let severities = |title: &str, metric| graph(title, View::Areas, "findings", by_severity(place, metric));
    grid.row(
        7,
        vec![severities("Findings by severity", Metric::FINDINGS), rules("Findings by rule", Metric::FINDINGS)],
    );
    grid.row(
        6,
        vec![
            severities("In shadow, by severity", Metric::SHADOW_FINDINGS),
            rules("In shadow, by rule", Metric::SHADOW_FINDINGS),
        ],
    );
    grid.text(
        2,
        Text::section("Containment", runbook(place, &["contained", "not-touched", "not-contained", "tampered"])),
    );
    let contained = |outcome, color| one(place, Metric::CONTAINMENTS, &[("Outcome", outcome)], outcome, Some(color));
    let outcomes = vec![contained("verified", GOOD), contained("unverified", DENIED), contained("failed", FAILED)];
    let time = one(place, Metric::TIME_TO_CONTAIN, &[], "slowest", Some(GOOD));
    grid.row(
        6,
        vec![
            graph("Containments", View::Areas, "containments", outcomes),
            graph("Time to contain", View::Lines, "seconds", vec![time]),
            graph("Refused by guard", View::Bars, "refusals", vec![top(place, Metric::REFUSALS, &["Guard"], "Guard")]),
        ],
    );
    let tampering = |outcome, color| one(place, Metric::TAMPERING, &[("Outcome", outcome)], outcome, Some(color));
    grid.row(
        6,
        vec![
            graph("Decisions", View::Areas, "findings", vec![top(place, Metric::DECISIONS, &["Response"], "Response")]),
            graph("Pages", View::Areas, "pages", vec![top(place, Metric::PAGES, &["State"], "State")]),
            graph(
                "Containments undone by somebody",
                View::Areas,
                "times",
                vec![tampering("reapplied", GOOD), tampering("left", QUIET), tampering("failed", FAILED)],
            ),
        ],
    );
}
