//! Roles and users seen active: whatever comes in whatever order, however often and to whichever worker, the sets are the
//! same, and hardly anything is written.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::AccountId;
use portcullis_knowledge::{ActiveRoles, ActiveStore, Added, Day, MAX_ACTIVE, MemoryActive, StoreError, active_days};
use proptest::prelude::*;
use test_case::test_case;

type Sets = BTreeMap<(AccountId, Day), BTreeSet<String>>;

const NOW: &str = "2026-01-05T08:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn account(number: usize) -> AccountId {
    ["111122223333", "444455556666"][number].parse().unwrap()
}

fn arn(account: &AccountId, number: usize) -> String {
    format!("arn:aws:iam::{account}:role/app-{number}")
}

/// What goes wrong with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// It fails before it goes through; trying again can help.
    Before,
    /// It goes through, and its answer is lost.
    After,
    /// It is refused; trying again cannot help.
    Refused,
}

/// A store as one worker sees it: its writes go wrong as planned, from the end of the plan, and are kept.
#[derive(Debug)]
struct Seen<'s> {
    store: &'s MemoryActive,
    faults: Mutex<Vec<Fault>>,
    tried: Mutex<Vec<(AccountId, Day, BTreeSet<String>)>>,
}

impl<'s> Seen<'s> {
    fn new(store: &'s MemoryActive, faults: &[Fault]) -> Self {
        Self { store, faults: Mutex::new(faults.to_vec()), tried: Mutex::default() }
    }

    /// Each principal that was tried to be written, as often as it was.
    fn tried(&self) -> Vec<(AccountId, Day, String)> {
        let tried = self.tried.lock().unwrap();
        let each = |(account, day, hashes): &(AccountId, Day, BTreeSet<String>)| {
            let (account, day) = (account.clone(), *day);
            hashes.iter().map(move |hash| (account.clone(), day, hash.clone())).collect::<Vec<_>>()
        };
        tried.iter().flat_map(each).collect()
    }
}

fn failed(retryable: bool) -> StoreError {
    StoreError { what: "injected fault".to_owned(), retryable, source: None }
}

#[async_trait]
impl ActiveStore for Seen<'_> {
    async fn add(&self, account: &AccountId, day: Day, hashes: &BTreeSet<String>) -> Result<Added, StoreError> {
        self.tried.lock().unwrap().push((account.clone(), day, hashes.clone()));
        let fault = self.faults.lock().unwrap().pop().unwrap_or(Fault::None);
        match fault {
            Fault::None => self.store.add(account, day, hashes).await,
            Fault::Before => Err(failed(true)),
            Fault::After => {
                self.store.add(account, day, hashes).await?;
                Err(failed(true))
            }
            Fault::Refused => Err(failed(false)),
        }
    }

    async fn count(&self, account: &AccountId, days: &[Day]) -> Result<usize, StoreError> {
        self.store.count(account, days).await
    }
}

/// An event: of which account, which of its principals, how many hours from now.
type Event = (usize, usize, i64);

fn note(worker: &mut ActiveRoles, (number, principal, hours): Event) {
    let account = account(number);
    let time = now() + SignedDuration::from_hours(hours);
    worker.note(&account, &arn(&account, principal), time, now());
}

/// The sets that one worker makes of the events, taken one by one.
async fn truth(events: &[Event]) -> Sets {
    let store = MemoryActive::default();
    for event in events {
        let mut worker = ActiveRoles::default();
        note(&mut worker, *event);
        worker.flush(&store).await.unwrap();
    }
    store.sets()
}

/// Runs a test's future to its end.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    proptest::collection::vec((0..2usize, 0..6usize, -50..30i64), 1..60)
}

/// Each event twice, in any order, in batches for any of three workers.
fn deliveries() -> impl Strategy<Value = (Vec<Event>, Vec<(usize, Vec<Event>)>)> {
    events().prop_flat_map(|events| {
        let twice = [events.clone(), events.clone()].concat();
        // As many batches as it takes when each has one event.
        let cuts = proptest::collection::vec((0..3usize, 1..8usize), twice.len());
        let twice = Just(twice).prop_shuffle();
        (Just(events), twice, cuts).prop_map(|(events, mut rest, cuts)| {
            let batch = |(worker, size): (usize, usize)| (worker, rest.drain(..size.min(rest.len())).collect());
            let batches = cuts.into_iter().map(batch).collect();
            (events, batches)
        })
    })
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![Just(Fault::None), Just(Fault::Before), Just(Fault::After), Just(Fault::Refused)];
    proptest::collection::vec(fault, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_sets_are_the_same_and_a_worker_writes_a_principal_once_a_day((events, batches) in deliveries()) {
        run(async {
            let store = MemoryActive::default();
            let seen = [(); 3].map(|()| Seen::new(&store, &[]));
            let mut workers = [(); 3].map(|()| ActiveRoles::default());
            for (free, batch) in batches {
                for event in batch {
                    note(&mut workers[free], event);
                }
                workers[free].flush(&seen[free]).await.unwrap();
            }
            prop_assert_eq!(store.sets(), truth(&events).await);
            for seen in &seen {
                let tried = seen.tried();
                prop_assert_eq!(tried.iter().collect::<BTreeSet<_>>().len(), tried.len());
            }
            Ok(())
        })?;
    }

    /// Whatever went wrong, the next write that does not makes up for it.
    #[test]
    fn nothing_is_lost_when_writes_fail((events, batches) in deliveries(), faults in faults()) {
        run(async {
            let store = MemoryActive::default();
            let mut seen = [(); 3].map(|()| Seen::new(&store, &faults));
            let mut workers = [(); 3].map(|()| ActiveRoles::default());
            for (free, batch) in batches {
                for event in batch {
                    note(&mut workers[free], event);
                }
                let result = workers[free].flush(&seen[free]).await;
                prop_assert_eq!(result.is_ok(), workers[free].pending().is_empty());
            }
            for (worker, seen) in workers.iter_mut().zip(&mut seen) {
                seen.faults = Mutex::default();
                worker.flush(seen).await.unwrap();
            }
            prop_assert_eq!(store.sets(), truth(&events).await);
            Ok(())
        })?;
    }

    /// A worker that can hold little writes more, and the sets are the same.
    #[test]
    fn a_worker_that_forgets_writes_again((events, batches) in deliveries(), capacity in 1..5usize) {
        run(async {
            let store = MemoryActive::default();
            let mut workers = [(); 3].map(|()| ActiveRoles::with_capacity(capacity));
            for (free, batch) in batches {
                for event in batch {
                    note(&mut workers[free], event);
                    workers[free].flush(&store).await.unwrap();
                }
            }
            prop_assert_eq!(store.sets(), truth(&events).await);
            Ok(())
        })?;
    }
}

#[test_case("2026-01-05T00:00:00Z", Some("2026-01-05") ; "first of today")]
#[test_case("2026-01-05T23:59:59Z", Some("2026-01-05") ; "later today by a clock that is ahead")]
#[test_case("2026-01-04T23:59:59.999Z", Some("2026-01-04") ; "last of yesterday")]
#[test_case("2026-01-04T00:00:00Z", Some("2026-01-04") ; "first of yesterday")]
#[test_case("2026-01-03T23:59:59.999Z", None ; "the day before")]
#[test_case("2026-01-06T00:00:00Z", None ; "tomorrow")]
#[test_case("2026-01-05T01:30:00+02:00", Some("2026-01-04") ; "of a day in UTC")]
fn only_today_and_yesterday_count(time: &str, day: Option<&str>) {
    let mut worker = ActiveRoles::default();
    worker.note(&account(0), "arn:aws:iam::111122223333:role/app", time.parse().unwrap(), now());
    let noted: Vec<_> = worker.pending().into_iter().map(|(_, day, _)| day.to_string()).collect();
    assert_eq!(noted.iter().map(String::as_str).collect::<Vec<_>>(), Vec::from_iter(day));
}

/// The first twelve digits of what `sha256sum` prints for the ARN.
#[test_case("arn:aws:iam::111122223333:role/app", "94cbc2dd903a" ; "a role")]
#[test_case("arn:aws:iam::111122223333:user/ann", "617a42bf0cc7" ; "a user")]
fn a_principal_is_kept_as_a_hash(arn: &str, hash: &str) {
    let mut worker = ActiveRoles::default();
    worker.note(&account(0), arn, now(), now());
    let day = Day::of(now());
    assert_eq!(worker.pending(), [(account(0), day, BTreeSet::from([hash.to_owned()]))]);
}

#[tokio::test]
async fn who_was_active_on_both_days_counts_once() {
    let (mut worker, store) = (ActiveRoles::default(), MemoryActive::default());
    for event in [(0, 1, 0), (0, 2, 0), (0, 2, -24), (0, 3, -24), (1, 1, 0)] {
        note(&mut worker, event);
    }
    worker.flush(&store).await.unwrap();
    let days = active_days(now());
    assert_eq!(store.count(&account(0), &days).await.unwrap(), 3);
    assert_eq!(store.count(&account(0), &days[..1]).await.unwrap(), 2, "today");
    assert_eq!(store.count(&account(1), &days).await.unwrap(), 1);
    assert_eq!(store.count(&account(1), &days[1..]).await.unwrap(), 0, "nobody yesterday");
    assert_eq!(store.writes(), 3, "one for each account and day");
}

/// What was today is yesterday, and known to be written; what was yesterday counts no more.
#[tokio::test]
async fn a_new_day_forgets_the_day_before_yesterday() {
    let (mut worker, store) = (ActiveRoles::default(), MemoryActive::default());
    note(&mut worker, (0, 1, -24));
    note(&mut worker, (0, 1, 0));
    worker.flush(&store).await.unwrap();
    note(&mut worker, (0, 2, -24));
    let tomorrow = now() + SignedDuration::from_hours(24);
    for (principal, time) in [(1, now()), (2, now()), (1, tomorrow)] {
        worker.note(&account(0), &arn(&account(0), principal), time, tomorrow);
    }
    let noted: Vec<_> = worker.pending().into_iter().map(|(_, day, hashes)| (day, hashes.len())).collect();
    assert_eq!(noted, [(Day::of(now()), 1), (Day::of(tomorrow), 1)]);
}

#[test]
fn whoever_is_noted_during_a_write_is_written_by_the_next() {
    let mut worker = ActiveRoles::default();
    note(&mut worker, (0, 1, 0));
    let (account, day, hashes) = worker.pending().remove(0);
    note(&mut worker, (0, 2, 0));
    worker.written(&account, day, &hashes, Added::All);
    let (_, _, next) = worker.pending().remove(0);
    assert_eq!((next.len(), next.is_disjoint(&hashes)), (1, true));
}

/// An answer that comes when its day is over changes nothing.
#[tokio::test]
async fn a_write_may_end_on_the_next_day_but_one() {
    let mut worker = ActiveRoles::default();
    note(&mut worker, (0, 1, 0));
    let (account, day, hashes) = worker.pending().remove(0);
    let later = now() + SignedDuration::from_hours(48);
    worker.note(&account, &arn(&account, 1), later, later);
    worker.written(&account, day, &hashes, Added::All);
    assert_eq!(worker.pending(), [(account, Day::of(later), hashes)]);
}

/// One account whose writes are refused keeps no other from being written; a store that does not answer is not asked for
/// each of a hundred accounts while a batch waits.
#[test_case(Fault::Refused, 2, 1 ; "refused")]
#[test_case(Fault::Before, 1, 2 ; "no answer")]
#[test_case(Fault::After, 1, 2 ; "an answer that was lost")]
#[tokio::test]
async fn a_write_that_failed_is_tried_with_the_next_batch(fault: Fault, tried: usize, left: usize) {
    let store = MemoryActive::default();
    let seen = Seen::new(&store, &[fault]);
    let mut worker = ActiveRoles::default();
    note(&mut worker, (0, 1, 0));
    note(&mut worker, (1, 1, 0));
    let error = worker.flush(&seen).await.unwrap_err();
    assert_eq!((error.what.as_str(), error.retryable), ("injected fault", fault != Fault::Refused));
    assert_eq!((seen.tried().len(), worker.pending().len()), (tried, left));
    worker.flush(&seen).await.unwrap();
    assert!(worker.pending().is_empty());
    assert_eq!(store.sets(), truth(&[(0, 1, 0), (1, 1, 0)]).await);
}

#[tokio::test]
async fn a_full_set_takes_no_more_and_is_written_no_more() {
    let store = MemoryActive::default();
    let [mut one, mut other] = [ActiveRoles::default(), ActiveRoles::default()];
    (0..MAX_ACTIVE + 10).for_each(|principal| note(&mut one, (0, principal, 0)));
    one.flush(&store).await.unwrap();
    let days = active_days(now());
    assert_eq!(store.count(&account(0), &days).await.unwrap(), MAX_ACTIVE, "a worker notes no more");
    for (writes, principal) in [(2, MAX_ACTIVE), (2, MAX_ACTIVE + 1)] {
        note(&mut other, (0, principal, 0));
        other.flush(&store).await.unwrap();
        assert_eq!(store.writes(), writes, "it is asked once whether there is room");
    }
    assert_eq!(store.count(&account(0), &days).await.unwrap(), MAX_ACTIVE);
    // The day before and other accounts have sets of their own.
    note(&mut other, (0, 1, -24));
    note(&mut other, (1, 1, 0));
    other.flush(&store).await.unwrap();
    assert_eq!(store.count(&account(1), &days).await.unwrap(), 1);
    assert_eq!(store.sets().len(), 3);
}

/// So that a store that is gone for long does not fill the memory.
#[tokio::test]
async fn what_cannot_be_written_is_held_up_to_a_bound() {
    let store = MemoryActive::default();
    let mut worker = ActiveRoles::with_capacity(5);
    (0..3).for_each(|principal| note(&mut worker, (0, principal, -24)));
    worker.flush(&store).await.unwrap();
    (0..20).for_each(|principal| note(&mut worker, (0, principal, 0)));
    let pending = worker.pending();
    assert_eq!(pending.iter().map(|(_, _, hashes)| hashes.len()).collect::<Vec<_>>(), [5], "the written made room");
    worker.flush(&store).await.unwrap();
    note(&mut worker, (0, 19, 0));
    note(&mut worker, (0, 0, 0));
    let pending = worker.pending();
    assert_eq!(
        pending.iter().map(|(_, _, hashes)| hashes.len()).collect::<Vec<_>>(),
        [2],
        "the written made room again"
    );
}
