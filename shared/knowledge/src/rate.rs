//! How much an actor uses an asset just now, against its own history.
//!
//! The rate at a time is a sliding window's estimate: the uses in the present ten-minute bucket, and those in the one
//! before, weighted by the part of it that lies less than ten minutes back. So a burst that straddles two buckets is
//! not halved, and no single use needs to be stored.

use jiff::Timestamp;

use crate::calendar::{Bucket, Day};
use crate::entry::Entry;
use crate::history::RateLevel;

/// The least that is ever too much, in counted uses in ten minutes: below it no rate is above the usual.
pub const FLOOR: i64 = 100;

/// How many times its own highest peak an actor may reach.
pub const FACTOR: i64 = 4;

/// How many days before the present one are looked at for that peak.
pub const PEAK_DAYS: i64 = 14;

/// On how many past days, of those kept, a pair must have been used before its rate is judged.
pub const LEARNED_DAYS: usize = 3;

/// Up to one part in so many of the limit a worker keeps its uses to itself: usual traffic, whose highest peak is a quarter of
/// the limit at most, then costs no write.
pub const QUIET: i64 = 3;

/// Beyond that it writes its uses whenever they make one part in so many of the limit, so that other workers know of them.
pub const SHARES: i64 = 16;

/// The rate of a pair at a time. Rates are in uses × seconds of a bucket, so that the weights are whole numbers.
#[derive(Debug)]
pub(crate) struct Gauge {
    limit: i64,
    is_learned: bool,
    /// As this worker sees it.
    seen: i64,
    /// As every worker can see it.
    stored: i64,
}

impl Gauge {
    pub(crate) fn of(pair: &Entry, time: Timestamp) -> Self {
        let (bucket, elapsed, today) = (Bucket::of(time), Bucket::elapsed(time), Day::of(time));
        let slide = |uses: &dyn Fn(Bucket) -> i64| {
            uses(bucket) * Bucket::SECONDS + uses(bucket.before(1)) * (Bucket::SECONDS - elapsed)
        };
        Self {
            limit: FLOOR.max(FACTOR.saturating_mul(pair.highest_peak(PEAK_DAYS, today))),
            is_learned: pair.days_counted(today) >= LEARNED_DAYS,
            seen: slide(&|bucket| pair.bucket(bucket)),
            stored: slide(&|bucket| pair.stored_bucket(bucket)),
        }
    }

    fn is_above(&self, rate: i64) -> bool {
        rate > self.limit.saturating_mul(Bucket::SECONDS)
    }

    pub(crate) fn level(&self) -> RateLevel {
        match () {
            () if !self.is_learned => RateLevel::Learning,
            () if self.is_above(self.seen) => RateLevel::Above,
            () => RateLevel::Usual,
        }
    }

    /// Whether the other workers must learn of this worker's uses now: these make a share of the limit while the rate comes
    /// near it, or take the rate across it. Once the stored rate is above, all that matters is known; and where the rate is
    /// not judged yet, nobody waits for it.
    pub(crate) fn must_share(&self) -> bool {
        let part = |parts: i64| (self.limit / parts).max(1).saturating_mul(Bucket::SECONDS);
        let is_near = self.seen >= part(QUIET) && self.seen - self.stored >= part(SHARES);
        self.is_learned && !self.is_above(self.stored) && (self.is_above(self.seen) || is_near)
    }
}
