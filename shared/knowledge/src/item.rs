//! The ledger's items: flat attributes, each a number or a text.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use portcullis_domain::Outcome;
use serde::{Deserialize, Serialize};

use crate::calendar::{Bucket, Day};
use crate::change::{Change, Op};

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

    const fn is_text(&self) -> bool {
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

/// How much a pair was used on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayUse {
    /// Successful uses.
    pub successes: i64,
    /// Denied uses.
    pub denials: i64,
    /// Failed uses.
    pub failures: i64,
    /// The most counted uses in ten minutes.
    pub peak: i64,
}

/// What the ledger holds under one [`Key`](crate::Key). It serialises as one flat object of its attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Value>", into = "BTreeMap<String, Value>")]
pub struct Item(BTreeMap<Attr, Value>);

impl Item {
    /// From its stored attributes. Others, such as the table's keys, are left out; so is one of ours with a value of
    /// the wrong type.
    pub fn from_attributes(attributes: impl IntoIterator<Item = (String, Value)>) -> Self {
        let known = attributes.into_iter().filter_map(|(name, value)| Some((Attr::parse(&name)?, value)));
        Self(known.filter(|(attr, value)| attr.is_text() == matches!(value, Value::Text(_))).collect())
    }

    /// Its attributes by name, as they are stored.
    pub fn attributes(&self) -> impl Iterator<Item = (String, &Value)> {
        self.0.iter().map(|(attr, value)| (attr.to_string(), value))
    }

    /// Whether there is no such item: no item of the ledger is without attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number.
    pub fn number(&self, attr: &Attr) -> Option<i64> {
        match self.0.get(attr) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn text(&self, attr: &Attr) -> Option<&str> {
        match self.0.get(attr) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The names of all attributes.
    pub(crate) fn attrs(&self) -> impl Iterator<Item = &Attr> {
        self.0.keys()
    }

    /// The peaks of those of some days that have one.
    pub(crate) fn peaks(&self, days: Range<Day>) -> impl Iterator<Item = i64> {
        let range = self.0.range(Attr::Peak(days.start)..Attr::Peak(days.end));
        range.filter_map(|(_, value)| if let Value::Number(peak) = value { Some(*peak) } else { None })
    }

    /// Of an account: since when it is watched.
    pub fn since(&self) -> Option<Timestamp> {
        self.number(&Attr::Since).and_then(|seconds| Timestamp::from_second(seconds).ok())
    }

    /// Of a pair or an asset: the event that was the first use. Its time need not be [`first`](Self::first).
    pub fn event(&self) -> Option<&str> {
        self.text(&Attr::Event)
    }

    /// Of a pair or an asset: the earliest time of any use, to the second.
    pub fn first(&self) -> Option<Timestamp> {
        self.number(&Attr::First).and_then(|seconds| Timestamp::from_second(seconds).ok())
    }

    /// Of a pair or an actor: the places it was seen at, each with the event that was seen there first.
    pub fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(attr, value)| match (attr, value) {
            (Attr::Place(place), Value::Text(event)) => Some((place.as_str(), event.as_str())),
            _ => None,
        })
    }

    /// Of a pair or an actor: the event that was seen first at a place.
    pub fn place(&self, place: &str) -> Option<&str> {
        self.text(&Attr::Place(place.to_owned()))
    }

    /// Of an actor: the places from which it used anything, each with the event of the first use.
    pub fn places_used(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(attr, value)| match (attr, value) {
            (Attr::Used(place), Value::Text(event)) => Some((place.as_str(), event.as_str())),
            _ => None,
        })
    }

    /// Of an actor: the event that was the first use from a place.
    pub fn place_used(&self, place: &str) -> Option<&str> {
        self.text(&Attr::Used(place.to_owned()))
    }

    /// Of a pair: its use by day.
    pub fn days(&self) -> BTreeMap<Day, DayUse> {
        let mut days = BTreeMap::<Day, DayUse>::new();
        for (attr, value) in &self.0 {
            let (Some(day), Value::Number(number)) = (attr.day(), value) else { continue };
            let used = days.entry(day).or_default();
            match attr {
                Attr::Peak(_) => used.peak = *number,
                Attr::Denials(_) => used.denials = *number,
                Attr::Failures(_) => used.failures = *number,
                _ => used.successes = *number,
            }
        }
        days
    }

    /// Of a pair: the last day on which it was used.
    pub fn last_day(&self) -> Option<Day> {
        self.0.keys().filter_map(Attr::day).max()
    }

    /// Applies a change: what every store does.
    pub fn apply(&mut self, change: &Change) {
        for (attr, op) in change.ops() {
            let number = self.number(attr);
            let value = match op {
                Op::Once(value) => {
                    self.0.entry(attr.clone()).or_insert_with(|| value.clone());
                    continue;
                }
                Op::Remove => {
                    self.0.remove(attr);
                    continue;
                }
                Op::Add(more) => number.unwrap_or(0).saturating_add(*more),
                Op::Least(least) => number.map_or(*least, |number| number.min(*least)),
                Op::Most(most) => number.map_or(*most, |number| number.max(*most)),
            };
            self.0.insert(attr.clone(), Value::Number(value));
        }
    }
}

impl From<BTreeMap<String, Value>> for Item {
    fn from(attributes: BTreeMap<String, Value>) -> Self {
        Self::from_attributes(attributes)
    }
}

impl From<Item> for BTreeMap<String, Value> {
    fn from(item: Item) -> Self {
        item.0.into_iter().map(|(attr, value)| (attr.to_string(), value)).collect()
    }
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

    #[test]
    fn serialises_flat_and_leaves_out_what_is_not_ours() {
        let json = r#"{"at office":"e-1","event":"e-1","first":1767600000,"s20458":3}"#;
        let item: Item = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), json);
        let more: Item =
            serde_json::from_str(&json.replace('{', r#"{"pk":"actor#x","expires_at":7,"d20458":"three","#)).unwrap();
        assert_eq!(more, item);
        assert_eq!(item.days()[&Day(20458)], DayUse { successes: 3, ..DayUse::default() });
        assert_eq!((item.place("office"), item.place("home")), (Some("e-1"), None));
    }
}
