//! What one access counts for.

use portcullis_cloudtrail::Access;
use portcullis_domain::{AccountId, AssetKind, Tier, asset_dimension};
use portcullis_settings::{AssetEntry, Inventory, Judgement, Settings};

use crate::calls::{denied, is_behind_a_secret, rotation, used};
use crate::catalogue::Metric;
use crate::emf::Metrics;
use crate::values::OTHER;

/// The property that says who it was, beside metrics of entries: the ARN of a role or user with its path, else the
/// principal as people call it.
pub const ACTOR: &str = "Actor";

/// What an access is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// What their aliases and tags stand for.
    pub inventory: &'a Inventory,
    /// The account that Portcullis runs in, where that is known.
    pub home: Option<&'a AccountId>,
}

/// Counts an access: as a use or a denial, by what it touched, and for each critical or sensitive entry that it touched.
/// What is not relevant counts for nothing.
pub fn measure(access: &Access, judgement: &Judgement, known: &Known<'_>, metrics: &mut Metrics) {
    if !access.is_relevant() {
        return;
    }
    let tier = judgement.tier.map_or("unclassified", Tier::as_str);
    let account = account(access, known);
    let (used, denied) = (used(access), denied(access));
    if let Some(kind) = used {
        let metric = match kind {
            AssetKind::Key => Metric::KEY_USES,
            AssetKind::Secret => Metric::SECRET_ACCESSES,
        };
        metrics.count(metric, &[access.outcome.as_str(), tier, account], 1);
    }
    if let Some(service) = denied {
        metrics.count(Metric::DENIED_CALLS, &[service, tier, account], 1);
    }
    if let Some((service, step)) = rotation(access) {
        metrics.count(Metric::ROTATIONS, &[service, step], 1);
    }
    let actor = access.actor.principal.to_string();
    let watched = |entry: &&AssetEntry| entry.is_watched() && judgement.matched.contains(&entry.name);
    for entry in known.settings.assets.iter().filter(watched) {
        let asset = asset_dimension(&entry.name);
        let mut count = |metric| metrics.count_with(metric, &[&asset], 1, &[(ACTOR, &actor)]);
        // What was denied got nobody anything, and is counted below: an application that lost a right and tries again is no
        // flood of accesses.
        if used.is_some() && denied.is_none() && is_its_own(access, entry, known.inventory) {
            count(Metric::ASSET_ACCESSES);
        }
        if denied.is_some() {
            count(Metric::ASSET_DENIED);
        }
    }
}

/// One of our own accounts, or one word for all others: whoever uses a key from many accounts makes no metrics.
fn account<'a>(access: &'a Access, known: &Known<'_>) -> &'a str {
    let own = |account: &&AccountId| known.settings.is_own_account(account, known.home);
    access.account.as_ref().filter(own).map_or(OTHER, AccountId::as_str)
}

/// Whether the use is one of the entry's own assets. What Secrets Manager decrypts for whoever reads a secret is a use of
/// the key; that of the secret has a record of its own.
fn is_its_own(access: &Access, entry: &AssetEntry, inventory: &Inventory) -> bool {
    let is_key = |asset: &&portcullis_domain::Asset| asset.kind() == AssetKind::Key;
    !is_behind_a_secret(access)
        || access.assets.iter().filter(is_key).any(|asset| entry.selector.matches(asset, inventory))
}
