//! What is counted, by what, over how long.

use crate::{LARGEST_THRESHOLD, Seen, Threshold};

/// What a correlation asks of the events of one group within its timespan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `event_count`: so many events.
    EventCount(Threshold),
    /// `value_count`: so many different values.
    ValueCount(Threshold),
    /// `temporal`: these inputs, in any order.
    Temporal(Seen),
    /// `temporal_ordered`: all inputs, in the order of the list. Two events of one second count as in order, since
    /// `eventTime` has whole seconds (CloudTrail User Guide, *CloudTrail record contents*); one event cannot be two steps.
    TemporalOrdered,
}

/// What goes into a correlation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The events that a detection rule matches.
    Rule {
        /// The rule's name.
        name: String,
        /// Its number among all rules that the outermost correlation rests on: [`Event::leaf`](crate::Event::leaf).
        leaf: u16,
    },
    /// The times at which another correlation fires.
    Correlation(Correlation),
}

/// A correlation, with those it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlation {
    /// Its permanent name.
    pub name: String,
    /// What it asks.
    pub test: Test,
    /// What goes into it, in the order of the rule.
    pub inputs: Vec<Input>,
    /// Which of the fields that the outermost correlation's inner ones group by, it groups by itself: places in
    /// [`Event::group`](crate::Event::group). Empty for the outermost, whose group is the window's key.
    pub group_by: Vec<usize>,
    /// The longest time, in milliseconds, between the first and the last event of one firing; both ends belong to it.
    pub timespan: i64,
}

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The most events that any bucket keeps as they are: [`Correlation::kept`] for the largest threshold.
#[expect(clippy::cast_possible_truncation, reason = "a threshold is at most 120")]
pub(crate) const MOST_KEPT: usize = 2 * (LARGEST_THRESHOLD as usize + 1);

impl Correlation {
    /// The length of a bucket, in milliseconds: events of one bucket always fit in one timespan.
    pub(crate) fn bucket(&self) -> i64 {
        self.timespan.max(1)
    }

    /// How far back, in milliseconds, an event can matter to whether this fires at a given time.
    pub(crate) fn reach(&self) -> i64 {
        let inner = self.inputs.iter().filter_map(|input| match input {
            Input::Rule { .. } => None,
            Input::Correlation(inner) => Some(inner.reach()),
        });
        self.timespan + inner.max().unwrap_or_default()
    }

    /// How long, in milliseconds, a burst may go on before it is told as a new one: see
    /// [`bursts`](crate::bursts).
    pub fn longest_piece(&self) -> i64 {
        (2 * self.timespan).max(DAY)
    }

    /// How many events a bucket keeps as they are. Beyond that it keeps what decides: see [`Bucket`](crate::Bucket).
    pub(crate) fn kept(&self) -> usize {
        let largest = if self.is_chained() { LARGEST_THRESHOLD } else { self.test.largest() };
        2 * (usize::try_from(largest).unwrap_or_default() + 1).max(16)
    }

    pub(crate) fn is_chained(&self) -> bool {
        self.inputs.iter().any(|input| matches!(input, Input::Correlation(_)))
    }

    /// Whether more events can never take back what has fired.
    pub fn is_monotone(&self) -> bool {
        let own = match &self.test {
            Test::EventCount(threshold) | Test::ValueCount(threshold) => threshold.is_monotone(),
            Test::Temporal(_) | Test::TemporalOrdered => true,
        };
        own && self.inputs.iter().all(|input| match input {
            Input::Rule { .. } => true,
            // What counts bursts may see two of them become one.
            Input::Correlation(inner) => inner.is_monotone() && !matches!(self.test, Test::EventCount(_)),
        })
    }

    /// The names and numbers of the detection rules it rests on.
    pub fn leaves(&self) -> Vec<(&str, u16)> {
        let each = self.inputs.iter().map(|input| match input {
            Input::Rule { name, leaf } => vec![(name.as_str(), *leaf)],
            Input::Correlation(inner) => inner.leaves(),
        });
        each.flatten().collect()
    }
}

impl Test {
    pub(crate) fn largest(&self) -> u64 {
        match self {
            Self::EventCount(threshold) | Self::ValueCount(threshold) => threshold.largest(),
            Self::Temporal(_) | Self::TemporalOrdered => LARGEST_THRESHOLD,
        }
    }
}
