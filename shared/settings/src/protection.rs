//! Who is never touched.

use std::fmt;
use std::sync::LazyLock;

use portcullis_domain::{ArnPattern, Principal};

use crate::{Glob, PathPattern, Settings};

/// The tag of a role or user that is never touched, without the settings saying so: `key=value`. The value counts in
/// any case, as keys of tags of roles and users do.
///
/// Whoever may tag roles and users can protect them by it, themselves included; the right to set this tag is to be
/// guarded as the settings file is.
pub const PROTECTED_TAG: &str = "portcullis:protected=true";

/// One item of `protected:`: roles and users that are never touched, whatever they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Those whose ARN matches.
    Arn(ArnPattern),
    /// Those with this IAM path, or one below it.
    Path(PathPattern),
    /// Those that have a tag. Tags of a session do not count: whoever assumes a role may choose them (IAM User Guide,
    /// *Pass session tags in AWS STS*).
    Tag {
        /// The tag's key. Its case does not count: no role or user has two keys that differ in case only (IAM User
        /// Guide, *Tags for AWS Identity and Access Management resources*).
        key: String,
        /// The tag's value. Its case counts.
        value: Glob,
    },
}

/// What [`PROTECTED_TAG`] says.
static BY_DEFAULT: LazyLock<Option<Protection>> = LazyLock::new(|| {
    let (key, value) = PROTECTED_TAG.split_once('=')?;
    Some(Protection::Tag { key: key.to_owned(), value: value.parse().ok()? })
});

impl Protection {
    /// Whether the ARN or the path of `principal` is meant; a tag never is, since a principal does not tell its own.
    fn names(&self, principal: &Principal) -> bool {
        match self {
            Self::Arn(pattern) => principal.arn().is_some_and(|arn| pattern.matches(arn)),
            Self::Path(path) => path.is_of(principal),
            Self::Tag { .. } => false,
        }
    }

    /// Whether one of `tags` is meant, of which `read` makes the values that are compared.
    fn names_tag(&self, tags: &[(String, String)], read: impl Fn(&str) -> String) -> bool {
        match self {
            Self::Tag { key, value } => {
                tags.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && value.matches(&read(v)))
            }
            Self::Arn(_) | Self::Path(_) => false,
        }
    }
}

/// As the settings write it.
impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(pattern) => pattern.fmt(f),
            Self::Path(path) => write!(f, "{{path: {path}}}"),
            Self::Tag { key, value } => write!(f, "{{tag: {key}={value}}}"),
        }
    }
}

impl Settings {
    /// What protects `principal` by its ARN or path, where anything does.
    ///
    /// A principal without an ARN of its own is protected by nothing; it cannot be acted on either. Tags are asked for
    /// by [`Settings::is_protected_by_tag`], once IAM has told them.
    pub fn is_protected(&self, principal: &Principal) -> Option<&Protection> {
        self.protected.iter().find(|protection| protection.names(principal))
    }

    /// What protects a role or user that has `tags`, keys and values as IAM tells them at the moment of acting: an item
    /// of the settings, or [`PROTECTED_TAG`], which protects always.
    pub fn is_protected_by_tag(&self, tags: &[(String, String)]) -> Option<&Protection> {
        let said = self.protected.iter().find(|protection| protection.names_tag(tags, str::to_owned));
        said.or_else(|| BY_DEFAULT.as_ref().filter(|protection| protection.names_tag(tags, str::to_ascii_lowercase)))
    }
}

#[cfg(test)]
mod tests;
