//! Wildcards as IAM writes them: `*` for any run of characters, `?` for one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ARN in which `*` and `?` stand for anything, slashes and colons included, as in the `Resource` of an IAM
/// policy (IAM User Guide, *IAM JSON policy elements: Resource*).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArnPattern(String);

/// The text cannot match any ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an ARN pattern: six parts separated by colons, the first `arn`, `*` and `?` allowed in the others"
)]
pub struct PatternError(String);

impl ArnPattern {
    /// Whether `arn` matches, as a whole and case-sensitively.
    pub fn matches(&self, arn: &str) -> bool {
        wildcard(&self.0, arn)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ArnPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, service, _, _, resource] if !service.is_empty() && !resource.is_empty() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(PatternError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for ArnPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ArnPattern> for String {
    fn from(pattern: ArnPattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for ArnPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Glob matching in linear space: on a mismatch, the last `*` swallows one more byte.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                t += 1;
            }
            Some(byte) if Some(byte) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star + 1;
                    t = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case("prod/*", "prod/db", true ; "star at the end")]
    #[test_case("*", "", true ; "star matches nothing")]
    #[test_case("a*b*c", "a--b--b--c", true ; "backtracks")]
    #[test_case("a*b", "a-b-c", false ; "the end is anchored")]
    #[test_case("a?c", "abc", true ; "question mark")]
    #[test_case("a?c", "ac", false ; "question mark needs one")]
    #[test_case("abc", "ABC", false ; "case matters")]
    fn wildcards(pattern: &str, text: &str, expected: bool) {
        assert_eq!(wildcard(pattern, text), expected);
    }

    #[test_case("arn:aws:iam::*:role/security/*", true ; "pattern")]
    #[test_case("arn:*:iam::111122223333:role/x", true ; "partition")]
    #[test_case("role/x", false ; "a name is not an ARN")]
    #[test_case("arn:aws:iam::111122223333", false ; "too short")]
    fn arn_patterns(text: &str, expected: bool) {
        assert_eq!(text.parse::<ArnPattern>().is_ok(), expected);
    }

    /// The obvious recursive definition, as the oracle.
    fn reference(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => reference(rest, text) || (!text.is_empty() && reference(pattern, &text[1..])),
            ([b'?', p @ ..], [_, t @ ..]) => reference(p, t),
            ([x, p @ ..], [y, t @ ..]) => x == y && reference(p, t),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            prop_assert_eq!(wildcard(&pattern, &text), reference(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
