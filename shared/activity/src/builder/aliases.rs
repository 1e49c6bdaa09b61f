//! Which keys aliases stood for, and when they were pointed to others.

use std::collections::HashMap;

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_domain::{AliasArn, Asset, KeyArn, Outcome};

use super::names::LONGEST;

/// Of an alias so many sightings are kept, the latest.
const SIGHTINGS: usize = 8;

/// Aliases, and the keys that each was seen to stand for. Keys and actors are told by their numbers.
#[derive(Clone, Debug)]
pub(super) struct Aliases {
    most: usize,
    known: HashMap<Box<str>, Vec<Sighting>>,
}

/// An alias stood for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sighting {
    at: Timestamp,
    key: u32,
    made: Made,
}

/// How it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// It was so before.
    Before,
    /// Somebody made the alias: it stood for nothing, at least since it was deleted.
    Created { by: u32 },
    /// Somebody pointed it there: it stood for something else.
    Repointed { by: u32 },
}

/// An alias was pointed from one key to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repointed<'a> {
    pub(super) alias: &'a str,
    pub(super) at: Timestamp,
    pub(super) by: u32,
    /// Absent when no record names the key before.
    pub(super) old: Option<u32>,
    pub(super) new: u32,
}

/// The alias and the key that it stands for, where a record tells of both: that of a call that makes, points or deletes an
/// alias, or that names its key by one (KMS Developer Guide, *Logging AWS KMS API calls with AWS CloudTrail*). AWS's own aliases cannot be pointed elsewhere.
pub(super) fn told(access: &Access) -> Option<(&AliasArn, &KeyArn)> {
    if access.outcome != Outcome::Success || access.action.service != "kms" {
        return None;
    }
    let named = access.assets.iter().find_map(|asset| match asset {
        Asset::KeyAlias(alias) => Some(alias),
        _ => None,
    });
    let can_turn = |alias: &&AliasArn| alias.as_str().len() <= LONGEST && !alias.alias().starts_with("alias/aws/");
    let alias = named.or(access.alias.as_ref()).filter(can_turn)?;
    let mut keys = access.assets.iter().filter_map(|asset| match asset {
        Asset::Key(key) => Some(key),
        _ => None,
    });
    // With two keys nothing says which of them it stands for.
    keys.next().filter(|_| keys.next().is_none()).map(|key| (alias, key))
}

impl Aliases {
    /// Room for so many aliases; others that come later are not followed.
    pub(super) fn new(most: usize) -> Self {
        Self { most, known: HashMap::new() }
    }

    /// Notes what a call named `name` tells of an alias; in any order.
    pub(super) fn see(&mut self, alias: &AliasArn, key: u32, at: Timestamp, name: &str, by: u32) {
        let made = match name {
            "CreateAlias" => Made::Created { by },
            "UpdateAlias" => Made::Repointed { by },
            _ => Made::Before,
        };
        let alias = alias.as_str();
        if !self.known.contains_key(alias) {
            if self.known.len() >= self.most {
                return;
            }
            self.known.insert(alias.into(), Vec::new());
        }
        let Some(sightings) = self.known.get_mut(alias) else { return };
        let place = sightings.partition_point(|other| other.at <= at);
        let before = place.checked_sub(1).and_then(|before| sightings.get(before));
        // Once more the same says nothing new.
        if made == Made::Before && before.is_some_and(|before| before.key == key) {
            return;
        }
        sightings.insert(place, Sighting { at, key, made });
        if sightings.len() > SIGHTINGS {
            sightings.remove(0);
        }
    }

    /// Every time that an alias came to stand for another key, also by being deleted and made anew.
    pub(super) fn repointed(&self) -> impl Iterator<Item = Repointed<'_>> {
        self.known.iter().flat_map(|(alias, sightings)| {
            sightings.iter().enumerate().filter_map(move |(place, &Sighting { at, key: new, made })| {
                let old = place.checked_sub(1).and_then(|before| sightings.get(before)).map(|before| before.key);
                let by = match made {
                    Made::Repointed { by } => by,
                    Made::Created { by } if old.is_some() => by,
                    _ => return None,
                };
                (old != Some(new)).then_some(Repointed { alias, at, by, old, new })
            })
        })
    }

    /// The numbers of keys that are needed.
    pub(super) fn keys(&self) -> impl Iterator<Item = u32> {
        self.known.values().flatten().map(|sighting| sighting.key)
    }

    /// The numbers of actors that are needed.
    pub(super) fn actors(&self) -> impl Iterator<Item = u32> {
        self.known.values().flatten().filter_map(|sighting| match sighting.made {
            Made::Created { by } | Made::Repointed { by } => Some(by),
            Made::Before => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn seen(calls: &[(i64, &str, u32)], most: usize) -> Vec<(i64, Option<u32>, u32)> {
        let alias = "arn:aws:kms:eu-west-1:111122223333:alias/a".parse().unwrap();
        let mut aliases = Aliases::new(most);
        for (second, name, key) in calls {
            aliases.see(&alias, *key, Timestamp::from_second(*second).unwrap(), name, 7);
        }
        aliases.repointed().map(|found| (found.at.as_second(), found.old, found.new)).collect()
    }

    #[test_case(&[(1, "CreateAlias", 1), (2, "UpdateAlias", 2)], &[(2, Some(1), 2)] ; "created and pointed")]
    #[test_case(&[(2, "UpdateAlias", 2), (1, "CreateAlias", 1)], &[(2, Some(1), 2)] ; "out of order")]
    #[test_case(&[(1, "CreateAlias", 1)], &[] ; "made for the first time")]
    #[test_case(&[(2, "UpdateAlias", 2)], &[(2, None, 2)] ; "from a key not told")]
    #[test_case(&[(1, "Encrypt", 1), (2, "UpdateAlias", 2), (3, "Encrypt", 2)], &[(2, Some(1), 2)] ; "the key before told by a use")]
    #[test_case(&[(1, "UpdateAlias", 2), (2, "UpdateAlias", 2)], &[(1, None, 2)] ; "once more to the same")]
    #[test_case(&[(1, "DeleteAlias", 1), (2, "CreateAlias", 2)], &[(2, Some(1), 2)] ; "deleted and made anew")]
    #[test_case(&[(1, "DeleteAlias", 1), (2, "CreateAlias", 1)], &[] ; "made anew for the same")]
    #[test_case(&[(1, "CreateAlias", 1), (2, "UpdateAlias", 2), (3, "UpdateAlias", 1)], &[(2, Some(1), 2), (3, Some(2), 1)] ; "there and back")]
    fn repointed(calls: &[(i64, &str, u32)], expected: &[(i64, Option<u32>, u32)]) {
        assert_eq!(seen(calls, 10), expected);
        assert_eq!(seen(calls, 0), []);
    }

    #[test]
    fn the_latest_are_kept() {
        let calls: Vec<_> = (0..100).map(|number| (i64::from(number), "UpdateAlias", number)).collect();
        let found = seen(&calls, 10);
        assert_eq!(found.len(), SIGHTINGS);
        assert_eq!(found.last(), Some(&(99, Some(98), 99)));
        assert_eq!(found.first(), Some(&(92, None, 92)), "what it stood for before is forgotten");
    }
}
