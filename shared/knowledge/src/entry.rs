//! One item as a worker holds it: what is stored, and what it has yet to write.

use crate::attr::Attr;
use crate::calendar::{Bucket, Day};
use crate::change::Change;
use crate::item::Item;
use crate::key::Key;
use crate::sighting::Sighting;
use crate::store::{KnowledgeStore, StoreError};

/// For how many days, up to the last one it was used on, the use of a pair is kept by day.
pub const KEPT_DAYS: i64 = 90;

/// After how many days an item that is in use and does not change is written again, so that a store may let items
/// expire that were not written for much longer.
pub const TOUCHED_DAYS: i64 = 30;

/// How many ten-minute buckets of a pair are kept, up to the last one. A record that is later than that is counted,
/// and its rate is judged by what its worker still knows.
pub const KEPT_BUCKETS: i64 = 6;

/// How many places are remembered of an actor and of a pair. Beyond that there are too many to tell: a further place
/// is not written, and `origin_first_seen` is false.
pub const MAX_PLACES: usize = 64;

/// How many sightings of a pair a worker counts before it writes them: what a crash can lose.
pub const MAX_PENDING: u32 = 128;

/// The most operations in one change, so that the expressions of one `UpdateItem` stay below 4 KB. Longer ones are
/// written in parts.
pub const MAX_OPS: usize = 64;

/// One item as a worker holds it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// As the store last answered.
    pub(crate) stored: Item,
    /// What is not written yet.
    pub(crate) pending: Change,
    /// How many sightings are counted in `pending`.
    pub(crate) unwritten: u32,
    /// When it was last asked for, in the worker's own steps.
    pub(crate) used: u64,
}

impl Entry {
    /// Counted uses in a bucket, those not written yet included.
    pub(crate) fn bucket(&self, bucket: Bucket) -> i64 {
        self.stored_bucket(bucket) + self.pending.number(&Attr::Bucket(bucket)).unwrap_or(0)
    }

    /// Counted uses in a bucket that every worker can know of.
    pub(crate) fn stored_bucket(&self, bucket: Bucket) -> i64 {
        self.stored.number(&Attr::Bucket(bucket)).unwrap_or(0)
    }

    /// The most counted uses in a bucket of a day; 0 when there were none.
    fn peak(&self, day: Day) -> i64 {
        let attr = Attr::Peak(day);
        self.stored.number(&attr).max(self.pending.number(&attr)).unwrap_or(0)
    }

    /// The highest peak of so many days before `today`; 0 when there was none. What a late record may have added and is
    /// not written yet is left out.
    pub(crate) fn highest_peak(&self, days: i64, today: Day) -> i64 {
        self.stored.peaks(today.before(days)..today).max().unwrap_or(0)
    }

    /// On how many of the kept days before `today` there was a counted use.
    pub(crate) fn days_counted(&self, today: Day) -> usize {
        self.stored.peaks(today.before(KEPT_DAYS)..today).count()
    }

    /// Notes that the item is in use. True when that must be written at once: it is long since that was written.
    pub(crate) fn touch(&mut self, sighting: &Sighting) -> bool {
        let day = Day::of(sighting.time);
        let is_long = self.stored.number(&Attr::Last).is_none_or(|last| day.before(TOUCHED_DAYS).0 >= last);
        if is_long {
            self.pending.last(day);
        }
        is_long
    }

    /// Notes that the asset was used. True when that must be written at once: it is the first use, or one older than the
    /// first.
    pub(crate) fn claim(&mut self, sighting: &Sighting) -> bool {
        if !sighting.uses {
            return false;
        }
        let is_first = self.stored.event().is_none();
        let seconds = sighting.time.as_second();
        let is_earliest = self.stored.number(&Attr::First).is_none_or(|first| seconds < first);
        if is_first {
            self.pending.claim(&sighting.event_id);
        }
        if is_earliest {
            self.pending.seen_at(sighting.time);
        }
        is_first || is_earliest
    }

    /// Notes the place. True when that must be written at once: it is new, and not one too many.
    pub(crate) fn visit(&mut self, sighting: &Sighting) -> bool {
        let Some(place) = &sighting.place else { return false };
        let is_new = self.stored.place(place).is_none() && self.stored.places().count() < MAX_PLACES;
        if is_new {
            self.pending.place(place, &sighting.event_id);
        }
        is_new
    }

    /// Notes the place as one of use. True when that must be written at once: it is new, and not one too many.
    pub(crate) fn use_from(&mut self, sighting: &Sighting) -> bool {
        let Some(place) = sighting.place.as_ref().filter(|_| sighting.uses) else { return false };
        let is_new = self.stored.place_used(place).is_none() && self.stored.places_used().count() < MAX_PLACES;
        if is_new {
            self.pending.used_from(place, &sighting.event_id);
        }
        is_new
    }

    /// Whether `sighting` is the first use, or comes before there was one.
    pub(crate) fn is_first(&self, sighting: &Sighting) -> bool {
        self.stored.event().is_none_or(|event| event == sighting.event_id)
    }

    /// Counts a sighting of the pair. If its day is too old to be kept, the next write leaves it out.
    pub(crate) fn count(&mut self, sighting: &Sighting) {
        let day = Day::of(sighting.time);
        self.pending.count(day, sighting.outcome);
        self.unwritten += 1;
        if sighting.counted {
            let bucket = Bucket::of(sighting.time);
            self.pending.bucket(bucket);
            self.raise_peak(bucket);
        }
    }

    /// Whether the counts must be written at once: they hold the first use on a new day, or are many.
    pub(crate) fn is_due(&self) -> bool {
        self.last_day() > self.stored.last_day() || self.unwritten >= MAX_PENDING
    }

    fn last_day(&self) -> Option<Day> {
        self.stored.last_day().max(self.pending.attrs().filter_map(Attr::day).max())
    }

    fn raise_peak(&mut self, bucket: Bucket) {
        let (day, uses) = (bucket.day(), self.bucket(bucket));
        if uses > self.peak(day) {
            self.pending.peak(day, uses);
        }
    }

    /// Writes what is pending. `around` is the bucket that matters just now: it and the one before are kept, however
    /// old.
    pub(crate) async fn flush(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        key: &Key,
        around: Option<Bucket>,
    ) -> Result<(), StoreError> {
        self.drop_outdated(around);
        while !self.pending.is_empty() {
            let part = self.pending.take(MAX_OPS);
            match store.update(key, &part).await {
                Ok(item) => self.stored = item,
                Err(error) => {
                    self.pending.put_back(part);
                    return Err(error);
                }
            }
        }
        self.unwritten = 0;
        // Other workers' uses came back with the answer. That they make a higher peak is written with the next change.
        for bucket in around.into_iter().flat_map(|bucket| [bucket, bucket.before(1)]) {
            self.raise_peak(bucket);
        }
        Ok(())
    }

    /// Forgets days and buckets that are too old to be kept, and has them removed from the store.
    fn drop_outdated(&mut self, around: Option<Bucket>) {
        let last_day = self.last_day();
        let buckets = |attr: &Attr| if let Attr::Bucket(bucket) = attr { Some(*bucket) } else { None };
        let last_bucket = self.stored.attrs().chain(self.pending.attrs()).filter_map(buckets).max();
        let is_outdated = |attr: &Attr| match (attr.day(), attr) {
            (Some(day), _) => last_day.is_some_and(|last| day <= last.before(KEPT_DAYS)),
            (None, Attr::Bucket(bucket)) => {
                last_bucket.is_some_and(|last| *bucket <= last.before(KEPT_BUCKETS))
                    && around.is_none_or(|around| *bucket != around && *bucket != around.before(1))
            }
            _ => false,
        };
        let pending: Vec<_> = self.pending.attrs().filter(|attr| is_outdated(attr)).cloned().collect();
        for attr in &pending {
            self.pending.forget(attr);
        }
        let stored: Vec<_> = self.stored.attrs().filter(|attr| is_outdated(attr)).cloned().collect();
        for attr in stored {
            self.pending.remove(attr);
        }
    }
}
