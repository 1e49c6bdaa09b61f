//! What there is beside single entries: uses, denials, findings, what was done, and whether Portcullis itself is well.

use portcullis_domain::Severity;
use portcullis_metrics::Metric;

use super::columns::Style;
use super::numbers::{number, seconds};
use super::view::{Pair, View};

/// A line of the totals.
#[derive(Debug)]
pub(crate) struct Total {
    /// What is counted.
    pub(crate) label: &'static str,
    /// How much of it.
    pub(crate) pair: Pair,
    /// What it is made of, in these days: `critical 5`.
    pub(crate) parts: Vec<String>,
    /// How the number stands out where it is not zero.
    pub(crate) style: Style,
}

const SEVERITY: &[&str] = &["Rule", "Severity"];
const OUTCOME: &[&str] = &["Outcome"];

/// All of them, in the order in which they are shown.
pub(crate) fn totals(view: &View) -> Vec<Total> {
    let plain = |label, pair, parts| Total { label, pair, parts, style: Style::Plain };
    let by_tier = |metric| view.sum(metric, &["Outcome", "Tier"], &[]);
    let outcomes = |metric: Metric, skip: &str| {
        let sums = view.sums(metric, &["Outcome", "Tier"], "Outcome");
        told(sums.into_iter().filter(|(outcome, _)| outcome != skip))
    };
    let mut totals = vec![
        plain("secret accesses", by_tier(Metric::SECRET_ACCESSES), outcomes(Metric::SECRET_ACCESSES, "success")),
        plain("key uses", by_tier(Metric::KEY_USES), outcomes(Metric::KEY_USES, "success")),
        Total {
            label: "denied calls",
            pair: view.sum(Metric::DENIED_CALLS, &["Service", "Tier"], &[]),
            parts: told(view.sums(Metric::DENIED_CALLS, &["Service", "Tier"], "Service")),
            style: Style::Bad,
        },
        Total {
            label: "findings",
            pair: view.sum(Metric::FINDINGS, SEVERITY, &[]),
            parts: told(gravest_first(view.sums(Metric::FINDINGS, SEVERITY, "Severity"))),
            style: Style::Warn,
        },
    ];
    let shadow = view.sum(Metric::SHADOW_FINDINGS, SEVERITY, &[]);
    if shadow.this.unwrap_or_default() + shadow.before.unwrap_or_default() > 0.0 {
        totals.push(plain(
            "in shadow",
            shadow,
            told(gravest_first(view.sums(Metric::SHADOW_FINDINGS, SEVERITY, "Severity"))),
        ));
    }
    totals.push(Total {
        label: "containments",
        pair: view.sum(Metric::CONTAINMENTS, OUTCOME, &[]),
        parts: told(view.sums(Metric::CONTAINMENTS, OUTCOME, "Outcome")),
        style: Style::Bad,
    });
    totals.push(plain("pages", view.sum(Metric::PAGES, &["State"], &[("State", "sent")]), Vec::new()));
    let mut rotations = told(view.sums(Metric::ROTATIONS, &["Service", "Outcome"], "Outcome"));
    rotations.extend(overdue(view, &[]));
    totals.push(plain(
        "rotations",
        view.sum(Metric::ROTATIONS, &["Service", "Outcome"], &[("Outcome", "succeeded")]),
        rotations,
    ));
    totals.push(plain("records read", view.pair(Metric::RECORDS_READ, &[]), pipeline(view)));
    totals
}

/// How many keys or secrets are overdue now, where that is known.
pub(crate) fn overdue(view: &View, dimensions: &[(&str, &str)]) -> Option<String> {
    let last = view.set.with(Metric::ROTATIONS_OVERDUE, dimensions);
    let last = last.filter(|(name, _)| name.dimensions.len() == dimensions.len());
    let last =
        last.filter_map(|(_, series)| series.points().filter(|(at, _)| view.this.span.contains(at)).last()).last();
    last.map(|(_, point)| format!("overdue {}", number(Some(point.value))))
}

/// Whether Portcullis saw what there was to see.
fn pipeline(view: &View) -> Vec<String> {
    let (seen, hours) = view.seen(&view.this.span);
    let mut parts = vec![format!("in {seen} of {hours} hours")];
    let one = |label: &str, metric| {
        let value = view.pair(metric, &[]).this.filter(|value| *value > 0.0)?;
        Some(format!("{label} {}", number(Some(value))))
    };
    parts.extend(one("relevant", Metric::RECORDS_RELEVANT));
    parts.extend(one("seen twice", Metric::RECORDS_DUPLICATE));
    parts.extend(one("UNREADABLE", Metric::RECORDS_UNREADABLE));
    let oldest = view.pair(Metric::EVENT_AGE, &[]).this;
    parts.extend(oldest.map(|age| format!("oldest {} after the call", seconds(age))));
    let heartbeats = view.sums(Metric::HEARTBEATS, &["Service"], "Service");
    parts.extend(told(heartbeats).into_iter().map(|part| format!("heartbeats of {part}")));
    parts
}

fn gravest_first(mut sums: Vec<(String, Pair)>) -> Vec<(String, Pair)> {
    sums.sort_by_key(|(severity, _)| std::cmp::Reverse(severity.parse::<Severity>().ok()));
    sums
}

/// What there was any of.
fn told(sums: impl IntoIterator<Item = (String, Pair)>) -> Vec<String> {
    let some = sums.into_iter().filter_map(|(name, pair)| Some((name, pair.this.filter(|value| *value > 0.0)?)));
    some.map(|(name, value)| format!("{name} {}", number(Some(value)))).collect()
}
