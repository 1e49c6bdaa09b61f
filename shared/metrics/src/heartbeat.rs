//! Heartbeats: calls that Portcullis makes only to see whether their records come back.

use portcullis_cloudtrail::{Access, Record};
use portcullis_domain::{AliasArn, Asset};

/// The key that a heartbeat asks KMS to describe: one of AWS's own, which may not even exist. A record is made all the same.
pub const HEARTBEAT_KEY: &str = "alias/aws/secretsmanager";

/// The secret that a heartbeat asks Secrets Manager to describe. There is none of that name.
pub fn heartbeat_secret(stack: &str) -> String {
    format!("{stack}-heartbeat")
}

/// How heartbeats are known: by their role, their two calls and the two names that they ask for. Whoever steals the role's
/// credentials can hide those two calls and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    role: String,
    secret: String,
}

impl Heartbeat {
    /// Those made by `role`, an ARN with its path, for the stack of that name.
    pub fn new(role: impl Into<String>, stack: &str) -> Self {
        Self { role: role.into(), secret: heartbeat_secret(stack) }
    }

    /// The access, where the record is a heartbeat's. Quick for all other records, which are nearly all.
    pub fn of(&self, json: &str) -> Option<Access> {
        // A role's name holds nothing that JSON would write otherwise; its path does.
        let name = self.role.rsplit('/').next().filter(|name| !name.is_empty())?;
        if !json.contains(name) {
            return None;
        }
        let record = Record::parse(json).ok()?;
        let access = Access::of(&record);
        self.is_heartbeat(&record, &access).then_some(access)
    }

    /// Whether the same role asked KMS when a key is rotated, which the function does every hour.
    pub(crate) fn looks_at_rotation(&self, access: &Access) -> bool {
        let is_it = (access.action.service.as_str(), access.action.name.as_str()) == ("kms", "GetKeyRotationStatus");
        is_it && access.via.is_none() && access.actor.principal.arn() == Some(self.role.as_str())
    }

    /// Whether the record is a heartbeat's, whatever came of the call.
    fn is_heartbeat(&self, record: &Record<'_>, access: &Access) -> bool {
        let asked = |member: &str| record.request_parameters.as_ref().and_then(|parameters| parameters.text(member));
        let is_named = match (access.action.service.as_str(), access.action.name.as_str()) {
            ("kms", "DescribeKey") => asked("keyId").map_or_else(|| is_denied_key(access), is_key),
            ("secretsmanager", "DescribeSecret") => {
                asked("secretId").map_or_else(|| self.is_denied_secret(access), |id| id == self.secret)
            }
            _ => false,
        };
        is_named && access.via.is_none() && access.actor.principal.arn() == Some(self.role.as_str())
    }

    /// A denial may have no parameters; then its message names the secret.
    fn is_denied_secret(&self, access: &Access) -> bool {
        let is_it = |secret: &portcullis_domain::SecretRef| secret.names().any(|name| name == self.secret);
        matches!(access.assets.as_slice(), [Asset::Secret(secret)] if is_it(secret))
    }
}

fn is_key(id: &str) -> bool {
    id == HEARTBEAT_KEY || id.parse::<AliasArn>().is_ok_and(|alias| alias.alias() == HEARTBEAT_KEY)
}

fn is_denied_key(access: &Access) -> bool {
    matches!(access.assets.as_slice(), [Asset::KeyAlias(alias)] if alias.alias() == HEARTBEAT_KEY)
}

#[cfg(test)]
mod tests;
