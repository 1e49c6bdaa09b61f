//! Events into shared windows, bursts out of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::bucket::SLACK;
use crate::burst::{bursts, number};
use crate::correlation::MOST_KEPT;
use crate::store::{StoreError, WindowStore};
use crate::{Anchor, Bucket, Burst, Correlation, Event, WindowKey};

/// What putting events into a window came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The bursts that the events belong to, as they stand.
    pub bursts: Vec<Told>,
    /// What was told before and holds no longer: only conditions with an upper bound can be taken back.
    pub withdrawn: BTreeSet<Anchor>,
}

/// A burst that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The burst.
    pub burst: Burst,
    /// The anchors under which it, or a part of it, was told before: it now takes their place.
    pub supersedes: BTreeSet<Anchor>,
}

/// How often to look again when the bursts under one's hands get new names: each time somebody else added to them.
const REFRESHES: usize = 16;

/// How many events are added to a bucket at once.
const LARGEST_PART: usize = 64;

/// The most events that one worker ever leaves in a bucket of a store: what the largest threshold needs, what may wait to be
/// removed, and the part that is just being added. How large one event may be follows from it, for a store whose items end at
/// some size.
pub const LARGEST_BUCKET: usize = MOST_KEPT + SLACK + LARGEST_PART;

/// Puts events into a window and answers with the bursts they belong to.
///
/// One write per bucket that the events fall in (seldom a second one, to trim), then one read. A burst is announced before
/// it is told, so that whichever worker sees more of it knows under which names it was told before. Doing all of it again,
/// after a crash anywhere, comes to the same.
///
/// # Errors
///
/// When the store does not answer; then nothing may be told, and the same events must be taken again.
pub async fn take(
    store: &dyn WindowStore,
    key: &WindowKey,
    correlation: &Correlation,
    events: &[Event],
) -> Result<Taken, StoreError> {
    let mut by_bucket: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    let mut by_piece: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_bucket.entry(number(correlation, event.at)).or_default().push(event.clone());
        by_piece.entry(event.at.div_euclid(correlation.longest_piece())).or_default().push(event);
    }
    for (number, events) in by_bucket {
        let mut part = Bucket::of_batch(events, correlation);
        let events: Vec<Event> = std::mem::take(&mut part.events).into_iter().collect();
        // In parts, and trimmed in between, so that no item outgrows DynamoDB's limit; a batch of a queue is one part.
        for some in events.chunks(LARGEST_PART) {
            part.events = some.iter().cloned().collect();
            let bucket = store.add(key, number, &part).await?;
            let surplus = bucket.surplus(correlation);
            if !surplus.is_empty() {
                store.trim(key, number, &surplus).await?;
            }
        }
    }
    let mut taken = Taken::default();
    for (piece, events) in by_piece {
        let neighbourhood = Neighbourhood { store, key, correlation, piece, events };
        let part = neighbourhood.look().await?;
        for told in part.bursts {
            if !taken.bursts.iter().any(|known| known.burst.anchor == told.burst.anchor) {
                taken.bursts.push(told);
            }
        }
        taken.withdrawn.extend(part.withdrawn);
    }
    Ok(taken)
}

/// The surroundings of events that fall in one piece (see [`bursts`]).
struct Neighbourhood<'n> {
    store: &'n dyn WindowStore,
    key: &'n WindowKey,
    correlation: &'n Correlation,
    piece: i64,
    events: Vec<&'n Event>,
}

/// What was loaded, and the bursts that the events belong to.
struct View {
    buckets: BTreeMap<i64, Bucket>,
    bursts: Vec<Burst>,
}

impl Neighbourhood<'_> {
    async fn look(&self) -> Result<Taken, StoreError> {
        let mut view = self.view().await?;
        let mut known = self.announced().await?;
        for _ in 0..REFRESHES {
            let mut announced = false;
            for burst in view.bursts.iter().filter(|burst| !known.contains(&burst.anchor)) {
                let piece = burst.anchor.at.div_euclid(self.correlation.longest_piece());
                self.store.announce(self.key, piece, &burst.anchor).await?;
                announced = true;
            }
            if !announced {
                break;
            }
            // Whoever joins this burst to another either wrote before this look, and it shows; or writes after it, and
            // finds the name just announced.
            view = self.view().await?;
            known = self.announced().await?;
        }
        // Of two names of one second the first by id is the later word: never each the other's.
        let place = |anchor: &Anchor| (anchor.at, anchor.id.clone());
        let within = |burst: &Burst, anchor: &Anchor| {
            *anchor != burst.anchor
                && place(anchor) >= place(&burst.anchor)
                && anchor.at <= burst.last()
                && (!anchor.continued || burst.anchor.continued)
        };
        let told = view.bursts.iter().map(|burst| Told {
            burst: burst.clone(),
            supersedes: known.iter().filter(|anchor| within(burst, anchor)).cloned().collect(),
        });
        let bursts = told.collect();
        Ok(Taken { bursts, withdrawn: self.withdrawn(&known, &view) })
    }

    /// Loads around the events, and further out as long as a burst may begin or end beyond.
    async fn view(&self) -> Result<View, StoreError> {
        let (reach, longest) = (self.correlation.reach(), self.correlation.longest_piece());
        let first = self.events.iter().map(|event| event.at).min().unwrap_or_default();
        let last = self.events.iter().map(|event| event.at).max().unwrap_or_default();
        // An event can change the cuts of the pieces next to it, and those depend on nothing beyond.
        let earliest = (self.piece - 2) * longest - reach;
        let latest = (self.piece + 4) * longest + reach;
        let (mut from, mut to) = (first - 2 * reach, last + 2 * reach);
        loop {
            let numbers = number(self.correlation, from)..=number(self.correlation, to);
            let buckets = self.store.range(self.key, numbers).await?;
            let mut ours = bursts(self.correlation, &buckets);
            ours.retain(|burst| self.events.iter().any(|event| burst.spans(event)));
            let open_before = from > earliest && ours.iter().any(|burst| *burst.whole.start() < from + reach);
            let open_after = to < latest && ours.iter().any(|burst| *burst.whole.end() > to - reach);
            if !open_before && !open_after {
                let pieces = self.piece - 1..=self.piece + 2;
                ours.retain(|burst| pieces.contains(&burst.anchor.at.div_euclid(longest)));
                return Ok(View { buckets, bursts: ours });
            }
            let width = to - from;
            from = if open_before { (from - 2 * width).max(earliest) } else { from };
            to = if open_after { (to + 2 * width).min(latest) } else { to };
        }
    }

    async fn announced(&self) -> Result<BTreeSet<Anchor>, StoreError> {
        self.store.announced(self.key, self.piece - 3..=self.piece + 4).await
    }

    fn withdrawn(&self, known: &BTreeSet<Anchor>, view: &View) -> BTreeSet<Anchor> {
        if self.correlation.is_monotone() {
            return BTreeSet::new();
        }
        let reach = self.correlation.reach();
        let near = |anchor: &&Anchor| self.events.iter().any(|event| (event.at - anchor.at).abs() <= reach);
        let all = bursts(self.correlation, &view.buckets);
        let stands = |anchor: &Anchor| all.iter().any(|burst| (burst.anchor.at..=burst.last()).contains(&anchor.at));
        known.iter().filter(near).filter(|anchor| !stands(anchor)).cloned().collect()
    }
}
