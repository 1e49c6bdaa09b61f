//! What was touched: a key or a secret.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arn::split_secret;
use crate::{AccountId, AliasArn, KeyArn};

/// A KMS key or a Secrets Manager secret, as well as a record names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Asset {
    /// A KMS key.
    Key(KeyArn),
    /// A KMS key that the record names by alias only; which key it is, the record does not tell.
    KeyAlias(AliasArn),
    /// A secret.
    Secret(SecretRef),
}

/// The kind of an asset, as rules name it (`portcullis.asset.kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetKind {
    /// A KMS key, by key or by alias.
    Key,
    /// A secret.
    Secret,
}

impl AssetKind {
    /// The word used in rules, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Secret => "secret",
        }
    }
}

/// A secret as a caller wrote it: by name, or by full or partial ARN.
///
/// CloudTrail logs `secretId` as typed. A full ARN ends in a hyphen and six random characters, a partial one does
/// not, and a name may happen to end that way, so the forms cannot be told apart by looking: comparing two
/// references asks whether they *can* mean the same secret
/// (Secrets Manager User Guide, *Secrets Manager secret ARNs*).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecretRef {
    /// As written in the record.
    pub written: String,
    /// The account that owns it: from the ARN, else where the record was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The Region: from the ARN, else where the call was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl SecretRef {
    /// Understands `written`; `account` and `region` are the record's own, used when `written` is a bare name.
    pub fn new(written: &str, account: Option<AccountId>, region: Option<String>) -> Self {
        match split_secret(written) {
            Some((region, account, _)) => {
                Self { written: written.to_owned(), account: Some(account), region: Some(region) }
            }
            None => Self { written: written.to_owned(), account, region },
        }
    }

    /// The names that this reference can stand for, most literal first: the name as written and, when written as an
    /// ARN, the name without the random suffix.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let from_arn = split_secret(&self.written).map(|(_, _, name)| name);
        let literal = from_arn.unwrap_or(&self.written);
        std::iter::once(literal).chain(from_arn.and_then(without_suffix))
    }

    /// Whether both can mean the same secret.
    pub fn may_be(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            a.zip(b).is_none_or(|(a, b)| a == b)
        }
        agree(self.account.as_ref(), other.account.as_ref())
            && agree(self.region.as_ref(), other.region.as_ref())
            && self.names().any(|name| other.names().any(|candidate| candidate == name))
    }

    /// Whether one is certainly the other, written more or less fully: the names are equal as written, or one is the
    /// other with its random suffix.
    pub fn is(&self, other: &Self) -> bool {
        let literal = |secret: &Self| secret.names().next().map(str::to_owned);
        self.may_be(other)
            && (self.names().any(|name| literal(other).as_deref() == Some(name))
                || other.names().any(|name| literal(self).as_deref() == Some(name)))
    }

    /// The shortest name it can stand for: for people, not for matching.
    pub fn short_name(&self) -> &str {
        self.names().last().unwrap_or(&self.written)
    }
}

/// `prod/db-AbCdEf` → `prod/db`.
fn without_suffix(name: &str) -> Option<&str> {
    let (stem, suffix) = name.rsplit_once('-')?;
    let random = suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric());
    (random && !stem.is_empty()).then_some(stem)
}

impl Asset {
    /// Its kind, as rules name it.
    pub const fn kind(&self) -> AssetKind {
        match self {
            Self::Key(_) | Self::KeyAlias(_) => AssetKind::Key,
            Self::Secret(_) => AssetKind::Secret,
        }
    }
}

/// As the record names it: an ARN where there is one, else the secret's name.
impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(arn) => arn.fmt(f),
            Self::KeyAlias(arn) => arn.fmt(f),
            Self::Secret(secret) => f.write_str(&secret.written),
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:";

    fn secret(written: &str) -> SecretRef {
        SecretRef::new(written, Some("111122223333".parse().unwrap()), Some("eu-west-1".to_owned()))
    }

    #[test_case("prod/db", "prod/db", true ; "same name")]
    #[test_case("prod/db", &format!("{ARN}prod/db-AbCdEf"), true ; "name and full ARN")]
    #[test_case("prod/db", &format!("{ARN}prod/db"), true ; "name and partial ARN")]
    #[test_case(&format!("{ARN}prod/db"), &format!("{ARN}prod/db-AbCdEf"), true ; "partial and full ARN")]
    #[test_case("prod/db", "prod/db2", false ; "other name")]
    #[test_case("prod/db", &format!("{ARN}prod/db-west-AbCdEf"), false ; "longer name")]
    #[test_case("prod/db", "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod/db-AbCdEf", false ; "other account")]
    #[test_case("prod/db", "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf", false ; "other region")]
    fn references(a: &str, b: &str, same: bool) {
        assert_eq!(secret(a).may_be(&secret(b)), same);
        assert_eq!(secret(b).may_be(&secret(a)), same);
    }

    #[test]
    fn two_names_that_both_could_be_a_third_are_two() {
        let (public, secret_) = (secret(&format!("{ARN}api-public")), secret(&format!("{ARN}api-secret")));
        assert!(public.may_be(&secret_), "each may be `api` with a suffix");
        assert!(!public.is(&secret_));
        assert!(secret("prod/db").is(&secret(&format!("{ARN}prod/db-AbCdEf"))));
    }

    #[test]
    fn short_names() {
        assert_eq!(secret(&format!("{ARN}prod/db-AbCdEf")).short_name(), "prod/db");
        assert_eq!(secret("prod/db-AbCdEf").short_name(), "prod/db-AbCdEf", "a bare name is not cut");
    }
}
