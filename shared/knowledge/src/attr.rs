//! The attributes of the ledger's items: flat, each a number or a text.

use std::fmt;

use portcullis_domain::Outcome;
use serde::{Deserialize, Serialize};

use crate::calendar::{Bucket, Day};

/// The name of an attribute. Its text is short on purpose: a write is billed by the size of the whole item, names
/// included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr {
    /// `since`: since when the account is watched, in epoch seconds.
    Since,
    /// `event`: the id of the event that was the first use. Never changes.
    Event,
    /// `first`: the earliest time of any use, in epoch seconds. Late records move it back.
    First,
    /// `last`: a day on which it was in use, in days since 1970-01-01. Not the last one: it is written once in
    /// [`TOUCHED_DAYS`](crate::TOUCHED_DAYS), to say that the item is in use.
    Last,
    /// `at PLACE`: the id of the event that was seen first at this place. Never changes.
    Place(String),
    /// `from PLACE`: the id of the event that was the first use from this place. Never changes.
    Used(String),
    /// `b2945952`: counted uses in ten minutes. Only the latest buckets are kept.
    Bucket(Bucket),
    /// `p20458`: the most counted uses in one bucket of a day.
    Peak(Day),
    /// `s20458`: successful uses in a day.
    Successes(Day),
    /// `d20458`: denied uses in a day.
    Denials(Day),
    /// `f20458`: failed uses in a day.
    Failures(Day),
}

impl Attr {
    /// The attribute that counts an outcome on a day.
    pub const fn of(day: Day, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Successes(day),
            Outcome::Denied => Self::Denials(day),
            Outcome::Failed => Self::Failures(day),
        }
    }

    /// The attribute of a name, if it is one of ours.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "since" => return Some(Self::Since),
            "event" => return Some(Self::Event),
            "first" => return Some(Self::First),
            "last" => return Some(Self::Last),
            _ => {}
        }
        if let Some(place) = name.strip_prefix("at ") {
            return Some(Self::Place(place.to_owned()));
        }
        if let Some(place) = name.strip_prefix("from ") {
            return Some(Self::Used(place.to_owned()));
        }
        let kind = name.chars().next()?;
        let number = name.strip_prefix(kind)?.parse().ok()?;
        let attr = match kind {
            'b' => Self::Bucket(Bucket(number)),
            'p' => Self::Peak(Day(number)),
            's' => Self::Successes(Day(number)),
            'd' => Self::Denials(Day(number)),
            'f' => Self::Failures(Day(number)),
            _ => return None,
        };
        // `b+1` and `b01` parse as numbers too, and are not ours.
        (attr.to_string() == name).then_some(attr)
    }

    /// The day it speaks of.
    pub(crate) const fn day(&self) -> Option<Day> {
        match self {
            Self::Peak(day) | Self::Successes(day) | Self::Denials(day) | Self::Failures(day) => Some(*day),
            _ => None,
        }
    }

    /// Whether its value is a text.
    pub(crate) const fn is_text(&self) -> bool {
        matches!(self, Self::Event | Self::Place(_) | Self::Used(_))
    }
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Since => f.write_str("since"),
            Self::Event => f.write_str("event"),
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::Place(place) => write!(f, "at {place}"),
            Self::Used(place) => write!(f, "from {place}"),
            Self::Bucket(bucket) => write!(f, "b{}", bucket.0),
            Self::Peak(day) => write!(f, "p{}", day.0),
            Self::Successes(day) => write!(f, "s{}", day.0),
            Self::Denials(day) => write!(f, "d{}", day.0),
            Self::Failures(day) => write!(f, "f{}", day.0),
        }
    }
}

/// The value of an attribute: DynamoDB's `N` or `S`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("since")]
    #[test_case("event")]
    #[test_case("first")]
    #[test_case("last")]
    #[test_case("at 203.0.113.0/24")]
    #[test_case("from office")]
    #[test_case("b2945952")]
    #[test_case("p20458")]
    #[test_case("s20458")]
    #[test_case("d-1")]
    #[test_case("f0")]
    fn names_come_back(name: &str) {
        assert_eq!(Attr::parse(name).unwrap().to_string(), name);
    }

    #[test_case("pk")]
    #[test_case("s")]
    #[test_case("s+1")]
    #[test_case("s01")]
    #[test_case("x1")]
    #[test_case("")]
    #[test_case("été")]
    fn other_names_are_not_ours(name: &str) {
        assert_eq!(Attr::parse(name), None);
    }
}
