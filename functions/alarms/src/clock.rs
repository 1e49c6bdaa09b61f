//! The time that an invocation has.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_monitoring::Pause;
use tokio::time::Instant;

/// What there is where Lambda tells no deadline, as an emulator may not.
const UNTOLD: Duration = Duration::from_mins(1);

/// The time that is left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    end: Instant,
}

impl Clock {
    /// Until the invocation is ended, at `deadline` in milliseconds since 1970.
    pub(crate) fn until(deadline: u64, now: Timestamp) -> Self {
        let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let left = if deadline == 0 { UNTOLD } else { Duration::from_millis(deadline.saturating_sub(now)) };
        Self { end: Instant::now() + left }
    }

    /// Ends earlier, to leave time for what comes after.
    pub(crate) fn earlier(self, by: Duration) -> Self {
        Self { end: self.end.checked_sub(by).unwrap_or_else(Instant::now) }
    }

    /// Ends so long from now at the latest.
    pub(crate) fn at_most(self, time: Duration) -> Self {
        Self { end: self.end.min(Instant::now() + time) }
    }

    /// What is left.
    pub(crate) fn time(self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}

#[async_trait]
impl Pause for Clock {
    async fn pause(&self, time: SignedDuration) {
        tokio::time::sleep(time.unsigned_abs()).await;
    }

    fn left(&self) -> SignedDuration {
        SignedDuration::try_from(self.time()).unwrap_or(SignedDuration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_left() {
        let now = "2026-01-05T08:10:00Z".parse().unwrap();
        let seconds = |deadline| Clock::until(deadline, now).time().as_secs();
        assert_eq!(seconds(1_767_600_630_000), 30);
        assert_eq!(seconds(1_767_600_599_000), 0, "it has passed");
        assert_eq!(seconds(0), 60, "there is none");
    }

    #[tokio::test(start_paused = true)]
    async fn it_passes_and_can_be_cut() {
        let clock = Clock::until(0, Timestamp::UNIX_EPOCH);
        clock.pause(SignedDuration::from_secs(20)).await;
        assert_eq!(clock.left(), SignedDuration::from_secs(40));
        assert_eq!(clock.earlier(Duration::from_secs(15)).left(), SignedDuration::from_secs(25));
        assert_eq!(clock.at_most(Duration::from_secs(5)).left(), SignedDuration::from_secs(5));
        assert_eq!(clock.at_most(Duration::from_secs(90)).left(), SignedDuration::from_secs(40));
    }
}
