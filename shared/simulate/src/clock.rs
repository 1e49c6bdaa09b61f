//! Five minutes after five minutes: how busy they are, and how times are written.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// CloudTrail delivers about every five minutes (CloudTrail User Guide, *How CloudTrail works*).
pub(crate) const TICK: i64 = 300;

/// Where people work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Europe,
    America,
    Asia,
}

impl Zone {
    pub(crate) const ALL: [Self; 3] = [Self::Europe, Self::America, Self::Asia];

    /// Its name in the IANA time zone database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Europe => "Europe/Berlin",
            Self::America => "America/New_York",
            Self::Asia => "Asia/Kolkata",
        }
    }

    /// How people call it, in names of roles and hours.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Europe => "Europe",
            Self::America => "America",
            Self::Asia => "Asia",
        }
    }
}

/// The time of five minutes, as people have it.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Its beginning, in seconds since 1970.
    pub(crate) start: i64,
    /// How much is being done in each of [`Zone::ALL`]: 0 at night, 10 in the middle of a working day.
    people: [u64; 3],
}

/// Turns a time into what people make of it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zones: [TimeZone; 3],
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { zones: Zone::ALL.map(|zone| TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC)) }
    }

    pub(crate) fn moment(&self, start: i64) -> Moment {
        let at = timestamp(start);
        let people = self.zones.each_ref().map(|zone| {
            let local = at.to_zoned(zone.clone());
            if matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday) {
                return 0;
            }
            match local.hour() {
                8 | 17 => 5,
                9 | 12 | 16 => 8,
                10 | 11 | 13..=15 => 10,
                18 => 2,
                _ => 0,
            }
        });
        Moment { start, people }
    }
}

impl Moment {
    /// How much the people of a zone are doing, from 0 to 10.
    pub(crate) fn people(&self, zone: Zone) -> u64 {
        let [europe, america, asia] = self.people;
        match zone {
            Zone::Europe => europe,
            Zone::America => america,
            Zone::Asia => asia,
        }
    }

    /// How much of everything is going on, in parts of what machines do by themselves at night, which are 20. The busiest hour
    /// is some three times the quietest: customers sleep too, and machines do not.
    pub(crate) fn activity(&self) -> u64 {
        let [europe, america, asia] = self.people;
        20 + 2 * europe + america + asia
    }

    /// Which five minutes of the day, from 0 to 287.
    pub(crate) const fn tick_of_day(&self) -> i64 {
        self.start.rem_euclid(86_400) / TICK
    }

    /// Which day since 1970.
    pub(crate) const fn day(&self) -> i64 {
        self.start.div_euclid(86_400)
    }
}

/// A time from its seconds since 1970.
pub(crate) fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `2026-01-05T08:10:00Z`, as CloudTrail writes times.
pub(crate) fn iso(seconds: i64) -> String {
    format!("{:.0}", timestamp(seconds))
}

/// `Jan 5, 2026, 8:10:00 AM`, as many services write times within answers.
pub(crate) fn spoken(seconds: i64) -> String {
    timestamp(seconds).strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn moment(time: &str) -> Moment {
        Clock::new().moment(time.parse::<Timestamp>().unwrap().as_second())
    }

    #[test_case("2026-01-05T09:30:00Z", [10, 0, 10] ; "a Monday morning in Europe")]
    #[test_case("2026-07-06T08:30:00Z", [10, 0, 10] ; "in summer an hour earlier")]
    #[test_case("2026-01-05T20:30:00Z", [0, 10, 0] ; "an afternoon in America")]
    #[test_case("2026-01-10T11:00:00Z", [0, 0, 0] ; "a Saturday")]
    fn people_keep_hours(time: &str, expected: [u64; 3]) {
        assert_eq!(Zone::ALL.map(|zone| moment(time).people(zone)), expected);
    }

    #[test]
    fn no_hour_is_four_times_as_busy_as_another() {
        let start = moment("2026-01-05T00:00:00Z").start;
        let all: Vec<u64> = (0..7 * 288).map(|tick| Clock::new().moment(start + tick * TICK).activity()).collect();
        let (least, most) = (all.iter().min().unwrap(), all.iter().max().unwrap());
        assert!(*most >= 2 * least && *most < 3 * least, "{least} to {most}");
    }

    #[test]
    fn times_are_written_as_in_logs() {
        let at = moment("2026-01-05T08:10:00Z").start;
        assert_eq!(iso(at), "2026-01-05T08:10:00Z");
        assert_eq!(spoken(at), "Jan 5, 2026, 8:10:00 AM");
        assert_eq!(moment("2026-01-05T08:10:00Z").tick_of_day(), 98);
    }
}
