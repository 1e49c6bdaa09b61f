//! What CloudTrail's event history tells of an actor: its sessions, and the roles it assumed. Ninety days, some minutes
//! late, two calls a second (CloudTrail User Guide, *Working with CloudTrail event history*): enough for a page, and never
//! a reason to wait.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AccountId, Finding};
use portcullis_response::{LookAround, PortError, ReadIdentity, Surroundings, Target};
use serde_json::Value;

use crate::error::{malformed, port_error};
use crate::iam::IamReader;

/// A session lives for twelve hours at most (IAM User Guide, *Use IAM roles*).
const LONGEST_SESSION: SignedDuration = SignedDuration::from_hours(12);

/// How many of each kind a page can use.
const SOME: usize = 20;

/// Looks into the event history.
#[derive(Clone, Debug)]
pub struct EventHistory {
    client: Client,
    identities: IamReader,
    home: Option<AccountId>,
}

impl EventHistory {
    /// With a client of its own, which gives up soon: the page waits for it.
    pub fn new(config: &SdkConfig, identities: IamReader, home: Option<AccountId>) -> Self {
        let seconds = Duration::from_secs(3);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(seconds).operation_timeout(seconds).build();
        let config = aws_sdk_cloudtrail::config::Builder::from(config);
        let config = config.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { home, ..Self::with(Client::from_conf(config), identities) }
    }

    /// With a client at hand.
    pub const fn with(client: Client, identities: IamReader) -> Self {
        Self { client, identities, home: None }
    }

    /// The newest records with this attribute since `since`: one page, of fifty.
    async fn lookup(&self, key: LookupAttributeKey, value: &str, since: Timestamp) -> Result<Vec<Value>, PortError> {
        let what = || format!("failed to look up {} {value} in the event history", key.as_str());
        let attribute = LookupAttribute::builder().attribute_key(key.clone()).attribute_value(value).build();
        let attribute = attribute.map_err(|error| malformed(what(), error))?;
        let call = self.client.lookup_events().lookup_attributes(attribute);
        let call = call.start_time(DateTime::from_secs(since.as_second())).max_results(50);
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        let records = answer.events.into_iter().flatten().filter_map(|event| event.cloud_trail_event);
        Ok(records.filter_map(|record| serde_json::from_str(&record).ok()).collect())
    }
}

#[async_trait]
impl LookAround for EventHistory {
    async fn look_around(&self, finding: &Finding, target: &Target, now: Timestamp) -> Surroundings {
        let mut seen = Surroundings::default();
        let since = now - LONGEST_SESSION;
        match self.identities.read(target).await {
            Ok(identity) => seen.last_used = identity.and_then(|identity| identity.last_used),
            Err(error) => seen.unknown.push(format!("its last use: {}", error.chain())),
        }
        if let Some(elsewhere) =
            Some(target.account()).filter(|account| self.home.as_ref().is_some_and(|home| home != account))
        {
            // The history is the caller's own account's.
            seen.unknown.push(format!(
                "its sessions and the roles it assumed: look into the event history of account {elsewhere}"
            ));
            return seen;
        }
        seen.unknown.push("sessions and roles in other Regions: the event history is of one Region".to_owned());
        if matches!(target, Target::Role { .. }) {
            match self.lookup(LookupAttributeKey::ResourceName, target.arn(), since).await {
                Ok(records) => seen.sessions = sessions(&records),
                Err(error) => seen.unknown.push(format!("its sessions: {}", error.chain())),
            }
        }
        if let Some(key) = &finding.actor.session.access_key_id {
            match self.lookup(LookupAttributeKey::AccessKeyId, key, since).await {
                Ok(records) => seen.onward = onward(&records),
                Err(error) => seen.unknown.push(format!("the roles it assumed: {}", error.chain())),
            }
        } else {
            seen.unknown.push("the roles it assumed: the record names no access key".to_owned());
        }
        seen
    }
}

fn is_assumption(record: &Value) -> bool {
    let name = record.get("eventName").and_then(Value::as_str);
    name.is_some_and(|name| name.starts_with("AssumeRole")) && record.get("errorCode").is_none_or(Value::is_null)
}

/// Who began a session of the role, and under which name.
fn sessions(records: &[Value]) -> Vec<String> {
    let text = |record: &Value, pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let session = |record: &Value| {
        let name = text(record, "/requestParameters/roleSessionName").unwrap_or_else(|| "unnamed".to_owned());
        let by = text(record, "/userIdentity/arn").or_else(|| text(record, "/userIdentity/invokedBy"));
        let at = text(record, "/eventTime").unwrap_or_default();
        format!("{name}, begun by {} at {at}", by.unwrap_or_else(|| "unknown".to_owned()))
    };
    let sessions: BTreeSet<String> = records.iter().filter(|record| is_assumption(record)).map(session).collect();
    sessions.into_iter().take(SOME).collect()
}

/// The roles that were assumed.
fn onward(records: &[Value]) -> Vec<String> {
    let assumed = records.iter().filter(|record| is_assumption(record));
    let role = |record: &Value| record.pointer("/requestParameters/roleArn").and_then(Value::as_str).map(str::to_owned);
    let roles: BTreeSet<String> = assumed.filter_map(role).collect();
    roles.into_iter().take(SOME).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_records_tell() {
        let assumed = |name: &str, error: Value| {
            json!({
                "eventName": "AssumeRole", "eventTime": "2026-01-05T08:00:00Z", "errorCode": error,
                "userIdentity": {"arn": "arn:aws:sts::111122223333:assumed-role/reporting/i-1"},
                "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/onward", "roleSessionName": name},
            })
        };
        let other = json!({"eventName": "GetRole", "requestParameters": {"roleArn": "x"}});
        let records =
            [assumed("a", Value::Null), assumed("a", Value::Null), assumed("b", json!("AccessDenied")), other];
        let begun = "a, begun by arn:aws:sts::111122223333:assumed-role/reporting/i-1 at 2026-01-05T08:00:00Z";
        assert_eq!(sessions(&records), [begun]);
        assert_eq!(onward(&records), ["arn:aws:iam::111122223333:role/onward"]);
    }
}
