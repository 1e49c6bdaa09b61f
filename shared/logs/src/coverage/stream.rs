//! The files of one account and Region.

use jiff::{SignedDuration, Timestamp};

use super::rhythm::{Expected, Rhythm};

/// So many of the longest stretches without a file are remembered.
const REMEMBERED: usize = 24;

/// A shorter stretch is never a gap.
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);

/// Nor is one that is not so many times as long as usual.
const TIMES_USUAL: i32 = 12;

/// Nor one that is not so many times as long as all but the longest hundredth: where files come by chance, a stretch like that
/// comes about once in a million.
const TIMES_LONG: i32 = 3;

/// Of fewer files nothing can be said.
const FEWEST: u64 = 12;

/// Hours like those of a gap have a file in at least this share as a rule.
const SHARE: f64 = 0.8;

/// An empty stretch that is likelier than this is no gap.
const CHANCE: f64 = 0.002;

/// The state of one account and Region.
#[derive(Debug, Default)]
pub(super) struct Stream {
    files: u64,
    reach: Option<(Timestamp, Timestamp)>,
    spacings: Spacings,
    rhythm: Rhythm,
    longest: Vec<(Timestamp, Timestamp)>,
    forgotten: usize,
}

/// A stretch in which files are missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) usual: SignedDuration,
}

impl Stream {
    /// Takes a file.
    pub(super) fn file(&mut self, time: Timestamp) {
        self.files += 1;
        let Some((first, last)) = self.reach else {
            self.reach = Some((time, time));
            return self.rhythm.file(time);
        };
        if time < last {
            // Out of order: it may lie in what looked like a gap.
            self.reach = Some((first.min(time), last));
            return self.split(time);
        }
        self.reach = Some((first, time));
        self.rhythm.file(time);
        let spacing = time.duration_since(last);
        self.spacings.add(spacing);
        if spacing > SHORTEST {
            self.remember((last, time));
        }
    }

    fn split(&mut self, time: Timestamp) {
        if let Some(at) = self.longest.iter().position(|(from, to)| *from < time && time < *to) {
            let (from, to) = self.longest.swap_remove(at);
            for part in [(from, time), (time, to)] {
                if part.1.duration_since(part.0) > SHORTEST {
                    self.remember(part);
                }
            }
        }
    }

    fn remember(&mut self, stretch: (Timestamp, Timestamp)) {
        self.longest.push(stretch);
        if self.longest.len() > REMEMBERED {
            let length = |(from, to): &(Timestamp, Timestamp)| to.duration_since(*from);
            let shortest = self.longest.iter().enumerate().min_by_key(|(_, stretch)| length(stretch)).map(|(at, _)| at);
            if let Some(at) = shortest {
                self.longest.swap_remove(at);
                self.forgotten += 1;
            }
        }
    }

    /// The time of the newest file.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.reach.map(|(_, last)| last)
    }

    /// What is missing, if files were to come from `since` on and until `end`; and how many stretches were too many to be
    /// looked at, where those that were are all gaps.
    pub(super) fn gaps(&self, since: Option<Timestamp>, end: Option<Timestamp>) -> (Vec<Missing>, usize) {
        let Some((first, last)) = self.reach.filter(|_| self.files >= FEWEST) else { return (Vec::new(), 0) };
        let (usual, long) = (self.spacings.share(50), self.spacings.share(99));
        let longer_than = SHORTEST.max(usual.saturating_mul(TIMES_USUAL)).max(long.saturating_mul(TIMES_LONG));
        let begin = since.filter(|since| *since < first).map(|since| (since, first));
        let end = end.filter(|end| last < *end).map(|end| (last, end));
        let (outer_first, outer_last) = (begin.map_or(first, |(since, _)| since), end.map_or(last, |(_, end)| end));
        let is_gap = |(from, to): &(Timestamp, Timestamp)| {
            if to.duration_since(*from) <= longer_than {
                return false;
            }
            let Expected { share, chance } = self.rhythm.expected(*from, *to, outer_first, outer_last);
            share >= SHARE && chance <= CHANCE
        };
        let stretches = self.longest.iter().copied().chain(begin).chain(end);
        let missing: Vec<(Timestamp, Timestamp)> = stretches.filter(is_gap).collect();
        let forgotten = if missing.len() >= REMEMBERED { self.forgotten } else { 0 };
        (missing.into_iter().map(|(from, to)| Missing { from, to, usual }).collect(), forgotten)
    }
}

/// How long nothing came, counted by minutes up to two hours, by hours up to two days, and whatever is longer.
#[derive(Debug)]
struct Spacings([u32; BY_MINUTE + BY_HOUR + 1]);

const BY_MINUTE: usize = 120;
const BY_HOUR: usize = 46;

impl Default for Spacings {
    fn default() -> Self {
        Self([0; BY_MINUTE + BY_HOUR + 1])
    }
}

impl Spacings {
    fn add(&mut self, spacing: SignedDuration) {
        let whole = |number: i64| usize::try_from(number).unwrap_or_default();
        let (minutes, hours) = (whole(spacing.as_mins()), whole(spacing.as_hours()));
        let at = if minutes < BY_MINUTE { minutes } else { (BY_MINUTE - 2 + hours).min(BY_MINUTE + BY_HOUR) };
        if let Some(count) = self.0.get_mut(at) {
            *count = count.saturating_add(1);
        }
    }

    /// As long as so many of a hundred are at most.
    fn share(&self, of_hundred: u64) -> SignedDuration {
        let all = self.0.iter().map(|count| u64::from(*count)).sum::<u64>();
        let wanted = (all * of_hundred).div_ceil(100);
        let mut seen = 0;
        let at = self.0.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        });
        let at = at.unwrap_or_default();
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        if at < BY_MINUTE {
            SignedDuration::from_mins(whole(at))
        } else {
            SignedDuration::from_hours(whole(at - BY_MINUTE + 2))
        }
    }
}
