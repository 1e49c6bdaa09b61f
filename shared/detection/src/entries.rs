//! Which entries of the settings match an asset, kept: there may be many entries, and few assets are in use.

use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashMap;
use portcullis_domain::Asset;

/// How many assets are kept: names of assets that do not exist can be made up.
const MOST: usize = 16_384;

/// Which entries match an asset, by their places.
#[derive(Debug, Default)]
pub(crate) struct Entries(RwLock<HashMap<Asset, Arc<[usize]>>>);

impl Entries {
    /// The entries that match, looked up by `find` the first time.
    pub(crate) fn of(&self, asset: &Asset, find: impl FnOnce() -> Vec<usize>) -> Arc<[usize]> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(entries) = known.get(asset) {
            return Arc::clone(entries);
        }
        drop(known);
        let entries: Arc<[usize]> = find().into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(asset.clone(), Arc::clone(&entries));
        entries
    }
}
