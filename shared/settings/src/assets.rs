//! An entry of `assets:`: which keys or secrets, how much they matter, and who may use them.

use std::fmt;

use portcullis_domain::{AccountId, Actor, ArnPattern, Principal, Tier};

use crate::Selector;

/// An entry of `assets:`.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetEntry {
    /// What people call it; no two entries share a name.
    pub name: String,
    /// Which keys or secrets it is about.
    pub selector: Selector,
    /// How much they matter.
    pub tier: Tier,
    /// Who may use them. Absent when the entry does not say; present and empty when nobody may.
    pub authorized: Option<Vec<AuthorizedActor>>,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

/// One item of `authorized:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizedActor {
    /// Roles and users whose ARN matches.
    Arn(ArnPattern),
    /// An AWS service acting for itself, by its DNS name: `secretsmanager.amazonaws.com`.
    Service(String),
    /// Every principal of an account, root included, whether the record names it or tells its account only.
    Account(AccountId),
}

impl AssetEntry {
    /// Whether `actor` may use the assets; absent when the entry does not say.
    pub fn authorizes(&self, actor: &Actor) -> Option<bool> {
        let authorized = self.authorized.as_ref()?;
        Some(authorized.iter().any(|item| item.includes(&actor.principal)))
    }
}

impl AuthorizedActor {
    /// Whether `principal` is meant. A principal that the record does not name is never matched by a pattern.
    pub fn includes(&self, principal: &Principal) -> bool {
        match self {
            Self::Arn(pattern) => principal.arn().is_some_and(|arn| pattern.matches(arn)),
            Self::Service(service) => matches!(principal, Principal::Service { name } if name == service),
            Self::Account(account) => principal.account().as_ref() == Some(account),
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
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn role(arn: &str) -> Principal {
        Principal::Role { arn: arn.parse().unwrap(), id: None }
    }

    fn pattern() -> AuthorizedActor {
        AuthorizedActor::Arn("arn:aws:iam::111122223333:*".parse().unwrap())
    }

    fn service() -> AuthorizedActor {
        AuthorizedActor::Service("secretsmanager.amazonaws.com".to_owned())
    }

    fn account() -> AuthorizedActor {
        AuthorizedActor::Account("444455556666".parse().unwrap())
    }

    #[test_case(&pattern(), &role("arn:aws:iam::111122223333:role/app"), true ; "a role by pattern")]
    #[test_case(&pattern(), &role("arn:aws:iam::444455556666:role/app"), false ; "a role of another account")]
    #[test_case(&pattern(), &Principal::User { arn: "arn:aws:iam::111122223333:user/a".parse().unwrap(), id: None }, true ; "a user by pattern")]
    #[test_case(&pattern(), &Principal::Root { account: Some("111122223333".parse().unwrap()) }, false ; "root is not matched by a pattern")]
    #[test_case(&pattern(), &Principal::UnresolvedRole { session: "arn:aws:iam::111122223333:role/app".to_owned() }, false ; "an unresolved role is not matched by a pattern")]
    #[test_case(&pattern(), &Principal::Unknown { described_as: "arn:aws:iam::111122223333:role/app".to_owned() }, false ; "the unknown is not matched by a pattern")]
    #[test_case(&service(), &Principal::Service { name: "secretsmanager.amazonaws.com".to_owned() }, true ; "a service by name")]
    #[test_case(&service(), &Principal::Service { name: "kms.amazonaws.com".to_owned() }, false ; "another service")]
    #[test_case(&service(), &Principal::Unknown { described_as: "secretsmanager.amazonaws.com".to_owned() }, false ; "who merely says so is no service")]
    #[test_case(&account(), &role("arn:aws:iam::444455556666:role/app"), true ; "a role by account")]
    #[test_case(&account(), &role("arn:aws:iam::111122223333:role/app"), false ; "another account")]
    #[test_case(&account(), &Principal::ForeignAccount { account: Some("444455556666".parse().unwrap()), principal_id: None }, true ; "a foreign account")]
    #[test_case(&account(), &Principal::ForeignAccount { account: None, principal_id: None }, false ; "a foreign account not told")]
    fn included(item: &AuthorizedActor, principal: &Principal, expected: bool) {
        assert_eq!(item.includes(principal), expected);
    }
}
