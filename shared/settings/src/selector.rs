//! Which keys or secrets an entry is about, and whether a record means one of them.
//!
//! A record names a key by ARN or alias, and a secret by name, partial ARN or full ARN, as the caller wrote it. An
//! important asset must not be missed for its spelling: where a record leaves room for doubt, the entry matches.

use std::fmt;

use portcullis_domain::{AliasArn, ArnPattern, Asset, KeyArn, SecretRef};

use crate::inventory::is_secret;
use crate::{Glob, Inventory};

/// Which keys or secrets an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Keys or secrets by ARN. A secret's ARN may be given with or without its random suffix.
    Arn(ArnPattern),
    /// Secrets by name, in any account and Region.
    Secret(Glob),
    /// Keys by alias: `alias/NAME` in any account and Region, or the alias's ARN.
    Alias(Glob),
    /// Keys and secrets by tag.
    Tag {
        /// The tag's key.
        key: String,
        /// The tag's value; absent for any.
        value: Option<Glob>,
    },
}

impl Selector {
    /// Whether `asset` is, or may be, one of those meant.
    pub fn matches(&self, asset: &Asset, inventory: &Inventory) -> bool {
        let is_key = |meant: &dyn Fn(&KeyArn) -> bool| inventory.key_of(asset).is_some_and(meant);
        match (self, asset) {
            (Self::Arn(pattern), Asset::Secret(secret)) => secret_matches(pattern, secret),
            (Self::Arn(pattern), Asset::KeyAlias(alias)) if pattern.matches(alias.as_str()) => true,
            (Self::Arn(pattern), _) => is_key(&|key| pattern.matches(key.as_str())),
            (Self::Secret(glob), Asset::Secret(secret)) => secret.names().any(|name| glob.matches(name)),
            (Self::Secret(_), _) => false,
            (Self::Alias(glob), Asset::KeyAlias(alias)) if alias_matches(glob, alias.as_str()) => true,
            (Self::Alias(glob), _) => is_key(&|key| {
                inventory.aliases.iter().any(|(alias, target)| target == key && alias_matches(glob, alias))
            }),
            (Self::Tag { key, value }, _) => inventory.has_tag(asset, key, |found| fits(value.as_ref(), found)),
        }
    }

    pub(crate) fn needs_inventory(&self) -> bool {
        match self {
            Self::Arn(pattern) => !is_secret(pattern.as_str()),
            Self::Secret(_) => false,
            Self::Alias(_) | Self::Tag { .. } => true,
        }
    }

    /// Whether the inventory knows anything that is meant; always so for ARNs and names, which stand for themselves.
    pub(crate) fn resolves(&self, inventory: &Inventory) -> bool {
        match self {
            Self::Arn(_) | Self::Secret(_) => true,
            Self::Alias(glob) => inventory.aliases.keys().any(|alias| alias_matches(glob, alias)),
            Self::Tag { key, value } => {
                let mut tagged = inventory.tagged_with(key, |found| fits(value.as_ref(), found));
                tagged.any(|arn| is_secret(arn) || arn.parse::<KeyArn>().is_ok())
            }
        }
    }
}

/// As an entry writes it, on one line.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(pattern) => write!(f, "arn `{pattern}`"),
            Self::Secret(glob) => write!(f, "secret `{glob}`"),
            Self::Alias(glob) => write!(f, "alias `{glob}`"),
            Self::Tag { key, value: None } => write!(f, "tag `{key}`"),
            Self::Tag { key, value: Some(value) } => write!(f, "tag `{key}` = `{value}`"),
        }
    }
}

/// `alias/payroll` is compared with the alias's name, an ARN with its ARN.
fn alias_matches(glob: &Glob, alias_arn: &str) -> bool {
    if glob.as_str().starts_with("arn:") {
        glob.matches(alias_arn)
    } else {
        alias_arn.parse::<AliasArn>().is_ok_and(|alias| glob.matches(alias.alias()))
    }
}

/// Whether a tag's value is meant; without a pattern, any is.
fn fits(value: Option<&Glob>, found: &str) -> bool {
    value.is_none_or(|value| value.matches(found))
}

/// Whether `secret`, in whatever form it was written, may be matched by a pattern over secret ARNs.
fn secret_matches(pattern: &ArnPattern, secret: &SecretRef) -> bool {
    if !pattern.as_str().contains(['*', '?']) {
        return is_secret(pattern.as_str()) && SecretRef::new(pattern.as_str(), None, None).may_be(secret);
    }
    if pattern.matches(&secret.written) {
        return true;
    }
    let parts: Vec<&str> = pattern.as_str().splitn(6, ':').collect();
    let [_, partition, _, region, account, _] = parts.as_slice() else { return false };
    // What the record does not tell is taken from the pattern, which matches itself.
    let from_arn = secret.written.starts_with("arn:");
    let partition = secret.written.split(':').nth(1).filter(|_| from_arn).unwrap_or(partition);
    let region = secret.region.as_deref().unwrap_or(region);
    let account = secret.account.as_ref().map_or(*account, |account| account.as_str());
    let start = format!("arn:{partition}:secretsmanager:{region}:{account}:secret:");
    if secret.names().any(|name| pattern.matches(&format!("{start}{name}"))) {
        return true;
    }
    // The pattern may spell out the random suffix, which a bare name and a partial ARN lack.
    let Some(Ok(shorter)) = without_suffix(pattern.as_str()).map(str::parse::<ArnPattern>) else { return false };
    secret.names().any(|name| shorter.matches(&format!("{start}{name}")))
}

/// `…:secret:prod/db-AbCdEf`, `…:secret:prod/db-??????` and `…:secret:prod/db-*` → `…:secret:prod/db`.
fn without_suffix(pattern: &str) -> Option<&str> {
    let (stem, suffix) = pattern.rsplit_once('-')?;
    let random = suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'?');
    (random || suffix == "*").then_some(stem)
}

#[cfg(test)]
mod tests;
