//! What the aliases that are asked for point to, as far as the records tell.

use std::collections::BTreeMap;

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, KeyArn, Outcome};

use super::subject::AssetReading;

/// No subject means more aliases.
const ROOM: usize = 1000;

/// The keys behind aliases. Records of uses name the key alone; those of `CreateAlias` and `UpdateAlias` name both
/// (KMS Developer Guide, *Logging AWS KMS API calls with AWS CloudTrail*), and tell of the time from then on.
#[derive(Debug, Default)]
pub(super) struct Pointed {
    keys: BTreeMap<String, KeyArn>,
    /// What was learnt, for people.
    learnt: Vec<String>,
}

impl Pointed {
    /// Learns from a record.
    pub(super) fn see(&mut self, readings: &[AssetReading], access: &Access) {
        let is_asked =
            readings.iter().any(|reading| matches!(reading, AssetReading::Alias(_) | AssetReading::AliasName(_)));
        if !is_asked || access.action.service != "kms" || access.outcome != Outcome::Success {
            return;
        }
        let meant = |asset: &&Asset| readings.iter().any(|reading| reading.means(asset));
        let Some(Asset::KeyAlias(alias)) = access.assets.iter().find(meant) else { return };
        let key = access.assets.iter().find_map(|asset| match asset {
            Asset::Key(key) => Some(key),
            _ => None,
        });
        match (access.action.name.as_str(), key) {
            ("CreateAlias" | "UpdateAlias", Some(key))
                if self.keys.len() < ROOM || self.keys.contains_key(alias.as_str()) =>
            {
                let is_new = self.keys.insert(alias.as_str().to_owned(), key.clone()).as_ref() != Some(key);
                if is_new && self.learnt.len() < 10 {
                    let since = access.time.map_or_else(|| "a time not told".to_owned(), |time| format!("{time:.0}"));
                    self.learnt.push(format!("{alias} points to {key} since {since}"));
                }
            }
            ("DeleteAlias", _) => drop(self.keys.remove(alias.as_str())),
            _ => {}
        }
    }

    /// Whether a key is behind one of the aliases now.
    pub(super) fn means(&self, asset: &Asset) -> bool {
        matches!(asset, Asset::Key(key) if self.keys.values().any(|known| known == key))
    }

    /// What was learnt, one sentence each.
    pub(super) fn learnt(&self) -> &[String] {
        &self.learnt
    }
}
