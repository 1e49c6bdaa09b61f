//! From the events of a window to its bursts.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::slide::{Fired, Point, slide};
use crate::{Anchor, Bucket, Correlation, Event, Input, Test};

/// One burst: everything from the first to the last event of windows that fire and overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Its first event, which names it.
    pub anchor: Anchor,
    /// Its events, in order of time.
    pub events: Vec<Event>,
    /// Whether some were left out: there were at least as many.
    pub more: bool,
    /// From when to when, in milliseconds since the epoch, it goes on before it is cut.
    pub whole: RangeInclusive<i64>,
    /// Of two forms of one burst, the one with the larger revision knows all that the other does.
    pub revision: u64,
}

impl Burst {
    /// The time of its last event, in milliseconds since the epoch.
    pub fn last(&self) -> i64 {
        self.events.last().map_or(self.anchor.at, |event| event.at)
    }

    /// Whether `event` is one of its events, or of what it was cut from, or was left out of them.
    pub(crate) fn spans(&self, event: &Event) -> bool {
        self.whole.contains(&event.at)
    }
}

/// The bursts of a window, in order of time: a function of the set of events alone.
///
/// Windows that fire and share a moment are one burst. One that goes on without end is told anew from time to time: it is
/// cut at multiples of [`Correlation::longest_piece`] (at least a day) before which it has filled a whole such stretch, so
/// that a burst shorter than that is never cut, and where to cut can be told from the neighbourhood.
pub fn bursts(correlation: &Correlation, buckets: &BTreeMap<i64, Bucket>) -> Vec<Burst> {
    let judged: Vec<(i64, Bucket)> =
        buckets.iter().map(|(number, bucket)| (*number, bucket.decisive(correlation))).collect();
    let mut events: Vec<&Event> = judged.iter().flat_map(|(_, bucket)| &bucket.events).collect();
    events.sort();
    let fired = fire(correlation, &events);
    let wholes = merge(&fired).into_iter();
    let pieces =
        wholes.flat_map(|whole| cut(whole, correlation.longest_piece()).into_iter().map(move |piece| (whole, piece)));
    pieces
        .filter_map(|(whole, piece)| {
            let inside = |at: i64| (piece.from..=piece.at).contains(&at);
            let members: Vec<Event> =
                events.iter().filter(|event| inside(event.at)).map(|event| (*event).clone()).collect();
            let first = members.first()?;
            let continued = piece.from != whole.from;
            let anchor = Anchor { at: first.at, id: first.id.clone(), continued };
            let numbers = number(correlation, piece.from)..=number(correlation, piece.at);
            let more = judged.iter().any(|(number, bucket)| bucket.more && numbers.contains(number));
            let revision = revision(correlation, whole, first.at, &judged);
            Some(Burst { anchor, events: members, more, whole: whole.from..=whole.at, revision })
        })
        .collect()
}

/// What was written to the part of a burst on which a piece of it depends, and which every view of that piece has.
fn revision(correlation: &Correlation, whole: Fired, at: i64, judged: &[(i64, Bucket)]) -> u64 {
    let longest = correlation.longest_piece();
    let piece = at.div_euclid(longest);
    let from = number(correlation, whole.from.max((piece - 1) * longest));
    let to = number(correlation, whole.at.min((piece + 3) * longest - 1));
    judged.iter().filter(|(number, _)| (from..=to).contains(number)).map(|(_, bucket)| bucket.version).sum()
}

/// In which bucket an event of this time is.
pub(crate) fn number(correlation: &Correlation, at: i64) -> i64 {
    at.div_euclid(correlation.bucket())
}

fn fire(correlation: &Correlation, events: &[&Event]) -> Vec<Fired> {
    let mut points: Vec<Point<'_>> = Vec::new();
    for (index, input) in correlation.inputs.iter().enumerate() {
        match input {
            Input::Rule { leaf, .. } => {
                let own = events.iter().filter(|event| event.leaf == *leaf);
                points.extend(own.filter_map(|event| {
                    let key = match &correlation.test {
                        // An event without the value is not counted.
                        Test::ValueCount(_) => vec![event.value.as_deref()?],
                        _ => vec![event.id.as_str()],
                    };
                    Some(Point { at: event.at, since: event.at, input: index, key, id: &event.id })
                }));
            }
            Input::Correlation(inner) => points.extend(inner_points(correlation, index, inner, events)),
        }
    }
    points.sort();
    slide(&points, &correlation.test, correlation.inputs.len(), correlation.timespan)
}

/// The firings of an inner correlation, in each of its groups. What counts, counts each burst once, when it began; what
/// asks for an order or for company sees every moment at which it fires.
fn inner_points<'e>(outer: &Correlation, index: usize, inner: &Correlation, events: &[&'e Event]) -> Vec<Point<'e>> {
    let leaves: Vec<u16> = inner.leaves().into_iter().map(|(_, leaf)| leaf).collect();
    let mut groups: BTreeMap<Vec<&'e str>, Vec<&'e Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| leaves.contains(&event.leaf)) {
        let own = inner.group_by.iter().map(|place| event.group.get(*place).map(String::as_str));
        if let Some(group) = own.collect::<Option<Vec<_>>>() {
            groups.entry(group).or_default().push(event);
        }
    }
    let mut points = Vec::new();
    for (group, events) in groups {
        let fired = fire(inner, &events);
        let counted = match &outer.test {
            Test::EventCount(_) | Test::ValueCount(_) => begun(&fired),
            Test::Temporal(_) | Test::TemporalOrdered => fired,
        };
        points.extend(counted.into_iter().filter_map(|fired| {
            let id = events.iter().find(|event| event.at >= fired.from)?.id.as_str();
            let key = match &outer.test {
                // Different values of a correlation are its different groups.
                Test::ValueCount(_) => group.clone(),
                _ => group.iter().copied().chain([id]).collect(),
            };
            Some(Point { at: fired.at, since: fired.from, input: index, key, id })
        }));
    }
    points
}

/// The first firing of each burst.
fn begun(fired: &[Fired]) -> Vec<Fired> {
    let mut begun: Vec<Fired> = Vec::new();
    let mut until = i64::MIN;
    for one in fired {
        if one.from > until {
            begun.push(*one);
        }
        until = until.max(one.at);
    }
    begun
}

/// Firings that share a moment, as one.
fn merge(fired: &[Fired]) -> Vec<Fired> {
    let mut sorted = fired.to_vec();
    sorted.sort_by_key(|one| (one.from, one.at));
    let mut merged: Vec<Fired> = Vec::new();
    for one in sorted {
        match merged.last_mut() {
            Some(last) if one.from <= last.at => last.at = last.at.max(one.at),
            _ => merged.push(one),
        }
    }
    merged
}

/// Cuts what goes on without end.
fn cut(whole: Fired, piece: i64) -> Vec<Fired> {
    let mut pieces = Vec::new();
    let mut from = whole.from;
    let started = whole.from.div_euclid(piece) + i64::from(whole.from.rem_euclid(piece) != 0);
    let mut boundary = (started + 1) * piece;
    while boundary <= whole.at {
        pieces.push(Fired { from, at: boundary - 1 });
        from = boundary;
        boundary += piece;
    }
    pieces.push(Fired { from, at: whole.at });
    pieces
}
