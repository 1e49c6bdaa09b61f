//! Calls to KMS.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::caller::{ACCOUNT, Caller, REGION};
use crate::object::set;
use crate::stream::Stream;

const KMS: &str = "kms.amazonaws.com";

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key with this number, always the same one.
    pub fn number(number: u64) -> Self {
        Self(format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:08x}-12ab-34cd-56ef-1234567890ab"))
    }

    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.0
    }
}

impl Stream {
    /// `Decrypt` (KMS Developer Guide, *Decrypt* among the CloudTrail examples): ciphertext and plaintext stay out, the
    /// key stands in `resources`.
    pub fn decrypt(&mut self, at: Timestamp, caller: &Caller, key: &Key, context: &Value) {
        let mut parameters = json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
        if !context.is_null() {
            set(&mut parameters, "encryptionContext", context.clone());
        }
        let material = json!({"keyMaterialId": "123bee54a4f1f1ab26d6a3b7a7e2ac4e5f8d3c0b9a8e7f6d5c4b3a2918070605"});
        let call = Call::reads(caller, KMS, "Decrypt", parameters).on_key(key.arn());
        self.add(at, &call.with("additionalEventData", material));
    }

    /// `GenerateDataKey`.
    pub fn generate_data_key(&mut self, at: Timestamp, caller: &Caller, key: &Key, context: &Value) {
        let mut parameters = json!({"keyId": key.arn(), "keySpec": "AES_256"});
        if !context.is_null() {
            set(&mut parameters, "encryptionContext", context.clone());
        }
        self.add(at, &Call::reads(caller, KMS, "GenerateDataKey", parameters).on_key(key.arn()));
    }

    /// A look at a key: `DescribeKey`, `GetKeyPolicy`, `GetKeyRotationStatus`, `ListGrants`, `ListResourceTags`.
    pub fn look_at_key(&mut self, at: Timestamp, caller: &Caller, name: &'static str, key: &Key) {
        self.add(at, &Self::look(caller, name, key).on_key(key.arn()));
    }

    /// The same, refused.
    pub fn look_at_key_denied(&mut self, at: Timestamp, caller: &Caller, name: &'static str, key: &Key) {
        self.add(at, &Self::look(caller, name, key).denied(key.arn()));
    }

    /// `Decrypt`, refused.
    pub fn decrypt_denied(&mut self, at: Timestamp, caller: &Caller, key: &Key) {
        let parameters = json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
        self.add(at, &Call::reads(caller, KMS, "Decrypt", parameters).denied(key.arn()));
    }

    /// What Lambda decrypts when it starts a function: its environment variables, with the role's credentials and from an
    /// address of Lambda's own. Records of 2021 and of 2026 name no service as the caller.
    pub fn start_function(&mut self, at: Timestamp, role: &str, function: &str, address: &str, key: &Key) {
        let caller = Caller::role(role, function).at(address).with("aws-internal/3 aws-sdk-java/2.55.2 api/KMS");
        let caller = caller.with_keys(&format!("{function} {}", self.taken + self.events.len() as u64));
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}");
        self.decrypt(at, &caller, key, &json!({"aws:lambda:FunctionArn": arn}));
    }

    /// A data key on trial: KMS says that it would have made one (KMS API Reference, *GenerateDataKey*, `DryRun`).
    pub fn data_key_on_trial(&mut self, at: Timestamp, caller: &Caller, key: &Key) {
        let parameters = json!({"keyId": key.arn(), "keySpec": "AES_256", "dryRun": true});
        let message = "The request would have succeeded, but the DryRun option is set.";
        let call = Call::reads(caller, KMS, "GenerateDataKey", parameters).on_key(key.arn());
        self.add(at, &call.failed("DryRunOperationException", message));
    }

    fn look(caller: &Caller, name: &'static str, key: &Key) -> Call {
        let parameters = match name {
            "GetKeyPolicy" => json!({"keyId": key.arn(), "policyName": "default"}),
            _ => json!({"keyId": key.arn()}),
        };
        Call::reads(caller, KMS, name, parameters)
    }
}
