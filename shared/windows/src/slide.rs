//! Sliding a window over points in time.

use std::collections::HashMap;

use crate::Test;

/// Something that happened for one input of a correlation: an event, or the firing of an inner correlation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point<'e> {
    /// When it counts.
    pub(crate) at: i64,
    /// Since when it has been under way: an inner correlation rests on earlier events.
    pub(crate) since: i64,
    /// Which input.
    pub(crate) input: usize,
    /// What it counts as: the event, or the value.
    pub(crate) key: Vec<&'e str>,
    /// The event, as far as one event cannot be two steps.
    pub(crate) id: &'e str,
}

/// A window that fires, from its first to its last point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fired {
    /// The first point's time.
    pub(crate) from: i64,
    /// The last point's time: when it fires.
    pub(crate) at: i64,
}

/// The windows that fire: for each time at which something happened, the points of the `timespan` that ends there.
/// `points` are in order of time.
pub(crate) fn slide(points: &[Point<'_>], test: &Test, inputs: usize, timespan: i64) -> Vec<Fired> {
    let mut fired = Vec::new();
    let mut counts: HashMap<&[&str], usize> = HashMap::new();
    let mut start = 0;
    let mut entered = 0;
    while let Some(at) = points.get(entered).map(|point| point.at) {
        while let Some(point) = points.get(entered).filter(|point| point.at == at) {
            *counts.entry(point.key.as_slice()).or_default() += 1;
            entered += 1;
        }
        while let Some(point) = points.get(start).filter(|point| point.at < at - timespan) {
            if let Some(count) = counts.get_mut(point.key.as_slice()) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(point.key.as_slice());
                }
            }
            start += 1;
        }
        let window = points.get(start..entered).unwrap_or_default();
        let holds = match test {
            Test::EventCount(threshold) | Test::ValueCount(threshold) => {
                threshold.holds(u64::try_from(counts.len()).unwrap_or(u64::MAX))
            }
            Test::Temporal(seen) => seen.holds(inputs, &|input| window.iter().any(|point| point.input == input)),
            Test::TemporalOrdered => in_order(window, inputs),
        };
        if holds {
            let from = window.iter().map(|point| point.since).min().unwrap_or(at);
            fired.push(Fired { from, at });
        }
    }
    fired
}

/// Whether the inputs appear one after another. Of the points of one input the earliest that fits is as good as any.
fn in_order(window: &[Point<'_>], inputs: usize) -> bool {
    let mut after: Option<&Point<'_>> = None;
    for input in 0..inputs {
        let fits = |point: &&Point<'_>| {
            point.input == input && after.is_none_or(|after| point.at >= after.at && point.id != after.id)
        };
        match window.iter().filter(fits).min_by_key(|point| point.at) {
            Some(point) => after = Some(point),
            None => return false,
        }
    }
    true
}
