//! How somebody is contained: who is asked before, with what, for how long, and how many at most.

use std::fmt;

use jiff::SignedDuration;
use portcullis_domain::{PolicyArn, Tier};

use crate::Response;
use crate::by_tier::ByTier;

/// `asking:`: what is proposed to on-call before anything is done, and what happens when nobody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskingSettings {
    /// What is proposed: [`Response::Lockout`] or [`Response::Quarantine`], the latter by default.
    pub propose: Response,
    /// How long an answer is waited for: 5 minutes to 7 days, 1 hour by default.
    pub expires_after: SignedDuration,
    pub(crate) unanswered: ByTier,
}

/// `lockout:`: how the milder containment is made, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockoutSettings {
    /// How long a lockout lasts: 5 minutes to 30 days, 4 hours by default.
    pub lifts_after: SignedDuration,
    /// What is done about a role or user that can take no further policy.
    pub when_full: WhenFull,
    /// Whether a lockout becomes a quarantine when the actor goes on all the same; true by default.
    pub escalates: bool,
}

/// What is done about a role or user to which as many managed policies are attached as the account's quota allows: 10,
/// or up to 20 where it was raised (IAM User Guide, *IAM and AWS STS quotas*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// The policy is set as its permissions boundary; the former boundary is written down before and put back later.
    #[default]
    Boundary,
    /// Nothing; on-call is paged that it can still act.
    Page,
}

/// `quarantine:`: how a quarantine is made, and when it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarantineSettings {
    /// The policy that denies; absent for `AWSDenyAll` of the principal's partition.
    pub policy: Option<PolicyArn>,
    /// How long a quarantine lasts: 5 minutes to 30 days, 4 hours by default.
    pub lifts_after: SignedDuration,
    /// Whether the access key in the evidence is deactivated too, where it is an IAM user's; true by default.
    pub deactivate_keys: bool,
}

/// `limits:`: how many may be contained before people must look. What goes beyond is paged about and not acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// At most so many containments within an hour: 0 to 1000, 5 by default. With 0 nobody is contained.
    pub per_hour: u32,
    /// At most this share of the roles and users that were seen active today and yesterday, in percent: 1 to 100, 10 by
    /// default.
    pub share: u8,
    /// So many are allowed however small the share is: 0 to 1000, 2 by default.
    pub at_least: u32,
}

impl AskingSettings {
    /// What is done when nobody answers in time: [`Response::Page`], [`Response::Lockout`] or [`Response::Quarantine`],
    /// the first by default. `tier` is that of the finding's assets, absent when no entry names them.
    ///
    /// The mode is not looked at; [`Settings::unanswered`](crate::Settings::unanswered) does.
    pub fn unanswered(&self, tier: Option<Tier>) -> Response {
        self.unanswered.get(tier)
    }
}

impl WhenFull {
    /// Every choice.
    pub const ALL: &'static [Self] = &[Self::Boundary, Self::Page];

    /// The word used in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Page => "page",
        }
    }
}

impl fmt::Display for WhenFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LimitSettings {
    /// How many of `active` roles and users may be contained at the same time: the share of them, rounded down, but
    /// never less than `at_least`.
    pub fn cap_by_share(&self, active: usize) -> u32 {
        // Widened, so that no number of roles overflows.
        let share = active as u128 * u128::from(self.share) / 100;
        u32::try_from(share).unwrap_or(u32::MAX).max(self.at_least)
    }
}

impl Default for AskingSettings {
    fn default() -> Self {
        Self {
            propose: Response::Quarantine,
            expires_after: SignedDuration::from_hours(1),
            unanswered: ByTier::every(Response::Page),
        }
    }
}

impl Default for LockoutSettings {
    fn default() -> Self {
        Self { lifts_after: SignedDuration::from_hours(4), when_full: WhenFull::default(), escalates: true }
    }
}

impl Default for QuarantineSettings {
    fn default() -> Self {
        Self { policy: None, lifts_after: SignedDuration::from_hours(4), deactivate_keys: true }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { per_hour: 5, share: 10, at_least: 2 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test]
    fn the_defaults_ask_for_a_quarantine_and_page_when_nobody_answers() {
        let asking = AskingSettings::default();
        assert_eq!((asking.propose, asking.expires_after), (Response::Quarantine, SignedDuration::from_mins(60)));
        for tier in [None, Some(Tier::Standard), Some(Tier::Sensitive), Some(Tier::Critical)] {
            assert_eq!(asking.unanswered(tier), Response::Page);
        }
        let (lockout, quarantine) = (LockoutSettings::default(), QuarantineSettings::default());
        assert_eq!((lockout.when_full, lockout.escalates), (WhenFull::Boundary, true));
        assert_eq!((&quarantine.policy, quarantine.deactivate_keys), (&None, true));
        assert_eq!([lockout.lifts_after, quarantine.lifts_after], [SignedDuration::from_hours(4); 2]);
        assert_eq!(LimitSettings::default(), LimitSettings { per_hour: 5, share: 10, at_least: 2 });
    }

    #[test_case(10, 2, 0, 2 ; "nobody was seen")]
    #[test_case(10, 2, 29, 2 ; "rounded down to the minimum")]
    #[test_case(10, 2, 30, 3 ; "the share")]
    #[test_case(10, 2, 39, 3 ; "rounded down")]
    #[test_case(100, 0, 7, 7 ; "everybody")]
    #[test_case(1, 0, 99, 0 ; "less than one")]
    #[test_case(1, 0, 100, 1 ; "one")]
    #[test_case(10, 1000, 100, 1000 ; "the minimum above the share")]
    #[test_case(100, 2, usize::MAX, u32::MAX ; "more than can be told")]
    fn caps(share: u8, at_least: u32, active: usize, expected: u32) {
        assert_eq!(LimitSettings { per_hour: 5, share, at_least }.cap_by_share(active), expected);
    }

    proptest! {
        #[test]
        fn a_cap_is_the_share_or_more(share in 1..=100_u8, at_least in 0..=1000_u32, active in 0..1_000_000_usize) {
            let cap = LimitSettings { per_hour: 5, share, at_least }.cap_by_share(active);
            prop_assert!(cap >= at_least);
            // The largest number of which a hundredfold is within the share, unless the minimum is more.
            let share = u64::from(share) * u64::try_from(active).unwrap();
            prop_assert!(cap == at_least || u64::from(cap) * 100 <= share);
            prop_assert!((u64::from(cap) + 1) * 100 > share);
        }

        #[test]
        fn more_activity_never_lowers_the_cap(share in 1..=100_u8, at_least in 0..=10_u32, active in 0..10_000_usize) {
            let limits = LimitSettings { per_hour: 5, share, at_least };
            prop_assert!(limits.cap_by_share(active) <= limits.cap_by_share(active + 1));
        }
    }
}
