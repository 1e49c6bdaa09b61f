//! How the settings say who is meant: authorised actors, rotators, and whoever working hours, planned work and
//! exemptions are for.

use std::fmt;

use portcullis_domain::{AccountId, Actor, ArnPattern, Principal};

use crate::{Glob, Inventory};

/// One item of a list of actors: `authorized:`, `rotators:`, `actors:` or `exempt:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizedActor {
    /// Roles and users whose ARN matches.
    Arn(ArnPattern),
    /// An AWS service acting for itself, by its DNS name: `secretsmanager.amazonaws.com`.
    Service(String),
    /// Every principal of an account, root included, whether the record names it or tells its account only.
    Account(AccountId),
    /// Roles and users by their IAM path.
    Path(PathPattern),
    /// Roles and users that have a tag, as far as the inventory knows. Tags of a session are not looked at: whoever
    /// assumes a role may choose them (IAM User Guide, *Pass session tags in AWS STS*).
    Tag {
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: Glob,
    },
    /// Credentials that were issued to a Lambda function, as AWS states in `inScopeOf.credentialsIssuedTo`
    /// (CloudTrail User Guide, *CloudTrail userIdentity element*). Tells functions apart that share a role.
    Function(ArnPattern),
}

/// An IAM path, with all paths below it: `/team/payroll/` means `/team/payroll/` and `/team/payroll/eu/` as well. `*`
/// and `?` may stand for anything. The path lies in any account; the owner's copy of a call from another account names
/// no role or user (CloudTrail User Guide, *CloudTrail userIdentity element*), so that in effect it lies in ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    written: String,
    below: Glob,
}

impl AuthorizedActor {
    /// Whether `actor` is meant. A principal that the record does not name is never matched by a pattern or a path,
    /// and one that the inventory does not know is never matched by a tag.
    pub fn includes(&self, actor: &Actor, inventory: &Inventory) -> bool {
        let principal = &actor.principal;
        match self {
            Self::Arn(pattern) => principal.arn().is_some_and(|arn| pattern.matches(arn)),
            Self::Service(service) => matches!(principal, Principal::Service { name } if name == service),
            Self::Account(account) => principal.account().as_ref() == Some(account),
            Self::Path(path) => path.is_of(principal),
            Self::Tag { key, value } => {
                let tags = principal.arn().and_then(|arn| inventory.principals.get(arn));
                tags.and_then(|tags| tags.get(key)).is_some_and(|found| value.matches(found))
            }
            Self::Function(pattern) => {
                actor.session.issued_to.as_deref().is_some_and(|function| pattern.matches(function))
            }
        }
    }
}

/// Whether any item of `list` means `actor`.
pub(crate) fn any_includes(list: &[AuthorizedActor], actor: &Actor, inventory: &Inventory) -> bool {
    list.iter().any(|item| item.includes(actor, inventory))
}

impl PathPattern {
    /// `/team/payroll/`, `/team/*/payroll/`: absent unless it starts with a slash, ends in a slash or a `*`, and says
    /// more than that, since every path starts with a slash.
    pub(crate) fn new(written: &str) -> Option<Self> {
        let is_path = written.starts_with('/') && written.ends_with(['/', '*']);
        let says_something = written.contains(|c| !"/*".contains(c));
        let below = format!("{written}*").parse().ok()?;
        (is_path && says_something).then(|| Self { written: written.to_owned(), below })
    }

    /// Whether `path`, with its slashes, is the one meant or lies below it.
    pub fn matches(&self, path: &str) -> bool {
        self.below.matches(path)
    }

    /// Whether `principal` is a role or user with this path, or one below it.
    pub(crate) fn is_of(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Role { arn, .. } => self.matches(arn.path()),
            Principal::User { arn, .. } => self.matches(arn.path()),
            _ => false,
        }
    }
}

/// As the settings write it.
impl fmt::Display for AuthorizedActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(pattern) => pattern.fmt(f),
            Self::Service(name) => f.write_str(name),
            Self::Account(account) => account.fmt(f),
            Self::Path(path) => write!(f, "{{path: {path}}}"),
            Self::Tag { key, value } => write!(f, "{{tag: {key}={value}}}"),
            Self::Function(pattern) => write!(f, "{{function: {pattern}}}"),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests;
