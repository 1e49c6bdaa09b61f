//! The sections of the dashboard, each a heading and its widgets.

mod accesses;
mod findings;
mod overview;
mod pipeline;
mod rotation;

pub(super) use accesses::accesses;
pub(super) use findings::findings;
pub(super) use overview::overview;
pub(super) use pipeline::pipeline;
use portcullis_domain::Severity;
use portcullis_metrics::{Metric, Statistic};
pub(super) use rotation::rotation;

use super::palette::SEVERITIES;
use super::widget::{Content, Graph, Line, Selection, Source, View};
use crate::alarm::MetricRef;
use crate::place::Place;

/// The greatest so many of a kind: more are not told apart by eye.
const MOST: u32 = 10;

/// A graph without a mark.
fn graph(title: &str, view: View, axis: &'static str, lines: Vec<Line>) -> Content {
    Content::Graph(Graph { title: title.to_owned(), view, lines, axis, mark: None })
}

/// A graph with a number that should not be passed.
fn marked(title: &str, axis: &'static str, mark: (f64, String), lines: Vec<Line>) -> Content {
    Content::Graph(Graph { title: title.to_owned(), view: View::Lines, lines, axis, mark: Some(mark) })
}

/// One metric of ours, of a set of dimensions whose values are all given.
fn one(place: &Place, metric: Metric, values: &[(&str, &str)], label: &str, color: Option<&'static str>) -> Line {
    let metric_ref = MetricRef::ours(metric, &place.stack, values);
    Line { label: label.to_owned(), color, source: Source::One(metric_ref), statistic: metric.statistic }
}

/// One metric that AWS publishes.
fn of_aws(namespace: &str, name: &str, dimension: (&str, String), statistic: Statistic, label: &str) -> Line {
    let dimensions = vec![(dimension.0.to_owned(), dimension.1)];
    let metric = MetricRef { namespace: namespace.to_owned(), name: name.to_owned(), dimensions };
    Line { label: label.to_owned(), color: None, source: Source::One(metric), statistic }
}

/// Metrics of ours, added up.
fn sum(
    place: &Place,
    metric: Metric,
    set: &'static [&'static str],
    only: Vec<(&'static str, &'static str)>,
    label: &str,
    color: Option<&'static str>,
) -> Line {
    let source = Source::Sum(Selection { stack: place.stack.clone(), metric, set, only });
    Line { label: label.to_owned(), color, source, statistic: metric.statistic }
}

/// The greatest groups of a metric of ours.
fn top(place: &Place, metric: Metric, set: &'static [&'static str], by: &'static str) -> Line {
    let of = Selection { stack: place.stack.clone(), metric, set, only: Vec::new() };
    let source = Source::Top { of, by, limit: MOST };
    Line { label: String::new(), color: None, source, statistic: metric.statistic }
}

/// One line for each severity, from the worst.
fn by_severity(place: &Place, metric: Metric) -> Vec<Line> {
    let colors = Severity::ALL.iter().zip(SEVERITIES);
    let of = |(severity, color): (&Severity, &'static str)| {
        let word = severity.as_str();
        sum(place, metric, &["Rule", "Severity"], vec![("Severity", word)], word, Some(color))
    };
    let mut lines: Vec<Line> = colors.map(of).collect();
    lines.reverse();
    lines
}
