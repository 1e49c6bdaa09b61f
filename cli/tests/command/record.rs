//! Records in CloudTrail's shape.

use serde_json::{Value, json};

/// The role `role/PATH` of account 111122223333 reads a secret.
pub(crate) fn read(number: u32, path: &str, secret: &str) -> Value {
    let name = path.rsplit('/').next().unwrap();
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLEEXAMPLE01:{name}-session"),
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{name}/{name}-session"),
            "accountId": "111122223333",
            "accessKeyId": "ASIAEXAMPLEEXAMPLE01",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE01",
                    "arn": format!("arn:aws:iam::111122223333:role/{path}"),
                    "accountId": "111122223333",
                    "userName": name,
                },
                "attributes": {"creationDate": "2026-01-05T08:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": format!("2026-01-05T08:{:02}:{:02}Z", number / 60, number % 60),
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"secretId": secret},
        "responseElements": null,
        "requestID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventID": format!("11111111-0000-4000-8000-{number:012}"),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    })
}

/// A call that Portcullis is not about.
pub(crate) fn unrelated(number: u32) -> Value {
    let mut record = read(number, "team/reporting", "prod/payroll/db");
    record["eventSource"] = json!("ec2.amazonaws.com");
    record["eventName"] = json!("DescribeInstances");
    record["requestParameters"] = json!({});
    record
}

/// A log file as CloudTrail writes it to S3.
pub(crate) fn log_file(records: &[Value]) -> String {
    json!({"Records": records}).to_string()
}

/// The answer of `aws cloudtrail lookup-events`, which holds each record as a text.
pub(crate) fn looked_up(records: &[Value]) -> String {
    let events: Vec<Value> = records
        .iter()
        .map(|record| {
            json!({
                "EventId": record["eventID"],
                "EventName": record["eventName"],
                "ReadOnly": "true",
                "EventTime": record["eventTime"],
                "EventSource": record["eventSource"],
                "Username": "session",
                "Resources": [],
                "CloudTrailEvent": record.to_string(),
            })
        })
        .collect();
    format!("{:#}", json!({ "Events": events }))
}
