//! The commonest of many values in bounded memory.
//!
//! Metwally, Agrawal, El Abbadi, *Efficient Computation of Frequent and Top-k Elements in Data Streams* (Space-Saving):
//! whoever is not held takes the place of the rarest and inherits its count as a possible error. What is commoner than one
//! in as many as are held is always among them, whatever flood of rare values comes before or after.

use serde::Serialize;

use super::names::cut;

/// Counts of values, of at most so many.
#[derive(Clone, Debug)]
pub(super) struct Top {
    room: usize,
    held: Vec<Held>,
    /// Whether a value ever lost its place.
    is_full: bool,
}

#[derive(Clone, Debug)]
struct Held {
    value: String,
    count: u64,
    /// How much of the count may be others'.
    error: u64,
}

/// The commonest values, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Several {
    /// How many different values; at least so many, where `at_least` says so.
    pub distinct: usize,
    /// Whether there were more values than were kept apart: counts are then lower bounds.
    pub at_least: bool,
    /// The commonest first.
    pub commonest: Vec<Common>,
}

/// A value, and how often it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Common {
    /// The value, as people call it.
    pub value: String,
    /// How often.
    pub count: u64,
}

impl Top {
    pub(super) const fn new(room: usize) -> Self {
        Self { room, held: Vec::new(), is_full: false }
    }

    pub(super) fn add(&mut self, value: &str) {
        self.add_many(value, 1, 0);
    }

    fn add_many(&mut self, value: &str, count: u64, error: u64) {
        let value = cut(value);
        if let Some(held) = self.held.iter_mut().find(|held| held.value == value) {
            held.count += count;
            held.error += error;
        } else if self.held.len() < self.room {
            self.held.push(Held { value: value.into_owned(), count, error });
        } else if let Some(rarest) = self.held.iter_mut().min_by_key(|held| held.count) {
            self.is_full = true;
            let inherited = rarest.count;
            *rarest = Held { value: value.into_owned(), count: inherited + count, error: inherited + error };
        }
    }

    /// Takes what another has counted.
    pub(super) fn join(&mut self, other: Self) {
        self.is_full |= other.is_full;
        for held in other.held {
            self.add_many(&held.value, held.count, held.error);
        }
    }

    pub(super) fn several(self) -> Several {
        let distinct = self.held.len();
        let sure = self.held.into_iter().map(|held| Common { count: held.count - held.error, value: held.value });
        let mut commonest: Vec<Common> = sure.filter(|common| common.count > 0).collect();
        commonest.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        Several { distinct, at_least: self.is_full, commonest }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(room: usize, values: impl IntoIterator<Item = impl AsRef<str>>) -> Several {
        let mut top = Top::new(room);
        values.into_iter().for_each(|value| top.add(value.as_ref()));
        top.several()
    }

    #[test]
    fn few_are_exact() {
        let several = count(4, ["b", "a", "b", "c"]);
        let told: Vec<(&str, u64)> = several.commonest.iter().map(|c| (c.value.as_str(), c.count)).collect();
        assert_eq!(told, [("b", 2), ("a", 1), ("c", 1)]);
        assert_eq!((several.distinct, several.at_least), (3, false));
    }

    #[test]
    fn a_flood_hides_nobody() {
        let flood = (0..1000).map(|n| format!("2001:db8::{n:x}"));
        let several = count(8, flood.flat_map(|ip| [ip, "203.0.113.7".to_owned()]));
        assert_eq!(several.commonest[0].value, "203.0.113.7");
        assert!(several.at_least && several.commonest[0].count >= 800, "{several:?}");
    }

    proptest! {
        #[test]
        fn never_more_than_there_were(values in prop::collection::vec("[a-h]", 0..200), room in 1..6_usize, at in 0..200_usize) {
            let (first, second) = values.split_at(at.min(values.len()));
            let (mut top, mut other) = (Top::new(room), Top::new(room));
            for value in first {
                top.add(value);
            }
            for value in second {
                other.add(value);
            }
            top.join(other);
            let several = top.several();
            for common in &several.commonest {
                let real = values.iter().filter(|value| **value == common.value).count() as u64;
                prop_assert!(common.count <= real, "{} of {real}: {several:?}", common.count);
                prop_assert!(several.at_least || common.count == real);
            }
            prop_assert!(several.distinct <= room);
        }
    }
}
