//! Which events this worker has counted already.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::key::Key;

/// How many counted sightings a worker remembers, to not count one twice: some hundred kilobytes.
pub const REMEMBERED: usize = 16_384;

/// The latest counted sightings, as hashes.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Recent {
    /// Remembers that `event` was counted for `key`; false when it was already.
    pub(crate) fn insert(&mut self, key: &Key, event: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        (key, event).hash(&mut hasher);
        let hash = hasher.finish();
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_latest() {
        let key = Key::Watch { account: "111122223333".to_owned() };
        let mut recent = Recent::default();
        assert!(recent.insert(&key, "e"));
        assert!(!recent.insert(&key, "e"));
        assert!(recent.insert(&Key::Watch { account: "444455556666".to_owned() }, "e"), "of another item");
        for n in 0..REMEMBERED {
            recent.insert(&key, &n.to_string());
        }
        assert!(recent.insert(&key, "e"), "long ago");
        assert_eq!((recent.order.len(), recent.known.len()), (REMEMBERED, REMEMBERED));
    }
}
