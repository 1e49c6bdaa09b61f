//! What is kept of the events of one timespan's length, and what may be left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Correlation, Event, Test};

/// The events of one window that fall in one stretch of time as long as the timespan.
///
/// It is a set, so that putting the same event in twice, or two workers' events in either order, comes to the same. A
/// bucket with more events than [`Correlation`] needs keeps the ones that decide, and says so: of each counted value the
/// first and the last event, and of the values those that came first and those that came last. Since all of a bucket fits
/// in one timespan, and a window reaches over at most two buckets, of which it covers an end and a beginning, whether and
/// when the correlation fires is the same as with all of them (exactly so for `event_count` and `value_count` over rules;
/// `temporal_ordered` over three or more steps and chained correlations may miss an order that shows only in what was left
/// out). What is lost is the count, which is then "at least".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The events.
    pub events: BTreeSet<Event>,
    /// Whether some were left out.
    pub more: bool,
    /// How often it was written: of two views of a window, the one that knows more has the larger sum.
    pub version: u64,
}

/// How many events more than needed a store may hold before they must be removed: so that a removal comes once in so
/// many events, not with each.
pub(crate) const SLACK: usize = 48;

impl Bucket {
    /// The events of a batch, as much of them as a bucket needs.
    pub(crate) fn of_batch(events: impl IntoIterator<Item = Event>, correlation: &Correlation) -> Self {
        let all = Self { events: events.into_iter().collect(), ..Self::default() };
        if all.events.len() <= correlation.kept() { all } else { all.decisive(correlation) }
    }

    /// Takes up another part of the same bucket.
    pub fn absorb(&mut self, other: &Self) {
        self.events.extend(other.events.iter().cloned());
        self.more |= other.more;
    }

    /// What a store may remove now: nothing until it is worth a write. Removing it changes no answer, whatever is added
    /// at the same time: what is surplus among some events is surplus among more.
    pub fn surplus(&self, correlation: &Correlation) -> Vec<Event> {
        if self.events.len() <= correlation.kept() + SLACK {
            return Vec::new();
        }
        let kept = self.decisive(correlation);
        self.events.difference(&kept.events).cloned().collect()
    }

    /// The bucket as it is judged: all of it, or what decides when there is too much.
    pub(crate) fn decisive(&self, correlation: &Correlation) -> Self {
        let distinct = self.distinct();
        if !self.more && distinct.len() <= correlation.kept() {
            return Self { events: distinct.into_iter().cloned().collect(), more: false, version: self.version };
        }
        let mut by_key: BTreeMap<Vec<&str>, Vec<&Event>> = BTreeMap::new();
        let leaf_names: Vec<String> = distinct.iter().map(|event| event.leaf.to_string()).collect();
        for (event, leaf) in distinct.iter().zip(&leaf_names) {
            by_key.entry(key(event, leaf, correlation)).or_default().push(event);
        }
        let half = correlation.kept() / 2;
        let each = match &correlation.test {
            // Few keys with many events each.
            Test::Temporal(_) | Test::TemporalOrdered if !correlation.is_chained() => {
                half / correlation.inputs.len().max(1)
            }
            _ => 1,
        };
        let mut keys: Vec<&Vec<&Event>> = by_key.values().collect();
        let mut kept = BTreeSet::new();
        keys.sort_by_key(|events| events.first());
        kept.extend(keys.iter().take(half).flat_map(|events| events.iter().take(each)).copied().cloned());
        keys.sort_by_key(|events| std::cmp::Reverse(events.last()));
        kept.extend(keys.iter().take(half).flat_map(|events| events.iter().rev().take(each)).copied().cloned());
        Self { events: kept, more: true, version: self.version }
    }

    /// Without the copies of one event whose bodies differ: the least stays.
    fn distinct(&self) -> Vec<&Event> {
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.dedup_by(|b, a| a.identity() == b.identity());
        events
    }
}

/// What the correlation counts an event as.
fn key<'e>(event: &'e Event, leaf: &'e str, correlation: &Correlation) -> Vec<&'e str> {
    let value = event.value.as_deref();
    match &correlation.test {
        _ if correlation.is_chained() => {
            let group = event.group.iter().map(String::as_str);
            [leaf, value.unwrap_or(&event.id)].into_iter().chain(group).collect()
        }
        Test::EventCount(_) => vec![event.id.as_str()],
        Test::ValueCount(_) => value.into_iter().collect(),
        Test::Temporal(_) | Test::TemporalOrdered => vec![leaf],
    }
}
