//! Amazon Resource Names of the things Portcullis speaks of, one type each.
//!
//! A generic ARN cannot say "this is a role", so each kind is parsed once into its own type and stays that type.
//! Formats: IAM User Guide, *IAM identifiers*; KMS Developer Guide, *Key identifiers*.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::AccountId;

/// The text is not an ARN of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the ARN of {expected}")]
pub struct ArnError {
    text: String,
    expected: &'static str,
}

/// The six colon-separated parts of any ARN; the last may itself hold colons.
pub(crate) struct Parts<'a> {
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Parts<'a> {
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let partition_is_plausible =
            partition.starts_with("aws") && partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        (partition_is_plausible && !resource.is_empty()).then_some(Self { service, region, account, resource })
    }
}

fn slice<'a>(text: &'a str, part: &str, before: usize) -> &'a str {
    text.get(before..before + part.len()).unwrap_or_default()
}

macro_rules! arn_type {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The whole ARN.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// `aws`, `aws-cn`, `aws-us-gov` and so on.
            pub fn partition(&self) -> &str {
                self.0.split(':').nth(1).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = ArnError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&Parts<'_>) -> bool = $check;
                match Parts::split(text) {
                    Some(parts) if check(&parts) => Ok(Self(text.to_owned())),
                    _ => Err(ArnError { text: text.to_owned(), expected: $expected }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ArnError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(arn: $name) -> Self {
                arn.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// `prefix` + path + name, where the name is not empty and neither holds a further colon.
fn names_iam(parts: &Parts<'_>, prefix: &str) -> bool {
    parts.service == "iam"
        && parts.region.is_empty()
        && parts.account.parse::<AccountId>().is_ok()
        && parts.resource.strip_prefix(prefix).is_some_and(is_iam_name)
}

/// A path and name as IAM allows them: visible ASCII, and the last segment is not empty.
fn is_iam_name(path_and_name: &str) -> bool {
    !path_and_name.ends_with('/')
        && !path_and_name.is_empty()
        && path_and_name.bytes().all(|b| b.is_ascii_graphic() && b != b':' && b != b'*' && b != b'?')
}

fn regional(parts: &Parts<'_>, prefix: &str) -> bool {
    parts.service == "kms"
        && !parts.region.is_empty()
        && parts.account.parse::<AccountId>().is_ok()
        && parts.resource.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty())
}

arn_type!(
    /// An IAM role, with its path: `arn:aws:iam::111122223333:role/team/app`.
    RoleArn, "an IAM role", |parts| names_iam(parts, "role/")
);
arn_type!(
    /// An IAM user, with its path: `arn:aws:iam::111122223333:user/alice`.
    UserArn, "an IAM user", |parts| names_iam(parts, "user/")
);
arn_type!(
    /// A managed policy, AWS's (`arn:aws:iam::aws:policy/AWSDenyAll`) or a customer's.
    PolicyArn, "an IAM managed policy", |parts| {
        parts.service == "iam"
            && parts.region.is_empty()
            && (parts.account == "aws" || parts.account.parse::<AccountId>().is_ok())
            && parts.resource.strip_prefix("policy/").is_some_and(is_iam_name)
    }
);
arn_type!(
    /// A KMS key: `arn:aws:kms:eu-west-1:111122223333:key/1234abcd-…`.
    KeyArn, "a KMS key", |parts| regional(parts, "key/")
);
arn_type!(
    /// A KMS alias: `arn:aws:kms:eu-west-1:111122223333:alias/payroll`.
    AliasArn, "a KMS alias", |parts| regional(parts, "alias/")
);

macro_rules! iam_parts {
    ($name:ident, $prefix:literal) => {
        impl $name {
            /// The account that owns it.
            ///
            /// # Panics
            ///
            /// Never: `FromStr`, the only constructor, has checked the account.
            pub fn account(&self) -> AccountId {
                self.0.split(':').nth(4).and_then(|id| id.parse().ok()).expect("an IAM ARN holds an account id")
            }

            /// The path, with its slashes: `/`, `/team/`.
            pub fn path(&self) -> &str {
                let start = self.0.find(concat!(":", $prefix, "/")).map_or(0, |at| at + $prefix.len() + 1);
                let end = self.0.rfind('/').map_or(self.0.len(), |at| at + 1);
                self.0.get(start..end).unwrap_or("/")
            }

            /// The name, which is all that IAM calls take.
            pub fn name(&self) -> &str {
                self.0.rsplit('/').next().unwrap_or_default()
            }
        }
    };
}

iam_parts!(RoleArn, "role");
iam_parts!(UserArn, "user");

impl PolicyArn {
    /// The AWS-managed policy that denies everything, which nobody in an account can edit
    /// (AWS Managed Policy Reference, *AWSDenyAll*).
    ///
    /// # Errors
    ///
    /// When `partition` is not the name of an AWS partition.
    pub fn aws_deny_all(partition: &str) -> Result<Self, ArnError> {
        format!("arn:{partition}:iam::aws:policy/AWSDenyAll").parse()
    }
}

impl AliasArn {
    /// The alias name with its prefix, as the KMS API takes it: `alias/payroll`.
    pub fn alias(&self) -> &str {
        self.0.splitn(6, ':').nth(5).unwrap_or_default()
    }
}

/// The secret's part of `arn:…:secretsmanager:region:account:secret:NAME`, with region and account.
pub(crate) fn split_secret(text: &str) -> Option<(String, AccountId, &str)> {
    let parts = Parts::split(text)?;
    if parts.service != "secretsmanager" {
        return None;
    }
    let name = parts.resource.strip_prefix("secret:").filter(|name| !name.is_empty())?;
    let account = parts.account.parse().ok()?;
    Some((parts.region.to_owned(), account, slice(text, name, text.len() - name.len())))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("arn:aws:iam::111122223333:role/app", "/", "app" ; "no path")]
    #[test_case("arn:aws:iam::111122223333:role/team/a/app", "/team/a/", "app" ; "with path")]
    #[test_case("arn:aws-us-gov:iam::111122223333:role/app", "/", "app" ; "other partition")]
    fn role_parts(text: &str, path: &str, name: &str) {
        let role: RoleArn = text.parse().unwrap();
        assert_eq!((role.path(), role.name(), role.account().as_str()), (path, name, "111122223333"));
        assert_eq!(role.to_string(), text);
    }

    #[test_case("arn:aws:sts::111122223333:assumed-role/app/session" ; "a session is not a role")]
    #[test_case("arn:aws:iam::111122223333:user/app" ; "a user is not a role")]
    #[test_case("arn:aws:iam::1111:role/app" ; "short account")]
    #[test_case("arn:aws:iam::************:role/app" ; "masked account")]
    #[test_case("arn:aws:iam::111122223333:role/" ; "no name")]
    #[test_case("arn:aws:iam::111122223333:role/team/" ; "path only")]
    #[test_case("arn:aws:iam::111122223333:role/*" ; "a pattern is not a role")]
    #[test_case("arn:aws:iam::111122223333:role/a\nb" ; "control character")]
    #[test_case("" ; "empty")]
    fn not_a_role(text: &str) {
        assert!(text.parse::<RoleArn>().is_err());
    }

    #[test]
    fn deny_all_follows_the_partition() {
        assert_eq!(PolicyArn::aws_deny_all("aws-cn").unwrap().as_str(), "arn:aws-cn:iam::aws:policy/AWSDenyAll");
        assert!(PolicyArn::aws_deny_all("x:y").is_err());
    }

    #[test]
    fn json_is_checked() {
        assert!(serde_json::from_str::<KeyArn>("\"arn:aws:kms:eu-west-1:111122223333:alias/x\"").is_err());
        assert!(serde_json::from_str::<AliasArn>("\"arn:aws:kms:eu-west-1:111122223333:alias/x\"").is_ok());
    }
}
