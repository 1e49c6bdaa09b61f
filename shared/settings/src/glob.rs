//! Patterns over names and values, which are not ARNs.

use std::fmt;
use std::str::FromStr;

use portcullis_domain::{ArnPattern, PatternError};

/// A text in which `*` stands for any run of characters and `?` for one, slashes included, as in an [`ArnPattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(ArnPattern);

/// ARN patterns hold the one definition of the wildcards, so that a name is dressed as an ARN to be matched by it.
const DRESS: &str = "arn::glob:::=";

impl Glob {
    /// Whether the whole of `text` matches, case-sensitively.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(&format!("{DRESS}{text}"))
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str().strip_prefix(DRESS).unwrap_or_default()
    }
}

impl FromStr for Glob {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        format!("{DRESS}{text}").parse().map(Self)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case("prod/*", "prod/a/b", true ; "star crosses slashes")]
    #[test_case("prod/*", "dev/a", false ; "another name")]
    #[test_case("", "", true ; "empty")]
    #[test_case("", "a", false ; "empty is not anything")]
    #[test_case("a:b", "a:b", true ; "colons")]
    fn globs(pattern: &str, text: &str, expected: bool) {
        assert_eq!(pattern.parse::<Glob>().unwrap().matches(text), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_a_glob_and_matches_itself(text in ".*") {
            let glob: Glob = text.parse().unwrap();
            prop_assert_eq!(glob.as_str(), text.as_str());
            prop_assert!(glob.matches(&text));
        }
    }
}
