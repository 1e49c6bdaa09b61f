//! Posts one event, and tries again for as long as that can help.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use portcullis_aws::{Https, HttpsUrl};
use portcullis_domain::error_chain;
use portcullis_lambda::FunctionError;

use crate::answer::{Verdict, judge};
use crate::event::Event;
use crate::key::{Keys, ReadKey};

/// How long one try may take.
const TRY: Duration = Duration::from_secs(8);

/// What must be left of the invocation for another try to be worth it.
const LEAST: Duration = Duration::from_secs(1);

/// How long to wait between tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// After the first try; twice as long after each further one.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(10) }
    }
}

impl BackOff {
    /// The wait after the `tries`th try: between half of it and all of it, as `chance` (0 to 1) has it, so that functions that
    /// were turned away together do not come back together. What the other side asks for is the least.
    pub fn wait(&self, tries: u32, chance: f64, asked: Duration) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
        doubled.min(self.most).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0).max(asked)
    }
}

/// What became of an event that PagerDuty answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It was taken.
    Accepted,
    /// It was refused for what it is. This is in the log; nobody was told.
    Refused,
}

/// Posts events to PagerDuty.
#[derive(Debug)]
pub struct Poster<R> {
    /// The client.
    pub https: Https,
    /// Where to.
    pub url: HttpsUrl,
    /// The routing key.
    pub keys: Keys<R>,
    /// The waits.
    pub back_off: BackOff,
}

impl<R: ReadKey> Poster<R> {
    /// Posts `event`. A post whose answer was lost is repeated: the `dedup_key` makes both one alert.
    ///
    /// # Errors
    ///
    /// When PagerDuty could not be reached before `deadline`, or the key or the address is wrong.
    pub async fn post(&mut self, event: &Event, deadline: Instant) -> Result<Posted, FunctionError> {
        let mut key = self.keys.key(Instant::now()).await?;
        let mut read_again = false;
        let mut tries = 0;
        loop {
            // The first try is made however little is left: it may be all that it takes.
            let time = deadline.saturating_duration_since(Instant::now()).clamp(LEAST, TRY);
            tries += 1;
            let verdict = match self.https.post_json(&self.url, event.body(&key), time).await {
                Ok(answer) => judge(&answer, &key),
                Err(error) => Verdict::Later(error_chain(&error), Duration::ZERO),
            };
            match verdict {
                Verdict::Accepted => {
                    tracing::info!(
                        outcome = "accepted",
                        action = event.action(),
                        dedup_key = event.dedup_key(),
                        tries,
                        "posted to PagerDuty"
                    );
                    return Ok(Posted::Accepted);
                }
                Verdict::Refused(why) => {
                    tracing::error!(
                        outcome = "refused",
                        action = event.action(),
                        dedup_key = event.dedup_key(),
                        why,
                        "PagerDuty refuses this event; nobody was told of it there"
                    );
                    return Ok(Posted::Refused);
                }
                Verdict::WrongKey(why) if !read_again => {
                    // It may have been changed within the last five minutes.
                    tracing::warn!(why, "PagerDuty does not take the routing key; reading its secret again");
                    read_again = true;
                    let now = self.keys.read(Instant::now()).await?;
                    if now == key {
                        return Err(wrong_key(&why));
                    }
                    key = now;
                }
                Verdict::WrongKey(why) => return Err(wrong_key(&why)),
                Verdict::Strange(why) => {
                    return Err(FunctionError::Misconfigured(format!(
                        "`{}` does not answer as PagerDuty's Events API v2 does: {why}; set PORTCULLIS_PAGERDUTY_URL to it",
                        self.url
                    )));
                }
                Verdict::Later(why, asked) => {
                    let wait = self.back_off.wait(tries, chance(), asked);
                    if deadline.saturating_duration_since(Instant::now()) < wait.saturating_add(LEAST) {
                        return Err(FunctionError::Retryable(format!(
                            "PagerDuty did not take event `{}` within this invocation (tries: {tries}); last: {why}",
                            event.dedup_key()
                        )));
                    }
                    tracing::warn!(
                        tries,
                        wait_ms = wait.as_millis(),
                        why,
                        "PagerDuty did not take the event; trying again"
                    );
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

fn wrong_key(why: &str) -> FunctionError {
    FunctionError::Misconfigured(format!(
        "PagerDuty does not take the routing key: {why}; put the integration key of an Events API v2 integration into the \
         secret that PORTCULLIS_ROUTING_KEY_SECRET names"
    ))
}

/// Between 0 and 1, different in functions that started together.
fn chance() -> f64 {
    f64::from(Timestamp::now().subsec_nanosecond() % 1_000_000) / 1_000_000.0
}
