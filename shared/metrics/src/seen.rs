//! Which records a worker has seen: a bounded memory.

use std::collections::{BTreeSet, VecDeque};

use portcullis_domain::{AccountId, sha256_hex};

/// How many records are remembered: about two megabytes.
const MOST: usize = 1 << 15;

/// The last records that a worker has seen, by account and `eventID`. Queues deliver a message more than once, and a log file
/// holds what EventBridge sent before.
#[derive(Clone, Debug)]
pub struct Seen {
    most: usize,
    order: VecDeque<u128>,
    known: BTreeSet<u128>,
}

impl Default for Seen {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Seen {
    /// A memory of so many records.
    pub fn of(most: usize) -> Self {
        Self { most, order: VecDeque::new(), known: BTreeSet::new() }
    }

    /// Whether the record has been seen before; from now on it has, until `most` others have come.
    pub fn again(&mut self, account: Option<&AccountId>, event_id: &str) -> bool {
        // A slash is in no account id, so that no two pairs are the same text.
        let hash = sha256_hex(&format!("{}/{event_id}", account.map_or("", AccountId::as_str)));
        let Ok(hash) = u128::from_str_radix(hash.get(..32).unwrap_or_default(), 16) else { return false };
        if !self.known.insert(hash) {
            return true;
        }
        self.order.push_back(hash);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(id: &str) -> AccountId {
        id.parse().unwrap()
    }

    #[test]
    fn the_same_event_of_another_account_is_another() {
        let mut seen = Seen::default();
        let (ours, theirs) = (account("111122223333"), account("444455556666"));
        assert!(!seen.again(Some(&ours), "e-1"));
        assert!(seen.again(Some(&ours), "e-1"));
        assert!(!seen.again(Some(&theirs), "e-1"));
        assert!(!seen.again(None, "e-1"));
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut seen = Seen::of(2);
        for id in ["a", "b", "c"] {
            assert!(!seen.again(None, id));
        }
        assert!(seen.again(None, "b") && seen.again(None, "c"));
        assert!(!seen.again(None, "a"));
    }

    proptest! {
        /// A plain list of the last ones answers the same.
        #[test]
        fn it_remembers_as_many_as_it_says(ids in proptest::collection::vec("[a-f]", 0..60), most in 1usize..5) {
            let mut seen = Seen::of(most);
            let mut plain: VecDeque<String> = VecDeque::new();
            for id in ids {
                let before = plain.contains(&id);
                prop_assert_eq!(seen.again(None, &id), before);
                if !before {
                    plain.push_back(id);
                    if plain.len() > most {
                        plain.pop_front();
                    }
                }
                prop_assert!(seen.order.len() <= most && seen.known.len() == seen.order.len());
            }
        }
    }
}
