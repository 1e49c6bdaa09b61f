//! What an actor did with an asset.

use std::ops::AddAssign;

use jiff::Timestamp;
use portcullis_domain::Outcome;

use super::slices::Slices;

/// Calls by what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    pub(super) success: u64,
    pub(super) denied: u64,
    pub(super) failed: u64,
}

impl Outcomes {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Success => self.success += 1,
            Outcome::Denied => self.denied += 1,
            Outcome::Failed => self.failed += 1,
        }
    }

    pub(super) fn sum(&self) -> u64 {
        self.success + self.denied + self.failed
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        self.success += other.success;
        self.denied += other.denied;
        self.failed += other.failed;
    }
}

/// What an actor did with an asset.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    pub(super) outcomes: Outcomes,
    /// Of these, those of which this is the first asset: with several, an access is in several pairs.
    pub(super) accesses: u64,
    pub(super) reach: Option<(Timestamp, Timestamp)>,
    pub(super) authorized: Option<bool>,
    /// Of a key: work with it over time, apart by the last rotation before it; 0 is before any.
    pub(super) work: Vec<(u32, Work)>,
}

/// Work with a key over time.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) slices: Slices<u64>,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl Work {
    /// How often.
    pub(super) fn count(&self) -> u64 {
        self.slices.iter().map(|(_, count)| count).sum()
    }
}

impl Pair {
    /// Notes that something was done at a time.
    pub(super) fn reach(&mut self, time: Timestamp) {
        let (first, last) = self.reach.unwrap_or((time, time));
        self.reach = Some((first.min(time), last.max(time)));
    }

    /// Notes whether the actor is authorized: it is if it always is.
    pub(super) fn judge(&mut self, authorized: Option<bool>) {
        self.authorized = both(self.authorized, authorized);
    }

    /// Counts work with a key since a rotation, in at most `most` slices.
    pub(super) fn work(&mut self, rotation: u32, time: Timestamp, most: usize) {
        let known = self.work.iter().position(|(since, _)| *since == rotation);
        if known.is_none() {
            self.work.push((rotation, Work { slices: Slices::default(), first: time, last: time }));
        }
        let place = known.unwrap_or(self.work.len() - 1);
        if let Some((_, work)) = self.work.get_mut(place) {
            (work.first, work.last) = (work.first.min(time), work.last.max(time));
            work.slices.change(time, most, |count| *count += 1);
        }
    }

    /// Adds what the actor did with the same asset under another name. Work is with keys, which have one name.
    pub(super) fn add(&mut self, other: &Self) {
        self.outcomes += other.outcomes;
        self.accesses += other.accesses;
        for time in other.reach.into_iter().flat_map(|(first, last)| [first, last]) {
            self.reach(time);
        }
        self.judge(other.authorized);
    }
}

/// Whether both are so; what is not said does not count.
pub(super) fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    one.zip(other).map(|(one, other)| one && other).or(one).or(other)
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(None, None, None)]
    #[test_case(Some(true), None, Some(true))]
    #[test_case(None, Some(false), Some(false))]
    #[test_case(Some(true), Some(true), Some(true))]
    #[test_case(Some(true), Some(false), Some(false))]
    #[test_case(Some(false), Some(true), Some(false))]
    fn authorized_if_always(one: Option<bool>, other: Option<bool>, expected: Option<bool>) {
        assert_eq!(both(one, other), expected);
    }

    #[test]
    fn work_is_apart_by_rotation() {
        let mut pair = Pair::default();
        for (rotation, second) in [(0, 10), (1, 400), (0, 5), (1, 300)] {
            pair.work(rotation, Timestamp::from_second(second).unwrap(), 60);
        }
        let reach = |work: &Work| (work.first.as_second(), work.last.as_second());
        let work: Vec<_> = pair.work.iter().map(|(since, work)| (*since, reach(work))).collect();
        assert_eq!(work, [(0, (5, 10)), (1, (300, 400))]);
    }
}
