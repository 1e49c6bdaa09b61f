//! Guards: the reasons not to act on a principal. Every one of them leads to "page, don't act".

use std::fmt;

use jiff::Timestamp;
use portcullis_domain::{AccountId, ArnPattern, Finding, Principal, RoleArn, UserArn};
use serde::{Deserialize, Serialize};

use crate::decide::Deployment;

/// What a quarantine can be put on.
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
    fn path(&self) -> &str {
        match self {
            Self::Role { arn, .. } => arn.path(),
            Self::User { arn, .. } => arn.path(),
        }
    }

    fn account(&self) -> AccountId {
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

/// Why a principal is not acted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "guard", rename_all = "kebab-case")]
pub enum Refusal {
    /// The root user: no IAM policy confines it.
    Root,
    /// An AWS service acting for itself.
    Service {
        /// Its name.
        name: String,
    },
    /// Several actors, none of whom may be contained for what the others did.
    SeveralActors {
        /// How many, in words.
        named: String,
    },
    /// A principal of another account; a role of the same name at home has nothing to do with it.
    ForeignAccount {
        /// Its account, where the record tells.
        account: Option<AccountId>,
    },
    /// The record does not name a role or user that IAM could deny.
    NotNamed {
        /// What it names instead.
        named: String,
    },
    /// A service-linked role, which IAM does not let anybody change.
    ServiceLinkedRole,
    /// A role that IAM Identity Center made, which only Identity Center may change.
    IdentityCenterRole,
    /// Protected by the settings.
    Protected {
        /// The pattern that protects it.
        pattern: ArnPattern,
    },
    /// One of Portcullis's own roles.
    Itself,
    /// A service made the call with the principal's rights.
    Indirect {
        /// The service.
        via: String,
    },
    /// Already in quarantine.
    AlreadyQuarantined {
        /// When that ends.
        until: Timestamp,
    },
    /// Released since the event happened: whoever released it has seen this burst.
    ReleasedSince {
        /// When it was released.
        at: Timestamp,
    },
    /// The event is more than a day old, or has no readable time.
    Stale {
        /// When it happened.
        event: Option<Timestamp>,
    },
    /// The record does not give the principal's unique id, so one made again under the same name could be hit.
    Unidentified,
    /// The role or user of that name is another one than the record's.
    Recreated {
        /// The id in the record.
        recorded: String,
        /// The id now.
        found: String,
    },
    /// It exists no more.
    Gone,
    /// The deny policy is on it already, attached by somebody else; releasing it would take away what was there before.
    AlreadyDenied,
    /// The rule is in shadow: it is being tried out, and nobody is paged.
    Shadow,
    /// IAM could not be asked about it, so nothing is certain.
    Unreadable {
        /// What failed.
        error: String,
    },
}

impl Refusal {
    /// A stable word for metrics and logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Service { .. } => "service",
            Self::SeveralActors { .. } => "several-actors",
            Self::ForeignAccount { .. } => "foreign-account",
            Self::NotNamed { .. } => "not-named",
            Self::ServiceLinkedRole => "service-linked-role",
            Self::IdentityCenterRole => "identity-center-role",
            Self::Protected { .. } => "protected",
            Self::Itself => "itself",
            Self::Indirect { .. } => "indirect",
            Self::AlreadyQuarantined { .. } => "already-quarantined",
            Self::ReleasedSince { .. } => "released-since",
            Self::Stale { .. } => "stale",
            Self::Unidentified => "unidentified",
            Self::Recreated { .. } => "recreated",
            Self::Gone => "gone",
            Self::AlreadyDenied => "already-denied",
            Self::Shadow => "shadow",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// A sentence for the page.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => {
                f.write_str("the root user cannot be confined by an IAM policy; use an SCP or central root management")
            }
            Self::Service { name } => write!(f, "{name} is an AWS service acting for itself"),
            Self::SeveralActors { named } => {
                write!(f, "{named} took part; which of them to deny is for people to decide")
            }
            Self::ForeignAccount { account: Some(account) } => {
                write!(f, "it belongs to account {account}, where this installation may not act")
            }
            Self::ForeignAccount { account: None } => f.write_str("it belongs to another account"),
            Self::NotNamed { named } => write!(f, "the record names no IAM role or user, only `{named}`"),
            Self::ServiceLinkedRole => {
                f.write_str("a service-linked role cannot be changed; remove the service's use of it")
            }
            Self::IdentityCenterRole => {
                f.write_str("IAM Identity Center owns this role; revoke the user's session or assignment there")
            }
            Self::Protected { pattern } => write!(f, "the settings protect it (`{pattern}`)"),
            Self::Itself => f.write_str("it is one of Portcullis's own roles"),
            Self::Indirect { via } => {
                write!(f, "{via} made the call with its rights; denying it may break what the service does for others")
            }
            Self::AlreadyQuarantined { until } => write!(f, "it is in quarantine already, until {until:.0}"),
            Self::ReleasedSince { at } => write!(f, "it was released at {at:.0}, after this event"),
            Self::Stale { event: Some(event) } => write!(f, "the event is from {event:.0}, more than a day ago"),
            Self::Stale { event: None } => f.write_str("the event has no readable time"),
            Self::Unidentified => {
                f.write_str("the record does not give its unique id, so another one of the same name could be hit")
            }
            Self::Recreated { recorded, found } => {
                write!(f, "the one in the record ({recorded}) was deleted; {found} has its name now")
            }
            Self::Gone => f.write_str("it no longer exists"),
            Self::AlreadyDenied => f.write_str("it carries the deny policy already, attached by somebody else"),
            Self::Shadow => {
                f.write_str("its rule is in shadow: what it would lead to is written down, and nobody is paged")
            }
            Self::Unreadable { error } => write!(f, "IAM could not be asked about it: {error}"),
        }
    }
}

/// The principal that a quarantine would be put on, unless the record alone speaks against it.
///
/// # Errors
///
/// The first guard that refuses.
pub fn target(finding: &Finding, deployment: &Deployment) -> Result<Target, Refusal> {
    let target = match &finding.actor.principal {
        Principal::Role { arn, id } => Target::Role { arn: arn.clone(), id: id.clone() },
        Principal::User { arn, id } => Target::User { arn: arn.clone(), id: id.clone() },
        Principal::Root { .. } => return Err(Refusal::Root),
        Principal::Service { name } => return Err(Refusal::Service { name: name.clone() }),
        Principal::ForeignAccount { account, .. } => return Err(Refusal::ForeignAccount { account: account.clone() }),
        Principal::Unknown { described_as } if finding.burst.as_ref().is_some_and(|burst| !burst.actors.is_empty()) => {
            return Err(Refusal::SeveralActors { named: described_as.clone() });
        }
        other @ (Principal::UnresolvedRole { .. }
        | Principal::IdentityCenterUser { .. }
        | Principal::ExternalIdentity { .. }
        | Principal::Unknown { .. }) => return Err(Refusal::NotNamed { named: other.to_string() }),
    };
    // Foreign before all else: what follows speaks of roles at home.
    let home = deployment.account.as_ref().or(finding.account.as_ref());
    if home.is_some_and(|home| *home != target.account()) {
        return Err(Refusal::ForeignAccount { account: Some(target.account()) });
    }
    // IAM User Guide, *Service-linked roles*; IAM Identity Center User Guide, *Referencing permission sets*.
    if target.path().starts_with("/aws-service-role/") {
        return Err(Refusal::ServiceLinkedRole);
    }
    if target.path().starts_with("/aws-reserved/") || target.name().starts_with("AWSReservedSSO_") {
        return Err(Refusal::IdentityCenterRole);
    }
    if deployment.own_roles.iter().any(|own| own.as_str() == target.arn()) {
        return Err(Refusal::Itself);
    }
    Ok(target)
}
