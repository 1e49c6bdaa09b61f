//! How records arrive: as messages of a queue, which a function takes by up to ten.

use jiff::{SignedDuration, Timestamp};

use crate::random::Random;
use crate::stream::Event;

/// How many messages a function takes at once (`BatchSize` of the template).
const MOST: usize = 10;

/// What a function takes at once.
#[derive(Clone, Debug)]
pub struct Batch<'e> {
    /// When.
    pub at: Timestamp,
    /// The messages.
    pub events: Vec<&'e Event>,
}

/// Every record once, in order of time, three seconds after it happened.
pub fn in_order(events: &[Event]) -> Vec<Batch<'_>> {
    batches(events.iter().map(|event| (event.at + SignedDuration::from_secs(3), event)).collect())
}

/// Records as they come when it goes badly. Each takes from one to sixty seconds, each twentieth up to five minutes, and
/// each third comes a second time within another ten minutes, as a log file brings it.
pub fn in_disorder<'e>(events: &'e [Event], random: &mut Random) -> Vec<Batch<'e>> {
    let mut arrivals = Vec::new();
    let mut seconds =
        |from: i64, bound: u64| SignedDuration::from_secs(from.saturating_add_unsigned(random.below(bound)));
    for (place, event) in events.iter().enumerate() {
        let is_slow = place % 20 == 19;
        let first = event.at + if is_slow { seconds(60, 240) } else { seconds(1, 60) };
        arrivals.push((first, event));
        if place % 3 == 2 {
            arrivals.push((first + seconds(1, 600), event));
        }
    }
    batches(arrivals)
}

/// What arrives within the same second is taken together, as far as it goes.
fn batches(mut arrivals: Vec<(Timestamp, &Event)>) -> Vec<Batch<'_>> {
    arrivals.sort_by_key(|(at, event)| (*at, event.number));
    let mut batches: Vec<Batch<'_>> = Vec::new();
    for (at, event) in arrivals {
        match batches.last_mut() {
            Some(batch) if batch.at == at && batch.events.len() < MOST => batch.events.push(event),
            _ => batches.push(Batch { at, events: vec![event] }),
        }
    }
    batches
}
