//! What PagerDuty's answer calls for.
//!
//! Source: PagerDuty developer documentation, *Events API v2 overview*, response codes and retry logic: 202 is accepted,
//! 400 is an event that will never be, 429 and 5xx and no answer at all are to be tried again.

use std::time::Duration;

use portcullis_aws::Answer;
use serde_json::Value;

use crate::key::RoutingKey;
use crate::text::one_line;

/// The longest explanation kept, in bytes.
const EXPLANATION: usize = 1_000;

/// What an answer calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The event was taken.
    Accepted,
    /// The event itself is refused; no repetition changes that.
    Refused(String),
    /// The routing key is not one of PagerDuty's.
    WrongKey(String),
    /// Later, at the earliest after this time.
    Later(String, Duration),
    /// Not an answer that PagerDuty gives: the address is wrong, or something stands in between.
    Strange(String),
}

/// Judges an answer. `key` is taken out of whatever is quoted.
pub fn judge(answer: &Answer, key: &RoutingKey) -> Verdict {
    let why = explanation(answer, key);
    match answer.status {
        202 => Verdict::Accepted,
        400 | 403 if is_about_key(&why) => Verdict::WrongKey(why),
        400 | 413 => Verdict::Refused(why),
        408 | 429 | 500..=599 => Verdict::Later(why, answer.retry_after.unwrap_or_default()),
        _ => Verdict::Strange(why),
    }
}

/// The status, and what PagerDuty says in `message` and `errors`; of another body its beginning.
fn explanation(answer: &Answer, key: &RoutingKey) -> String {
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let errors = json.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let parts: Vec<&str> = json.get("message").and_then(Value::as_str).into_iter().chain(errors).collect();
    let said = if parts.is_empty() { answer.body.clone() } else { parts.join(": ") };
    // Before it is cut: half a key could no longer be found.
    let said = one_line(&key.hide_in(&said), EXPLANATION);
    if said.is_empty() { format!("status {}", answer.status) } else { format!("status {}: {said}", answer.status) }
}

/// Whether it is the key that is wrong. PagerDuty writes `Invalid routing key` or names the field `routing_key`.
fn is_about_key(why: &str) -> bool {
    let why = why.to_lowercase().replace('_', " ");
    why.contains("routing key") || why.contains("invalid key")
}
