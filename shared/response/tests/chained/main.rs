//! The chain of the ledger: every write leaves a link, and whoever changes one is found out.

#![cfg(test)]

mod evidence;
mod links;
mod tampered;

use jiff::{SignedDuration, Timestamp};
use portcullis_response::{Flaw, Link, Walk};
use portcullis_testkit::{Faults, ROLE, World, finding};

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

/// A world in which somebody was contained and released.
async fn lived() -> World {
    let (world, none) = (World::with("mode: enforce\n"), Faults::default());
    world.deliver_at(&finding("a"), now()).await;
    world.deliver_at(&finding("b"), after(1)).await;
    world.ports(&none).releaser().release(ROLE, "alice", "known", after(2)).await.unwrap();
    world
}

fn walk(links: &[Link]) -> (Walk, Vec<Flaw>) {
    let mut walk = Walk::default();
    let flaws = links.iter().flat_map(|link| walk.step(link)).collect();
    (walk, flaws)
}
