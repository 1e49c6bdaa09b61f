//! The routing key: read from its secret, kept for five minutes, shown to nobody.

use std::fmt;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use portcullis_lambda::FunctionError;
use serde_json::Value;

/// How long a key is used before its secret is read again.
const FRESH: Duration = Duration::from_mins(5);

/// The length of a routing key (PagerDuty developer documentation, *Events API v2 overview*).
const LENGTH: usize = 32;

/// Says which service of PagerDuty an event is for, and that its sender may post to it. Whoever holds it can open and close
/// alerts, so it is in no log: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct RoutingKey(String);

/// The secret holds no routing key. The text never shows what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is neither a routing key of {LENGTH} characters nor JSON with one under `routing_key`")]
pub struct RoutingKeyError;

impl RoutingKey {
    /// From a secret's text: the key itself, or `{"routing_key": "…"}`. White space around it, as a shell leaves it, does
    /// not count.
    ///
    /// # Errors
    ///
    /// When there is no key of the right length in it.
    pub fn from_secret(text: &str) -> Result<Self, RoutingKeyError> {
        let json: Option<Value> = serde_json::from_str(text).ok();
        let named = json.as_ref().and_then(|json| json.get("routing_key")).and_then(Value::as_str);
        let key = named.unwrap_or(text).trim();
        if key.len() == LENGTH && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            Ok(Self(key.to_owned()))
        } else {
            Err(RoutingKeyError)
        }
    }

    /// The key, for the body of a request.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, should it have come back in an answer.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        text.replace(&self.0, "[hidden]")
    }
}

impl fmt::Debug for RoutingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoutingKey(hidden)")
    }
}

/// Reads the secret that holds the key.
#[async_trait]
pub trait ReadKey: Send + Sync {
    /// The key, as it is now.
    async fn read(&self) -> Result<RoutingKey, FunctionError>;
}

/// The key, kept while it is fresh.
#[derive(Debug)]
pub struct Keys<R> {
    secret: R,
    kept: Option<(Instant, RoutingKey)>,
}

impl<R: ReadKey> Keys<R> {
    /// Nothing read yet.
    pub const fn new(secret: R) -> Self {
        Self { secret, kept: None }
    }

    /// The key, at most five minutes old. When the secret cannot be read again, the last one goes on being used: it most
    /// likely still holds, and somebody has to be told.
    ///
    /// # Errors
    ///
    /// When the secret cannot be read and never was.
    pub async fn key(&mut self, now: Instant) -> Result<RoutingKey, FunctionError> {
        let Some((at, last)) = self.kept.clone() else { return self.read(now).await };
        if now.saturating_duration_since(at) < FRESH {
            return Ok(last);
        }
        Ok(self.read(now).await.unwrap_or_else(|error| {
            tracing::error!(error = %error, "the routing key could not be read again; going on with the last");
            last
        }))
    }

    /// The key as it is now, read again however fresh the last one is.
    ///
    /// # Errors
    ///
    /// When the secret cannot be read.
    pub async fn read(&mut self, now: Instant) -> Result<RoutingKey, FunctionError> {
        let key = self.secret.read().await?;
        self.kept = Some((now, key.clone()));
        Ok(key)
    }
}
