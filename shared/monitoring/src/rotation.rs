//! Which keys and secrets should have been rotated by now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Asset, KeyArn};
use portcullis_settings::{AssetEntry, Inventory, Selector, Settings};

use crate::place::Place;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// When a key or secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// By nobody on a schedule.
    Never,
    /// On the day of this time at the latest.
    Next(Timestamp),
    /// It may not be looked at, as this answer says: a key's own policy need not leave to IAM who may.
    Denied(String),
    /// By a schedule, of which no date is told.
    Undated,
    /// It could not be read, for this reason.
    Unreadable(String),
}

/// What Secrets Manager tells of the rotation of a secret (Secrets Manager API Reference, *SecretListEntry*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecretRotation {
    /// `RotationEnabled`.
    pub enabled: bool,
    /// `NextRotationDate`: on or before this date. It stays where it is when the rotation fails.
    pub next: Option<Timestamp>,
    /// `LastRotatedDate`: when a rotation last succeeded.
    pub last: Option<Timestamp>,
    /// `CreatedDate`.
    pub made: Option<Timestamp>,
    /// `RotationRules.AutomaticallyAfterDays`: days between rotations.
    pub every_days: Option<i64>,
}

impl SecretRotation {
    /// When the secret is rotated. Without a date of the next time it is counted from the last one.
    pub fn rotation(&self) -> Rotation {
        if !self.enabled {
            return Rotation::Never;
        }
        let days = self.every_days.and_then(|days| days.checked_mul(DAY)).map(SignedDuration::from_secs);
        let counted = || self.last.or(self.made)?.checked_add(days?).ok();
        match self.next.or_else(counted) {
            Some(next) => Rotation::Next(next),
            None => Rotation::Undated,
        }
    }
}

/// What is overdue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many keys and secrets of each watched entry, by its name; none overdue is zero. An entry is absent when nothing
    /// can be said of it: all that it names is in another account or Region, or could not be read.
    pub entries: BTreeMap<String, usize>,
    /// What cannot be known as things are, by key or secret. It stays so until somebody changes it, and is no failure.
    pub unknown: BTreeMap<String, Unknown>,
    /// What could not be read, by key or secret, and why.
    pub unreadable: BTreeMap<String, String>,
}

/// A key or secret of which nobody knows whether it is rotated in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// The entries that name it.
    pub entries: Vec<String>,
    /// Why, and what to do.
    pub why: String,
}

/// What to do about a key that may not be looked at.
const ALLOW: &str = "allow kms:GetKeyRotationStatus and kms:DescribeKey to this function's role in the key's policy, or leave \
                     the entry's tier out of alarms.rotation_overdue";

/// What to do about a secret without a date.
const SCHEDULE: &str = "its rotation is enabled, and no date is told: give it a schedule, or leave the entry's tier out of \
                        alarms.rotation_overdue";

/// How many keys and secrets of each entry that has an alarm for it should have been rotated before `now`.
///
/// `assets` are those of this account and Region; those that no entry names do no harm.
pub fn overdue(
    settings: &Settings,
    inventory: &Inventory,
    assets: &[(Asset, Rotation)],
    place: &Place,
    now: Timestamp,
) -> Overdue {
    let after = settings.alarms.rotation_overdue.after;
    let mut overdue = Overdue::default();
    for entry in watched(settings) {
        let mut named = assets.iter().filter(|(asset, _)| entry.selector.matches(asset, inventory)).peekable();
        if named.peek().is_none() && is_elsewhere(&entry.selector, place) {
            continue;
        }
        let (mut late, mut known) = (0_usize, true);
        for (asset, rotation) in named {
            match rotation {
                Rotation::Never => {}
                Rotation::Next(next) => late += usize::from(is_late(*next, after, now)),
                Rotation::Denied(answer) => {
                    known = false;
                    overdue.is_unknown(asset, entry, format!("{answer}; {ALLOW}"));
                }
                Rotation::Undated => {
                    known = false;
                    overdue.is_unknown(asset, entry, SCHEDULE.to_owned());
                }
                Rotation::Unreadable(why) => {
                    known = false;
                    overdue.unreadable.insert(asset.to_string(), why.clone());
                }
            }
        }
        // Nobody knows that there are none.
        if late > 0 || known {
            overdue.entries.insert(entry.name.clone(), late);
        }
    }
    overdue
}

impl Overdue {
    fn is_unknown(&mut self, asset: &Asset, entry: &AssetEntry, why: String) {
        let unknown = self.unknown.entry(asset.to_string()).or_default();
        unknown.entries.push(entry.name.clone());
        unknown.why = why;
    }
}

/// The keys that entries with such an alarm name: of `keys`, of those with an alias or a tag, and by their own ARN in this
/// account and Region.
pub fn keys_to_look_at(
    settings: &Settings,
    inventory: &Inventory,
    keys: &BTreeSet<KeyArn>,
    place: &Place,
) -> BTreeSet<KeyArn> {
    let entries: Vec<&AssetEntry> = watched(settings).collect();
    let tagged = inventory.tagged.iter().filter_map(|tagged| tagged.arn.parse::<KeyArn>().ok());
    let written = entries.iter().filter_map(|entry| match &entry.selector {
        Selector::Arn(pattern) if !is_elsewhere(&entry.selector, place) => pattern.as_str().parse::<KeyArn>().ok(),
        _ => None,
    });
    let all: BTreeSet<KeyArn> =
        keys.iter().chain(inventory.aliases.values()).cloned().chain(tagged).chain(written).collect();
    let meant = |key: &KeyArn| {
        let asset = Asset::Key(key.clone());
        !key.as_str().contains(['*', '?']) && entries.iter().any(|entry| entry.selector.matches(&asset, inventory))
    };
    all.into_iter().filter(meant).collect()
}

/// Whether any entry has such an alarm.
pub fn has_alarm(settings: &Settings) -> bool {
    watched(settings).next().is_some()
}

/// Whether an entry with such an alarm names keys by a pattern, which only a list of all keys can tell.
pub fn needs_all_keys(settings: &Settings) -> bool {
    watched(settings).any(|entry| {
        let Selector::Arn(pattern) = &entry.selector else { return false };
        let service = pattern.as_str().split(':').nth(2).unwrap_or_default();
        pattern.as_str().contains(['*', '?']) && (service == "kms" || service.contains(['*', '?']))
    })
}

/// The entries that have an alarm for it. Decoys are left out: nobody has any business with one, nor have we.
fn watched(settings: &Settings) -> impl Iterator<Item = &AssetEntry> {
    let tiers = &settings.alarms.rotation_overdue.tiers;
    let has = |entry: &&AssetEntry| {
        entry.is_watched() && !entry.decoy && entry.tier.is_some_and(|tier| tiers.contains(&tier))
    };
    settings.assets.iter().filter(has)
}

/// Whether an ARN is one of another account or Region.
fn is_elsewhere(selector: &Selector, place: &Place) -> bool {
    let Selector::Arn(pattern) = selector else { return false };
    let mut parts = pattern.as_str().split(':').skip(3);
    let differs = |part: Option<&str>, here: &str| part.is_some_and(|part| !part.contains(['*', '?']) && part != here);
    differs(parts.next(), &place.region) || differs(parts.next(), &place.account)
}

/// Whether the day of `next`, in UTC, has been over for longer than `after`.
fn is_late(next: Timestamp, after: SignedDuration, now: Timestamp) -> bool {
    let end = next.as_second().div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
    now.as_second().saturating_sub(end) > after.as_secs()
}

#[cfg(test)]
mod tests;
