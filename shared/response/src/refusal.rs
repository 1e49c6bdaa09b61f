//! The reasons not to act on a principal, each a guard's. Every one of them leads to "page, don't act".

use std::fmt;

use jiff::Timestamp;
use portcullis_domain::{AccountId, FindingId};
use serde::{Deserialize, Serialize};

use crate::quarantine::Level;

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
    /// Protected by the settings, or by its own tag.
    Protected {
        /// The item of the settings that protects it.
        by: String,
    },
    /// One of Portcullis's own roles.
    Itself,
    /// Who deploys Portcullis.
    Deployer,
    /// The last of the operators who could release anybody.
    LastOperator,
    /// A service made the call with the principal's rights.
    Indirect {
        /// The service.
        via: String,
    },
    /// Already contained.
    AlreadyContained {
        /// How far.
        level: Level,
        /// When that ends.
        until: Timestamp,
    },
    /// Somebody is lifting its containment, or that stopped half way.
    BeingReleased {
        /// Who.
        by: String,
    },
    /// On-call was asked about it and has not answered yet.
    AlreadyAsked {
        /// The finding that asked.
        finding: FindingId,
    },
    /// Released since the event happened: whoever released it has seen this burst.
    ReleasedSince {
        /// When it was released.
        at: Timestamp,
    },
    /// Somebody looked at this very finding and rejected the containment.
    Rejected {
        /// Who.
        by: String,
    },
    /// Planned work is under way.
    ChangeWindow {
        /// Its name in the settings.
        name: String,
    },
    /// The kill switch is on.
    Stopped {
        /// What stands in it: who stopped it, when and why.
        note: String,
    },
    /// As many were contained in the last hour as may be.
    HourlyLimit {
        /// How many may be.
        limit: u32,
    },
    /// As many of those seen active are contained as may be.
    ShareLimit {
        /// How many may be.
        limit: u32,
        /// How many roles and users were seen active.
        active: usize,
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
    /// The deny policy is on it already, put there by somebody else; releasing it would take away what was there before.
    AlreadyDenied,
    /// This installation has no policy that locks out.
    NoLockout,
    /// The policy that denies belongs to another account than the principal.
    PolicyElsewhere {
        /// The policy.
        policy: String,
    },
    /// The rule is in shadow: it is being tried out, and nobody is paged.
    Shadow,
    /// Something that a guard must know could not be read, so nothing is certain.
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
            Self::Deployer => "deployer",
            Self::LastOperator => "last-operator",
            Self::Indirect { .. } => "indirect",
            Self::AlreadyContained { .. } => "already-contained",
            Self::BeingReleased { .. } => "being-released",
            Self::AlreadyAsked { .. } => "already-asked",
            Self::ReleasedSince { .. } => "released-since",
            Self::Rejected { .. } => "rejected",
            Self::ChangeWindow { .. } => "change-window",
            Self::Stopped { .. } => "stopped",
            Self::HourlyLimit { .. } => "hourly-limit",
            Self::ShareLimit { .. } => "share-limit",
            Self::Stale { .. } => "stale",
            Self::Unidentified => "unidentified",
            Self::Recreated { .. } => "recreated",
            Self::Gone => "gone",
            Self::AlreadyDenied => "already-denied",
            Self::NoLockout => "no-lockout",
            Self::PolicyElsewhere { .. } => "policy-elsewhere",
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
            Self::Protected { by } => write!(f, "the settings protect it (`{by}`)"),
            Self::Itself => f.write_str("it is one of Portcullis's own roles"),
            Self::Deployer => f.write_str("it deploys Portcullis; denied, it could not mend a mistake of this"),
            Self::LastOperator => f.write_str("it is the last of the operators who could release anybody"),
            Self::Indirect { via } => {
                write!(f, "{via} made the call with its rights; denying it may break what the service does for others")
            }
            Self::AlreadyContained { level: Level::Quarantine, until } => {
                write!(f, "it is in quarantine already, until {until:.0}")
            }
            Self::AlreadyContained { level: Level::Lockout, until } => {
                write!(f, "it is locked out already, until {until:.0}")
            }
            Self::BeingReleased { by } => {
                write!(f, "{by} is lifting its containment, or that stopped half way; see `portcullis status`")
            }
            Self::AlreadyAsked { finding } => {
                write!(f, "on-call was asked about it before and has not answered yet; see {finding}")
            }
            Self::ReleasedSince { at } => write!(f, "it was released at {at:.0}, after this event"),
            Self::Rejected { by } => write!(f, "{by} rejected it"),
            Self::ChangeWindow { name } => {
                write!(f, "planned work is under way (`{name}`), during which nobody is contained")
            }
            Self::Stopped { note } if note.is_empty() => f.write_str("the kill switch is on"),
            Self::Stopped { note } => write!(f, "the kill switch is on: {note}"),
            Self::HourlyLimit { limit } => {
                write!(f, "{limit} were contained in the last hour, and no more may be; is a rule wrong?")
            }
            Self::ShareLimit { limit, active } => {
                write!(f, "{limit} are contained, and no more may be of the {active} seen active; is a rule wrong?")
            }
            Self::Stale { event: Some(event) } => write!(f, "the event is from {event:.0}, more than a day ago"),
            Self::Stale { event: None } => f.write_str("the event has no readable time"),
            Self::Unidentified => {
                f.write_str("the record does not give its unique id, so another one of the same name could be hit")
            }
            Self::Recreated { recorded, found } => {
                write!(f, "the one in the record ({recorded}) was deleted; {found} has its name now")
            }
            Self::Gone => f.write_str("it no longer exists"),
            Self::AlreadyDenied => f.write_str("it carries the deny policy already, put there by somebody else"),
            Self::NoLockout => f.write_str("this installation has no policy that locks out; deploy the stack again"),
            Self::PolicyElsewhere { policy } => {
                write!(f, "`quarantine.policy` ({policy}) belongs to another account and cannot be attached here")
            }
            Self::Shadow => {
                f.write_str("its rule is in shadow: what it would lead to is written down, and nobody is paged")
            }
            Self::Unreadable { error } => write!(f, "what a guard must know could not be read: {error}"),
        }
    }
}
