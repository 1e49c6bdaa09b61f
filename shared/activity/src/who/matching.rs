//! Whether a record is about the one asked for.

use portcullis_cloudtrail::Access;
use portcullis_domain::{AccountId, Actor, Asset, Principal, RoleArn, UserArn};
use portcullis_settings::{Inventory, Selector};

use super::subject::{ActorReading, AssetReading};

impl AssetReading {
    /// Whether an asset is meant, or may be. A key behind an alias is meant where a record names it by the alias; what the alias
    /// points to, the record does not tell.
    pub fn means(&self, asset: &Asset) -> bool {
        match (self, asset) {
            (Self::Secret(meant), Asset::Secret(secret)) => meant.is(secret),
            (Self::Key(meant), Asset::Key(key)) => meant == key,
            (Self::KeyId(id), Asset::Key(key)) => key.as_str().rsplit(":key/").next() == Some(id),
            (Self::Alias(meant), Asset::KeyAlias(alias)) => meant == alias,
            (Self::AliasName(name), Asset::KeyAlias(alias)) => alias.alias() == name,
            (Self::Entry { selector, .. }, asset) => selector.matches(asset, &Inventory::default()),
            (Self::Tier { tier, entries }, asset) => highest(entries, asset) == Some(*tier),
            _ => false,
        }
    }

    /// Whether the parameter that a key was used for is meant.
    pub(super) fn means_parameter(&self, access: &Access) -> bool {
        let Self::Parameter(meant) = self else { return false };
        access.parameter.as_deref().is_some_and(|arn| {
            // The name of a parameter in a path begins with the slash that its ARN has once.
            arn == meant
                || arn.split_once(":parameter").is_some_and(|(_, name)| meant.starts_with('/') && name == meant)
        })
    }
}

fn highest(entries: &[(Selector, portcullis_domain::Tier)], asset: &Asset) -> Option<portcullis_domain::Tier> {
    let matching = entries.iter().filter(|(selector, _)| selector.matches(asset, &Inventory::default()));
    matching.map(|(_, tier)| *tier).max()
}

impl ActorReading {
    /// Whether whoever made the call is meant, or may be.
    pub fn is(&self, access: &Access) -> bool {
        let Actor { principal, session } = &access.actor;
        let called = |name: &Option<String>, meant: &str| name.as_deref() == Some(meant);
        match self {
            Self::Role(meant) => match principal {
                Principal::Role { arn, .. } => is_same_role(meant, arn),
                _ => AssumedRole::of(principal).is_some_and(|assumed| assumed.is_of(meant)),
            },
            Self::RoleNamed(name) => match principal {
                Principal::Role { arn, .. } => is_called(arn.path(), arn.name(), name),
                _ => AssumedRole::of(principal).is_some_and(|assumed| assumed.role == name),
            },
            Self::Session { account, role, session: meant } => match principal {
                Principal::Role { arn, .. } => {
                    account.as_ref().is_none_or(|account| *account == arn.account())
                        && arn.name() == role
                        && called(&session.name, meant)
                }
                _ => AssumedRole::of(principal).is_some_and(|assumed| {
                    account.as_ref().is_none_or(|account| account.as_str() == assumed.account)
                        && assumed.role == role
                        && assumed.session == meant
                }),
            },
            Self::SessionNamed(name) => {
                called(&session.name, name)
                    || AssumedRole::of(principal).is_some_and(|assumed| assumed.session == name)
                    || foreign(principal).is_some_and(|(_, session)| session == name)
            }
            Self::User(meant) => matches!(principal, Principal::User { arn, .. } if is_same_user(meant, arn)),
            Self::UserNamed(name) => {
                matches!(principal, Principal::User { arn, .. } if is_called(arn.path(), arn.name(), name))
            }
            Self::UniqueId(meant) => match principal {
                Principal::Role { id, .. } | Principal::User { id, .. } => called(id, meant),
                _ => foreign(principal).is_some_and(|(id, _)| id == meant),
            },
            Self::AccessKey(id) => called(&session.access_key_id, id),
            Self::SourceIdentity(name) => called(&session.source_identity, name),
            Self::FederatedAs(name) => called(&session.federated_as, name),
            Self::IdentityCenterUser(id) => {
                matches!(principal, Principal::IdentityCenterUser { user_id } if user_id == id)
            }
            Self::ExternalIdentity(meant) => {
                matches!(principal, Principal::ExternalIdentity { name } if name == meant)
            }
            Self::IssuedTo(arn) => called(&session.issued_to, arn),
            Self::Service(meant) => matches!(principal, Principal::Service { name } if name == meant),
            Self::Via(service) => called(&access.via, service),
            Self::Account(account) => {
                principal.account().as_ref() == Some(account)
                    || AssumedRole::of(principal).is_some_and(|assumed| assumed.account == account.as_str())
            }
            Self::Root(meant) => is_root(principal, meant.as_ref()),
        }
    }
}

/// A session whose record names no role with its path: what the session's own ARN tells.
pub(super) struct AssumedRole<'p> {
    pub(super) account: &'p str,
    pub(super) role: &'p str,
    pub(super) session: &'p str,
}

impl<'p> AssumedRole<'p> {
    pub(super) fn of(principal: &'p Principal) -> Option<Self> {
        let Principal::UnresolvedRole { session } = principal else { return None };
        let (start, rest) = session.split_once(":assumed-role/")?;
        let (role, session) = rest.split_once('/')?;
        Some(Self { account: start.rsplit(':').next().unwrap_or_default(), role, session })
    }

    /// The names of an account's roles are unique whatever their paths (IAM User Guide, *IAM identifiers*, friendly names
    /// and paths).
    fn is_of(&self, role: &RoleArn) -> bool {
        self.account == role.account().as_str() && self.role == role.name()
    }
}

/// The unique id and the session name that the owner's copy of another account's call gives: `AROA…:session`.
pub(super) fn foreign(principal: &Principal) -> Option<(&str, &str)> {
    let Principal::ForeignAccount { principal_id: Some(id), .. } = principal else { return None };
    Some(id.split_once(':').unwrap_or((id, "")))
}

/// An ARN without a path means the role wherever it lies.
fn is_same_role(meant: &RoleArn, role: &RoleArn) -> bool {
    meant == role || (meant.path() == "/" && meant.name() == role.name() && meant.account() == role.account())
}

fn is_same_user(meant: &UserArn, user: &UserArn) -> bool {
    meant == user || (meant.path() == "/" && meant.name() == user.name() && meant.account() == user.account())
}

/// Whether `word` is the name, or the path and the name without the first slash.
fn is_called(path: &str, name: &str, word: &str) -> bool {
    word == name || word.strip_suffix(name).is_some_and(|start| path.strip_prefix('/') == Some(start))
}

fn is_root(principal: &Principal, meant: Option<&AccountId>) -> bool {
    let Principal::Root { account } = principal else { return false };
    meant.is_none_or(|meant| account.as_ref() == Some(meant))
}

#[cfg(test)]
mod tests;
