//! Time in slices, as long as fits what happens in them.

use jiff::{SignedDuration, Timestamp};

/// The first slice.
const FIRST: SignedDuration = SignedDuration::from_hours(1);

/// None is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// None is shorter.
const SHORTEST: SignedDuration = SignedDuration::from_secs(10);

const SECOND: SignedDuration = SignedDuration::from_secs(1);

const NANOS: i128 = 1_000_000_000;

/// Slices from the beginning to the end of a stretch of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slices {
    from: Timestamp,
    until: Timestamp,
    length: SignedDuration,
}

impl Slices {
    /// From `since` on, before `until`: whole seconds, as the times of events are.
    pub(super) fn new(since: Timestamp, until: Timestamp) -> Self {
        let whole =
            |time: Timestamp| Timestamp::from_second(time.as_nanosecond().div_euclid(NANOS).try_into().ok()?).ok();
        let last = until.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(until);
        let after = |time: Timestamp| time.saturating_add(SECOND).unwrap_or(time);
        Self { from: whole(since).unwrap_or(since), until: whole(last).map_or(until, after), length: FIRST }
    }

    /// The next one, its last second included; nothing at the end.
    pub(super) fn current(&self) -> Option<(Timestamp, Timestamp)> {
        let end = self.end();
        (self.from < self.until).then(|| (self.from, end.saturating_sub(SECOND).unwrap_or(end).max(self.from)))
    }

    fn end(&self) -> Timestamp {
        self.from.saturating_add(self.length).unwrap_or(self.until).min(self.until)
    }

    /// It was fetched in so many pages, of `worth` at most: the next one is longer after few.
    pub(super) fn done(&mut self, pages: usize, worth: usize) {
        self.from = self.end();
        if pages * 4 <= worth {
            self.length = (self.length * 2).min(LONGEST);
        }
    }

    /// Whether it can be shorter.
    pub(super) fn may_shrink(&self) -> bool {
        self.end().duration_since(self.from) > SHORTEST
    }

    /// So much of it was as much as a slice may hold: the same again, shorter.
    pub(super) fn shrink(&mut self, covered: SignedDuration) {
        // Every try that is too long costs as many questions as one that fits.
        let quarter = self.end().duration_since(self.from) / 4;
        self.length = SignedDuration::from_secs(covered.min(quarter).as_secs()).max(SHORTEST);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever happens, every second belongs to exactly one slice.
        #[test]
        fn every_second_once(length in 0_i64..20_000, steps in proptest::collection::vec((0_usize..40, 0_i64..5000), 0..50)) {
            let start = Timestamp::from_second(1_767_571_200).unwrap();
            let mut slices = Slices::new(start, start + SignedDuration::from_secs(length));
            let (mut next, mut steps) = (start, steps.into_iter());
            while let Some((from, to)) = slices.current() {
                prop_assert_eq!(from, next);
                prop_assert!(from <= to);
                match steps.next() {
                    Some((pages, covered)) if pages > 20 && slices.may_shrink() => {
                        slices.shrink(SignedDuration::from_secs(covered));
                        prop_assert!(slices.current().unwrap().1 < to, "shorter than before");
                    }
                    step => {
                        slices.done(step.map_or(20, |(pages, _)| pages), 20);
                        next = to + SECOND;
                    }
                }
            }
            prop_assert_eq!(next, start + SignedDuration::from_secs(length));
        }
    }

    /// Nobody's clock is at a whole second.
    #[test]
    fn parts_of_seconds() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let slices = Slices::new(at("2026-01-05T08:00:00.7Z"), at("2026-01-05T08:00:02.2Z"));
        assert_eq!(slices.current(), Some((at("2026-01-05T08:00:00Z"), at("2026-01-05T08:00:02Z"))));
        assert_eq!(Slices::new(at("2026-01-05T08:00:00Z"), at("2026-01-05T08:00:00Z")).current(), None);
    }

    #[test]
    fn quiet_times_take_few_slices() {
        let start = Timestamp::from_second(1_767_571_200).unwrap();
        let mut slices = Slices::new(start, start + SignedDuration::from_hours(24));
        let mut count = 0;
        while slices.current().is_some() {
            slices.done(1, 20);
            count += 1;
        }
        assert_eq!(count, 5);
    }
}
