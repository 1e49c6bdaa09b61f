//! What correlations count of a batch, window by window.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use portcullis_domain::error_chain;
use portcullis_windows::{Event, WindowKey, WindowStore, take};

use crate::correlate::Correlated;
use crate::pipeline::Tally;
use crate::windowed::{Entry, burst_id, finding};

/// How many windows are worked on at once.
const AT_ONCE: usize = 8;

/// The events of a batch by window, so that each window is written once.
#[derive(Default)]
pub(crate) struct Windows<'s> {
    by_key: BTreeMap<WindowKey, Window<'s>>,
    events: usize,
}

struct Window<'s> {
    correlated: &'s Correlated,
    events: Vec<Event>,
}

impl<'s> Windows<'s> {
    /// How many events there are.
    pub(crate) const fn len(&self) -> usize {
        self.events
    }

    pub(crate) fn put(&mut self, entry: Entry<'s>) {
        let Entry { correlated, key, event } = entry;
        self.events += 1;
        self.by_key.entry(key).or_insert_with(|| Window { correlated, events: Vec::new() }).events.push(event);
    }
}

/// Puts the events into their windows; the bursts they belong to become findings.
pub(crate) async fn count(windows: Windows<'_>, store: &dyn WindowStore, tally: &mut Tally) {
    let mut taken = stream::iter(windows.by_key)
        .map(|(key, Window { correlated, events })| async move {
            let taken = take(store, &key, &correlated.correlation, &events).await;
            (key, correlated, taken)
        })
        .buffered(AT_ONCE);
    while let Some((key, correlated, taken)) = taken.next().await {
        match taken {
            Ok(taken) => {
                tally.findings.extend(taken.bursts.iter().filter_map(|told| finding(correlated, &key, told)));
                tally.withdrawn.extend(taken.withdrawn.iter().map(|anchor| burst_id(&key, anchor)));
            }
            Err(error) => tally.failed.push(error_chain(&error)),
        }
    }
}
