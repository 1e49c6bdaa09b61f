//! Counts over time in a bounded number of slices of equal length.

use std::collections::VecDeque;
use std::ops::AddAssign;

use jiff::Timestamp;

/// Lengths of slices in seconds: each a whole multiple of the one before, so that slices can be joined exactly, and each a
/// whole part of the day. Beyond a day they double.
const LENGTHS: [i64; 8] = [300, 600, 1_200, 3_600, 7_200, 14_400, 43_200, 86_400];

/// How long slices are: a place in the ladder of lengths. Slices begin at multiples of their length since 1970, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rung(u32);

impl Rung {
    /// The length in seconds.
    pub(super) fn seconds(self) -> i64 {
        let listed = usize::try_from(self.0).ok().and_then(|rung| LENGTHS.get(rung).copied());
        let doublings = self.0.saturating_sub(7);
        listed.unwrap_or_else(|| 86_400_i64.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX)))
    }

    /// The number of the slice that a time falls in; slice 0 begins in 1970.
    pub(super) fn index(self, time: Timestamp) -> i64 {
        time.as_second().div_euclid(self.seconds())
    }

    /// When a slice begins.
    pub(super) fn start(self, index: i64) -> Timestamp {
        Timestamp::from_second(index.saturating_mul(self.seconds())).unwrap_or(Timestamp::MIN)
    }

    /// The shortest length, from this one on, by which two times and what is between them fill at most `most` slices. Two are
    /// needed at least: 1970 parts slices of any length.
    pub(super) fn holding(self, first: Timestamp, last: Timestamp, most: usize) -> Self {
        let most = i64::try_from(most.max(2)).unwrap_or(i64::MAX);
        let mut rung = self;
        while rung.index(last) - rung.index(first) >= most {
            rung = Self(rung.0 + 1);
        }
        rung
    }
}

/// Slices from the first to the last that something was counted in, without a hole.
#[derive(Clone, Debug)]
pub(super) struct Slices<T> {
    rung: Rung,
    first: i64,
    held: VecDeque<T>,
}

impl<T> Default for Slices<T> {
    fn default() -> Self {
        Self { rung: Rung::default(), first: 0, held: VecDeque::new() }
    }
}

impl<T: Default + AddAssign> Slices<T> {
    /// Changes the slice that a time falls in. Where there would be more than `most` slices, all are made longer first: which
    /// length that leads to depends on the first and last time alone, not on the order in which they come.
    pub(super) fn change(&mut self, time: Timestamp, most: usize, change: impl FnOnce(&mut T)) {
        let mut index = self.rung.index(time);
        if self.held.is_empty() {
            self.first = index;
        } else if !(self.first..self.end()).contains(&index) {
            let (first, last) = (self.rung.start(self.first), self.rung.start(self.end() - 1));
            self.lengthen(self.rung.holding(first.min(time), last.max(time), most));
            index = self.rung.index(time);
        }
        while index < self.first {
            self.held.push_front(T::default());
            self.first -= 1;
        }
        while index >= self.end() {
            self.held.push_back(T::default());
        }
        let place = usize::try_from(index - self.first).ok();
        if let Some(slice) = place.and_then(|place| self.held.get_mut(place)) {
            change(slice);
        }
    }

    /// Joins slices until they are as long as `rung` says.
    fn lengthen(&mut self, rung: Rung) {
        let factor = rung.seconds() / self.rung.seconds();
        if factor <= 1 {
            return;
        }
        let mut joined: VecDeque<T> = VecDeque::new();
        let mut newest = None;
        for (index, slice) in (self.first..).zip(std::mem::take(&mut self.held)) {
            let index = index.div_euclid(factor);
            match joined.back_mut().filter(|_| newest == Some(index)) {
                Some(last) => *last += slice,
                None => joined.push_back(slice),
            }
            newest = Some(index);
        }
        (self.rung, self.first, self.held) = (rung, self.first.div_euclid(factor), joined);
    }

    /// How long the slices are.
    pub(super) fn rung(&self) -> Rung {
        self.rung
    }

    /// When each slice begins, and what is in it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Timestamp, &T)> {
        (self.first..).zip(&self.held).map(|(index, slice)| (self.rung.start(index), slice))
    }

    /// The number of the slice after the last.
    fn end(&self) -> i64 {
        self.first.saturating_add(i64::try_from(self.held.len()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    fn counted(times: &[i64], most: usize) -> Slices<u64> {
        let mut slices = Slices::default();
        for time in times {
            slices.change(Timestamp::from_second(*time).unwrap(), most, |count| *count += 1);
        }
        slices
    }

    fn shown(slices: &Slices<u64>) -> Vec<(i64, u64)> {
        slices.iter().map(|(start, count)| (start.as_second(), *count)).collect()
    }

    #[test]
    fn lengths_divide_one_another_and_the_day() {
        for rung in 0..40 {
            let (this, next) = (Rung(rung).seconds(), Rung(rung + 1).seconds());
            assert!(next > this && next % this == 0, "{this} {next}");
            assert!(86_400 % this == 0 || this % 86_400 == 0, "{this}");
        }
    }

    #[test_case(&[0, 299, 300], &[(0, 2), (300, 1)] ; "side by side")]
    #[test_case(&[0, 900], &[(0, 1), (300, 0), (600, 0), (900, 1)] ; "no hole")]
    #[test_case(&[900, 0], &[(0, 1), (300, 0), (600, 0), (900, 1)] ; "before the first")]
    #[test_case(&[0, 300, 1200], &[(0, 2), (600, 0), (1200, 1)] ; "joined once")]
    #[test_case(&[1200, 0, 300], &[(0, 2), (600, 0), (1200, 1)] ; "joined once, out of order")]
    #[test_case(&[0, 10 * 86_400], &[(0, 1), (345_600, 0), (691_200, 1)] ; "several days")]
    #[test_case(&[-1, 0], &[(-300, 1), (0, 1)] ; "around 1970")]
    fn slices(times: &[i64], expected: &[(i64, u64)]) {
        assert_eq!(shown(&counted(times, 4)), expected);
    }

    #[test]
    fn all_of_time_fits_however_few_slices_there_may_be() {
        let all = [Timestamp::MIN.as_second(), -1, 0, 1_767_600_000, Timestamp::MAX.as_second()];
        for most in [0, 1, 2, 60] {
            let slices = shown(&counted(&all, most));
            assert!(slices.len() <= most.max(2), "{most}: {slices:?}");
            assert_eq!(slices.iter().map(|(_, count)| count).sum::<u64>(), 5);
        }
    }

    proptest! {
        /// Counting each time anew in slices of the length that came out gives the same.
        #[test]
        fn joining_is_exact_and_any_order_gives_the_same(
            times in proptest::collection::vec(prop_oneof![-10_000_i64..10_000, 0..4_000_000_i64], 1..60),
            most in 2_usize..40,
        ) {
            let slices = counted(&times, most);
            let seconds = slices.rung().seconds();
            let mut plain: BTreeMap<i64, u64> = BTreeMap::new();
            for time in &times {
                *plain.entry(time.div_euclid(seconds) * seconds).or_default() += 1;
            }
            let counted_in = |(start, count): (i64, u64)| (count > 0).then_some((start, count));
            let filled: Vec<(i64, u64)> = shown(&slices).into_iter().filter_map(counted_in).collect();
            prop_assert_eq!(filled, plain.into_iter().collect::<Vec<_>>());

            let shown_ = shown(&slices);
            prop_assert!(shown_.len() <= most);
            prop_assert!(shown_.windows(2).all(|two| two[1].0 - two[0].0 == seconds), "a hole");
            prop_assert!(shown_[0].1 > 0 && shown_[shown_.len() - 1].1 > 0, "begins and ends with something");
            let span = |rung: Rung| times.iter().max().unwrap().div_euclid(rung.seconds()) - times.iter().min().unwrap().div_euclid(rung.seconds());
            let finer = (0..slices.rung().0).map(Rung).find(|rung| span(*rung) < i64::try_from(most).unwrap());
            prop_assert_eq!(finer, None, "shorter slices would have done");

            let mut sorted = times.clone();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(shown(&counted(&sorted, most)), shown_);
        }
    }
}
