//! Where a number or a time stands, and the round ones to write beside it.

use jiff::{SignedDuration, Timestamp};

use crate::text::{in_utc, real};

/// The least round number that is not below `largest`, so that an axis ends on it. Even but for 1, so that its half is whole.
pub(crate) fn nice(largest: u64) -> u64 {
    if largest <= 1 {
        return 1;
    }
    let mut power: u64 = 1;
    loop {
        for step in [2, 4, 6, 8, 10, 12, 14, 16] {
            let candidate = power.saturating_mul(step);
            if candidate >= largest {
                return candidate;
            }
        }
        match power.checked_mul(10) {
            Some(larger) => power = larger,
            None => return u64::MAX,
        }
    }
}

/// A stretch of time laid along a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    from: i64,
    to: i64,
}

/// How far ticks may be apart, in seconds, and how a tick is written: a round number of hours or days.
const STEPS: [(i64, &str); 10] = [
    (3_600, "%H:%M"),
    (3 * 3_600, "%H:%M"),
    (6 * 3_600, "%-d %b %H:%M"),
    (12 * 3_600, "%-d %b %H:%M"),
    (86_400, "%-d %b"),
    (2 * 86_400, "%-d %b"),
    (5 * 86_400, "%-d %b"),
    (10 * 86_400, "%-d %b"),
    (30 * 86_400, "%-d %b %Y"),
    (90 * 86_400, "%-d %b %Y"),
];

/// As many ticks as have room for their words.
const TICKS: i64 = 8;

impl Times {
    /// From the one to the other; at least a second.
    pub(crate) fn new(from: Timestamp, to: Timestamp) -> Self {
        let from = from.as_second();
        Self { from, to: to.as_second().max(from + 1) }
    }

    /// How far along a time is, from 0 to 1.
    pub(crate) fn place(&self, time: Timestamp) -> f64 {
        let (all, part) = (self.to - self.from, time.as_second().clamp(self.from, self.to) - self.from);
        real(part.unsigned_abs()) / real(all.unsigned_abs())
    }

    /// How long it is.
    pub(crate) fn length(&self) -> SignedDuration {
        SignedDuration::from_secs(self.to - self.from)
    }

    /// Round times in it, with their words.
    pub(crate) fn ticks(&self) -> Vec<(Timestamp, String)> {
        let all = self.to - self.from;
        let fits = STEPS.iter().find(|(step, _)| all / step <= TICKS);
        let (mut step, form) = fits.copied().unwrap_or((365 * 86_400, "%Y"));
        while all / step > TICKS {
            step *= 2;
        }
        let first = self.from + (step - self.from.rem_euclid(step)) % step;
        let times = (0..=TICKS).map(|number| first + number * step).take_while(|time| *time <= self.to);
        times.filter_map(|time| Timestamp::from_second(time).ok()).map(|time| (time, in_utc(time, form))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case(0, 1)]
    #[test_case(3, 4)]
    #[test_case(17, 20)]
    #[test_case(102, 120)]
    #[test_case(u64::MAX, u64::MAX)]
    fn round_numbers(largest: u64, expected: u64) {
        assert_eq!(nice(largest), expected);
    }

    fn times(from: &str, to: &str) -> Times {
        Times::new(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test_case("2026-11-01T00:00:00Z", "2026-11-30T23:00:00Z", &["1 Nov", "6 Nov", "11 Nov", "16 Nov", "21 Nov", "26 Nov"] ; "a month")]
    #[test_case("2026-11-01T07:30:00Z", "2026-11-01T10:30:00Z", &["08:00", "09:00", "10:00"] ; "a morning")]
    #[test_case("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", &["00:00"] ; "a moment")]
    fn ticks(from: &str, to: &str, expected: &[&str]) {
        let ticks = times(from, to).ticks();
        // Days are counted from 1970, so months begin where they may; what matters is that they are even and few.
        let words: Vec<&str> = ticks.iter().map(|(_, word)| word.as_str()).collect();
        if expected.len() < 6 {
            assert_eq!(words, expected);
        } else {
            assert_eq!(words.len(), expected.len(), "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_inside(from in -2_000_000_000i64..4_000_000_000, length in 0i64..4_000_000_000) {
            let (from, to) = (Timestamp::from_second(from).unwrap(), Timestamp::from_second(from + length).unwrap());
            let times = Times::new(from, to);
            let ticks = times.ticks();
            prop_assert!(ticks.len() <= 9, "{ticks:?}");
            for (at, _) in &ticks {
                prop_assert!((0.0..=1.0).contains(&times.place(*at)));
            }
        }

        #[test]
        fn a_round_number_is_never_below(largest in 0u64..u64::MAX) {
            prop_assert!(nice(largest) >= largest);
        }
    }
}
