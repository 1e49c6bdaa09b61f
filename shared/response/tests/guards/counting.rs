//! The kill switch, and the guards that count.

use portcullis_response::{QuarantineState, Refusal, ThrowSwitch as _};
use portcullis_settings::Response;
use portcullis_testkit::{Faults, ROLE, Task, World, finding, take_turns};

use crate::{SETTINGS, arn, minutes, now, read_by, refusal_of};

async fn release(world: &World, who: &str, at: jiff::Timestamp) {
    let none = Faults::default();
    world.ports(&none).releaser().release(who, "alice", "known", at).await.unwrap();
}

#[tokio::test]
async fn with_the_kill_switch_on_nobody_is_contained_and_everything_is_paged() {
    let world = World::with(SETTINGS);
    world.around.stop("alice: the rules are wrong").await.unwrap();
    let refusal = refusal_of(&world, &finding("a"), now()).await;
    assert_eq!(refusal, Some(Refusal::Stopped { note: "alice: the rules are wrong".to_owned() }));
    let entry = world.entry(&finding("a")).await;
    assert_eq!((entry.decision.response, entry.plan.is_empty()), (Response::Page, true));
    assert_eq!((world.woken().len(), world.iam.denied().len()), (1, 0));
    world.around.resume().await.unwrap();
    assert_eq!(refusal_of(&world, &read_by("other", "b", now()), now()).await, None);
}

#[tokio::test]
async fn at_most_so_many_within_an_hour() {
    let world = World::with("mode: enforce\nlimits: {per_hour: 2}\n");
    let at = |name: &str, minute| read_by(name, &format!("{name}{minute}"), now() + minutes(minute));
    let contained = async |name: &str, minute| refusal_of(&world, &at(name, minute), now() + minutes(minute)).await;
    assert_eq!(contained("a", 0).await, None);
    assert_eq!(contained("b", 1).await, None);
    assert_eq!(contained("c", 2).await, Some(Refusal::HourlyLimit { limit: 2 }));
    assert_eq!(world.iam.denied(), [arn("a"), arn("b")]);
    assert_eq!(world.woken().len(), 3, "the third is paged about all the same");
    // Released or not, it was contained within the hour; to contain the same one again takes no place from another.
    release(&world, "a", now() + minutes(3)).await;
    assert_eq!(contained("c", 4).await, Some(Refusal::HourlyLimit { limit: 2 }));
    assert_eq!(contained("a", 5).await, None);
    assert_eq!(contained("c", 60).await, Some(Refusal::HourlyLimit { limit: 2 }), "a at 08:15, b at 08:11");
    assert_eq!(contained("c", 61).await, None, "b was contained an hour ago");
    assert_eq!(contained("d", 62).await, Some(Refusal::HourlyLimit { limit: 2 }));
}

#[tokio::test]
async fn a_limit_of_none() {
    let world = World::with("mode: enforce\nlimits: {per_hour: 0}\n");
    assert_eq!(refusal_of(&world, &finding("a"), now()).await, Some(Refusal::HourlyLimit { limit: 0 }));
    assert!(world.iam.denied().is_empty());
}

#[tokio::test]
async fn at_most_a_share_of_those_seen_active() {
    let mut world = World::with("mode: enforce\nlimits: {per_hour: 1000, share: 10%, at_least: 0}\n");
    world.around.active = Some(29);
    let limited = Some(Refusal::ShareLimit { limit: 2, active: 29 });
    let contained = async |name: &str, minute| {
        refusal_of(&world, &read_by(name, name, now() + minutes(minute)), now() + minutes(minute)).await
    };
    assert_eq!(contained("a", 0).await, None);
    assert_eq!(contained("b", 0).await, None);
    assert_eq!(contained("c", 0).await, limited);
    assert_eq!(contained("d", 90).await, limited, "those who are contained count however long ago that was");
    release(&world, "a", now() + minutes(91)).await;
    assert_eq!(contained("e", 92).await, None);
    assert_eq!(contained("f", 93).await, limited);
}

#[tokio::test]
async fn nobody_was_seen_active() {
    for (at_least, expected) in [(0, Some("share-limit")), (1, None)] {
        let mut world = World::with(&format!("mode: enforce\nlimits: {{at_least: {at_least}}}\n"));
        world.around.active = Some(0);
        let refusal = refusal_of(&world, &finding("a"), now()).await;
        assert_eq!(refusal.as_ref().map(Refusal::name), expected);
    }
}

#[test]
fn two_workers_do_not_both_take_the_last_place() {
    for limits in ["per_hour: 1", "share: 1%, at_least: 1"] {
        for pattern in 0..256_u32 {
            let mut world = World::with(&format!("mode: enforce\nlimits: {{{limits}}}\n"));
            world.around.active = Some(1);
            let faults = Faults::taking_turns();
            let findings = ["a", "b"].map(|name| read_by(name, name, now()));
            let deliver = |finding| -> Task<'_, bool> {
                let (world, faults) = (&world, &faults);
                Box::pin(async move { world.try_deliver(finding, faults, now()).await.is_ok() })
            };
            let turns: Vec<usize> = (0..8).map(|bit| (pattern >> bit & 1) as usize).collect();
            let dealt_with = take_turns(findings.iter().map(deliver).collect(), &turns);
            assert_eq!(dealt_with, [true, true], "{limits} {pattern:08b}");
            assert_eq!(world.iam.denied().len(), 1, "{limits} {pattern:08b}");
        }
    }
}

#[tokio::test]
async fn a_place_that_was_taken_before_a_crash_is_not_taken_twice() {
    let world = World::with("mode: enforce\nlimits: {per_hour: 1}\n");
    let dies = Faults::at("apply", 1, portcullis_testkit::Fault::DiesBefore);
    let died = portcullis_testkit::until_death(&dies, world.try_deliver(&finding("a"), &dies, now())).await;
    assert!(died.is_none());
    assert_eq!(refusal_of(&world, &finding("a"), now() + minutes(2)).await, None);
    assert!(matches!(world.quarantine(ROLE).await.unwrap().state, QuarantineState::Active { .. }));
}
