//! What happens, in order, as the records that AWS makes of it.

mod keys;
mod objects;
mod parameters;
mod secrets;

use jiff::Timestamp;

pub use keys::Key;
pub use objects::{Bucket, Form};
pub use secrets::{Secret, Stage};

use crate::call::Call;

/// One record.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// The record.
    pub json: String,
    /// What no other record has.
    pub number: u64,
    /// Whether it is what a rule is to count: by these it is told how soon a page came.
    pub is_deed: bool,
}

/// What happens. Each step adds the record of the call and those of all that AWS services do for it.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    events: Vec<Event>,
    taken: u64,
}

impl Stream {
    /// Adds one record.
    pub fn add(&mut self, at: Timestamp, call: &Call) {
        let number = self.taken + self.events.len() as u64 + 1;
        self.events.push(Event { at, json: call.record(at, number), number, is_deed: false });
    }

    /// Marks the latest record as one that a rule is to count. A step adds what services do for it first, so that the
    /// call itself is the latest.
    pub fn deed(&mut self) {
        if let Some(latest) = self.events.last_mut() {
            latest.is_deed = true;
        }
    }

    /// Everything that was added since the last time, in order of time.
    pub fn take(&mut self) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.events);
        self.taken += events.len() as u64;
        events.sort_by_key(|event| (event.at, event.number));
        events
    }
}
