//! Which time the delivered files cover: what is missing, and what is there twice.

mod recent;
mod rhythm;
mod show;
mod stream;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::LogFileName;
use recent::Recent;
use stream::Stream;

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

/// So many gaps are listed, and so many overlaps.
const LISTED: usize = 50;

/// Collects what each file says: of each account and Region when files come as a rule, the longest stretches without one, and
/// the names of the last few. What that takes does not grow with the number of files.
#[derive(Debug, Default)]
pub struct CoverageBuilder {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    streams: BTreeMap<(String, String), Stream>,
    recent: Recent,
    overlaps: Vec<Overlap>,
    more: usize,
}

impl CoverageBuilder {
    /// For the files that were asked for: where they should begin, and where they should end. Without that, the first file of
    /// an account and Region is where it begins.
    pub fn within(since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        Self { since, until, ..Self::default() }
    }

    /// Takes a file that was read; the order is that of the times in their names, as far as possible.
    pub fn file(&mut self, facts: &FileFacts) {
        if let Some(first) = self.recent.meet(facts) {
            if self.overlaps.len() < LISTED {
                self.overlaps.push(Overlap { first, again: facts.file.clone() });
            } else {
                self.more += 1;
            }
            // It tells nothing new of when files come.
            return;
        }
        if let Some(LogFileName { account, region, time, .. }) = &facts.name {
            self.streams.entry((account.to_string(), region.clone())).or_default().file(*time);
        }
    }

    /// What all of them cover. A stream that ends long before the others do, where it was to go on, has a gap there.
    pub fn finish(self) -> Coverage {
        let Self { since, until, streams, overlaps, mut more, .. } = self;
        let newest = streams.values().filter_map(Stream::last).max();
        // Nobody can tell how late it is: what was asked for may lie in the future.
        let end = newest.map(|newest| until.map_or(newest, |until| until.min(newest)));
        let mut gaps: Vec<Gap> = Vec::new();
        for ((account, region), stream) in streams {
            let (found, left_out) = stream.gaps(since, end);
            more += left_out;
            // Files that came after the end of what was asked for are read for what came late.
            let found = found.into_iter().filter(|found| until.is_none_or(|until| found.from < until));
            gaps.extend(found.map(|found| Gap {
                account: account.clone(),
                region: region.clone(),
                from: found.from,
                to: found.to,
                usual: found.usual,
            }));
        }
        gaps.sort_by_key(|gap| (Reverse(gap.to.duration_since(gap.from)), gap.from));
        more += gaps.len().saturating_sub(LISTED);
        gaps.truncate(LISTED);
        Coverage { gaps, overlaps, more }
    }
}

#[cfg(test)]
mod tests;
