//! `2026-01-05T08:10:00Z` to seconds, without more ado: every record has one.

/// How long CloudTrail's times are.
pub(crate) const LENGTH: usize = 20;

/// Seconds since the epoch. Absent when the text is not exactly of this form, or names a day or time that does not exist.
pub(crate) fn seconds(text: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = text else {
        return None;
    };
    let two = |a: &u8, b: &u8| Some(i64::from(digit(*a)?) * 10 + i64::from(digit(*b)?));
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let is_real = (1970..=9998).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    is_real.then(|| days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar, counted in years that begin in March, so that a leap day comes last.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_jiff_reads_it(at in 0i64..253_370_764_800) {
            let text = format!("{:.0}", Timestamp::from_second(at).unwrap());
            prop_assert_eq!(seconds(text.as_bytes()), Some(at));
        }

        #[test]
        fn what_jiff_refuses_is_refused(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]Z") {
            let expected = text.parse::<Timestamp>().ok().map(Timestamp::as_second);
            prop_assert_eq!(seconds(text.as_bytes()), expected);
        }
    }

    #[test]
    fn other_forms() {
        for text in ["", "2026-01-05T08:10:00", "2026-01-05 08:10:00Z", "20260105T081000Z", "2026-01-05T08:10:60Z"] {
            assert_eq!(seconds(text.as_bytes()), None, "{text}");
        }
    }
}
