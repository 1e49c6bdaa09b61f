//! IAM clients by account: the function's own at home, a session of the member role elsewhere.
//!
//! IAM is a global service. The SDK signs for the Region that the partition's IAM answers in: us-east-1, cn-north-1,
//! us-gov-west-1 (AWS General Reference, *AWS Identity and Access Management endpoints*), whatever Region the function is in.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_iam::Client;
use aws_sdk_iam::config::SharedCredentialsProvider;
use portcullis_domain::AccountId;
use portcullis_response::{PortError, Target};

use crate::error::malformed;

/// The role in every member account that may act there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRole {
    /// Its path and name: `portcullis/portcullis-contain`.
    pub role: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
}

/// IAM clients by account.
#[derive(Debug)]
pub struct Accounts {
    config: Option<SdkConfig>,
    own: Client,
    home: Option<AccountId>,
    member: Option<MemberRole>,
    known: Mutex<BTreeMap<AccountId, Client>>,
}

impl Accounts {
    /// For a function in the account `home`; without a home every account is taken for it.
    pub fn new(config: &SdkConfig, home: Option<AccountId>, member: Option<MemberRole>) -> Self {
        Self { config: Some(config.clone()), home, member, ..Self::with(Client::new(config)) }
    }

    /// With a client at hand, for whatever account.
    pub const fn with(client: Client) -> Self {
        Self { config: None, own: client, home: None, member: None, known: Mutex::new(BTreeMap::new()) }
    }

    /// The client that acts on `target`.
    pub(crate) async fn client(&self, target: &Target) -> Result<Client, PortError> {
        let account = target.account();
        if self.home.as_ref().is_none_or(|home| *home == account) {
            return Ok(self.own.clone());
        }
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&account) {
            return Ok(known.clone());
        }
        let (Some(member), Some(config)) = (&self.member, &self.config) else {
            let what = format!("failed to act in account {account}");
            return Err(malformed(what, "this installation has no role there; deploy infra/member.yaml in it"));
        };
        let arn = format!("arn:{}:iam::{account}:role/{}", target.partition(), member.role);
        let mut role = AssumeRoleProvider::builder(arn).session_name("portcullis").configure(config);
        if let Some(external_id) = &member.external_id {
            role = role.external_id(external_id);
        }
        let credentials = SharedCredentialsProvider::new(role.build().await);
        let client = Client::new(&config.to_builder().credentials_provider(credentials).build());
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(account, client.clone());
        Ok(client)
    }
}
