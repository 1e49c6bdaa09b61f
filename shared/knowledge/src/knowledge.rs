//! The worker's side of the ledger.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::Bucket;
use crate::change::Change;
use crate::entry::{Entry, MAX_PLACES};
use crate::history::{History, RateLevel};
use crate::key::Key;
use crate::rate::Gauge;
use crate::recent::Recent;
use crate::sighting::Sighting;
use crate::store::{KnowledgeStore, StoreError};

/// For how long after its watch began an account is being learned.
pub const LEARNING: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many items a worker holds in memory, unless told otherwise: some 50 megabytes when every one is a pair that was
/// used on each of 90 days, and a tenth of that as a rule.
pub const CAPACITY: usize = 4096;

/// The worker's side of the ledger: what it has loaded, and what it has yet to write.
///
/// Make one for each worker and keep it from batch to batch. It may be dropped at any time.
#[derive(Debug)]
pub struct Knowledge {
    entries: HashMap<Key, Entry>,
    recent: Recent,
    capacity: usize,
    step: u64,
    /// The keys of a batch, kept for their memory.
    keys: Vec<[Option<Key>; 4]>,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Knowledge {
    /// One that holds about so many items. Those used longest ago make room first, after they are written.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: HashMap::new(), recent: Recent::default(), capacity, step: 0, keys: Vec::new() }
    }

    /// How many sightings are counted and not written yet: what would be lost now.
    pub fn pending(&self) -> u64 {
        self.entries.values().map(|entry| u64::from(entry.unwritten)).sum()
    }

    /// Says that an account is watched since `since`, and answers since when it is: an earlier word stands. An account
    /// of which this is never said is watched since the first event of it that came in.
    pub async fn begin_watch(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        account: &str,
        since: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let key = Key::Watch { account: account.to_owned() };
        let entry = self.entry(&key);
        if entry.stored.since().is_none() {
            let mut change = Change::default();
            change.watch(since);
            entry.stored = store.update(&key, &change).await?;
        }
        Ok(entry.stored.since().unwrap_or(since))
    }

    /// What was known before each sighting, in the order of `sightings`; they are looked at in the order of their
    /// times, whatever order they come in. What changes materially is written before this returns.
    ///
    /// # Errors
    ///
    /// The store's, on the first call that fails. Nothing was answered then: the whole batch must come again, and is
    /// answered as it would have been. Its sightings are not counted twice by the same worker.
    pub async fn observe(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        sightings: &[Sighting],
    ) -> Result<Vec<History>, StoreError> {
        self.make_room(store).await?;
        let mut kept = std::mem::take(&mut self.keys);
        kept.clear();
        kept.extend(sightings.iter().map(keys));
        let keys = &kept;
        self.load(store, keys).await?;
        let mut order: Vec<_> = sightings.iter().zip(keys).enumerate().collect();
        order.sort_by_key(|(_, (sighting, _))| (sighting.time, &sighting.event_id));
        let mut histories = Vec::with_capacity(order.len());
        for (place, (sighting, keys)) in order {
            histories.push((place, self.look(store, sighting, keys).await?));
        }
        self.keys = kept;
        histories.sort_by_key(|(place, _)| *place);
        Ok(histories.into_iter().map(|(_, history)| history).collect())
    }

    /// Writes all that is pending: for a shutdown. Of several failures the first is told, after all was tried.
    pub async fn flush_all(&mut self, store: &(impl KnowledgeStore + ?Sized)) -> Result<(), StoreError> {
        let mut result = Ok(());
        for (key, entry) in &mut self.entries {
            if !entry.pending.is_empty() {
                let flushed = entry.flush(store, key, None).await;
                result = result.and(flushed);
            }
        }
        result
    }

    fn entry(&mut self, key: &Key) -> &mut Entry {
        self.step += 1;
        let entry = self.entries.entry_ref(key).or_default();
        entry.used = self.step;
        entry
    }

    /// Loads what the batch needs and the worker does not hold, in one call.
    async fn load(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        keys: &[[Option<Key>; 4]],
    ) -> Result<(), StoreError> {
        let missing = keys.iter().flatten().flatten().filter(|key| !self.entries.contains_key(*key));
        let wanted: BTreeSet<&Key> = missing.collect();
        let wanted: Vec<Key> = wanted.into_iter().cloned().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut items = store.load(&wanted).await?;
        for key in wanted {
            let stored = items.remove(&key).unwrap_or_default();
            self.entry(&key).stored = stored;
        }
        Ok(())
    }

    async fn look(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        sighting: &Sighting,
        keys: &[Option<Key>; 4],
    ) -> Result<History, StoreError> {
        let [watch, others @ ..] = keys;
        let since = match watch {
            Some(key) => self.watch(store, key, sighting).await?,
            None => sighting.time,
        };
        let learning = sighting.time.duration_since(since) < LEARNING;
        let mut history = History { learning: Some(learning), ..History::default() };
        for key in others.iter().flatten() {
            match key {
                Key::Watch { .. } => {}
                Key::Actor { .. } => {
                    let (seen, used) = self.visit(store, key, sighting).await?;
                    (history.origin_first_seen, history.origin_first_use) = (Some(seen), Some(used));
                }
                Key::Asset { .. } => history.asset_first_use = Some(self.claim(store, key, sighting).await?),
                Key::Pair { .. } => {
                    let (first_seen, rate) = self.meet(store, key, sighting).await?;
                    history.first_seen = Some(first_seen);
                    history.rate = rate.map(|rate| if learning { RateLevel::Learning } else { rate });
                }
            }
        }
        Ok(history)
    }

    /// Since when the sighting's account is watched.
    async fn watch(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        key: &Key,
        sighting: &Sighting,
    ) -> Result<Timestamp, StoreError> {
        let entry = self.entry(key);
        let is_new = entry.stored.since().is_none();
        if is_new {
            entry.pending.watch(sighting.time);
        }
        if entry.touch(sighting) || is_new {
            entry.flush(store, key, None).await?;
        }
        Ok(entry.stored.since().unwrap_or(sighting.time))
    }

    /// Whether this is the event that was the actor's first at its place, and whether it is the first use from there, or
    /// comes before there was one.
    async fn visit(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        key: &Key,
        sighting: &Sighting,
    ) -> Result<(bool, bool), StoreError> {
        let entry = self.entry(key);
        let (visits, uses, touches) = (entry.visit(sighting), entry.use_from(sighting), entry.touch(sighting));
        if visits || uses || touches {
            entry.flush(store, key, None).await?;
        }
        let Some(place) = &sighting.place else { return Ok((false, false)) };
        let seen = entry.stored.place(place) == Some(&sighting.event_id);
        let used = match entry.stored.place_used(place) {
            Some(event) => event == sighting.event_id,
            None => entry.stored.places_used().count() < MAX_PLACES,
        };
        Ok((seen, used))
    }

    /// Whether this is the first use of the asset, or comes before there was one.
    async fn claim(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        key: &Key,
        sighting: &Sighting,
    ) -> Result<bool, StoreError> {
        let entry = self.entry(key);
        let (claims, touches) = (entry.claim(sighting), entry.touch(sighting));
        if claims || touches {
            entry.flush(store, key, None).await?;
        }
        Ok(entry.is_first(sighting))
    }

    /// Whether this is the actor's first use of the asset, or comes before there was one, and the rate.
    async fn meet(
        &mut self,
        store: &(impl KnowledgeStore + ?Sized),
        key: &Key,
        sighting: &Sighting,
    ) -> Result<(bool, Option<RateLevel>), StoreError> {
        let is_new = self.recent.insert(key, &sighting.event_id);
        let entry = self.entry(key);
        let claims = entry.claim(sighting);
        let visits = entry.visit(sighting);
        if is_new {
            entry.count(sighting);
        }
        let mut gauge = Gauge::of(entry, sighting.time);
        if claims || visits || entry.is_due() || gauge.must_share() {
            entry.flush(store, key, Some(Bucket::of(sighting.time))).await?;
            // Judged anew after the write, which brings the uses that other workers wrote.
            gauge = Gauge::of(entry, sighting.time);
        }
        let rate = sighting.counted.then(|| gauge.level());
        Ok((entry.is_first(sighting), rate))
    }

    /// Drops what was used longest ago, once there is too much.
    async fn make_room(&mut self, store: &(impl KnowledgeStore + ?Sized)) -> Result<(), StoreError> {
        if self.entries.len() <= self.capacity {
            return Ok(());
        }
        let mut by_use: Vec<_> = self.entries.iter().map(|(key, entry)| (entry.used, key.clone())).collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        // A quarter at once, so that not every batch has to sort.
        let too_many = self.entries.len() - self.capacity * 3 / 4;
        for (_, key) in by_use.into_iter().take(too_many) {
            if let Some(entry) = self.entries.get_mut(&key)
                && !entry.pending.is_empty()
            {
                entry.flush(store, &key, None).await?;
            }
            self.entries.remove(&key);
        }
        Ok(())
    }
}

/// The items that a sighting is about: its account, and where they apply the actor's places, the asset, and the pair of both.
fn keys(sighting: &Sighting) -> [Option<Key>; 4] {
    let Sighting { account, actor, asset, place, .. } = sighting;
    let asset = asset.as_ref();
    [
        Some(Key::Watch { account: account.clone() }),
        place.as_ref().map(|_| Key::Actor { account: account.clone(), actor: actor.clone() }),
        asset.map(|asset| Key::Asset { account: account.clone(), asset: asset.clone() }),
        asset.map(|asset| Key::Pair { account: account.clone(), actor: actor.clone(), asset: asset.clone() }),
    ]
}
