//! The time that really passes.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::SignedDuration;
use portcullis_logs::Clock;

/// The time that really passes, since it was made.
#[derive(Clone, Copy, Debug)]
pub struct WallClock(Instant);

impl WallClock {
    /// From now on.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Clock for WallClock {
    fn passed(&self) -> SignedDuration {
        SignedDuration::try_from(self.0.elapsed()).unwrap_or(SignedDuration::MAX)
    }

    async fn wait(&self, time: SignedDuration) {
        tokio::time::sleep(Duration::try_from(time).unwrap_or_default()).await;
    }
}
