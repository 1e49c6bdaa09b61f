//! Who calls, and from where, as CloudTrail writes it.

use serde_json::{Value, json};

use crate::object::set;
use crate::random::letters;

/// The account that everything happens in.
pub const ACCOUNT: &str = "111122223333";

/// The Region that everything happens in.
pub const REGION: &str = "eu-west-1";

/// Who calls, and from where.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) identity: Value,
    pub(crate) source: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) agent: String,
}

impl Caller {
    /// A session of a role, `PATH/NAME` (CloudTrail User Guide, *CloudTrail userIdentity element*, `AssumedRole`).
    pub fn role(role: &str, session: &str) -> Self {
        let name = role.rsplit('/').next().unwrap_or(role);
        let id = format!("AROA{}", letters(role, 16));
        let identity = json!({
            "type": "AssumedRole",
            "principalId": format!("{id}:{session}"),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"),
            "accountId": ACCOUNT,
            "accessKeyId": format!("ASIA{}", letters(&format!("{role} {session}"), 16)),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": id,
                    "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
                    "accountId": ACCOUNT,
                    "userName": name,
                },
                "attributes": {"creationDate": "2026-01-05T00:00:00Z", "mfaAuthenticated": "false"},
            },
        });
        Self { identity, source: "203.0.113.7".to_owned(), endpoint: None, agent: "aws-sdk-rust/1.3.14".to_owned() }
    }

    /// A session that a Lambda function has, named after it (CloudTrail User Guide, *CloudTrail userIdentity element*,
    /// `inScopeOf`).
    pub fn function(role: &str, function: &str) -> Self {
        let mut caller = Self::role(role, function);
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}");
        set(
            &mut caller.identity,
            "inScopeOf",
            json!({
                "sourceArn": arn,
                "sourceAccount": ACCOUNT,
                "issuerType": "AWS::Lambda::Function",
                "credentialsIssuedTo": arn,
            }),
        );
        caller.with("Boto3/1.40.0 md/Botocore#1.40.0 exec-env/AWS_Lambda_python3.13")
    }

    /// A person who signed in through IAM Identity Center.
    pub fn person(permission_set: &str, name: &str) -> Self {
        let role = format!("AWSReservedSSO_{permission_set}_0123456789abcdef");
        let mut caller = Self::role(&format!("aws-reserved/sso.amazonaws.com/{REGION}/{role}"), name);
        set(
            &mut caller.identity,
            "onBehalfOf",
            json!({
                "userId": format!("aaaaaaaa-1111-4000-8000-{}", hexadecimal(name)),
                "identityStoreArn": format!("arn:aws:identitystore::{ACCOUNT}:identitystore/d-1234567890"),
            }),
        );
        caller.with("aws-cli/2.31.0")
    }

    /// An AWS service that acts for itself.
    pub fn service(service: &str) -> Self {
        let identity = json!({"type": "AWSService", "invokedBy": service});
        Self { identity, source: service.to_owned(), endpoint: None, agent: service.to_owned() }
    }

    /// A service that tells of something: its records carry no type (Secrets Manager User Guide, *AWS CloudTrail entries
    /// for Secrets Manager*).
    pub fn teller(service: &str) -> Self {
        let identity = json!({"accountId": ACCOUNT, "invokedBy": service});
        Self { identity, source: service.to_owned(), endpoint: None, agent: service.to_owned() }
    }

    /// The same caller at another address.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source);
        self
    }

    /// The same caller behind a VPC endpoint.
    #[must_use]
    pub fn through(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// The same caller with another program.
    #[must_use]
    pub fn with(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.agent);
        self
    }

    /// The same session with other keys, as each machine has them that runs it.
    #[must_use]
    pub fn with_keys(mut self, machine: &str) -> Self {
        set(&mut self.identity, "accessKeyId", json!(format!("ASIA{}", letters(machine, 16))));
        self
    }

    /// What a service calls with this caller's rights: other keys, the service's name for address and program
    /// (CloudTrail User Guide, *CloudTrail record contents*, `sourceIPAddress`; KMS Developer Guide, *Logging AWS KMS API
    /// calls with AWS CloudTrail*).
    #[must_use]
    pub fn behind(&self, service: &str) -> Self {
        let mut identity = self.identity.clone();
        let key = identity.get("accessKeyId").and_then(Value::as_str).unwrap_or_default().to_owned();
        set(&mut identity, "accessKeyId", json!(format!("ASIA{}", letters(&format!("{service} {key}"), 16))));
        set(&mut identity, "invokedBy", json!(service));
        Self { identity, source: service.to_owned(), endpoint: None, agent: service.to_owned() }
    }

    /// Whether a service makes the call: then there is no TLS to tell of.
    pub(crate) fn is_inside(&self) -> bool {
        self.identity.get("invokedBy").is_some()
    }

    /// The session's ARN, as error texts name it.
    pub(crate) fn arn(&self) -> &str {
        self.identity.get("arn").and_then(Value::as_str).unwrap_or_default()
    }
}

fn hexadecimal(text: &str) -> String {
    letters(text, 6).bytes().map(|byte| format!("{byte:02x}")).collect()
}
