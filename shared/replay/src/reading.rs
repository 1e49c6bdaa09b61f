//! What is to be read and how, and what came of it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use jiff::{SignedDuration, Timestamp};
use portcullis_detection::Pipeline;
use portcullis_domain::Finding;
use portcullis_logs::{Coverage, Unread};

/// The times that are of interest; records outside are read and not examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// From then on; absent: from the beginning.
    pub since: Option<Timestamp>,
    /// Until just before then; absent: to the end.
    pub until: Option<Timestamp>,
}

impl Span {
    /// Whether a time is of interest. A record without one always is.
    pub fn holds(&self, time: Option<Timestamp>) -> bool {
        time.is_none_or(|time| {
            self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
        })
    }
}

/// How to read.
pub struct Plan<'p> {
    /// Rules, settings and inventory.
    pub pipeline: &'p Pipeline,
    /// Since when accounts have been watched; absent: each since its first record.
    pub watched_since: Option<Timestamp>,
    /// The times of interest.
    pub span: Span,
    /// For how long after its time a record is waited for.
    pub patience: SignedDuration,
    /// How many threads.
    pub threads: NonZeroUsize,
    /// Set from outside to end early.
    pub stop: &'p AtomicBool,
    /// Who is told how far it is.
    pub progress: &'p dyn Progress,
}

/// Who is told how far it is; from several threads at once.
pub trait Progress: Sync {
    /// A file was read: its bytes as stored, and its records.
    fn read(&self, bytes: u64, records: u64);

    /// A file is over.
    fn file(&self) {}
}

impl Progress for () {
    fn read(&self, _: u64, _: u64) {}
}

/// What was read in one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Records read, duplicates included.
    pub read: u64,
    /// Those about keys, secrets or the audit trail.
    pub relevant: u64,
    /// Relevant ones whose event had been read before.
    pub duplicates: u64,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// Files opened.
    pub files: usize,
    /// Bytes read, as stored.
    pub bytes: u64,
    /// Records read, duplicates included.
    pub records: usize,
    /// Those outside the times of interest, which are in no other number.
    pub outside: usize,
    /// Those about keys, secrets or the audit trail.
    pub relevant: usize,
    /// Relevant records whose event had been read before.
    pub duplicates: usize,
    /// Relevant records that came after others much newer than they, and were examined out of order.
    pub late: usize,
    /// Things understood that hold no record, such as digest files.
    pub without_records: usize,
    /// Log files in S3 that the input names; a replay does not fetch them.
    pub named_log_files: usize,
    /// What fired, each finding once and in its last form.
    pub findings: Vec<Finding>,
    /// How often a rule did not fire because the settings exempt the actor, by rule and exemption.
    pub exempted: BTreeMap<(String, String), usize>,
    /// Events that could not be counted over time, because their records have no time that can be read.
    pub timeless: usize,
    /// What was read in each hour, by its beginning.
    pub hours: BTreeMap<Timestamp, Hour>,
    /// Records that are in no hour, because they have no time that can be read.
    pub hourless: usize,
    /// The times of the first and the last record.
    pub reach: Option<(Timestamp, Timestamp)>,
    /// What the files cover.
    pub coverage: Coverage,
    /// What could not be read: the first of it.
    pub unreadable: Vec<Unread>,
    /// How many more things could not be read than are listed.
    pub more_unreadable: usize,
    /// Whether it was ended early.
    pub interrupted: bool,
}

impl Reading {
    /// Whether everything could be read.
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty() && !self.interrupted
    }

    /// How many things could not be read.
    pub fn unread(&self) -> usize {
        self.unreadable.len() + self.more_unreadable
    }
}

/// No log file is as large, in bytes after decompression; what is, is a bomb.
pub(crate) const LIMIT: u64 = 4 << 30;

/// The hour that a time falls in.
pub(crate) fn hour_of(time: Timestamp) -> Timestamp {
    let seconds = time.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(3600)).unwrap_or(time)
}
