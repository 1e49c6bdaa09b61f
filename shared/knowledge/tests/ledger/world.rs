//! Builders, and a store that fails, answers late, and lets others go first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::Outcome;
use portcullis_knowledge::{
    Change, History, Item, Key, Knowledge, KnowledgeStore, MemoryKnowledge, Sighting, StoreError,
};
use tokio::task::{JoinSet, yield_now};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const DAY: i64 = 86_400;

/// Monday, 2026-01-05, 00:00 UTC.
const START: i64 = 1_767_571_200;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

/// `app` decrypts with `key` from `office`.
pub(crate) fn sighting(event_id: impl Into<String>, second: i64) -> Sighting {
    Sighting {
        account: ACCOUNT.to_owned(),
        actor: "app".to_owned(),
        asset: Some("key".to_owned()),
        time: at(second),
        event_id: event_id.into(),
        outcome: Outcome::Success,
        place: Some("office".to_owned()),
        uses: true,
        counted: true,
    }
}

pub(crate) fn pair() -> Key {
    pair_of(&sighting("", 0)).unwrap()
}

pub(crate) fn pair_of(s: &Sighting) -> Option<Key> {
    let asset = s.asset.clone()?;
    Some(Key::Pair { account: s.account.clone(), actor: s.actor.clone(), asset })
}

pub(crate) fn asset_of(s: &Sighting) -> Option<Key> {
    Some(Key::Asset { account: s.account.clone(), asset: s.asset.clone()? })
}

pub(crate) fn actor_of(s: &Sighting) -> Key {
    Key::Actor { account: s.account.clone(), actor: s.actor.clone() }
}

pub(crate) async fn observe_one(knowledge: &mut Knowledge, store: &MemoryKnowledge, s: Sighting) -> History {
    knowledge.observe(store, &[s]).await.unwrap()[0]
}

/// A worker and a store that have watched the account for long.
pub(crate) async fn watched() -> (Knowledge, MemoryKnowledge) {
    let (mut knowledge, store) = (Knowledge::default(), MemoryKnowledge::default());
    knowledge.begin_watch(&store, ACCOUNT, at(-100 * DAY)).await.unwrap();
    (knowledge, store)
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It fails before it goes through.
    Before,
    /// It goes through, and its answer is lost.
    After,
    /// A load answers as if nothing were stored.
    Stale,
}

/// A store whose calls go wrong as planned; calls beyond the end of the plan succeed.
#[derive(Debug, Default)]
pub(crate) struct Flaky {
    pub(crate) memory: MemoryKnowledge,
    faults: Mutex<Vec<Fault>>,
    yields: Mutex<Vec<u8>>,
}

impl Flaky {
    pub(crate) fn plan(faults: &[Fault], yields: &[u8]) -> Self {
        Self {
            memory: MemoryKnowledge::default(),
            faults: Mutex::new(faults.to_vec()),
            yields: Mutex::new(yields.to_vec()),
        }
    }

    pub(crate) fn fail_next(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    pub(crate) fn recover(&self) {
        self.fail_next(&[]);
    }

    async fn next(&self) -> Fault {
        let yields = self.yields.lock().unwrap().pop().unwrap_or(0);
        for _ in 0..yields {
            yield_now().await;
        }
        self.faults.lock().unwrap().pop().unwrap_or(Fault::None)
    }
}

fn failed(what: &str) -> StoreError {
    StoreError { what: format!("{what}: injected fault"), retryable: true, source: None }
}

#[async_trait]
impl KnowledgeStore for Flaky {
    async fn load(&self, keys: &[Key]) -> Result<BTreeMap<Key, Item>, StoreError> {
        match self.next().await {
            Fault::None => self.memory.load(keys).await,
            Fault::Stale => Ok(BTreeMap::new()),
            Fault::Before | Fault::After => Err(failed("load")),
        }
    }

    async fn update(&self, key: &Key, change: &Change) -> Result<Item, StoreError> {
        match self.next().await {
            Fault::None | Fault::Stale => self.memory.update(key, change).await,
            Fault::Before => Err(failed("update")),
            Fault::After => {
                self.memory.update(key, change).await?;
                Err(failed("update"))
            }
        }
    }
}

/// Several workers over one store, and what they answered.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Arc<Flaky>,
    pub(crate) workers: Vec<Knowledge>,
    capacity: usize,
    /// What was answered and acknowledged.
    pub(crate) answers: Vec<(Sighting, History)>,
    /// Counted and never written, for their worker died.
    pub(crate) lost: u64,
    /// How many sightings were handed to workers.
    pub(crate) delivered: u64,
}

/// A batch for a worker, and whether the worker dies before it can acknowledge it.
pub(crate) type Delivery = (Vec<Sighting>, bool);

impl World {
    pub(crate) fn new(store: Flaky, workers: usize, capacity: usize) -> Self {
        Self {
            store: Arc::new(store),
            workers: (0..workers).map(|_| Knowledge::with_capacity(capacity)).collect(),
            capacity,
            answers: Vec::new(),
            lost: 0,
            delivered: 0,
        }
    }

    /// Every worker is handed one batch, all at the same time. Answers with the batches that must come again.
    pub(crate) async fn round(&mut self, deliveries: Vec<Delivery>) -> Vec<Vec<Sighting>> {
        let mut tasks = JoinSet::new();
        for (mut worker, (batch, dies)) in self.workers.drain(..).zip(deliveries) {
            let store = Arc::clone(&self.store);
            self.delivered += batch.len() as u64;
            tasks.spawn(async move {
                let result = worker.observe(store.as_ref(), &batch).await;
                (worker, batch, dies, result)
            });
        }
        let mut again = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let (worker, batch, dies, result) = done.unwrap();
            match result {
                Ok(histories) if !dies => self.answers.extend(batch.into_iter().zip(histories)),
                _ => again.push(batch),
            }
            if dies {
                self.lost += worker.pending();
                self.workers.push(Knowledge::with_capacity(self.capacity));
            } else {
                self.workers.push(worker);
            }
        }
        again
    }

    /// One batch to the first worker, which does not die.
    pub(crate) async fn deliver(&mut self, batch: Vec<Sighting>) {
        let mut deliveries = vec![(batch, false)];
        deliveries.resize_with(self.workers.len(), || (Vec::new(), false));
        let again = self.round(deliveries).await;
        assert!(again.is_empty(), "the store has recovered");
    }

    pub(crate) async fn flush_all(&mut self) {
        for worker in &mut self.workers {
            worker.flush_all(self.store.as_ref()).await.unwrap();
            assert_eq!(worker.pending(), 0);
        }
    }
}

/// Runs a test's future to its end.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
