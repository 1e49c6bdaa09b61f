//! The ledger's items: what lies under one key.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attr::{Attr, Value};
use crate::calendar::Day;
use crate::change::{Change, Op};

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
    use super::*;

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
