//! Roles and users.

use crate::ids;
use crate::rng::Rng;

/// A role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) id: String,
}

impl Role {
    /// `path` begins and ends with a slash.
    pub(crate) fn new(seed: u64, account: &str, path: &str, name: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:role{path}{name}");
        let id = ids::role_id(&mut Rng::named(seed, &arn));
        Self { account: account.to_owned(), name: name.to_owned(), arn, id }
    }

    /// That of a service, which alone can use it.
    pub(crate) fn of_service(seed: u64, account: &str, service: &str, name: &str) -> Self {
        Self::new(seed, account, &format!("/aws-service-role/{service}/"), name)
    }

    /// What a permission set of Identity Center is in an account (IAM Identity Center User Guide, *Referencing permission sets in
    /// resource policies*).
    pub(crate) fn of_permission_set(seed: u64, account: &str, name: &str) -> Self {
        let unique = ids::hex(&mut Rng::named(seed, &format!("{account}{name}")), 16);
        let name = format!("AWSReservedSSO_{name}_{unique}");
        Self::new(seed, account, "/aws-reserved/sso.amazonaws.com/eu-west-1/", &name)
    }

    pub(crate) fn session_arn(&self, session: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{session}", self.account, self.name)
    }
}

/// A user with a long-term access key.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) key: String,
}

impl User {
    pub(crate) fn new(seed: u64, account: &str, path: &str, name: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:user{path}{name}");
        let mut rng = Rng::named(seed, &arn);
        let (id, key) = (ids::user_id(&mut rng), ids::user_key(&mut rng));
        Self { account: account.to_owned(), name: name.to_owned(), arn, id, key }
    }
}
