//! Days and ten-minute buckets of event time, in UTC.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// Seconds in a bucket.
const BUCKET: i64 = 600;

/// A day of event time: whole days in UTC since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a time.
    pub fn of(time: Timestamp) -> Self {
        Self(time.as_second().div_euclid(DAY))
    }

    /// The day so many days before.
    #[must_use]
    pub const fn before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// `2026-01-05`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = Timestamp::from_second(self.0.saturating_mul(DAY)).map_err(|_| fmt::Error)?;
        f.pad(&start.strftime("%F").to_string())
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Ten minutes of event time: whole ten minutes in UTC since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub i64);

impl Bucket {
    /// How long a bucket is, in seconds.
    pub const SECONDS: i64 = BUCKET;

    /// The bucket of a time.
    pub fn of(time: Timestamp) -> Self {
        Self(time.as_second().div_euclid(BUCKET))
    }

    /// How many seconds of its bucket lie behind a time: 0 to 599.
    pub fn elapsed(time: Timestamp) -> i64 {
        time.as_second().rem_euclid(BUCKET)
    }

    /// The bucket so many buckets before.
    #[must_use]
    pub const fn before(self, buckets: i64) -> Self {
        Self(self.0.saturating_sub(buckets))
    }

    /// The day it lies in; no bucket lies in two.
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(DAY / BUCKET))
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("2026-01-05T00:00:00Z", "2026-01-05", 0)]
    #[test_case("2026-01-05T23:59:59Z", "2026-01-05", 599)]
    #[test_case("1969-12-31T23:55:00Z", "1969-12-31", 300)]
    fn days_and_buckets(time: &str, day: &str, elapsed: i64) {
        let time: Timestamp = time.parse().unwrap();
        assert_eq!(Day::of(time).to_string(), day);
        assert_eq!(Bucket::of(time).day(), Day::of(time));
        assert_eq!(Bucket::elapsed(time), elapsed);
    }

    #[test]
    fn a_day_no_calendar_knows_is_an_error_and_no_panic() {
        use std::fmt::Write as _;
        assert!(write!(String::new(), "{}", Day(i64::MAX)).is_err());
    }
}
