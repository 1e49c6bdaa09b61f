//! How much is written at once, and how much ever lies in one bucket, whatever the size of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_windows::{
    Anchor, Bucket, Correlation, Event, LARGEST_BUCKET, LARGEST_THRESHOLD, MemoryWindows, StoreError, Taken, Test,
    WindowKey, WindowStore, take,
};

use crate::support::{Findings, MINUTE, Task, at_least, correlation, event, key, reference, remaining, take_turns};

/// Notes how many events come with each write, and how many then lie in the bucket.
#[derive(Default)]
struct Noting {
    memory: MemoryWindows,
    parts: Mutex<Vec<(usize, usize)>>,
}

#[async_trait]
impl WindowStore for Noting {
    async fn add(&self, key: &WindowKey, bucket: i64, part: &Bucket) -> Result<Bucket, StoreError> {
        let after = self.memory.add(key, bucket, part).await?;
        self.parts.lock().unwrap().push((part.events.len(), after.events.len()));
        Ok(after)
    }

    async fn trim(&self, key: &WindowKey, bucket: i64, surplus: &[Event]) -> Result<(), StoreError> {
        self.memory.trim(key, bucket, surplus).await
    }

    async fn range(&self, key: &WindowKey, buckets: RangeInclusive<i64>) -> Result<BTreeMap<i64, Bucket>, StoreError> {
        self.memory.range(key, buckets).await
    }

    async fn announce(&self, key: &WindowKey, piece: i64, anchor: &Anchor) -> Result<(), StoreError> {
        self.memory.announce(key, piece, anchor).await
    }

    async fn announced(&self, key: &WindowKey, pieces: RangeInclusive<i64>) -> Result<BTreeSet<Anchor>, StoreError> {
        self.memory.announced(key, pieces).await
    }
}

/// The batches, one after another, by one worker.
fn taken(store: &Noting, correlation: &Correlation, batches: &[&[Event]]) -> Vec<Taken> {
    let key = key();
    let worker: Task<'_, Vec<Taken>> = Box::pin(async {
        let mut told = Vec::new();
        for batch in batches {
            told.push(take(store, &key, correlation, batch).await.unwrap());
        }
        told
    });
    take_turns(vec![worker], &[0]).into_iter().flatten().collect()
}

#[test]
fn a_large_batch_is_written_in_parts() {
    let correlation = correlation(Test::EventCount(at_least(LARGEST_THRESHOLD)), 1, 5 * MINUTE);
    let events: Vec<Event> = (0..200).map(|n| event(n * 1000, &format!("e{n:03}"), 0, "v", "g")).collect();
    let store = Noting::default();
    let told = taken(&store, &correlation, &[&events]);
    assert_eq!(*store.parts.lock().unwrap(), [(64, 64), (64, 128), (64, 192), (8, 200)]);
    assert_eq!(remaining(&told), reference(&correlation, &events), "one burst, of all of them");
}

/// What is too much is taken out before the next part is put in, not at the end.
#[test]
fn a_bucket_never_holds_more_than_its_largest() {
    let correlation = correlation(Test::EventCount(at_least(LARGEST_THRESHOLD)), 1, 5 * MINUTE);
    // All of one bucket, in an order in which each batch brings something that decides.
    let events: Vec<Event> = (0..1200).map(|n| event(n * 200, &format!("e{n:04}"), 0, "v", "g")).collect();
    let each: Vec<Vec<Event>> = (0..4).map(|first| events.iter().skip(first).step_by(4).cloned().collect()).collect();
    let store = Noting::default();
    let told = taken(&store, &correlation, &each.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let parts = store.parts.lock().unwrap();
    assert!(parts.iter().all(|(part, _)| *part <= 64), "{parts:?}");
    let largest = parts.iter().map(|(_, bucket)| *bucket).max().unwrap();
    assert!(largest > LARGEST_BUCKET - 64, "it came to {largest}, which tries no bound");
    assert!(largest <= LARGEST_BUCKET, "{largest} events lay in one bucket");
    let (standing, whole) = (remaining(&told), reference(&correlation, &events));
    let shape = |findings: &Findings| -> Vec<(Anchor, String)> {
        findings.iter().map(|(anchor, (ids, _))| (anchor.clone(), ids.last().unwrap().clone())).collect()
    };
    assert_eq!(shape(&standing), shape(&whole), "it begins and ends where it did");
}
