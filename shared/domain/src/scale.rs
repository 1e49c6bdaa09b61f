//! The two scales that a response is chosen by: how bad, and on what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is not on the scale.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of {}", known.join(", "))]
pub struct UnknownWord {
    word: String,
    known: &'static [&'static str],
}

macro_rules! scale {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every step, from the lowest.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The words of every step, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word used in rules, settings, JSON and pages.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { word: word.to_owned(), known: Self::WORDS }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

scale! {
    /// How bad a finding is: Sigma's `level` (Sigma Specification, *Rules*, `level`).
    Severity {
        /// Worth counting.
        Informational => "informational",
        /// Worth a look some day.
        Low => "low",
        /// Worth a look this week.
        Medium => "medium",
        /// Worth a look now.
        High => "high",
        /// Worth waking somebody.
        Critical => "critical",
    }
}

scale! {
    /// How much an asset matters, by the settings. Absent for an asset that no entry names.
    Tier {
        /// Classified, of ordinary importance.
        Standard => "standard",
        /// Loss hurts.
        Sensitive => "sensitive",
        /// Loss is a disaster.
        Critical => "critical",
    }
}
