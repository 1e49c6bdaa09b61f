//! What was known about an access at the moment it happened.

/// What was known about an access at the moment it happened. Absent members could not be told: the record has no time,
/// names no asset or no actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Whether this actor never used this asset before (`portcullis.first_seen`), where what
    /// [`Sighting::uses`](crate::Sighting::uses) says is a use.
    pub first_seen: Option<bool>,
    /// Whether the account has been watched for less than the learning period (`portcullis.learning`).
    pub learning: Option<bool>,
    /// Whether the actor was never seen at this place before (`portcullis.origin.first_seen`).
    pub origin_first_seen: Option<bool>,
    /// Whether the actor never used any key or secret from this place before (`portcullis.origin.first_use`).
    pub origin_first_use: Option<bool>,
    /// Whether nobody was ever seen using the asset before (`portcullis.asset.first_use`).
    pub asset_first_use: Option<bool>,
    /// How much the actor uses the asset just now, against its own history (`portcullis.rate.level`).
    pub rate: Option<RateLevel>,
}

impl History {
    /// What was known about a record that makes several sightings: what holds for any of them holds for it.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self {
            first_seen: self.first_seen.max(other.first_seen),
            learning: self.learning.max(other.learning),
            origin_first_seen: self.origin_first_seen.max(other.origin_first_seen),
            origin_first_use: self.origin_first_use.max(other.origin_first_use),
            asset_first_use: self.asset_first_use.max(other.asset_first_use),
            rate: self.rate.max(other.rate),
        }
    }
}

/// A rate of use against the actor's own history on the same asset. The greater is the more telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateLevel {
    /// Too little history to say.
    Learning,
    /// Within what is usual.
    Usual,
    /// Above it.
    Above,
}

impl RateLevel {
    /// The word used in rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Usual => "usual",
            Self::Above => "above",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_for_any_asset_holds_for_the_record() {
        let known = History { first_seen: Some(false), rate: Some(RateLevel::Usual), ..History::default() };
        let new = History { first_seen: Some(true), learning: Some(false), rate: None, ..History::default() };
        let expected =
            History { first_seen: Some(true), learning: Some(false), rate: known.rate, ..History::default() };
        assert_eq!(known.joined(new), expected);
        assert_eq!(new.joined(known), expected);
        assert!(RateLevel::Above > RateLevel::Usual && RateLevel::Usual > RateLevel::Learning);
    }
}
