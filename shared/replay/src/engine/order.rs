//! Records in the order of their times: each waits until nothing older is to be expected.

use std::collections::BTreeMap;

use portcullis_detection::memory::Waiting;

/// How many bytes may wait at once, about. Beyond that the oldest are let go before their time.
const ROOM: usize = 32 << 20;

/// What a record takes beside its text, about: what it means, and what the rules said.
const BESIDE: usize = 2_048;

/// A record that matters.
pub(super) struct Held<'p> {
    /// Its time, in milliseconds since the epoch; without one it is taken at once.
    pub(super) time: Option<i64>,
    /// Whether it is about keys, secrets or the audit trail.
    pub(super) relevant: bool,
    /// What makes its event one; absent when it has no `eventID`.
    pub(super) event: Option<u64>,
    /// What is left to do about it; absent when it is only counted.
    pub(super) waiting: Option<Box<Waiting<'p>>>,
}

impl Held<'_> {
    fn size(&self) -> usize {
        64 + self.waiting.as_ref().map_or(0, |waiting| BESIDE + waiting.json.len())
    }
}

/// Where records wait.
#[derive(Default)]
pub(super) struct Order<'p> {
    by_time: BTreeMap<i64, Vec<Held<'p>>>,
    size: usize,
    /// Everything before that time was let go.
    gone: Option<i64>,
}

impl<'p> Order<'p> {
    /// Takes a record in. Answers whether it comes too late to be in order.
    pub(super) fn put(&mut self, held: Held<'p>) -> bool {
        let time = held.time.unwrap_or(i64::MIN);
        self.size += held.size();
        let is_late = held.time.is_some() && self.gone.is_some_and(|gone| time < gone);
        self.by_time.entry(time).or_default().push(held);
        is_late
    }

    /// Lets go everything before `until`, and more when there is too much, in order.
    pub(super) fn release(&mut self, until: i64) -> Vec<Held<'p>> {
        let mut released = self.before(until);
        while self.size > ROOM {
            // Down to half, so that this is not done for each part; records of one time stay together.
            let mut spare = self.size - ROOM / 2;
            let cut = self.by_time.iter().find_map(|(time, held)| {
                let size: usize = held.iter().map(Held::size).sum();
                if spare > size {
                    spare -= size;
                    return None;
                }
                Some(*time)
            });
            let Some(cut) = cut else { break };
            released.extend(self.before(cut.saturating_add(1)));
        }
        released
    }

    /// Takes back that everything before a time was let go: what comes now is older, and is to be put in order too.
    pub(super) fn reopen(&mut self, until: i64) {
        self.gone = self.gone.map(|gone| gone.min(until));
    }

    /// Lets everything go.
    pub(super) fn finish(&mut self) -> Vec<Held<'p>> {
        std::mem::take(&mut self.by_time).into_values().flatten().collect()
    }

    /// Before which time nothing waits any more.
    pub(super) const fn gone(&self) -> Option<i64> {
        self.gone
    }

    fn before(&mut self, until: i64) -> Vec<Held<'p>> {
        self.gone = self.gone.max(Some(until));
        let later = self.by_time.split_off(&until);
        let released: Vec<Held<'p>> = std::mem::replace(&mut self.by_time, later).into_values().flatten().collect();
        self.size -= released.iter().map(Held::size).sum::<usize>();
        released
    }
}
