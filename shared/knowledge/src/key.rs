//! The names of the ledger's items.

use portcullis_domain::sha256_hex;

/// The name of one item of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Since when an account is watched.
    Watch {
        /// The account.
        account: String,
    },
    /// The places an actor was seen at, over all assets.
    Actor {
        /// The account that logged it.
        account: String,
        /// The actor.
        actor: String,
    },
    /// The first use of an asset by anybody.
    Asset {
        /// The account that logged it.
        account: String,
        /// The asset.
        asset: String,
    },
    /// One actor on one asset.
    Pair {
        /// The account that logged it.
        account: String,
        /// The actor.
        actor: String,
        /// The asset.
        asset: String,
    },
}

/// The longest text that stands in a key as it is, in bytes. Table keys end at 2048 bytes (partition) and 1024 bytes
/// (sort): DynamoDB Developer Guide, *Quotas in Amazon DynamoDB*.
const LONGEST: usize = 900;

const HASHED: &str = "sha256:";

/// A text as it stands in a key. Texts from a log may be of any length, so long ones are hashed; and so is a text that
/// looks like a hash, or else two things could share a key.
fn part(text: &str) -> String {
    if text.len() > LONGEST || text.starts_with(HASHED) {
        format!("{HASHED}{}", sha256_hex(text))
    } else {
        text.to_owned()
    }
}

/// An account as it stands in a key: without `#`, which ends it.
fn account_part(account: &str) -> String {
    if account.contains('#') { format!("{HASHED}{}", sha256_hex(account)) } else { part(account) }
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

impl Key {
    /// The partition key: all that one actor did lies in one partition, so that a single query answers for it.
    pub fn partition(&self) -> String {
        match self {
            Self::Watch { account } => format!("account#{}", account_part(account)),
            Self::Asset { account, asset } => format!("asset#{}#{}", account_part(account), part(asset)),
            Self::Actor { account, actor } | Self::Pair { account, actor, .. } => {
                format!("actor#{}#{}", account_part(account), part(actor))
            }
        }
    }

    /// The sort key.
    pub fn sort(&self) -> String {
        match self {
            Self::Watch { .. } => "watch".to_owned(),
            Self::Asset { .. } | Self::Actor { .. } => "profile".to_owned(),
            Self::Pair { asset, .. } => format!("asset#{}", part(asset)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pair(account: &str, actor: &str, asset: &str) -> Key {
        Key::Pair { account: account.to_owned(), actor: actor.to_owned(), asset: asset.to_owned() }
    }

    #[test]
    fn no_two_things_share_a_key_and_no_key_is_too_long() {
        let long = "x".repeat(5000);
        let look_alike = format!("{HASHED}{}", sha256_hex(&long));
        let texts = ["", "a", "a#b", "b", "#", "profile", long.as_str(), look_alike.as_str()];
        let mut keys = Vec::new();
        for account in texts {
            keys.push(Key::Watch { account: account.to_owned() });
            for other in texts {
                keys.push(Key::Actor { account: account.to_owned(), actor: other.to_owned() });
                keys.push(Key::Asset { account: account.to_owned(), asset: other.to_owned() });
                keys.extend(texts.iter().map(|asset| pair(account, other, asset)));
            }
        }
        let names: BTreeSet<_> = keys.iter().map(|key| (key.partition(), key.sort())).collect();
        assert_eq!(names.len(), keys.len());
        assert!(names.iter().all(|(partition, sort)| partition.len() <= 2048 && sort.len() <= 1024));
    }

    #[test]
    fn reads_well() {
        let key = pair("111122223333", "arn:aws:iam::111122223333:role/app", "prod/db");
        assert_eq!(key.partition(), "actor#111122223333#arn:aws:iam::111122223333:role/app");
        assert_eq!(key.sort(), "asset#prod/db");
    }
}
