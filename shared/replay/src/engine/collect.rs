//! What the threads found, put together in the order of the files.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use portcullis_detection::Tally;
use portcullis_detection::memory::{Detector, Waiting};
use portcullis_logs::{CoverageBuilder, FileFacts, LogFileName, Unread};

use super::order::{Held, Order};
use super::work::Done;
use crate::reading::{Plan, Reading, hour_of};
use crate::watch::{Seen, Watcher, is_watched};

/// How many things that could not be read are listed.
const LISTED: usize = 1_000;

/// For how long after its time the copy of a record is known for one, in milliseconds, beyond what is waited for anyway.
const KNOWN_AGAIN: i64 = 2 * 60 * 60 * 1_000;

/// By how much a record may be newer than its file's name says, in milliseconds: names are told to the minute, and clocks differ.
const SLACK: i64 = 10 * 60 * 1_000;

/// How much time passes between two clearings of windows, in milliseconds.
const FORGOTTEN_EACH: i64 = 12 * 60 * 60 * 1_000;

/// They come in boxes, which are not unpacked for the sake of the list.
type Boxes<'p> = Vec<Box<Waiting<'p>>>;

/// How many records are examined at once.
const BATCH: usize = 512;

/// Puts together what was done.
pub(super) struct Collector<'p, 'w, 'd> {
    plan: &'p Plan<'p>,
    watchers: &'w mut [&'d mut dyn Watcher],
    detector: Detector<'p>,
    order: Order<'p>,
    /// What is just being examined; kept for its memory.
    waiting: Boxes<'p>,
    /// The time of the newest record so far, in milliseconds.
    newest: Option<i64>,
    events: Events,
    /// Whether every file so far has a name that CloudTrail gave.
    in_delivery_order: bool,
    /// Up to when windows were last cleared, in milliseconds.
    forgotten: Option<i64>,
    file: Option<FileFacts>,
    coverage: CoverageBuilder,
    reading: Reading,
}

/// The events that were met, by their times: copies of one have the same.
#[derive(Default)]
struct Events {
    by_time: BTreeMap<i64, HashSet<u64>>,
    timeless: HashSet<u64>,
}

impl<'p, 'w, 'd> Collector<'p, 'w, 'd> {
    pub(super) fn new(plan: &'p Plan<'p>, watchers: &'w mut [&'d mut dyn Watcher]) -> Self {
        Self {
            plan,
            watchers,
            detector: Detector::new(plan.pipeline, plan.watched_since),
            order: Order::default(),
            waiting: Vec::new(),
            newest: None,
            events: Events::default(),
            in_delivery_order: true,
            forgotten: None,
            file: None,
            coverage: CoverageBuilder::within(plan.span.since, plan.span.until),
            reading: Reading::default(),
        }
    }

    /// Takes the next part.
    pub(super) fn take(&mut self, done: Done<'p>) {
        let reading = &mut self.reading;
        reading.bytes += done.bytes;
        reading.records += done.records;
        reading.outside += done.outside;
        reading.without_records += done.without_records;
        reading.named_log_files += done.named_log_files;
        reading.hourless += done.hourless;
        for (hour, count) in done.hours {
            reading.hours.entry(hour).or_default().read += count;
        }
        for unread in done.unreadable {
            list(reading, unread);
        }
        // What could not be opened covers nothing.
        if done.opened {
            self.facts(&done.file, done.is_first, done.is_last, done.records, done.reach);
        }
        if done.is_last {
            self.plan.progress.file();
        }
        for held in done.held {
            let (relevant, is_late) = (held.relevant, self.order.put(held));
            self.reading.late += usize::from(relevant && is_late);
        }
        let patience = i64::try_from(self.plan.patience.as_millis()).unwrap_or(i64::MAX);
        if let Some((_, last)) = done.reach {
            self.clock(LogFileName::parse(&done.file).as_ref(), last.as_millisecond(), patience);
        }
        let until = self.newest.map_or(i64::MIN, |newest| newest.saturating_sub(patience));
        let released = self.order.release(until);
        self.examine(released);
        self.plan.progress.read(done.bytes, done.records as u64);
    }

    /// Moves the clock to the newest record of a part. A file that CloudTrail named holds nothing newer than its name says, so that
    /// one record with a time of its own making does not make all others late; where files have other names, the clock goes
    /// back when a whole part is older than what was let go.
    fn clock(&mut self, name: Option<&LogFileName>, last: i64, patience: i64) {
        let last = name.map_or(last, |name| last.min(name.time.as_millisecond().saturating_add(SLACK)));
        self.in_delivery_order &= name.is_some();
        if self.order.gone().is_some_and(|gone| last < gone) && name.is_none() {
            self.newest = Some(last);
            self.order.reopen(last.saturating_sub(patience));
        }
        self.newest = self.newest.max(Some(last));
    }

    /// Everything that is left, and the sum.
    pub(super) fn finish(mut self, interrupted: bool) -> Reading {
        let rest = self.order.finish();
        self.examine(rest);
        self.detector.settle();
        let mut reading = self.reading;
        reading.findings = self.detector.findings().cloned().collect();
        if let Some(facts) = self.file.take() {
            self.coverage.file(&facts);
        }
        reading.coverage = self.coverage.finish();
        reading.interrupted = interrupted;
        reading
    }

    fn facts(
        &mut self,
        file: &str,
        is_first: bool,
        is_last: bool,
        records: usize,
        reach: Option<(Timestamp, Timestamp)>,
    ) {
        let reading = &mut self.reading;
        reading.files += usize::from(is_first);
        reading.reach = joined(reading.reach, reach);
        let facts = self.file.get_or_insert_with(|| FileFacts {
            file: file.to_owned(),
            name: LogFileName::parse(file),
            records: 0,
            reach: None,
        });
        facts.records += records;
        facts.reach = joined(facts.reach, reach);
        if is_last && let Some(facts) = self.file.take() {
            self.coverage.file(&facts);
        }
    }

    fn examine(&mut self, released: Vec<Held<'p>>) {
        let mut waiting = std::mem::take(&mut self.waiting);
        for held in released {
            let again = held.event.is_some_and(|event| !self.events.insert(held.time, event));
            if held.relevant {
                self.reading.relevant += 1;
                self.reading.duplicates += usize::from(again);
                if let Some(time) = held.time.and_then(|time| Timestamp::from_millisecond(time).ok()) {
                    let hour = self.reading.hours.entry(hour_of(time)).or_default();
                    hour.relevant += 1;
                    hour.duplicates += u64::from(again);
                }
            }
            let Some(one) = held.waiting else { continue };
            if is_watched(&one.prepared.access) {
                let seen = Seen { access: &one.prepared.access, judgement: &one.prepared.judgement, again };
                self.watchers.iter_mut().for_each(|watcher| watcher.see(&seen));
            }
            waiting.push(one);
        }
        let mut tally = Tally::default();
        for batch in waiting.chunks_mut(BATCH) {
            self.detector.advance(batch, &mut tally);
        }
        waiting.clear();
        self.waiting = waiting;
        for exempted in tally.exempted {
            *self.reading.exempted.entry(exempted).or_default() += 1;
        }
        self.reading.timeless += tally.timeless;
        if let Some(gone) = self.order.gone() {
            self.events.forget(gone.saturating_sub(KNOWN_AGAIN));
            let forgotten = *self.forgotten.get_or_insert(gone);
            // Only of what comes in the order of its delivery is it known that nothing much older follows.
            let may_forget = self.in_delivery_order && self.reading.late == 0;
            if may_forget
                && gone.saturating_sub(forgotten) > FORGOTTEN_EACH
                && let Ok(before) = Timestamp::from_millisecond(gone)
            {
                self.detector.forget(before);
                self.forgotten = Some(gone);
            }
        }
    }
}

impl Events {
    /// Whether it is new.
    fn insert(&mut self, time: Option<i64>, event: u64) -> bool {
        match time {
            Some(time) => self.by_time.entry(time).or_default().insert(event),
            None => self.timeless.insert(event),
        }
    }

    fn forget(&mut self, before: i64) {
        while self.by_time.first_key_value().is_some_and(|(time, _)| *time < before) {
            self.by_time.pop_first();
        }
    }
}

fn list(reading: &mut Reading, unread: Unread) {
    if reading.unreadable.len() < LISTED {
        reading.unreadable.push(unread);
    } else {
        reading.more_unreadable += 1;
    }
}

/// What both reach together.
pub(super) fn joined<T: Ord>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (one, other) => one.or(other),
    }
}
