//! `alarms:`: when CloudWatch is to ring about keys and secrets, and about Portcullis itself.

use jiff::SignedDuration;
use portcullis_domain::Tier;

use crate::AssetEntry;

/// `alarms:`. The tiers of each say whose entries have such an alarm; standard ones, and decoys of no tier, never do.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSettings {
    /// More uses of an entry than a fixed number.
    pub high_rate: HighRateSettings,
    /// More uses of an entry than it used to have.
    pub anomaly: AnomalySettings,
    /// Any denied call on an entry: critical ones by default.
    pub denied: Vec<Tier>,
    /// A key or secret of an entry should have been rotated.
    pub rotation_overdue: RotationSettings,
    /// Denied calls while an entry is used more than it should be: critical ones by default. It is put together from the
    /// alarms above, so an entry that has none about denied calls, or none about its uses, has none of this kind.
    pub under_attack: Vec<Tier>,
    /// For how long what Portcullis asks of KMS and Secrets Manager, to see whether it would see it, may not come back:
    /// 15 minutes to 6 hours in whole minutes, 30 minutes by default.
    pub heartbeat: SignedDuration,
    /// How old the newest events may be when they are examined: 5 minutes to 6 hours, 15 minutes by default.
    pub event_age: SignedDuration,
}

/// `alarms.high_rate`.
#[derive(Clone, Debug, PartialEq)]
pub struct HighRateSettings {
    /// More than so many uses ring: 1 to 1,000,000, 100 by default. An entry may name a number of its own.
    pub more_than: u32,
    /// Within this time: 1 minute to 1 hour in whole minutes, 5 minutes by default.
    pub within: SignedDuration,
    /// Whose entries: critical and sensitive ones by default.
    pub tiers: Vec<Tier>,
}

/// `alarms.anomaly`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnomalySettings {
    /// How many standard deviations above what CloudWatch expects ring: 1 to 10, 3 by default.
    pub deviations: u8,
    /// Whose entries: critical ones by default.
    pub tiers: Vec<Tier>,
}

/// `alarms.rotation_overdue`.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationSettings {
    /// How long after the day on which a rotation was due: 1 hour to 30 days, 24 hours by default.
    pub after: SignedDuration,
    /// Whose entries: critical and sensitive ones by default.
    pub tiers: Vec<Tier>,
}

/// `high_rate` of an entry of `assets:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRate {
    /// `off`: no such alarm.
    Off,
    /// More than so many uses within the time that holds for all; whether or not the entry's tier has such alarms.
    MoreThan(u32),
}

impl Default for AlarmSettings {
    fn default() -> Self {
        Self {
            high_rate: HighRateSettings::default(),
            anomaly: AnomalySettings::default(),
            denied: vec![Tier::Critical],
            rotation_overdue: RotationSettings::default(),
            under_attack: vec![Tier::Critical],
            heartbeat: SignedDuration::from_mins(30),
            event_age: SignedDuration::from_mins(15),
        }
    }
}

impl Default for HighRateSettings {
    fn default() -> Self {
        Self { more_than: 100, within: SignedDuration::from_mins(5), tiers: vec![Tier::Critical, Tier::Sensitive] }
    }
}

impl Default for AnomalySettings {
    fn default() -> Self {
        Self { deviations: 3, tiers: vec![Tier::Critical] }
    }
}

impl Default for RotationSettings {
    fn default() -> Self {
        Self { after: SignedDuration::from_hours(24), tiers: vec![Tier::Critical, Tier::Sensitive] }
    }
}

impl AssetEntry {
    /// Whether the entry has metrics and alarms of its own: those of critical and sensitive ones do, so that there are as
    /// many as people wrote down, whatever names turn up in a log.
    pub fn is_watched(&self) -> bool {
        matches!(self.tier, Some(Tier::Critical | Tier::Sensitive))
    }
}
