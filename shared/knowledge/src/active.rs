//! Which roles and users were seen active today and yesterday: what a share of them is a share of.
//!
//! How many principals may be contained at a time is bounded by a share of those that were active, so that a wrong rule
//! cannot take down an account. Kept is for each account and day a set of hashes, which takes unions in any order, however
//! often: no worker has to know of another.
//!
//! What it does not tell: at most [`MAX_ACTIVE`] principals are kept of an account and day, and what a worker had not
//! written when it died is known again when the principal is next seen. Both make the number too low, and a share of it
//! smaller: fewer are contained, never more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_domain::{AccountId, sha256_hex};

use crate::calendar::Day;
use crate::store::StoreError;

/// How many principals are kept of an account and day. Beyond that the number says "at least so many": the set then has
/// 260 KB, and an item may have 400 KB (DynamoDB Developer Guide, *Quotas in Amazon DynamoDB*).
pub const MAX_ACTIVE: usize = 20_000;

/// How many hashes a worker holds of all accounts, unless told otherwise: some 6 megabytes.
const CAPACITY: usize = 100_000;

/// How many hexadecimal digits of its hash stand for a principal: among 20,000 two share theirs once in a million times.
const HASH_DIGITS: usize = 12;

/// The days that count, in UTC: today and yesterday.
pub fn active_days(now: Timestamp) -> [Day; 2] {
    let today = Day::of(now);
    [today, today.before(1)]
}

/// What became of hashes that were to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// All of them are in the set.
    All,
    /// None was added: with them there might be more than [`MAX_ACTIVE`].
    Full,
}

/// Where the principals that were seen active are kept.
///
/// In DynamoDB a set is the attribute `roles`, a string set, of the item `pk = active#ACCOUNT#YYYY-MM-DD`, `sk = roles`.
/// A write is billed by the size of the item (DynamoDB Developer Guide, *DynamoDB item sizes and formats*): 13 bytes for
/// each principal and little else, so one unit up to some 70 principals.
#[async_trait]
pub trait ActiveStore: Send + Sync {
    /// Adds hashes to the set of an account and day in one step, making it if there is none; adds none when the set has
    /// no room for as many more, whether or not it has some of them already.
    async fn add(&self, account: &AccountId, day: Day, hashes: &BTreeSet<String>) -> Result<Added, StoreError>;

    /// How many different principals of the account were active on any of these days: at least so many, see
    /// [`MAX_ACTIVE`]. The latest writes may be missing.
    async fn count(&self, account: &AccountId, days: &[Day]) -> Result<usize, StoreError>;
}

/// What a worker knows of one account and day.
#[derive(Debug, Default)]
struct Noted {
    written: BTreeSet<String>,
    pending: BTreeSet<String>,
    full: bool,
}

impl Noted {
    fn held(&self) -> usize {
        self.written.len() + self.pending.len()
    }
}

/// The worker's side: whom it has written today and yesterday, and whom it has yet to write. Each principal costs one
/// write for each worker and day at most, as long as the worker holds them all.
///
/// Make one for each worker and keep it from batch to batch. It may be dropped at any time.
#[derive(Debug)]
pub struct ActiveRoles {
    days: BTreeMap<(Day, AccountId), Noted>,
    today: Option<Day>,
    capacity: usize,
}

impl Default for ActiveRoles {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl ActiveRoles {
    /// One that holds so many hashes at most. What was written makes room first, and is then written again when it is
    /// seen again: nothing but the number of writes suffers. While nothing can be written, what comes beyond is not noted.
    pub const fn with_capacity(capacity: usize) -> Self {
        Self { days: BTreeMap::new(), today: None, capacity }
    }

    /// Notes that a role or user of `account` was active at `event_time`. Only the days that count by `now` are noted
    /// ([`active_days`]), and all others are forgotten.
    pub fn note(&mut self, account: &AccountId, arn: &str, event_time: Timestamp, now: Timestamp) {
        let days @ [today, _] = active_days(now);
        if self.today.replace(today) != Some(today) {
            self.days.retain(|(day, _), _| days.contains(day));
        }
        let day = Day::of(event_time);
        if !days.contains(&day) {
            return;
        }
        let mut hash = sha256_hex(arn);
        hash.truncate(HASH_DIGITS);
        let key = (day, account.clone());
        if self.days.get(&key).is_some_and(|noted| {
            noted.full || noted.held() >= MAX_ACTIVE || noted.written.contains(&hash) || noted.pending.contains(&hash)
        }) {
            return;
        }
        if self.make_room() {
            self.days.entry(key).or_default().pending.insert(hash);
        }
    }

    /// Whom to write: of each account and day what the worker has noted and not written.
    pub fn pending(&self) -> Vec<(AccountId, Day, BTreeSet<String>)> {
        let pending = self.days.iter().filter(|(_, noted)| !noted.pending.is_empty());
        pending.map(|((day, account), noted)| (account.clone(), *day, noted.pending.clone())).collect()
    }

    /// Says what became of a write. Of an account and day whose set is full nothing more is noted.
    pub fn written(&mut self, account: &AccountId, day: Day, hashes: &BTreeSet<String>, added: Added) {
        // The day may be over by now.
        let Some(noted) = self.days.get_mut(&(day, account.clone())) else { return };
        match added {
            Added::All => {
                noted.pending.retain(|hash| !hashes.contains(hash));
                noted.written.extend(hashes.iter().cloned());
            }
            Added::Full => *noted = Noted { full: true, ..Noted::default() },
        }
    }

    /// Writes all that is pending, with one write for each account and day; what fails stays pending. Nobody's batch should
    /// come again for that.
    ///
    /// # Errors
    ///
    /// The first. One that trying again can help ends it, since a batch is waiting and the next write would likely wait for
    /// the same; after any other the rest is tried.
    pub async fn flush(&mut self, store: &(impl ActiveStore + ?Sized)) -> Result<(), StoreError> {
        let mut result = Ok(());
        for (account, day, hashes) in self.pending() {
            match store.add(&account, day, &hashes).await {
                Ok(added) => self.written(&account, day, &hashes, added),
                Err(error) if error.retryable => return result.and(Err(error)),
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }

    /// Makes room for one more hash; false when all that is held is yet to be written.
    fn make_room(&mut self) -> bool {
        let mut held: usize = self.days.values().map(Noted::held).sum();
        // The oldest day comes first.
        for noted in self.days.values_mut() {
            if held < self.capacity {
                break;
            }
            held -= noted.written.len();
            noted.written.clear();
        }
        held < self.capacity
    }
}

#[derive(Debug, Default)]
struct Inner {
    sets: BTreeMap<(AccountId, Day), BTreeSet<String>>,
    writes: usize,
}

/// The sets in memory, which count what is done to them.
#[derive(Debug, Default)]
pub struct MemoryActive {
    inner: Mutex<Inner>,
}

impl MemoryActive {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while holding the lock cannot leave half a write: every write is one set.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every set.
    pub fn sets(&self) -> BTreeMap<(AccountId, Day), BTreeSet<String>> {
        self.lock().sets.clone()
    }

    /// How many writes were made, those that added nothing included.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }
}

#[async_trait]
impl ActiveStore for MemoryActive {
    async fn add(&self, account: &AccountId, day: Day, hashes: &BTreeSet<String>) -> Result<Added, StoreError> {
        let mut inner = self.lock();
        inner.writes += 1;
        let set = inner.sets.entry((account.clone(), day)).or_default();
        if set.len() + hashes.len() > MAX_ACTIVE {
            return Ok(Added::Full);
        }
        set.extend(hashes.iter().cloned());
        Ok(Added::All)
    }

    async fn count(&self, account: &AccountId, days: &[Day]) -> Result<usize, StoreError> {
        let inner = self.lock();
        let sets = days.iter().filter_map(|day| inner.sets.get(&(account.clone(), *day)));
        Ok(sets.flatten().collect::<BTreeSet<_>>().len())
    }
}
