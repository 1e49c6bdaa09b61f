//! Series as they are looked at: these days, and as many days before.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portcullis_metrics::{Metric, SeriesName, SeriesSet, Window, hours_in};

/// What is looked at.
pub(crate) struct View {
    /// The values.
    pub(crate) set: SeriesSet,
    /// These days.
    pub(crate) this: Window,
    /// As many days before.
    pub(crate) before: Window,
    /// Whose days they are.
    pub(crate) zone: TimeZone,
    /// Where the values come from, for people: `stack portcullis`, `week.json`.
    pub(crate) source: String,
    /// What is missing, for people.
    pub(crate) notes: Vec<String>,
}

/// A value of these days and of those before; absent where nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pair {
    pub(crate) this: Option<f64>,
    pub(crate) before: Option<f64>,
}

/// How a value differs from the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// One of them is not known, or was seen for another length of time.
    Unknown,
    /// There was none before.
    New,
    /// It does not.
    Same,
    /// By this part of the one before: 0.5 is half as much again, -1.0 is nothing any more.
    By(f64),
}

/// From this on a [`rise`](Pair::rise) is more than chance alone would do, but for once in some hundred times.
pub(crate) const BY_CHANCE: f64 = 3.0;

impl View {
    /// Whether both windows were seen for about as many hours: a tenth more or less. Where not, numbers of one say nothing
    /// against those of the other.
    pub(crate) fn is_comparable(&self) -> bool {
        let (this, before) = (self.set.hours_seen(&self.this.span), self.set.hours_seen(&self.before.span));
        this.min(before) > 0 && this.abs_diff(before) * 10 <= this.max(before)
    }

    /// In how many hours of a span records were read, and how many there are.
    pub(crate) fn seen(&self, span: &Range<Timestamp>) -> (usize, usize) {
        (self.set.hours_seen(span), hours_in(span))
    }

    /// How much of one series there was an hour, in the hours that were seen: for curves, in which a gap or an hour that has
    /// just begun is no dip.
    #[expect(clippy::cast_precision_loss, reason = "hours of a year and a quarter")]
    pub(crate) fn hourly(&self, metric: Metric, dimensions: &[(&str, &str)], span: &Range<Timestamp>) -> Option<f64> {
        let value = self.set.value(metric, dimensions, span)?;
        Some(value / self.set.hours_seen(span).max(1) as f64)
    }

    /// The value of one series in both windows.
    pub(crate) fn pair(&self, metric: Metric, dimensions: &[(&str, &str)]) -> Pair {
        let value = |window: &Window| self.set.value(metric, dimensions, &window.span);
        Pair { this: value(&self.this), before: value(&self.before) }
    }

    /// The sum of all series of a metric by this set of dimensions that have these values.
    pub(crate) fn sum(&self, metric: Metric, set: &[&str], values: &[(&str, &str)]) -> Pair {
        let named = self.by(metric, set, values);
        let sum = |window: &Window| {
            let values = named.iter().filter_map(|name| {
                let dimensions: Vec<(&str, &str)> =
                    name.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.set.value(metric, &dimensions, &window.span)
            });
            let none = (self.set.hours_seen(&window.span) > 0).then_some(0.0);
            values.reduce(|sum, value| sum + value).or(none)
        };
        Pair { this: sum(&self.this), before: sum(&self.before) }
    }

    /// The same for each value of one dimension that has any, in their order.
    pub(crate) fn sums(&self, metric: Metric, set: &[&str], dimension: &str) -> Vec<(String, Pair)> {
        let named = self.by(metric, set, &[]);
        let mut values: Vec<&String> = named.iter().filter_map(|name| name.dimensions.get(dimension)).collect();
        values.sort();
        values.dedup();
        let sum = |value: &String| (value.clone(), self.sum(metric, set, &[(dimension, value)]));
        values.into_iter().map(sum).collect()
    }

    fn by(&self, metric: Metric, set: &[&str], values: &[(&str, &str)]) -> Vec<&SeriesName> {
        let of_set = |name: &SeriesName| {
            name.dimensions.len() == set.len() && set.iter().all(|dimension| name.dimensions.contains_key(*dimension))
        };
        self.set.with(metric, values).map(|(name, _)| name).filter(|name| of_set(name)).collect()
    }
}

impl Pair {
    /// How the one differs from the other, where they may be compared.
    pub(crate) fn change(self, comparable: bool) -> Change {
        match (self.this, self.before) {
            (Some(this), Some(before)) if comparable => {
                // What is counted is whole.
                if (this - before).abs() < 0.5 {
                    Change::Same
                } else if before == 0.0 {
                    Change::New
                } else {
                    Change::By(this / before - 1.0)
                }
            }
            _ => Change::Unknown,
        }
    }

    /// By how much it rose, in what chance alone would do: events that come independently of each other differ by about the
    /// root of their number.
    pub(crate) fn rise(self, comparable: bool) -> f64 {
        match (self.this, self.before) {
            (Some(this), Some(before)) if comparable && this + before > 0.0 => (this - before) / (this + before).sqrt(),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(Some(3.0), Some(2.0), true, Change::By(0.5) ; "more")]
    #[test_case(Some(0.0), Some(2.0), true, Change::By(-1.0) ; "nothing any more")]
    #[test_case(Some(3.0), Some(0.0), true, Change::New ; "none before")]
    #[test_case(Some(0.0), Some(0.0), true, Change::Same ; "nothing, as before")]
    #[test_case(Some(3.0), Some(2.0), false, Change::Unknown ; "not to be compared")]
    #[test_case(Some(3.0), None, true, Change::Unknown ; "not known before")]
    fn changes(this: Option<f64>, before: Option<f64>, comparable: bool, expected: Change) {
        assert_eq!(Pair { this, before }.change(comparable), expected);
    }

    #[test]
    fn a_rise_is_measured_by_what_chance_would_do() {
        let rise = |this, before| Pair { this: Some(this), before: Some(before) }.rise(true);
        assert!(rise(1500.0, 1000.0) > rise(3.0, 1.0), "a few more of a few are nothing");
        assert!(rise(40.0, 0.0) > rise(1010.0, 1000.0));
        assert!(rise(0.0, 40.0) < 0.0);
        assert!(rise(0.0, 0.0).abs() < f64::EPSILON);
    }
}
