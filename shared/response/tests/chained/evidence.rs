//! Every link is handed on at least once, in order, whatever fails.

use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_response::{Chain as _, KeepEvidence, Link, PortError, keep_evidence};
use portcullis_testkit::{Fault, Faults, Faulty, Task, World, finding, take_turns, until_death};
use proptest::prelude::*;

use crate::{after, lived, now};

/// A place that keeps links.
#[derive(Debug, Default)]
struct Place(Mutex<Vec<Link>>);

#[async_trait]
impl KeepEvidence for Place {
    async fn keep(&self, link: &Link) -> Result<(), PortError> {
        self.0.lock().unwrap().push(link.clone());
        Ok(())
    }
}

impl Place {
    fn kept(&self) -> Vec<Link> {
        self.0.lock().unwrap().clone()
    }

    /// The links in the order in which each came first.
    fn once(&self) -> Vec<Link> {
        let mut once: Vec<Link> = Vec::new();
        for link in self.kept() {
            if !once.contains(&link) {
                once.push(link);
            }
        }
        once
    }
}

#[tokio::test]
async fn each_once_where_nothing_fails() {
    let (world, bucket, bus) = (lived().await, Place::default(), Place::default());
    assert_eq!(keep_evidence(&world.ledger, &[&bucket, &bus]).await.unwrap(), 11);
    assert_eq!((bucket.kept(), bus.kept()), (world.ledger.chained(), world.ledger.chained()));
    assert_eq!(keep_evidence(&world.ledger, &[&bucket, &bus]).await.unwrap(), 0);
    world.deliver_at(&finding("next"), after(3)).await;
    keep_evidence(&world.ledger, &[&bucket, &bus]).await.unwrap();
    assert_eq!(bucket.kept(), world.ledger.chained());
}

#[tokio::test]
async fn nowhere_to_keep_them() {
    let (world, bucket) = (lived().await, Place::default());
    assert_eq!(keep_evidence(&world.ledger, &[]).await.unwrap(), 0);
    // They are not forgotten.
    assert_eq!(keep_evidence(&world.ledger, &[&bucket]).await.unwrap(), 11);
}

#[tokio::test]
async fn one_place_that_fails_holds_back_its_account_alone() {
    let (world, bucket, bus) = (lived().await, Place::default(), Place::default());
    world.ledger.note("444455556666", "control/kill-switch", "noted", "{}", now()).await.unwrap();
    let faults = Faults::at("keep", 3, Fault::Refused);
    let failing = Faulty { port: &bus, faults: &faults };
    assert!(keep_evidence(&world.ledger, &[&bucket, &failing]).await.is_err());
    let numbers =
        |place: &Place| place.kept().iter().map(|link| (link.account.clone(), link.number)).collect::<Vec<_>>();
    let (home, member) = ("111122223333".to_owned(), "444455556666".to_owned());
    assert_eq!(numbers(&bus), [(home.clone(), 1), (home.clone(), 2), (member.clone(), 1)]);
    assert_eq!(numbers(&bucket), [(home.clone(), 1), (home.clone(), 2), (home, 3), (member, 1)]);
    keep_evidence(&world.ledger, &[&bucket, &failing]).await.unwrap();
    assert_eq!((bus.kept().len(), bucket.kept().len()), (12, 13), "the third is kept twice in the first place");
    assert_eq!(bucket.once().len(), 12);
}

#[tokio::test]
async fn more_than_one_call_answers_with() {
    let (world, bucket) = (World::with("mode: enforce\n"), Place::default());
    for number in 0..250 {
        world.ledger.note("111122223333", "control/kill-switch", "noted", &number.to_string(), now()).await.unwrap();
    }
    assert_eq!(keep_evidence(&world.ledger, &[&bucket]).await.unwrap(), 250);
    assert_eq!(bucket.kept(), world.ledger.chained());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn none_is_skipped(
        plan in prop::collection::vec(prop_oneof![4 => Just(0_u8), 3 => 1..6_u8], 0..80),
        lived in prop::collection::vec(1..12_usize, 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (world, bucket, bus) = (World::with("mode: enforce\n"), Place::default(), Place::default());
            let faults = Faults::plan(&plan);
            let ledger = Faulty { port: &world.ledger, faults: &faults };
            let places = [Faulty { port: &bucket, faults: &faults }, Faulty { port: &bus, faults: &faults }];
            for (round, more) in lived.iter().enumerate() {
                for which in 0..*more {
                    let account = if which % 3 == 0 { "444455556666" } else { "111122223333" };
                    let body = format!("{round} {which}");
                    world.ledger.note(account, "control/kill-switch", "noted", &body, now()).await.unwrap();
                }
                let _ = until_death(&faults, keep_evidence(&ledger, &[&places[0], &places[1]])).await;
            }
            keep_evidence(&world.ledger, &[&bucket, &bus]).await.unwrap();
            for place in [&bucket, &bus] {
                for account in ["111122223333", "444455556666"] {
                    let of_it = |links: Vec<Link>| links.into_iter().filter(|link| link.account == account).collect::<Vec<_>>();
                    prop_assert_eq!(of_it(place.once()), of_it(world.ledger.chained()));
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn two_at_once_skip_none() {
    for order in 0..256_u32 {
        let turns: Vec<usize> = (0..8).map(|bit| (order >> bit & 1) as usize).collect();
        let world = take_turns(vec![Box::pin(lived())], &[0]).pop().unwrap();
        let (bucket, faults) = (Place::default(), Faults::taking_turns());
        let ledger = Faulty { port: &world.ledger, faults: &faults };
        let place = Faulty { port: &bucket, faults: &faults };
        let keep = || -> Task<'_, bool> { Box::pin(async { keep_evidence(&ledger, &[&place]).await.is_ok() }) };
        assert_eq!(take_turns(vec![keep(), keep()], &turns), [true, true]);
        assert_eq!(bucket.once(), world.ledger.chained());
    }
}
