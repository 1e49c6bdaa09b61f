//! When files come as a rule: at which hours of the day, on working days and at weekends.

use jiff::Timestamp;

/// Working days, and the two others.
const KINDS: usize = 2;

const HOUR: i64 = 3600;

/// Counts of hours, by kind of day and hour of the day.
type Hours = [[u32; 24]; KINDS];

/// In how many hours a file came.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    with_file: Hours,
    last: Option<i64>,
}

/// Of a stretch of time: how many of its hours are to have a file, and how likely it is that none of them has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// The mean share of hours like these that have one.
    pub(super) share: f64,
    /// How likely an empty stretch is.
    pub(super) chance: f64,
}

impl Rhythm {
    /// Counts a file.
    pub(super) fn file(&mut self, time: Timestamp) {
        let hour = time.as_second().div_euclid(HOUR);
        if self.last.is_none_or(|last| last < hour) {
            self.last = Some(hour);
            if let Some(count) = slot(&mut self.with_file, hour) {
                *count += 1;
            }
        }
    }

    /// What is to be expected between `from` and `to`, by all other hours between `first` and `last`, between which files were
    /// looked for.
    pub(super) fn expected(&self, from: Timestamp, to: Timestamp, first: Timestamp, last: Timestamp) -> Expected {
        let mut others = all_hours(first, last);
        let stretch: Vec<i64> = hours(from.max(first), to.min(last)).collect();
        for hour in stretch {
            if let Some(count) = slot(&mut others, hour) {
                *count = count.saturating_sub(1);
            }
        }
        let sum = |hours: &Hours| f64::from(hours.iter().flatten().sum::<u32>());
        let overall = share(sum(&self.with_file), sum(&others), 1.0);
        // Where files come at every hour of the day, the day of the week does not matter; where nights are quiet, weekends may be.
        let kinds_matter = overall < ROUND_THE_CLOCK;
        let (mut shares, mut count, mut chance) = (0.0, 0.0, 1.0);
        for hour in hours(from, to) {
            let (kind, of_day) = place(hour);
            let number = |table: &Hours| {
                let kinds = table.iter().enumerate().filter(|(other, _)| !kinds_matter || *other == kind);
                f64::from(kinds.filter_map(|(_, hours)| hours.get(of_day)).sum::<u32>())
            };
            let share = share(number(&self.with_file), number(&others), overall);
            shares += share;
            count += 1.0;
            chance *= 1.0 - share.min(SUREST);
        }
        Expected { share: if count > 0.0 { shares / count } else { 0.0 }, chance }
    }
}

/// From this share of hours with a file on, files come at every hour of the day.
const ROUND_THE_CLOCK: f64 = 0.9;

/// No hour is surer than this to have a file.
const SUREST: f64 = 0.999;

/// The share of hours with a file. `before` is what was to be expected before any was seen, and weighs as one hour.
fn share(with_file: f64, all: f64, before: f64) -> f64 {
    ((with_file + before) / (all + 1.0)).min(1.0)
}

/// The hours whose middles lie in a stretch of time. A stretch longer than an hour has at least one; of one without end, only
/// the first ten years count.
fn hours(from: Timestamp, to: Timestamp) -> impl Iterator<Item = i64> {
    let middle = |time: Timestamp| (time.as_second() - HOUR / 2).div_euclid(HOUR) + 1;
    let first = middle(from);
    first..middle(to).min(first + 24 * 3653)
}

/// Every hour between two times.
fn all_hours(first: Timestamp, last: Timestamp) -> Hours {
    let mut table = Hours::default();
    for hour in hours(first, last) {
        if let Some(count) = slot(&mut table, hour) {
            *count += 1;
        }
    }
    table
}

/// The kind of day and the hour of the day, in UTC.
fn place(hour: i64) -> (usize, usize) {
    let of_day = usize::try_from(hour.rem_euclid(24)).unwrap_or_default();
    // 1 January 1970 was a Thursday.
    let is_weekend = matches!((hour.div_euclid(24) + 3).rem_euclid(7), 5 | 6);
    (usize::from(is_weekend), of_day)
}

fn slot(hours: &mut Hours, hour: i64) -> Option<&mut u32> {
    let (kind, of_day) = place(hour);
    hours.get_mut(kind)?.get_mut(of_day)
}
