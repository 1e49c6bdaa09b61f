//! What a picture shows beside the widgets themselves.

use jiff::{SignedDuration, Timestamp};

use super::super::widget::{Line, LogTable};

/// Where a picture has its values from.
pub trait Data {
    /// What the values are, for whoever looks at the picture.
    fn note(&self) -> String;
    /// The times of all values.
    fn times(&self) -> Times;
    /// The values of a line: one series, or one for each of its parts.
    fn series(&self, line: &Line) -> Vec<Series>;
    /// How an alarm is, by its ARN.
    fn state(&self, arn: &str) -> State;
    /// What a query answers with, a cell for each column.
    fn rows(&self, table: &LogTable) -> Vec<Vec<String>>;
}

/// Times at equal distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The first.
    pub start: Timestamp,
    /// From one to the next.
    pub step: SignedDuration,
    /// How many.
    pub count: usize,
}

/// Values over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it is called in the legend; that of the line where empty.
    pub label: String,
    /// The value at each of the times; absent where there is none.
    pub values: Vec<Option<f64>>,
}

/// How an alarm is (CloudWatch User Guide, *Metric alarm states*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All is well.
    Ok,
    /// It rings.
    Rings,
    /// There is not enough data to tell.
    NoData,
}

impl Series {
    /// The greatest value; zero without any.
    pub(super) fn greatest(&self) -> f64 {
        self.values.iter().flatten().copied().fold(0.0, f64::max)
    }

    /// All values added up.
    pub(super) fn total(&self) -> f64 {
        self.values.iter().flatten().sum()
    }
}
