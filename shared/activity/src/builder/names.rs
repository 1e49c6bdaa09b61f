//! Numbers for names, so that the same name is kept once.

use std::collections::HashMap;
use std::sync::Arc;

/// In bytes; no ARN of a role, a key or a secret is as long. Of what is longer the beginning is kept.
pub(super) const LONGEST: usize = 700;

/// How many new names may come before it is looked which are still needed.
const SPARE: usize = 8_192;

/// Names and their numbers. A number stands for a name until the name is dropped.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<str>, u32>,
    by_number: Vec<Option<Arc<str>>>,
    free: Vec<u32>,
    /// How many were needed when it was last looked.
    needed: usize,
}

impl Names {
    /// The number of a name. A known name costs no allocation.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let name = name.get(..name.floor_char_boundary(LONGEST)).unwrap_or_default();
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: Arc<str> = Arc::from(name);
        let number = self.free.pop().unwrap_or_else(|| {
            self.by_number.push(None);
            u32::try_from(self.by_number.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(place) = self.by_number.get_mut(number as usize) {
            *place = Some(Arc::clone(&name));
        }
        self.numbers.insert(name, number);
        number
    }

    /// The name of a number.
    pub(super) fn name(&self, number: u32) -> &str {
        self.by_number.get(number as usize).and_then(Option::as_deref).unwrap_or_default()
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether so many have come that it is worth to look which are still needed.
    pub(super) fn is_full(&self) -> bool {
        self.numbers.len() > self.needed + SPARE
    }

    /// Drops all but those that are still needed.
    pub(super) fn keep(&mut self, needed: impl IntoIterator<Item = u32>) {
        let mut is_needed = vec![false; self.by_number.len()];
        for number in needed {
            if let Some(place) = is_needed.get_mut(number as usize) {
                *place = true;
            }
        }
        for ((number, place), needed) in (0..).zip(&mut self.by_number).zip(is_needed) {
            if !needed && let Some(name) = place.take() {
                self.numbers.remove(&name);
                self.free.push(number);
            }
        }
        self.needed = self.numbers.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_number_is_given_again() {
        let mut names = Names::default();
        let [a, b, c] = ["a", "b", "c"].map(|name| names.number(name));
        assert_eq!((names.number("a"), names.len()), (a, 3));
        names.keep([a, c]);
        assert_eq!((names.name(a), names.name(b), names.name(c), names.len()), ("a", "", "c", 2));
        assert_eq!(names.number("d"), b);
        assert_eq!((names.number("c"), names.name(b), names.len()), (c, "d", 3));
    }

    #[test]
    fn it_is_full_when_many_are_not_needed() {
        let mut names = Names::default();
        for round in 0..3 {
            (0..SPARE).for_each(|number| assert!(names.number(&format!("{round} {number}")) <= 8_200));
            assert!(!names.is_full());
            let last = names.number("one more");
            assert!(names.is_full());
            names.keep([last]);
            assert!(!names.is_full());
            names.keep([]);
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let mut names = Names::default();
        let long = "é".repeat(2_000);
        let number = names.number(&long);
        assert_eq!(names.name(number), "é".repeat(LONGEST / 2));
        let odd = names.number(&format!("a{long}"));
        assert_eq!(names.name(odd).len(), LONGEST - 1);
        assert_eq!(names.number(&long), number);
    }
}
