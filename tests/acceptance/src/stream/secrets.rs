//! Calls to Secrets Manager, and what it does with KMS for them.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::caller::{ACCOUNT, Caller, REGION};
use crate::object::set;
use crate::random::letters;
use crate::stream::{Key, Stream};

const SECRETS_MANAGER: &str = "secretsmanager.amazonaws.com";

/// A secret, encrypted under a key of the account.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its name.
    pub name: String,
    key: Key,
}

impl Secret {
    /// A secret.
    pub fn new(name: impl Into<String>, key: &Key) -> Self {
        Self { name: name.into(), key: key.clone() }
    }

    /// `number` secrets `PREFIX-1` and so on under the same key.
    pub fn several(prefix: &str, number: u64, key: &Key) -> Vec<Self> {
        (1..=number).map(|number| Self::new(format!("{prefix}-{number}"), key)).collect()
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{}-{}", self.name, letters(&self.name, 6))
    }

    /// The encryption context that Secrets Manager uses (Secrets Manager User Guide, *Secret encryption and decryption*).
    fn context(&self, version: &str) -> Value {
        json!({"SecretARN": self.arn(), "SecretVersionId": version})
    }
}

/// Which version of a secret is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// None is named, which is the current one.
    Unnamed,
    /// `AWSCURRENT`.
    Current,
    /// `AWSPENDING`.
    Pending,
    /// `AWSPREVIOUS`.
    Previous,
}

impl Stage {
    const fn label(self) -> Option<&'static str> {
        match self {
            Self::Unnamed => None,
            Self::Current => Some("AWSCURRENT"),
            Self::Pending => Some("AWSPENDING"),
            Self::Previous => Some("AWSPREVIOUS"),
        }
    }
}

impl Stream {
    /// `GetSecretValue`, and `Decrypt` behind it.
    pub fn get_secret(&mut self, at: Timestamp, caller: &Caller, secret: &Secret, stage: Stage) {
        self.decrypt(
            at,
            &caller.behind(SECRETS_MANAGER),
            &secret.key,
            &secret.context("5f3c0d52-0000-4000-8000-000000000001"),
        );
        self.add(at, &Self::reading(caller, secret, stage));
    }

    /// `GetSecretValue` of a version that does not exist.
    pub fn get_secret_missing(&mut self, at: Timestamp, caller: &Caller, secret: &Secret, stage: Stage) {
        let message = format!(
            "Secrets Manager can't find the specified secret value for staging label: {}",
            stage.label().unwrap_or("AWSCURRENT")
        );
        self.add(at, &Self::reading(caller, secret, stage).failed("ResourceNotFoundException", &message));
    }

    /// `GetSecretValue`, refused.
    pub fn get_secret_denied(&mut self, at: Timestamp, caller: &Caller, secret: &Secret) {
        self.add(at, &Self::reading(caller, secret, Stage::Unnamed).denied(&secret.arn()));
    }

    /// A look at a secret that shows no value: `DescribeSecret`, `GetResourcePolicy`.
    pub fn look_at_secret(&mut self, at: Timestamp, caller: &Caller, name: &'static str, secret: &Secret) {
        self.add(at, &Call::reads(caller, SECRETS_MANAGER, name, json!({"secretId": secret.arn()})));
    }

    /// The same, refused.
    pub fn look_at_secret_denied(&mut self, at: Timestamp, caller: &Caller, name: &'static str, secret: &Secret) {
        let call = Call::reads(caller, SECRETS_MANAGER, name, json!({"secretId": secret.arn()}));
        self.add(at, &call.denied(&secret.arn()));
    }

    /// `ListSecrets`.
    pub fn list_secrets(&mut self, at: Timestamp, caller: &Caller) {
        self.add(at, &Call::reads(caller, SECRETS_MANAGER, "ListSecrets", json!({"maxResults": 100})));
    }

    /// `BatchGetSecretValue` by a tag, in which nothing is found.
    pub fn batch_get_secrets(&mut self, at: Timestamp, caller: &Caller) {
        let parameters = json!({"filters": [{"key": "tag-value", "values": ["orders"]}]});
        self.add(at, &Call::reads(caller, SECRETS_MANAGER, "BatchGetSecretValue", parameters));
    }

    /// `CreateSecret` without a value: Secrets Manager tries whether the caller may use the key (Secrets Manager User
    /// Guide, *Secret encryption and decryption*, `RequestToValidateKeyAccess`).
    pub fn create_secret(&mut self, at: Timestamp, caller: &Caller, secret: &Secret) {
        let inside = caller.behind(SECRETS_MANAGER);
        let context = secret.context("RequestToValidateKeyAccess");
        self.generate_data_key(at, &inside, &secret.key, &context);
        self.decrypt(at, &inside, &secret.key, &context);
        let parameters = json!({
            "name": secret.name,
            "kmsKeyId": secret.key.arn(),
            "clientRequestToken": "terraform-20260119080000000000000001",
            "forceOverwriteReplicaSecret": false,
        });
        let call = Call::writes(caller, SECRETS_MANAGER, "CreateSecret", parameters);
        self.add(at, &call.with("responseElements", json!({"arn": secret.arn()})));
    }

    /// `TagResource`.
    pub fn tag_secret(&mut self, at: Timestamp, caller: &Caller, secret: &Secret) {
        let parameters = json!({"secretId": secret.arn(), "tags": [{"key": "managed-by", "value": "terraform"}]});
        self.add(at, &Call::writes(caller, SECRETS_MANAGER, "TagResource", parameters));
    }

    /// `PutSecretValue`, and `GenerateDataKey` behind it.
    pub fn put_secret(&mut self, at: Timestamp, caller: &Caller, secret: &Secret, stage: Stage) {
        let context = secret.context("5f3c0d52-0000-4000-8000-000000000002");
        self.generate_data_key(at, &caller.behind(SECRETS_MANAGER), &secret.key, &context);
        let mut parameters = json!({
            "secretId": secret.arn(),
            "clientRequestToken": "5f3c0d52-0000-4000-8000-000000000002",
        });
        if let Some(label) = stage.label() {
            set(&mut parameters, "versionStages", json!([label]));
        }
        let call = Call::writes(caller, SECRETS_MANAGER, "PutSecretValue", parameters);
        self.add(at, &call.with("responseElements", json!({"arn": secret.arn()})));
    }

    /// `UpdateSecretVersionStage`, by which the pending version becomes the current one.
    pub fn make_current(&mut self, at: Timestamp, caller: &Caller, secret: &Secret) {
        let parameters = json!({
            "secretId": secret.arn(),
            "versionStage": "AWSCURRENT",
            "moveToVersionId": "5f3c0d52-0000-4000-8000-000000000002",
            "removeFromVersionId": "5f3c0d52-0000-4000-8000-000000000001",
        });
        let call = Call::writes(caller, SECRETS_MANAGER, "UpdateSecretVersionStage", parameters);
        self.add(at, &call.with("responseElements", json!({"arn": secret.arn()})));
    }

    /// `RotationStarted` or `RotationSucceeded` (Secrets Manager User Guide, *AWS CloudTrail entries for Secrets
    /// Manager*).
    pub fn tell_of_rotation(&mut self, at: Timestamp, name: &'static str, secret: &Secret) {
        let teller = Caller::teller(SECRETS_MANAGER);
        let call = Call::writes(&teller, SECRETS_MANAGER, name, Value::Null)
            .with("eventType", json!("AwsServiceEvent"))
            .with("additionalEventData", json!({"SecretId": secret.arn()}));
        self.add(at, &call);
    }

    /// `GetRandomPassword`.
    pub fn random_password(&mut self, at: Timestamp, caller: &Caller) {
        let parameters = json!({"passwordLength": 32, "excludeCharacters": "/@\"'\\"});
        self.add(at, &Call::reads(caller, SECRETS_MANAGER, "GetRandomPassword", parameters));
    }

    fn reading(caller: &Caller, secret: &Secret, stage: Stage) -> Call {
        let mut parameters = json!({"secretId": secret.arn()});
        if let Some(label) = stage.label() {
            set(&mut parameters, "versionStage", json!(label));
        }
        Call::reads(caller, SECRETS_MANAGER, "GetSecretValue", parameters)
    }
}
