//! Days of a calendar, and the same days before them.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::HOUR;

/// A day of a calendar, or the part of it that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: Date,
    /// From its beginning, which is told by the time zone. Hours are those of UTC: where a time zone is off by half an hour,
    /// an hour counts for the day that it begins in.
    pub span: Range<Timestamp>,
}

/// Some days in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// They, at least one.
    pub days: Vec<Day>,
    /// From the first to the last.
    pub span: Range<Timestamp>,
}

impl Window {
    /// The days that end with the one of `hour`, up to the end of that hour; at least one.
    ///
    /// # Errors
    ///
    /// When the days lie outside of what a calendar can tell.
    pub fn up_to(hour: Timestamp, days: u16, zone: &TimeZone) -> Result<Self, jiff::Error> {
        let last = hour.to_zoned(zone.clone()).date();
        let end = hour.checked_add(HOUR)?.min(midnight(last.tomorrow()?, zone)?);
        Self::between(last.checked_sub(Span::new().try_days(days.max(1) - 1)?)?, last, end, zone)
    }

    /// As many days that come before these, up to the same time of day, so that both can be compared.
    ///
    /// # Errors
    ///
    /// When the days lie outside of what a calendar can tell.
    pub fn before(&self, zone: &TimeZone) -> Result<Self, jiff::Error> {
        let back = Span::new().try_days(i64::try_from(self.days.len()).unwrap_or(i64::MAX))?;
        let dates = || self.days.iter().map(|day| day.date);
        let first = dates().min().unwrap_or_default().checked_sub(back)?;
        let last = dates().max().unwrap_or_default().checked_sub(back)?;
        let end = self.span.end.to_zoned(zone.clone()).checked_sub(back)?.timestamp();
        Self::between(first, last, end, zone)
    }

    fn between(first: Date, last: Date, end: Timestamp, zone: &TimeZone) -> Result<Self, jiff::Error> {
        let mut days = Vec::new();
        let mut date = first;
        while date <= last {
            let next = date.tomorrow()?;
            days.push(Day { date, span: midnight(date, zone)?..midnight(next, zone)?.min(end) });
            date = next;
        }
        Ok(Self { days, span: midnight(first, zone)?..end })
    }
}

/// The beginning of a day; where a clock is put forward at midnight, the first moment after that.
fn midnight(date: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(date.to_zoned(zone.clone())?.timestamp())
}
