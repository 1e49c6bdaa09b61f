//! Which time the delivered files cover: what is missing, and what is there twice.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::LogFileName;

/// What is known of one file once it has been read.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The file, for messages.
    pub file: String,
    /// What its name tells; absent when CloudTrail did not name it.
    pub name: Option<LogFileName>,
    /// How many records it holds.
    pub records: usize,
    /// The times of its first and last record.
    pub reach: Option<(Timestamp, Timestamp)>,
}

/// A stretch of time in which nothing was delivered where something was to be expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The end of what came before.
    pub from: Timestamp,
    /// The beginning of what came after.
    pub to: Timestamp,
    /// How long nothing comes for as a rule.
    #[serde(skip)]
    pub usual: SignedDuration,
}

/// A file that was delivered more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The file that came first.
    pub first: String,
    /// The one that holds the same.
    pub again: String,
}

/// What the delivered files cover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Where nothing was delivered, the longest first.
    pub gaps: Vec<Gap>,
    /// What was delivered twice, in the order it was met.
    pub overlaps: Vec<Overlap>,
    /// How many gaps and overlaps are not listed, because there were too many.
    pub more: usize,
}

/// Collects what each file says.
#[derive(Debug, Default)]
pub struct CoverageBuilder {
    files: BTreeMap<(String, String), Vec<Timestamp>>,
}

impl CoverageBuilder {
    /// Takes a file that was read.
    pub fn file(&mut self, facts: &FileFacts) {
        if let Some(name) = &facts.name {
            self.files.entry((name.account.to_string(), name.region.clone())).or_default().push(name.time);
        }
    }

    /// What all of them cover.
    pub fn finish(self) -> Coverage {
        Coverage::default()
    }
}
