//! CloudTrail records on their way in: in EventBridge's envelope, and as a log file in a bucket.

use std::io::Write as _;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::{FOREIGN, HOME, REGION};

/// The record as the message that an EventBridge rule sends.
pub fn event(record: &Value) -> String {
    let text = |pointer: &str| record.pointer(pointer).cloned().unwrap_or_default();
    let source = text("/eventSource").as_str().map(|name| name.replace(".amazonaws.com", "")).unwrap_or_default();
    json!({
        "version": "0",
        "id": text("/eventID"),
        "detail-type": "AWS API Call via CloudTrail",
        "source": format!("aws.{source}"),
        "account": HOME,
        "time": text("/eventTime"),
        "region": REGION,
        "resources": [],
        "detail": record,
    })
    .to_string()
}

/// The records as one of CloudTrail's log files.
///
/// # Errors
///
/// Never on a sound machine: compression into memory has nothing to fail on.
pub fn log_file(records: &[&Value]) -> Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(json!({"Records": records}).to_string().as_bytes())?;
    Ok(gzip.finish()?)
}

/// A read of `secret` of this account by a role of another account that is called `role`, as the secret's owner has it
/// in their trail.
pub fn foreign_read(role: &str, secret: &str, time: &str) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAFOREIGNEXAMPLE000:intruder",
            "arn": format!("arn:aws:sts::{FOREIGN}:assumed-role/{role}/intruder"),
            "accountId": FOREIGN,
            "accessKeyId": "ASIAFOREIGNEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAFOREIGNEXAMPLE000",
                    "arn": format!("arn:aws:iam::{FOREIGN}:role/team/{role}"),
                    "accountId": FOREIGN,
                    "userName": role,
                },
                "attributes": {"creationDate": time, "mfaAuthenticated": "false"},
            },
        },
        "eventTime": time,
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"secretId": secret},
        "responseElements": null,
        "requestID": "0a1b2c3d-0000-4000-8000-000000000001",
        "eventID": "0a1b2c3d-0000-4000-8000-000000000002",
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": HOME,
        "eventCategory": "Management",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_names_the_service_as_eventbridge_does() {
        let record = foreign_read("app", "arn:aws:secretsmanager:x", "2026-01-05T08:10:00Z");
        let event: Value = serde_json::from_str(&event(&record)).unwrap();
        assert_eq!(event["source"], "aws.secretsmanager");
        assert_eq!(event["detail"], record);
        assert_eq!(event["time"], "2026-01-05T08:10:00Z");
    }
}
