//! Times as people give them: a day, a time, or so long ago.

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time that somebody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// That time.
    At(Timestamp),
    /// So long before now.
    Ago(SignedDuration),
}

impl Moment {
    /// `2026-01-31` (its midnight in UTC), `2026-01-31T08:00Z`, `30d`.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        let day = word.parse::<Date>().ok().filter(|_| !word.contains(['T', ' ']));
        let midnight = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|midnight| midnight.timestamp());
        let at = midnight.or_else(|| word.parse().ok()).map(Self::At);
        at.or_else(|| duration(word).ok().map(Self::Ago)).ok_or_else(|| {
            format!(
                "`{word}` is neither a date such as 2026-01-31, nor a time such as 2026-01-31T08:00Z, nor so long ago, such as \
                 24h or 30d"
            )
        })
    }

    /// When that is, if it is `now` now.
    pub(crate) fn at(self, now: Timestamp) -> Result<Timestamp> {
        match self {
            Self::At(at) => Ok(at),
            Self::Ago(ago) => now.checked_sub(ago).with_context(|| format!("{ago:#} ago is before all times")),
        }
    }
}

/// The units of a duration, with their seconds.
const UNITS: [(&str, i64); 5] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];

/// `90m`, `24h`, `1d12h`, `2w`: a day has 24 hours.
pub(crate) fn duration(word: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("`{word}` is not a duration such as 90m, 24h or 7d");
    let (mut seconds, mut rest) = (0_i64, word);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let (unit, length) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit)).ok_or_else(wrong)?;
        let number: i64 = number.parse().map_err(|_| wrong())?;
        seconds = number.checked_mul(*length).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        rest = tail.get(unit.len()..).unwrap_or_default();
    }
    if seconds > 0 { Ok(SignedDuration::from_secs(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("2026-01-31", "2026-01-31T00:00:00Z" ; "a day begins at midnight UTC")]
    #[test_case("2026-01-31T08:00Z", "2026-01-31T08:00:00Z" ; "a time")]
    #[test_case("2026-01-31T08:00:30+02:00", "2026-01-31T06:00:30Z" ; "a time elsewhere")]
    #[test_case("30d", "2026-02-08T12:00:00Z" ; "days ago")]
    #[test_case("90m", "2026-03-10T10:30:00Z" ; "minutes ago")]
    #[test_case("1d12h", "2026-03-09T00:00:00Z" ; "a day and a half ago")]
    fn when(word: &str, expected: &str) {
        let now = "2026-03-10T12:00:00Z".parse().unwrap();
        assert_eq!(Moment::parse(word).unwrap().at(now).unwrap(), expected.parse::<Timestamp>().unwrap());
    }

    #[test_case("" ; "nothing")]
    #[test_case("yesterday" ; "a word")]
    #[test_case("2026-02-30" ; "no such day")]
    #[test_case("2026-01-31T08:00" ; "a time without a zone")]
    #[test_case("-3d" ; "negative")]
    #[test_case("0h" ; "no time at all")]
    #[test_case("3" ; "without a unit")]
    #[test_case("9223372036854775807w" ; "more than fits")]
    fn no_moment(word: &str) {
        assert!(Moment::parse(word).unwrap_err().contains(&format!("`{word}`")));
    }

    #[test]
    fn before_all_times() {
        let error = Moment::parse("9000000w").unwrap().at(Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(error.to_string().contains("before all times"), "{error}");
    }
}
