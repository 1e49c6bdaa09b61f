//! Values of metrics over time, an hour at a time: what `portcullis replay --metrics` writes, and what CloudWatch answers.
//!
//! An hour is what CloudWatch keeps longest: one-minute values for 15 days, five-minute values for 63, one-hour values for
//! 455 (CloudWatch API Reference, *GetMetricStatistics*). In hours all of it can be asked for and compared.

mod form;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Tier;

use crate::catalogue::{Metric, Statistic};
use crate::emf::Metrics;
pub use form::SeriesError;
pub use window::{Day, Window};

/// The length of a bucket.
pub const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The hour that a time lies in, by its beginning (UTC).
pub fn hour_of(time: Timestamp) -> Timestamp {
    let hour = HOUR.as_secs();
    // Seconds are rounded towards 1970.
    let second = time.as_second() - i64::from(time.subsec_nanosecond() < 0);
    Timestamp::from_second(second.div_euclid(hour) * hour).unwrap_or(Timestamp::MIN)
}

/// How many hours begin in a span.
pub fn hours_in(span: &Range<Timestamp>) -> usize {
    let begun_before = |time: Timestamp| {
        let before = hour_of(time);
        before.as_second() / HOUR.as_secs() + i64::from(before < time)
    };
    usize::try_from(begun_before(span.end) - begun_before(span.start)).unwrap_or(0)
}

/// What a series is told apart by: a metric and the values of one of its sets of dimensions, without `Stack`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesName {
    /// The metric's name.
    pub metric: String,
    /// Its dimensions, values by name.
    pub dimensions: BTreeMap<String, String>,
}

impl SeriesName {
    /// The series of a metric of the catalogue with these dimensions.
    pub fn new(metric: Metric, dimensions: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { metric: metric.name.to_owned(), dimensions: dimensions.iter().map(own).collect() }
    }
}

/// The value of an hour, or of many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// In the unit of the metric.
    pub value: f64,
    /// Of a mean, how many values it was made of: its weight in a mean of means. Of anything else 1.
    pub samples: u64,
}

/// The values of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// CloudWatch's unit.
    pub unit: String,
    /// How values are put together.
    pub statistic: Statistic,
    points: BTreeMap<Timestamp, Point>,
}

impl Series {
    /// The hours that have a value, in their order.
    pub fn points(&self) -> impl Iterator<Item = (Timestamp, Point)> {
        self.points.iter().map(|(hour, point)| (*hour, *point))
    }

    /// All the hours that begin in the span as one; nothing when none of them has a value.
    pub fn over(&self, span: &Range<Timestamp>) -> Option<Point> {
        if span.start >= span.end {
            return None;
        }
        let points = self.points.range(span.clone()).map(|(_, point)| *point);
        points.reduce(|all, point| join(self.statistic, all, point))
    }

    fn put(&mut self, at: Timestamp, point: Point) {
        let statistic = self.statistic;
        let put_together = |known: &mut Point| *known = join(statistic, *known, point);
        self.points.entry(hour_of(at)).and_modify(put_together).or_insert(point);
    }
}

#[expect(clippy::cast_precision_loss, reason = "no hour has 2^52 values")]
fn join(statistic: Statistic, a: Point, b: Point) -> Point {
    let alone = |value| Point { value, samples: 1 };
    match statistic {
        Statistic::Sum => alone(a.value + b.value),
        Statistic::Minimum => alone(a.value.min(b.value)),
        Statistic::Maximum => alone(a.value.max(b.value)),
        Statistic::Average => {
            let samples = a.samples.saturating_add(b.samples).max(1);
            let total = a.value * a.samples as f64 + b.value * b.samples as f64;
            Point { value: total / samples as f64, samples }
        }
    }
}

/// An entry of `assets:` that has metrics of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// What the settings call it.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
}

/// Many series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesSet {
    /// The watched entries, by the value of their dimension `Asset`.
    pub watched: BTreeMap<String, Watched>,
    series: BTreeMap<SeriesName, Series>,
}

impl SeriesSet {
    /// None yet, with these watched entries.
    pub fn new(watched: BTreeMap<String, Watched>) -> Self {
        Self { watched, series: BTreeMap::new() }
    }

    /// Adds what is in `metrics`, as it would show in CloudWatch had it been sent at that time: each value in one series for
    /// each set of dimensions.
    pub fn add(&mut self, metrics: &Metrics, at: Timestamp) {
        for (metric, dimensions, values) in metrics.values() {
            let named: BTreeMap<&str, &str> =
                metric.dimensions().into_iter().zip(dimensions.iter().map(String::as_str)).collect();
            for set in metric.sets {
                let of_set: Vec<(&str, &str)> = set
                    .iter()
                    .filter_map(|name| named.get_key_value(name).map(|(name, value)| (*name, *value)))
                    .collect();
                for value in values {
                    self.put(metric, &of_set, at, *value);
                }
            }
        }
    }

    /// Adds one value to one series. One that is no number is none (CloudWatch API Reference, *MetricDatum*: `NaN` and
    /// infinities are not supported).
    pub fn put(&mut self, metric: Metric, dimensions: &[(&str, &str)], at: Timestamp, value: f64) {
        if value.is_finite() {
            let series = self.entry(SeriesName::new(metric, dimensions), metric.unit, metric.statistic);
            series.put(at, Point { value, samples: 1 });
        }
    }

    fn entry(&mut self, name: SeriesName, unit: &str, statistic: Statistic) -> &mut Series {
        let new = || Series { unit: unit.to_owned(), statistic, points: BTreeMap::new() };
        self.series.entry(name).or_insert_with(new)
    }

    /// Adds what another has, hour by hour. Where they differ about an entry or a unit, what is here stays.
    pub fn merge(&mut self, other: Self) {
        for (asset, watched) in other.watched {
            self.watched.entry(asset).or_insert(watched);
        }
        for (name, from) in other.series {
            let into = self.entry(name, &from.unit, from.statistic);
            for (hour, point) in from.points {
                into.put(hour, point);
            }
        }
    }

    /// Every series, sorted by name and dimensions.
    pub fn series(&self) -> impl Iterator<Item = (&SeriesName, &Series)> {
        self.series.iter()
    }

    /// The series of a metric that have these dimensions, and may have others.
    pub fn with<'s>(
        &'s self,
        metric: Metric,
        dimensions: &[(&str, &str)],
    ) -> impl Iterator<Item = (&'s SeriesName, &'s Series)> + use<'s> {
        let wanted = SeriesName::new(metric, dimensions);
        let fits = move |name: &SeriesName| {
            name.metric == wanted.metric
                && wanted.dimensions.iter().all(|(key, value)| name.dimensions.get(key) == Some(value))
        };
        self.series.iter().filter(move |(name, _)| fits(name))
    }

    /// The value of one series in a span. Where there is none it is zero, for what is summed up, if Portcullis read
    /// records meanwhile; if it read none, nobody knows.
    pub fn value(&self, metric: Metric, dimensions: &[(&str, &str)], span: &Range<Timestamp>) -> Option<f64> {
        let series = self.series.get(&SeriesName::new(metric, dimensions));
        let value = series.and_then(|series| series.over(span)).map(|point| point.value);
        let zero = || (metric.statistic == Statistic::Sum && self.hours_seen(span) > 0).then_some(0.0);
        value.or_else(zero)
    }

    /// In how many hours of a span Portcullis looked at records, its own heartbeats among them. Of the others nobody knows
    /// what happened; a deployment that is well has none, since it makes calls every few minutes and sees them come back.
    pub fn hours_seen(&self, span: &Range<Timestamp>) -> usize {
        if span.start >= span.end {
            return 0;
        }
        let read = self.with(Metric::RECORDS_READ, &[]).chain(self.with(Metric::HEARTBEATS, &[]));
        let hours = read.flat_map(|(_, series)| series.points.range(span.clone()).map(|(hour, _)| hour));
        hours.collect::<BTreeSet<_>>().len()
    }

    /// The first and the last hour that has a value; nothing when none has.
    pub fn reach(&self) -> Option<(Timestamp, Timestamp)> {
        let ends = |series: &Series| Some((*series.points.first_key_value()?.0, *series.points.last_key_value()?.0));
        self.series.values().filter_map(ends).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
    }
}

#[cfg(test)]
mod tests;
