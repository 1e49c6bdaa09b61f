//! Changes to an item, made so that workers need not agree on an order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use jiff::Timestamp;
use portcullis_domain::Outcome;

use crate::attr::{Attr, Value};
use crate::calendar::{Bucket, Day};
use crate::item::Item;

/// What becomes of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Set, unless it has a value. Of several workers the first wins, for good.
    Once(Value),
    /// Added to; a missing attribute is 0.
    Add(i64),
    /// Lowered to this, if it is missing or higher.
    Least(i64),
    /// Raised to this, if it is missing or lower.
    Most(i64),
    /// Removed: it is too old to be kept.
    Remove,
}

/// A change to one item: at most one [`Op`] for each attribute.
///
/// Changes of several workers may reach an item in any order: the end is the same, but for which of two `Once` wins.
/// All but `Add` may be applied twice. Each attribute has its own kind of `Op`, so two changes merge into one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change(BTreeMap<Attr, Op>);

impl Change {
    /// An account is watched since `since`, unless it was watched before.
    pub fn watch(&mut self, since: Timestamp) {
        self.once(Attr::Since, Value::Number(since.as_second()));
    }

    /// `event` was the first use, unless another was.
    pub fn claim(&mut self, event: &str) {
        self.once(Attr::Event, Value::Text(event.to_owned()));
    }

    /// It was used at `time`: moves the first time back.
    pub fn seen_at(&mut self, time: Timestamp) {
        let seconds = time.as_second();
        self.merge(Attr::First, Op::Least(seconds));
    }

    /// It was in use on `day`.
    pub fn last(&mut self, day: Day) {
        self.merge(Attr::Last, Op::Most(day.0));
    }

    /// `event` was the first seen at `place`, unless another was.
    pub fn place(&mut self, place: &str, event: &str) {
        self.once(Attr::Place(place.to_owned()), Value::Text(event.to_owned()));
    }

    /// `event` was the first use from `place`, unless another was.
    pub fn used_from(&mut self, place: &str, event: &str) {
        self.once(Attr::Used(place.to_owned()), Value::Text(event.to_owned()));
    }

    /// One more use on a day.
    pub fn count(&mut self, day: Day, outcome: Outcome) {
        self.merge(Attr::of(day, outcome), Op::Add(1));
    }

    /// One more counted use in a bucket.
    pub fn bucket(&mut self, bucket: Bucket) {
        self.merge(Attr::Bucket(bucket), Op::Add(1));
    }

    /// A bucket of `day` held `uses` counted uses.
    pub fn peak(&mut self, day: Day, uses: i64) {
        self.merge(Attr::Peak(day), Op::Most(uses));
    }

    /// The attribute is too old to be kept.
    pub fn remove(&mut self, attr: Attr) {
        self.0.insert(attr, Op::Remove);
    }

    /// Takes back what was to become of an attribute.
    pub(crate) fn forget(&mut self, attr: &Attr) {
        self.0.remove(attr);
    }

    fn once(&mut self, attr: Attr, value: Value) {
        self.merge(attr, Op::Once(value));
    }

    fn merge(&mut self, attr: Attr, op: Op) {
        match self.0.entry(attr) {
            Slot::Vacant(slot) => {
                slot.insert(op);
            }
            Slot::Occupied(mut slot) => match (slot.get_mut(), op) {
                (Op::Add(all), Op::Add(more)) => *all = all.saturating_add(more),
                (Op::Least(least), Op::Least(other)) => *least = other.min(*least),
                (Op::Most(most), Op::Most(other)) => *most = other.max(*most),
                // What was seen again is not too old.
                (removed @ Op::Remove, op) => *removed = op,
                // The first claim stays. An attribute has one kind of operation, so nothing else gets here.
                _ => {}
            },
        }
    }

    /// Puts back what [`take`](Self::take) took: it comes before what was added since.
    pub(crate) fn put_back(&mut self, mut taken: Self) {
        for (attr, op) in std::mem::take(&mut self.0) {
            taken.merge(attr, op);
        }
        *self = taken;
    }

    /// Takes at most `most` operations out, claims first.
    pub(crate) fn take(&mut self, most: usize) -> Self {
        let rest = self.0.keys().nth(most).cloned();
        let rest = rest.map(|attr| self.0.split_off(&attr)).unwrap_or_default();
        Self(std::mem::replace(&mut self.0, rest))
    }

    /// What becomes of which attribute.
    pub fn ops(&self) -> impl Iterator<Item = (&Attr, &Op)> {
        self.0.iter()
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This change without the minima and maxima that `item` meets already: for a store that writes these under a
    /// condition and was told that it does not hold.
    #[must_use]
    pub fn still_needed(&self, item: &Item) -> Self {
        let needed = |attr: &Attr, op: &Op| match (op, item.number(attr)) {
            (Op::Least(least), Some(number)) => number > *least,
            (Op::Most(most), Some(number)) => number < *most,
            _ => true,
        };
        Self(self.0.iter().filter(|(attr, op)| needed(attr, op)).map(|(a, op)| (a.clone(), op.clone())).collect())
    }

    /// What it adds to, or raises, an attribute.
    pub(crate) fn number(&self, attr: &Attr) -> Option<i64> {
        match self.0.get(attr)? {
            Op::Add(number) | Op::Most(number) => Some(*number),
            _ => None,
        }
    }

    /// The attributes it touches.
    pub(crate) fn attrs(&self) -> impl Iterator<Item = &Attr> {
        self.0.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn changes() -> [Change; 3] {
        let mut changes = [Change::default(), Change::default(), Change::default()];
        for (n, change) in (1..).zip(&mut changes) {
            change.seen_at(time(100 - n));
            change.count(Day(1), Outcome::Denied);
            change.bucket(Bucket(2));
            change.peak(Day(1), n * 3 % 4);
        }
        changes
    }

    #[test]
    fn any_order_has_the_same_end() {
        let [a, b, c] = changes();
        let end = |order: [&Change; 3]| {
            let mut item = Item::default();
            for change in order {
                item.apply(change);
            }
            item
        };
        let expected = end([&a, &b, &c]);
        assert_eq!(expected.first(), Some(time(97)));
        assert_eq!(expected.number(&Attr::Peak(Day(1))), Some(3));
        assert_eq!(expected.number(&Attr::Denials(Day(1))), Some(3));
        for order in [[&a, &c, &b], [&b, &a, &c], [&c, &b, &a]] {
            assert_eq!(end(order), expected);
        }
        let mut merged = a;
        for change in [b, c] {
            change.0.into_iter().for_each(|(attr, op)| merged.merge(attr, op));
        }
        let mut item = Item::default();
        item.apply(&merged);
        assert_eq!(item, expected, "merged");
    }

    #[test]
    fn the_first_claim_stays() {
        let (mut one, mut two) = (Change::default(), Change::default());
        one.claim("e-1");
        one.claim("e-2");
        two.claim("e-3");
        let mut item = Item::default();
        item.apply(&one);
        item.apply(&two);
        assert_eq!(item.event(), Some("e-1"));
        two.put_back(one);
        assert_eq!(two.ops().next().unwrap().1, &Op::Once(Value::Text("e-1".into())));
    }

    #[test]
    fn taken_in_parts_and_put_back() {
        let mut change = changes()[0].clone();
        let whole = change.clone();
        let part = change.take(3);
        assert_eq!((part.0.len(), change.0.len()), (3, 1));
        change.put_back(part);
        assert_eq!(change, whole);
        assert_eq!(change.take(4), whole);
        assert!(change.is_empty());
    }

    #[test]
    fn what_an_item_meets_already_is_not_needed() {
        let change = changes()[0].clone();
        let mut item = Item::default();
        assert_eq!(change.still_needed(&item), change);
        item.apply(&change);
        let rest = change.still_needed(&item);
        assert!(rest.0.values().all(|op| matches!(op, Op::Add(1))), "{rest:?}");
        assert_eq!(rest.0.len(), 2);
    }

    #[test]
    fn what_is_seen_again_is_not_removed() {
        let mut change = Change::default();
        change.remove(Attr::Bucket(Bucket(2)));
        change.bucket(Bucket(2));
        assert_eq!(change.number(&Attr::Bucket(Bucket(2))), Some(1));
    }
}
