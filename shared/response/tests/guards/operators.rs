//! Whoever could release is never denied last.

use portcullis_domain::Finding;
use portcullis_response::Refusal;
use portcullis_testkit::{Fault, Faults, Task, World, take_turns, until_death};

use crate::{arn, minutes, now, read_by, refusal_of};

fn world(mode: &str) -> World {
    World::with(&format!("mode: {mode}\noperators: ['{}', '{}']\n", arn("one"), arn("two")))
}

fn read(name: &str) -> Finding {
    read_by(name, name, now())
}

#[tokio::test]
async fn the_last_one_is_spared() {
    let world = world("enforce");
    assert_eq!(refusal_of(&world, &read("one"), now()).await, None);
    assert_eq!(refusal_of(&world, &read("two"), now()).await, Some(Refusal::LastOperator));
    assert_eq!(refusal_of(&world, &read("other"), now()).await, None, "who is no operator is as good as any");
    assert_eq!(world.iam.denied(), [arn("one"), arn("other")]);
}

#[tokio::test]
async fn one_that_was_released_can_release() {
    let (world, none) = (world("enforce"), Faults::default());
    refusal_of(&world, &read("one"), now()).await;
    world.ports(&none).releaser().release(&arn("one"), "alice", "known", now()).await.unwrap();
    assert_eq!(refusal_of(&world, &read("two"), now()).await, None);
}

#[tokio::test]
async fn one_that_does_not_exist_cannot_release() {
    let world = world("enforce");
    world.iam.delete(&arn("two"));
    assert_eq!(refusal_of(&world, &read("one"), now()).await, Some(Refusal::LastOperator));
}

#[tokio::test]
async fn the_only_one() {
    let world = World::with(&format!("mode: enforce\noperators: ['{}']\n", arn("one")));
    assert_eq!(refusal_of(&world, &read("one"), now()).await, Some(Refusal::LastOperator));
}

#[tokio::test]
async fn on_call_is_not_asked_about_the_last_one() {
    let world = world("ask");
    world.iam.delete(&arn("two"));
    assert_eq!(refusal_of(&world, &read("one"), now()).await, Some(Refusal::LastOperator));
    let entry = world.entry(&read("one")).await;
    assert_eq!((entry.ask, entry.plan.is_empty()), (None, true));
}

#[tokio::test]
async fn one_that_is_about_to_be_contained_does_not_count() {
    let world = world("enforce");
    // It has its place, and dies before it is contained.
    let dies = Faults::at("put_quarantine", 1, Fault::DiesBefore);
    assert!(until_death(&dies, world.try_deliver(&read("one"), &dies, now())).await.is_none());
    assert_eq!(refusal_of(&world, &read("two"), now()).await, Some(Refusal::LastOperator));
    assert_eq!(refusal_of(&world, &read("one"), now() + minutes(2)).await, None);
}

#[test]
fn two_workers_do_not_contain_both() {
    for pattern in 0..256_u32 {
        let world = world("enforce");
        let faults = Faults::taking_turns();
        let findings = ["one", "two"].map(read);
        let deliver = |finding| -> Task<'_, bool> {
            let (world, faults) = (&world, &faults);
            Box::pin(async move { world.try_deliver(finding, faults, now()).await.is_ok() })
        };
        let turns: Vec<usize> = (0..8).map(|bit| (pattern >> bit & 1) as usize).collect();
        assert_eq!(take_turns(findings.iter().map(deliver).collect(), &turns), [true, true]);
        assert_eq!(world.iam.denied().len(), 1, "{pattern:08b}");
    }
}
