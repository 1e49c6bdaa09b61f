//! What a dashboard is made of: widgets on a grid of 24 columns.

use portcullis_metrics::{Metric, Statistic};

use crate::alarm::MetricRef;

/// How many columns the grid has (CloudWatch API Reference, *Dashboard Body Structure and Syntax*).
pub const COLUMNS: u16 = 24;

/// A dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    /// The Region of its metrics, alarms and logs.
    pub region: String,
    /// Its widgets, from the top left; none lies over another.
    pub widgets: Vec<Widget>,
}

/// A widget, and where it lies, in units of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    /// The column of its left edge.
    pub x: u16,
    /// The row of its upper edge.
    pub y: u16,
    /// How many columns it takes.
    pub width: u16,
    /// How many rows it takes.
    pub height: u16,
    /// What it shows.
    pub content: Content,
}

/// What a widget shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text.
    Text(Text),
    /// Metrics.
    Graph(Graph),
    /// Whether alarms ring.
    Alarms(AlarmTiles),
    /// What a query over logs finds.
    Log(LogTable),
}

/// Text with links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its heading.
    pub heading: String,
    /// Whether it is the heading of all, rather than of a section.
    pub main: bool,
    /// What follows, in one paragraph.
    pub spans: Vec<Span>,
}

/// A piece of a text, as it is to be read: whoever renders it escapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain.
    Plain(String),
    /// A name.
    Name(String),
    /// A link to an address that begins with `https://`.
    Link {
        /// What is to be read.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// Metrics, drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Its title.
    pub title: String,
    /// How they are drawn.
    pub view: View,
    /// What is drawn.
    pub lines: Vec<Line>,
    /// What the numbers are: `calls`, `seconds`.
    pub axis: &'static str,
    /// A number that should not be passed, and what it is.
    pub mark: Option<(f64, String)>,
}

/// How metrics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Over time, each for itself.
    Lines,
    /// Over time, one on top of the other.
    Areas,
    /// One bar for the whole time.
    Bars,
    /// One number for the whole time.
    Numbers,
}

/// What is drawn under one name, or under the names of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name; that of the parts of [`Source::Top`] is the value of the dimension.
    pub label: String,
    /// Its colour, as `#rrggbb`; left to whoever draws where absent.
    pub color: Option<&'static str>,
    /// Where the values come from.
    pub source: Source,
    /// How they are put together.
    pub statistic: Statistic,
}

/// Where values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// One metric.
    One(MetricRef),
    /// All metrics of a selection, added up.
    Sum(Selection),
    /// The metrics of a selection, grouped by a dimension; of the groups the greatest.
    Top {
        /// The metrics.
        of: Selection,
        /// The dimension.
        by: &'static str,
        /// How many groups at most.
        limit: u32,
    },
}

/// Metrics of one name in the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The stack.
    pub stack: String,
    /// The metric.
    pub metric: Metric,
    /// Which of its sets of dimensions, each beside `Stack`.
    pub set: &'static [&'static str],
    /// The values of some of them; all values of the others are meant.
    pub only: Vec<(&'static str, &'static str)>,
}

/// Whether alarms ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmTiles {
    /// The title.
    pub title: String,
    /// The alarms, by ARN: 1 to 100.
    pub arns: Vec<String>,
}

/// What a query of CloudWatch Logs Insights finds, as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTable {
    /// The title.
    pub title: String,
    /// The log group.
    pub log_group: String,
    /// The commands of the query.
    pub commands: Vec<String>,
    /// The columns that it answers with.
    pub columns: Vec<&'static str>,
}
