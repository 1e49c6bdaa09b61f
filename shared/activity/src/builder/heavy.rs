//! What comes most often, in bounded memory.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// The things that come most often, with what is known of each. When there are too many, the lightest quarter makes room.
///
/// Each has a weight that is at least as often as it came; what comes when others have been dropped starts with the weight
/// of the heaviest of those, the floor, since it may be one of them. This is Misra's and Gries's summary, taken down by many at a
/// time: with room for `most`, the floor is at most the number of all that came, divided by three quarters of `most`, so
/// that whatever came more often than that is here, however late it began. What is known of a thing is exact since it was
/// last taken in, which was at the beginning unless something was dropped.
#[derive(Clone, Debug)]
pub(super) struct Heavy<K, V> {
    most: usize,
    floor: u64,
    held: HashMap<K, Held<V>>,
}

/// One thing.
#[derive(Clone, Debug)]
pub(super) struct Held<V> {
    weight: u64,
    /// How often it came since it was taken in.
    pub(super) seen: u64,
    /// What is known of it.
    pub(super) known: V,
}

impl<K: Copy + Ord + Hash, V: Default> Heavy<K, V> {
    /// Room for so many, at least one.
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), floor: 0, held: HashMap::new() }
    }

    /// Counts one, and gives what is known of it.
    pub(super) fn count(&mut self, key: K) -> &mut V {
        if self.held.len() >= self.most && !self.held.contains_key(&key) {
            self.make_room();
        }
        let new = || Held { weight: self.floor, seen: 0, known: V::default() };
        let held = self.held.entry(key).or_insert_with(new);
        held.weight += 1;
        held.seen += 1;
        &mut held.known
    }

    fn make_room(&mut self) {
        let kept = kept(self.most);
        // Of those of the same weight those stay that are known for longer; then the order says, so that it is always the
        // same ones.
        let mut ranks: Vec<_> =
            self.held.iter().map(|(key, held)| (Reverse(held.weight), Reverse(held.seen), *key)).collect();
        let first_dropped = *ranks.select_nth_unstable(kept).1;
        self.floor = self.floor.max(first_dropped.0.0);
        self.held.retain(|key, held| (Reverse(held.weight), Reverse(held.seen), *key) < first_dropped);
    }

    /// Those that are here, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Held<V>)> {
        self.held.iter().map(|(key, held)| (*key, held))
    }

    /// Whether nothing was ever dropped.
    #[cfg(test)]
    pub(super) fn is_whole(&self) -> bool {
        self.floor == 0
    }
}

/// How many stay when room is made for one more.
fn kept(most: usize) -> usize {
    (most - most.div_ceil(4)).min(most - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(keys: impl IntoIterator<Item = u32>, most: usize) -> Heavy<u32, u64> {
        let mut heavy = Heavy::new(most);
        for key in keys {
            *heavy.count(key) += 1;
            assert!(heavy.held.len() <= most);
        }
        heavy
    }

    #[test]
    fn what_comes_late_and_often_is_not_lost() {
        let many = 0..100_000;
        let late = std::iter::repeat_n(200_000, 3_000);
        let heavy = counted(many.chain(late), 100);
        assert_eq!(heavy.held.get(&200_000).map(|held| held.known), Some(3_000));
        assert!(!heavy.is_whole());
    }

    #[test]
    fn those_that_come_once_do_not_push_out_the_heavy() {
        let mixed = (0..50_000).flat_map(|number| [number % 10, 1_000 + number]);
        let heavy = counted(mixed, 40);
        let exact: Vec<_> = (0..10).map(|key| heavy.held.get(&key).map(|held| held.known)).collect();
        assert_eq!(exact, [Some(5_000); 10]);
    }

    #[test]
    fn of_the_same_weight_the_first_stay() {
        let heavy = counted(0..9, 8);
        let mut here: Vec<u32> = heavy.held.keys().copied().collect();
        here.sort_unstable();
        assert_eq!(here, [0, 1, 2, 3, 4, 5, 8]);
    }

    proptest! {
        #[test]
        fn what_is_heavy_enough_is_here(
            keys in proptest::collection::vec(prop_oneof![0_u32..5, 0_u32..60], 0..800),
            most in 1_usize..30,
        ) {
            let heavy = counted(keys.iter().copied(), most);
            let bound = keys.len() as u64 / (kept(most) as u64 + 1);
            prop_assert!(heavy.floor <= bound, "floor {} of {}", heavy.floor, bound);
            for key in 0..60 {
                let came = keys.iter().filter(|other| **other == key).count() as u64;
                match heavy.held.get(&key) {
                    Some(held) => {
                        prop_assert!(held.seen <= came && came <= held.weight);
                        prop_assert!(held.weight - held.seen <= heavy.floor);
                        prop_assert_eq!(held.seen, held.known);
                    }
                    None => prop_assert!(came <= heavy.floor, "{} came {} times", key, came),
                }
            }
            let distinct = (0..60).filter(|key| keys.contains(key)).count();
            prop_assert!(distinct > most || (heavy.is_whole() && heavy.held.len() == distinct));
        }
    }
}
