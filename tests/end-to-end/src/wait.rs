//! Waiting for what comes about in the background: poll, and when it does not come, say what was seen last.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Long enough for a machine that is busy with other things; no scenario asserts how long anything took.
pub const TIMEOUT: Duration = Duration::from_mins(1);

const INTERVAL: Duration = Duration::from_millis(50);

/// What a probe found.
#[derive(Debug)]
pub enum Seen<T> {
    /// What was waited for.
    Ready(T),
    /// Something else, in words.
    NotYet(String),
}

impl<T> Seen<T> {
    /// Ready when there is something; else `instead` was seen.
    pub fn from_option(found: Option<T>, instead: impl FnOnce() -> String) -> Self {
        found.map_or_else(|| Self::NotYet(instead()), Self::Ready)
    }
}

/// Asks `probe` until it is ready.
///
/// # Errors
///
/// When the probe fails, and when it is not ready within [`TIMEOUT`]: with `what` was waited for and what was seen last.
pub async fn until<T>(what: &str, probe: impl AsyncFnMut() -> Result<Seen<T>>) -> Result<T> {
    until_within(TIMEOUT, what, probe).await
}

async fn until_within<T>(timeout: Duration, what: &str, mut probe: impl AsyncFnMut() -> Result<Seen<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        match probe().await? {
            Seen::Ready(found) => return Ok(found),
            Seen::NotYet(seen) if started.elapsed() > timeout => {
                bail!("waited {} s for {what}; last seen: {seen}", timeout.as_secs());
            }
            Seen::NotYet(_) => tokio::time::sleep(INTERVAL).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_seen_last_is_told() {
        let mut asked = 0;
        let never = until_within(Duration::from_millis(120), "the moon", async || {
            asked += 1;
            Ok(Seen::<()>::NotYet(format!("cloud {asked}")))
        });
        let error = never.await.unwrap_err().to_string();
        assert!(error.starts_with("waited 0 s for the moon; last seen: cloud "), "{error}");
        assert!(asked > 1, "it was asked again");
    }

    #[tokio::test]
    async fn the_first_find_is_answered() {
        let mut left = 3;
        let found = until("the third", async || {
            left -= 1;
            Ok(Seen::from_option((left == 0).then_some("found"), || format!("{left} left")))
        });
        assert_eq!(found.await.unwrap(), "found");
    }
}
