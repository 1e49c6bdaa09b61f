//! The routing key: what a secret may hold, and how long it is kept.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use portcullis_lambda::FunctionError;
use portcullis_pagerduty::{Keys, ReadKey, RoutingKey};
use test_case::test_case;

use crate::KEY;

const OTHER: &str = "fedcba9876543210fedcba9876543210";

/// A secret that holds one text after the other; one that holds none cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Secret(Mutex<VecDeque<&'static str>>);

impl Secret {
    pub(crate) fn holding(texts: impl IntoIterator<Item = &'static str>) -> Self {
        Self(Mutex::new(texts.into_iter().collect()))
    }
}

#[async_trait]
impl ReadKey for Secret {
    async fn read(&self) -> Result<RoutingKey, FunctionError> {
        let text = self.0.lock().unwrap().pop_front();
        let text = text.ok_or_else(|| FunctionError::Retryable("Secrets Manager does not answer".to_owned()))?;
        Ok(RoutingKey::from_secret(text).unwrap())
    }
}

#[test_case(KEY, true ; "the key itself")]
#[test_case("0123456789abcdef0123456789abcdef\n", true ; "as a shell leaves it")]
#[test_case("{\"routing_key\": \"0123456789abcdef0123456789abcdef\"}", true ; "under its name")]
#[test_case("{\"routing_key\": 7}", false)]
#[test_case("{\"key\": \"0123456789abcdef0123456789abcdef\"}", false ; "under another name")]
#[test_case("{\"routing_key\": \"0123\"}", false ; "too short under its name")]
#[test_case("0123456789abcdef0123456789abcde", false ; "too short")]
#[test_case("0123456789abcdef0123456789abcdef0", false ; "too long")]
#[test_case("0123456789abcdef 123456789abcdef", false ; "a space in it")]
#[test_case("éééééééééééééééé", false ; "32 bytes that are no key")]
#[test_case("", false)]
fn secrets(text: &str, holds_key: bool) {
    let key = RoutingKey::from_secret(text);
    assert_eq!(key.is_ok(), holds_key);
    let shown = match &key {
        Ok(key) => format!("{key:?}"),
        Err(error) => format!("{error:?} {error}"),
    };
    assert!(!shown.contains("0123456789abcdef"), "{shown}");
}

fn is(key: &RoutingKey, text: &str) -> bool {
    *key == RoutingKey::from_secret(text).unwrap()
}

#[tokio::test]
async fn a_key_is_kept_for_five_minutes() {
    let mut keys = Keys::new(Secret::holding([KEY, OTHER]));
    let start = Instant::now();
    assert!(is(&keys.key(start).await.unwrap(), KEY));
    assert!(is(&keys.key(start + Duration::from_secs(299)).await.unwrap(), KEY), "read again too soon");
    assert!(is(&keys.key(start + Duration::from_mins(5)).await.unwrap(), OTHER), "not read again");
}

/// Whoever keeps Secrets Manager from answering must not keep on-call from being told.
#[tokio::test]
async fn the_last_key_goes_on_being_used() {
    let mut keys = Keys::new(Secret::holding([KEY]));
    let start = Instant::now();
    keys.key(start).await.unwrap();
    assert!(is(&keys.key(start + Duration::from_hours(24)).await.unwrap(), KEY));
}

#[tokio::test]
async fn no_key_was_ever_read() {
    let error = Keys::new(Secret::default()).key(Instant::now()).await.unwrap_err();
    assert_eq!(error.to_string(), "Secrets Manager does not answer");
}
