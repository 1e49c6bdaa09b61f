//! Calls to Parameter Store, and what it does with KMS for them.

use jiff::Timestamp;
use serde_json::json;

use crate::call::Call;
use crate::caller::{ACCOUNT, Caller, REGION};
use crate::stream::{Key, Stream};

const PARAMETER_STORE: &str = "ssm.amazonaws.com";

impl Stream {
    /// `GetParameter` with decryption, and `Decrypt` behind it (AWS Systems Manager User Guide, *AWS KMS encryption for
    /// AWS Systems Manager Parameter Store SecureString parameters*).
    pub fn get_parameter(&mut self, at: Timestamp, caller: &Caller, name: &str) {
        let arn = format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}");
        self.decrypt(at, &caller.behind(PARAMETER_STORE), &Key::number(1001), &json!({"PARAMETER_ARN": arn}));
        let parameters = json!({"name": name, "withDecryption": true});
        self.add(at, &Call::reads(caller, PARAMETER_STORE, "GetParameter", parameters));
    }
}
