//! Start-up of `pagerduty`.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{Https, HttpsUrl, Secret, load};
use portcullis_lambda::{Environment, FunctionError, start_logging};
use portcullis_pagerduty::{BackOff, Keys, PagerDuty, Poster, ReadKey, RoutingKey};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

/// Where PagerDuty takes events (developer documentation, *Send an alert event*).
const URL: &str = "https://events.pagerduty.com/v2/enqueue";

/// The routing key in its secret.
#[derive(Debug)]
struct KeySecret(Secret);

#[async_trait]
impl ReadKey for KeySecret {
    async fn read(&self) -> Result<RoutingKey, FunctionError> {
        let text = self.0.read().await?;
        RoutingKey::from_secret(text.reveal())
            .map_err(|error| FunctionError::Misconfigured(format!("secret `{}` {error}", self.0.id())))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let secret: Option<String> = environment
        .required("PORTCULLIS_ROUTING_KEY_SECRET", "the ARN of the secret that holds PagerDuty's routing key");
    let default_url = URL.parse::<HttpsUrl>().ok();
    let url = environment.optional("PORTCULLIS_PAGERDUTY_URL", "where PagerDuty takes events").or(default_url);
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let (secret, url) = environment.finish(secret.zip(url))?;

    let config = load(None).await;
    let pagerduty = Mutex::new(PagerDuty {
        poster: Poster {
            https: Https::new(),
            url,
            keys: Keys::new(KeySecret(Secret::new(&config, secret))),
            back_off: BackOff::default(),
        },
        stack,
    });
    let pagerduty = &pagerduty;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        let left = left(event.context.deadline, Timestamp::now());
        pagerduty.lock().await.handle(event.payload.get(), left).await
    };
    lambda_runtime::run(service_fn(handler)).await
}

/// What is left until `deadline`, in milliseconds since 1970. An emulator of Lambda may give none.
fn left(deadline: u64, now: Timestamp) -> Duration {
    let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
    if deadline == 0 { Duration::from_secs(20) } else { Duration::from_millis(deadline.saturating_sub(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left() {
        let now = "2026-01-05T08:10:00Z".parse().unwrap();
        let seconds = |deadline| left(deadline, now).as_secs();
        assert_eq!(seconds(1_767_600_630_000), 30);
        assert_eq!(seconds(1_767_600_599_000), 0, "it has passed");
        assert_eq!(seconds(0), 20, "there is none");
    }

    #[test]
    fn the_address_is_one() {
        assert!(URL.parse::<HttpsUrl>().is_ok());
    }
}
