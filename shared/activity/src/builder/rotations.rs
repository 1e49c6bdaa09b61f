//! When the material of keys was rotated.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::Access;
use portcullis_domain::Outcome;

/// So many rotations are kept, and so many of one key; later ones are not.
const MOST: usize = 64;
const MOST_OF_KEY: usize = 4;

/// KMS does what was asked within minutes; where it takes longer than this, it is another rotation
/// (KMS Developer Guide, *Rotate AWS KMS keys*).
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// When the material of keys was rotated. Keys and actors are told by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Rotations {
    of: HashMap<u32, Vec<Rotation>>,
    held: u32,
}

/// A rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rotation {
    /// From 1 on, in the order in which they came.
    pub(super) number: u32,
    pub(super) at: Timestamp,
    pub(super) by: u32,
    told: Told,
}

/// What told of it: a rotation on demand has two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// `RotateKeyOnDemand`: somebody asked for it.
    Asked,
    /// `RotateKey`: KMS did it.
    Done,
    Both,
}

/// Whether a record tells of a rotation.
pub(super) fn told(access: &Access) -> Option<Told> {
    match (access.action.service.as_str(), access.action.name.as_str(), access.outcome) {
        ("kms", "RotateKeyOnDemand", Outcome::Success) => Some(Told::Asked),
        ("kms", "RotateKey", Outcome::Success) => Some(Told::Done),
        _ => None,
    }
}

impl Rotations {
    /// Notes a rotation.
    pub(super) fn see(&mut self, key: u32, at: Timestamp, by: u32, told: Told) {
        let is_same = |known: &&mut Rotation| match (known.told, told) {
            (Told::Asked, Told::Done) => known.at <= at && at.duration_since(known.at) <= SOON,
            (Told::Done, Told::Asked) => at <= known.at && known.at.duration_since(at) <= SOON,
            _ => false,
        };
        let known_of_key = self.of.get(&key).map_or(0, Vec::len);
        if let Some(known) = self.of.get_mut(&key).into_iter().flatten().find(is_same) {
            known.at = known.at.min(at);
            known.told = Told::Both;
            // KMS does it, for whoever asked.
            if told == Told::Asked {
                known.by = by;
            }
        } else if (self.held as usize) < MOST && known_of_key < MOST_OF_KEY {
            self.held += 1;
            self.of.entry(key).or_default().push(Rotation { number: self.held, at, by, told });
        }
    }

    /// The last rotation of a key by then, as far as is known; 0 for none.
    pub(super) fn last(&self, key: u32, time: Timestamp) -> u32 {
        if self.of.is_empty() {
            return 0;
        }
        let by_then = self.of.get(&key).into_iter().flatten().filter(|rotation| rotation.at <= time);
        by_then.max_by_key(|rotation| rotation.at).map_or(0, |rotation| rotation.number)
    }

    /// Every rotation, with its key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Rotation)> {
        self.of.iter().flat_map(|(key, rotations)| rotations.iter().map(|rotation| (*key, rotation)))
    }

    /// The numbers of a key's rotations from one on.
    pub(super) fn since(&self, key: u32, at: Timestamp) -> Vec<u32> {
        let later = self.of.get(&key).into_iter().flatten().filter(|rotation| rotation.at >= at);
        later.map(|rotation| rotation.number).collect()
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    #[test_case(&[(1, 7, Told::Asked), (2, 8, Told::Done)], &[(1, 7)] ; "asked for and done")]
    #[test_case(&[(2, 8, Told::Done), (1, 7, Told::Asked)], &[(1, 7)] ; "out of order")]
    #[test_case(&[(1, 7, Told::Asked), (2, 8, Told::Done), (3, 8, Told::Done)], &[(1, 7), (3, 8)] ; "and once more by itself")]
    #[test_case(&[(1, 8, Told::Done), (2, 7, Told::Asked)], &[(1, 8), (2, 7)] ; "asked for afterwards")]
    #[test_case(&[(1, 7, Told::Asked), (30, 8, Told::Done)], &[(1, 7), (30, 8)] ; "a day later")]
    fn one_or_two(told: &[(i64, u32, Told)], expected: &[(i64, u32)]) {
        let mut rotations = Rotations::default();
        for (hour, by, told) in told {
            rotations.see(1, at(*hour), *by, *told);
        }
        let mut found: Vec<_> = rotations.iter().map(|(_, known)| (known.at.as_second() / 3600, known.by)).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_last_by_then() {
        let mut rotations = Rotations::default();
        for hour in [100, 300, 200] {
            rotations.see(1, at(hour), 8, Told::Done);
        }
        let last: Vec<u32> = [99, 100, 250, 300].map(|hour| rotations.last(1, at(hour))).to_vec();
        assert_eq!(last, [0, 1, 3, 2]);
        assert_eq!(rotations.last(2, at(300)), 0, "another key");
        let mut since = rotations.since(1, at(200));
        since.sort_unstable();
        assert_eq!(since, [2, 3]);
    }

    #[test]
    fn they_are_bounded() {
        let mut rotations = Rotations::default();
        (0..1000).for_each(|hour| rotations.see(1, at(hour * 100), 8, Told::Done));
        assert_eq!(rotations.iter().count(), MOST_OF_KEY);
        (0..1000).for_each(|key| rotations.see(key, at(0), 8, Told::Done));
        assert_eq!(rotations.iter().count(), MOST);
    }
}
