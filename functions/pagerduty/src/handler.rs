//! One invocation: every message of it is dealt with, whatever becomes of the others.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use portcullis_lambda::{FunctionError, Metric, Metrics};
use serde_json::{Value, json};

use crate::key::ReadKey;
use crate::post::{Posted, Poster};
use crate::sns::messages;
use crate::translate::{Translation, translate};

/// What is kept of the invocation's time to say how it ended.
const TO_SAY_SO: Duration = Duration::from_secs(1);

/// Everything the function needs.
#[derive(Debug)]
pub struct PagerDuty<R> {
    /// Posts events.
    pub poster: Poster<R>,
    /// The stack's name.
    pub stack: String,
}

impl<R: ReadKey> PagerDuty<R> {
    /// Deals with a payload of SNS; answers with how many events were accepted, refused and ignored. `left` is what is left
    /// of the invocation.
    ///
    /// # Errors
    ///
    /// The first message's that could not be posted, after all were tried. Then the invocation fails and Lambda repeats it;
    /// what had been accepted is posted again under the same `dedup_key`, which changes nothing.
    pub async fn handle(&mut self, payload: &str, left: Duration) -> Result<Value, FunctionError> {
        let deadline = Instant::now() + left.saturating_sub(TO_SAY_SO);
        let (mut accepted, mut refused, mut ignored) = (0_usize, 0_usize, 0_usize);
        let (mut failed, mut failure) = (0_usize, None);
        for message in messages(payload) {
            let event = match translate(&message, &self.stack) {
                Translation::Event(event) => event,
                Translation::Ignored(why) => {
                    tracing::info!(outcome = "ignored", why, "not posted to PagerDuty");
                    ignored += 1;
                    continue;
                }
            };
            match self.poster.post(&event, deadline).await {
                Ok(Posted::Accepted) => accepted += 1,
                Ok(Posted::Refused) => refused += 1,
                Err(error) => {
                    tracing::error!(
                        outcome = "failed",
                        action = event.action(),
                        dedup_key = event.dedup_key(),
                        error_type = error.error_type(),
                        error = %error,
                        "not posted to PagerDuty; Lambda repeats the invocation, and keeps it in the dead-letter queue in the end"
                    );
                    failed += 1;
                    failure.get_or_insert(error);
                }
            }
        }
        let mut metrics = Metrics::new(&self.stack);
        let outcomes = [("accepted", accepted), ("refused", refused), ("failed", failed), ("ignored", ignored)];
        for (outcome, count) in outcomes.into_iter().filter(|(_, count)| *count > 0) {
            metrics.count(Metric::PAGERDUTY_EVENTS, &[outcome], count);
        }
        metrics.print(Timestamp::now());
        match failure {
            Some(error) => Err(error),
            None => Ok(json!({"accepted": accepted, "refused": refused, "ignored": ignored})),
        }
    }
}
