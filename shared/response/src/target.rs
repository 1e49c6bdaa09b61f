//! What a containment can be put on.

use portcullis_domain::{AccountId, RoleArn, UserArn};
use serde::{Deserialize, Serialize};

/// What a containment can be put on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Target {
    /// A role.
    Role {
        /// The role.
        arn: RoleArn,
        /// `AROA…` as the record had it, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// A user.
    User {
        /// The user.
        arn: UserArn,
        /// `AIDA…` as the record had it, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

impl Target {
    /// The ARN.
    pub fn arn(&self) -> &str {
        match self {
            Self::Role { arn, .. } => arn.as_str(),
            Self::User { arn, .. } => arn.as_str(),
        }
    }

    /// The name, which is what IAM calls take.
    pub fn name(&self) -> &str {
        match self {
            Self::Role { arn, .. } => arn.name(),
            Self::User { arn, .. } => arn.name(),
        }
    }

    /// The unique id in the record.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Role { id, .. } | Self::User { id, .. } => id.as_deref(),
        }
    }

    /// `role` or `user`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Role { .. } => "role",
            Self::User { .. } => "user",
        }
    }

    /// The path.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Role { arn, .. } => arn.path(),
            Self::User { arn, .. } => arn.path(),
        }
    }

    /// The account, in which alone it is acted on.
    pub fn account(&self) -> AccountId {
        match self {
            Self::Role { arn, .. } => arn.account(),
            Self::User { arn, .. } => arn.account(),
        }
    }

    /// The partition.
    pub fn partition(&self) -> &str {
        match self {
            Self::Role { arn, .. } => arn.partition(),
            Self::User { arn, .. } => arn.partition(),
        }
    }
}
