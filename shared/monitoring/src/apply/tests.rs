//! Pace, failures, time.

use std::sync::Arc;

use test_case::test_case;

use super::*;
use crate::desired::desired;
use crate::memory::{MemoryMonitoring, MemoryTime};
use crate::plan::{plan, removal};
use crate::ports::ReadMonitoring;
use crate::tests::{CALL, place, settings};

const ENTRIES: &str = "
assets:
  - {name: mail, secret: mail, tier: critical}
  - {name: payroll, secret: payroll, tier: critical}
";

const LONG: SignedDuration = SignedDuration::from_mins(13);

fn world() -> (Arc<MemoryTime>, MemoryMonitoring) {
    let time = Arc::new(MemoryTime::new(LONG));
    (Arc::clone(&time), MemoryMonitoring::new(time, CALL))
}

async fn reconcile(yaml: &str, world: &MemoryMonitoring, time: &MemoryTime) -> Applied {
    let found = world.read(&place()).await.unwrap();
    apply(&plan(&desired(&settings(yaml), &place()), &found, &place()), &place(), world, time).await
}

#[tokio::test]
async fn all_is_done_and_counted() {
    let (time, world) = world();
    let all = desired(&settings(ENTRIES), &place());
    let applied = reconcile(ENTRIES, &world, &time).await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    assert_eq!(applied.done, Done { created: all.alarms.len() + all.filters.len() + 1, ..Done::default() });
    let applied = reconcile(&ENTRIES.replace("mail, tier: critical", "mail, tier: sensitive"), &world, &time).await;
    // Three alarms and what was learned for one of them go; the dashboard changes.
    assert_eq!(applied.done, Done { deleted: 4, updated: 1, ..Done::default() });
}

#[tokio::test]
async fn at_most_three_calls_a_second_reach_an_api() {
    let (time, world) = world();
    reconcile(ENTRIES, &world, &time).await;
    for (api, calls) in &world.state().calls {
        assert!(calls.windows(4).all(|four| four[3] - four[0] >= SignedDuration::from_secs(1)), "{api}: {calls:?}");
    }
    assert!(world.state().calls["PutMetricAlarm"].len() > 20);
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_others_but_those_that_need_it() {
    let (time, world) = world();
    world.state().locked.insert("gatehouse/high-rate/payroll".to_owned());
    let applied = reconcile(ENTRIES, &world, &time).await;
    let failed: Vec<(&str, &str)> =
        applied.failed.iter().map(|failure| (failure.what.as_str(), failure.error.as_str())).collect();
    assert_eq!(
        failed,
        [
            (
                "PutMetricAlarm gatehouse/high-rate/payroll",
                "PutMetricAlarm gatehouse/high-rate/payroll: AccessDenied: gatehouse/high-rate/payroll"
            ),
            (
                "PutCompositeAlarm gatehouse/under-attack/payroll",
                "not tried, since it is about `gatehouse/high-rate/payroll`, which could not be made"
            ),
        ]
    );
    assert_eq!(applied.left, 0);
    assert!(world.state().alarms.contains_key("gatehouse/under-attack/mail"));
    world.state().locked.clear();
    assert_eq!(reconcile(ENTRIES, &world, &time).await.done, Done { created: 2, ..Done::default() });
}

#[tokio::test]
async fn one_that_cannot_be_deleted_does_not_keep_the_others() {
    let (time, world) = world();
    reconcile(ENTRIES, &world, &time).await;
    world.state().locked.insert("gatehouse/denied/mail".to_owned());
    let found = world.read(&place()).await.unwrap();
    let applied = apply(&removal(&found, &place()), &place(), &world, &*time).await;
    let failed: Vec<&str> = applied.failed.iter().map(|failure| failure.what.as_str()).collect();
    assert_eq!(failed, ["DeleteAlarms gatehouse/denied/mail"]);
    assert_eq!(world.state().alarms.keys().collect::<Vec<_>>(), ["gatehouse/denied/mail"]);
}

/// Every call is throttled, or every other.
#[test_case(1, false ; "always")]
#[test_case(2, true ; "every other time")]
#[tokio::test]
async fn what_is_throttled_is_tried_again_a_few_times(throttled: usize, done: bool) {
    let time = Arc::new(MemoryTime::new(LONG));
    let world = MemoryMonitoring::new(Arc::clone(&time), CALL).throttling(throttled);
    let applied = reconcile("", &world, &time).await;
    assert_eq!(applied.failed.is_empty() && applied.left == 0, done, "{applied:?}");
    if !done {
        let first = &applied.failed[0];
        assert!(first.error.contains("Throttling"), "{first:?}");
        assert_eq!(applied.done, Done::default());
        let tries = &world.state().calls["PutDashboard"];
        let waits: Vec<i64> = tries.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8]);
    }
}

#[tokio::test]
async fn it_stops_in_time_and_says_what_is_left() {
    let (time, world) = world();
    let mut lefts = Vec::new();
    loop {
        time.leave(SignedDuration::from_secs(8));
        let applied = reconcile(ENTRIES, &world, &time).await;
        assert!(time.left() >= TO_END - CALL, "{:?}", time.left());
        assert!(applied.failed.is_empty());
        lefts.push(applied.left);
        if applied.left == 0 {
            break;
        }
    }
    assert!(lefts.len() > 2 && lefts.is_sorted_by(|one, next| next < one), "{lefts:?}");
}

#[tokio::test]
async fn without_time_nothing_is_begun() {
    let (time, world) = world();
    time.leave(TO_END);
    let applied = reconcile("", &world, &time).await;
    assert_eq!(applied.done, Done::default());
    assert!(applied.left > 10 && world.state().calls.is_empty());
}
