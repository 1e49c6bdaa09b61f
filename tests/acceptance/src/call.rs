//! One call as CloudTrail writes it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::caller::{ACCOUNT, Caller, REGION};
use crate::object::set;

/// One call, before it has a time and an id (CloudTrail User Guide, *CloudTrail record contents*).
#[derive(Clone, Debug)]
pub struct Call {
    caller: Caller,
    service: &'static str,
    name: &'static str,
    members: Map<String, Value>,
    is_read_only: bool,
}

impl Call {
    /// A call that reads.
    pub fn reads(caller: &Caller, service: &'static str, name: &'static str, parameters: Value) -> Self {
        let mut members = Map::new();
        members.insert("requestParameters".to_owned(), parameters);
        members.insert("responseElements".to_owned(), Value::Null);
        Self { caller: caller.clone(), service, name, members, is_read_only: true }
    }

    /// A call that changes something.
    pub fn writes(caller: &Caller, service: &'static str, name: &'static str, parameters: Value) -> Self {
        Self { is_read_only: false, ..Self::reads(caller, service, name, parameters) }
    }

    /// The same with another member.
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.members.insert(member.to_owned(), value);
        self
    }

    /// The same on a key.
    #[must_use]
    pub fn on_key(self, key: &str) -> Self {
        self.with("resources", json!([{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]))
    }

    /// The same, refused: CloudTrail leaves out what was asked for, and the text alone names it (IAM User Guide,
    /// *Troubleshoot access denied error messages*).
    #[must_use]
    pub fn denied(self, resource: &str) -> Self {
        let prefix = self.service.split('.').next().unwrap_or_default();
        let action = format!("{prefix}:{}", self.name);
        let message = format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no identity-based policy \
             allows the {action} action",
            self.caller.arn()
        );
        let mut denied = self.with("errorCode", json!("AccessDenied")).with("errorMessage", json!(message));
        denied.members.insert("requestParameters".to_owned(), Value::Null);
        denied.members.remove("resources");
        denied
    }

    /// The same, failed for another reason than want of permission.
    #[must_use]
    pub fn failed(self, code: &str, message: &str) -> Self {
        self.with("errorCode", json!(code)).with("errorMessage", json!(message))
    }

    /// The record, with its time and a number that no other has.
    pub(crate) fn record(&self, at: Timestamp, number: u64) -> String {
        let Caller { identity, source, endpoint, agent } = &self.caller;
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": format!("{at:.0}"),
            "eventSource": self.service,
            "eventName": self.name,
            "awsRegion": REGION,
            "sourceIPAddress": source,
            "userAgent": agent,
            "requestID": format!("00000000-0000-4000-8000-{number:012x}"),
            "eventID": format!("11111111-0000-4000-8000-{number:012x}"),
            "readOnly": self.is_read_only,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        });
        if let Some(endpoint) = endpoint {
            set(&mut record, "vpcEndpointId", json!(endpoint));
            set(&mut record, "vpcEndpointAccountId", json!(ACCOUNT));
        }
        if !self.caller.is_inside() {
            let host = self.service.replacen(".amazonaws", &format!(".{REGION}.amazonaws"), 1);
            set(
                &mut record,
                "tlsDetails",
                json!({
                    "tlsVersion": "TLSv1.3",
                    "cipherSuite": "TLS_AES_128_GCM_SHA256",
                    "clientProvidedHostHeader": host,
                }),
            );
        }
        for (member, value) in &self.members {
            set(&mut record, member, value.clone());
        }
        record.to_string()
    }
}
