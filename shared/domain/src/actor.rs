//! Who did it: the principal that can be acted on, and the session it used.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, RoleArn, UserArn};

/// The identity behind an access: a principal, and how it was wielded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The principal to act on.
    pub principal: Principal,
    /// How the principal was wielded.
    #[serde(default)]
    pub session: Session,
}

/// The principal to act on, resolved from a record's `userIdentity`
/// (CloudTrail User Guide, *CloudTrail userIdentity element*).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Principal {
    /// An IAM role, named by `sessionContext.sessionIssuer.arn`, which keeps the path that session ARNs drop.
    Role {
        /// The role.
        arn: RoleArn,
        /// `AROA…`: differs when a role was deleted and made again under the same name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// A session whose record does not name its role. It is never guessed from the session ARN.
    UnresolvedRole {
        /// The session as the record names it.
        session: String,
    },
    /// An IAM user; for a federated session, the user that issued it.
    User {
        /// The user.
        arn: UserArn,
        /// `AIDA…`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// The root user of an account, which no IAM policy confines.
    Root {
        /// The account, where the record tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
    },
    /// An AWS service acting for itself.
    Service {
        /// Its DNS name, or `AWS Internal`.
        name: String,
    },
    /// A principal of another account, which the owner's copy of a record does not name.
    ForeignAccount {
        /// The caller's account, where the record tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        /// The principal id as sent, often `AROA…:session`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
    },
    /// A user of IAM Identity Center, acting without a role session.
    IdentityCenterUser {
        /// The user id in the identity store.
        user_id: String,
    },
    /// A SAML or web identity before it has assumed a role.
    ExternalIdentity {
        /// The user name or principal id as the provider gave it.
        name: String,
    },
    /// The record does not say.
    Unknown {
        /// What it does say.
        described_as: String,
    },
}

/// How a principal was wielded. All of it is optional in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The role session name, chosen by whoever assumed the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The source identity, which survives role chaining.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// Whether the session was made with multi-factor authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<bool>,
    /// `ASIA…` or `AKIA…`: an identifier, not a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The Lambda function or other resource that the credentials were issued to (`inScopeOf`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_to: Option<String>,
    /// The name of a federated session (`GetFederationToken`), whose issuer is the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated_as: Option<String>,
}

/// The kind of an actor, as rules name it (`portcullis.actor.kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A role session.
    Role,
    /// An IAM user.
    User,
    /// A federated session of an IAM user or of root.
    FederatedUser,
    /// The root user.
    Root,
    /// An AWS service.
    Service,
    /// A principal of another account.
    ForeignAccount,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// A SAML or web identity.
    ExternalIdentity,
    /// Not told by the record.
    Unknown,
}

impl ActorKind {
    /// The word used in rules, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::FederatedUser => "federated-user",
            Self::Root => "root",
            Self::Service => "service",
            Self::ForeignAccount => "foreign-account",
            Self::IdentityCenterUser => "identity-center-user",
            Self::ExternalIdentity => "external-identity",
            Self::Unknown => "unknown",
        }
    }
}

impl Actor {
    /// An actor of which nothing is known but what `described_as` says.
    pub fn unknown(described_as: impl Into<String>) -> Self {
        Self { principal: Principal::Unknown { described_as: described_as.into() }, session: Session::default() }
    }

    /// Its kind, as rules name it.
    pub fn kind(&self) -> ActorKind {
        match &self.principal {
            _ if self.session.federated_as.is_some() => ActorKind::FederatedUser,
            Principal::Role { .. } | Principal::UnresolvedRole { .. } => ActorKind::Role,
            Principal::User { .. } => ActorKind::User,
            Principal::Root { .. } => ActorKind::Root,
            Principal::Service { .. } => ActorKind::Service,
            Principal::ForeignAccount { .. } => ActorKind::ForeignAccount,
            Principal::IdentityCenterUser { .. } => ActorKind::IdentityCenterUser,
            Principal::ExternalIdentity { .. } => ActorKind::ExternalIdentity,
            Principal::Unknown { .. } => ActorKind::Unknown,
        }
    }
}

impl Principal {
    /// The ARN that settings and guards are matched against, where there is one.
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Role { arn, .. } => Some(arn.as_str()),
            Self::User { arn, .. } => Some(arn.as_str()),
            _ => None,
        }
    }

    /// The account that the principal belongs to, where the record tells.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Role { arn, .. } => Some(arn.account()),
            Self::User { arn, .. } => Some(arn.account()),
            Self::Root { account } | Self::ForeignAccount { account, .. } => account.clone(),
            _ => None,
        }
    }
}

/// What people call it: an ARN where there is one.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { arn, .. } => arn.fmt(f),
            Self::User { arn, .. } => arn.fmt(f),
            Self::UnresolvedRole { session } => write!(f, "{session}"),
            Self::Root { account: Some(account) } => write!(f, "root of {account}"),
            Self::Root { account: None } => f.write_str("root"),
            Self::Service { name } => f.write_str(name),
            Self::ForeignAccount { account, principal_id } => {
                f.write_str("account ")?;
                match account {
                    Some(account) => account.fmt(f)?,
                    None => f.write_str("unknown")?,
                }
                principal_id.as_ref().map_or(Ok(()), |id| write!(f, " ({id})"))
            }
            Self::IdentityCenterUser { user_id } => write!(f, "Identity Center user {user_id}"),
            Self::ExternalIdentity { name } => write!(f, "external identity {name}"),
            Self::Unknown { described_as } => f.write_str(described_as),
        }
    }
}
