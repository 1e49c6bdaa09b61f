//! What a report draws.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Who used what, when: everything that a report draws. Bounded, whatever it was made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Overview {
    /// How long each slice is.
    #[serde(skip)]
    pub slice: SignedDuration,
    /// Accesses over time, from the first to the last without a hole.
    pub timeline: Vec<Slice>,
    /// When each actor was active, by the hour of the day (UTC); those with most accesses first.
    pub hours: Vec<ActorHours>,
    /// Who used which asset; those with most accesses first.
    pub uses: Vec<Use>,
    /// Keys that took the place of others.
    pub handovers: Vec<Handover>,
    /// How many accesses are in none of `hours` and `uses`, because there were too many actors or assets.
    pub beyond: u64,
}

/// One slice of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// When it begins.
    pub start: Timestamp,
    /// Calls that were answered.
    pub success: u64,
    /// Calls that were refused.
    pub denied: u64,
    /// Calls that failed for another reason.
    pub failed: u64,
}

/// When an actor was active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActorHours {
    /// The actor, as people call it.
    pub actor: String,
    /// Accesses in each hour of the day, UTC, from 0 to 23.
    pub by_hour: [u64; 24],
    /// Of these the denied ones.
    pub denied: [u64; 24],
}

/// An actor's use of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The actor, as people call it.
    pub actor: String,
    /// The asset, as people call it.
    pub asset: String,
    /// Calls that were answered.
    pub success: u64,
    /// Calls that were refused.
    pub denied: u64,
    /// Calls that failed for another reason.
    pub failed: u64,
    /// The first of them.
    pub first: Option<Timestamp>,
    /// The last of them.
    pub last: Option<Timestamp>,
    /// Whether the settings authorize the actor for the asset; absent when no entry says.
    pub authorized: Option<bool>,
}

/// A key that took another's place: an alias was pointed to a new key, or key material was rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Handover {
    /// What was handed over: the alias, or the key whose material was rotated.
    pub what: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// The key before; the same as `new` when its material was rotated.
    pub old: String,
    /// The key after.
    pub new: String,
    /// Who used which of them, before and after; those who still use the old one first.
    pub uses: Vec<HandoverUse>,
}

/// An actor's use of the old and the new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandoverUse {
    /// The actor, as people call it.
    pub actor: String,
    /// Uses over time, without a hole.
    pub points: Vec<Point>,
    /// The last use of the old key after the handover; absent when there was none.
    pub last_old: Option<Timestamp>,
    /// The first use of the new key; absent when there was none.
    pub first_new: Option<Timestamp>,
}

/// Uses in one slice of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// When the slice begins.
    pub start: Timestamp,
    /// Uses of the old key.
    pub old: u64,
    /// Uses of the new key.
    pub new: u64,
}
