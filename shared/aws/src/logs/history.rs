//! CloudTrail's event history, as one account and Region have it.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;
use portcullis_logs::{HistoryEvent, HistoryPage, LookUp, Lookup};
use portcullis_response::PortError;

use crate::error::{code, malformed, port_error};
use crate::times::{date_time, timestamp};

/// The most events of an answer (CloudTrail API Reference, *LookupEvents*).
const PAGE: i32 = 50;

/// CloudTrail's event history of one account and Region.
#[derive(Clone, Debug)]
pub struct LiveHistory {
    client: Client,
    region: String,
}

impl LiveHistory {
    /// In `region`, of the account of the credentials. It tries once: whoever asks keeps the pace.
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        let patience = Duration::from_secs(20);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).operation_timeout(patience).build();
        let builder = aws_sdk_cloudtrail::config::Builder::from(config).region(Region::new(region.to_owned()));
        let config = builder.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), region: region.to_owned() }
    }
}

#[async_trait]
impl LookUp for LiveHistory {
    async fn page(
        &self,
        lookup: Lookup,
        from: Timestamp,
        to: Timestamp,
        token: Option<String>,
    ) -> Result<HistoryPage, PortError> {
        let what = || format!("failed to look up events in {}", self.region);
        let (key, value) = match lookup {
            Lookup::Source(source) => (LookupAttributeKey::EventSource, source),
            Lookup::Writes => (LookupAttributeKey::ReadOnly, "false"),
        };
        let attribute = LookupAttribute::builder().attribute_key(key).attribute_value(value).build();
        let attribute = attribute.map_err(|error| malformed(what(), error))?;
        let call = self.client.lookup_events().lookup_attributes(attribute);
        let call = call.start_time(date_time(from)).end_time(date_time(to)).max_results(PAGE).set_next_token(token);
        let answer = call.send().await.map_err(|error| {
            let is_refused = code(&error).is_some_and(|code| code.starts_with("AccessDenied"));
            let error = port_error(what(), error);
            if is_refused {
                malformed(format!("{}, which takes `cloudtrail:LookupEvents`", error.what), said(&error))
            } else {
                error
            }
        })?;
        Ok(HistoryPage { events: answer.events.into_iter().flatten().map(event).collect(), next: answer.next_token })
    }
}

fn said(error: &PortError) -> String {
    error.source.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn event(event: Event) -> HistoryEvent {
    HistoryEvent {
        id: event.event_id.unwrap_or_default(),
        time: event.event_time.and_then(|time| timestamp(&time)),
        record: event.cloud_trail_event.unwrap_or_default(),
    }
}
