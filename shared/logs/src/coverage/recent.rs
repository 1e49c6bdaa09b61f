//! Files that were met a short while ago. Copies have the same time in their names, or the same first record, so that in the
//! order of times they come one soon after the other.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use super::FileFacts;

/// So many files are remembered.
const REMEMBERED: usize = 4096;

/// Two files with fewer records than this may agree in number and times by chance.
const TELLING: usize = 20;

/// What makes two files the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// The unique part of the name, with account, Region and time: CloudTrail gives it once.
    Name(String, String, Timestamp, String),
    /// Number and times of the records, of files with names of their own.
    Contents(usize, Timestamp, Timestamp),
}

/// Files that were met a short while ago, by what tells them apart.
#[derive(Debug, Default)]
pub(super) struct Recent {
    files: HashMap<Mark, String>,
    order: VecDeque<Mark>,
}

impl Recent {
    /// The file that was met before and is the same as this one; if there is none, this one is remembered.
    pub(super) fn meet(&mut self, facts: &FileFacts) -> Option<String> {
        let mark = mark(facts)?;
        if let Some(first) = self.files.get(&mark) {
            return Some(first.clone());
        }
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.files.remove(&oldest);
        }
        self.order.push_back(mark.clone());
        self.files.insert(mark, facts.file.clone());
        None
    }
}

fn mark(facts: &FileFacts) -> Option<Mark> {
    match (&facts.name, facts.reach) {
        (Some(name), _) => {
            Some(Mark::Name(name.account.to_string(), name.region.clone(), name.time, name.unique.clone()))
        }
        (None, Some((first, last))) if facts.records >= TELLING && first < last => {
            Some(Mark::Contents(facts.records, first, last))
        }
        _ => None,
    }
}
