//! Findings that hold no longer.

use portcullis_domain::Finding;
use portcullis_response::{Gone, PageState, QuarantineState, Withdrawal};
use portcullis_testkit::{Fault, Faults, ROLE, until_death};

use crate::several::joined;
use crate::world::{World, critical, minutes, name, sensitive, start, superseded_by, superseding};

async fn withdraw(world: &World, finding: &Finding) -> &'static str {
    name(&world.withdraw(&finding.id, &Faults::default(), start()).await.unwrap())
}

#[test]
fn the_message() {
    let withdrawal: Withdrawal = serde_json::from_str(r#"{"withdrawn": "F-0123456789abcdef"}"#).unwrap();
    assert_eq!(withdrawal.withdrawn.as_str(), "F-0123456789abcdef");
    assert!(serde_json::from_str::<Withdrawal>(r#"{"withdrawn": "x"}"#).is_err());
}

#[tokio::test]
async fn before_it_is_told_it_never_comes_up() {
    let world = World::default();
    assert_eq!(withdraw(&world, &critical("a", 1)).await, "withdrawn");
    assert_eq!(withdraw(&world, &critical("a", 1)).await, "duplicate");
    for revision in [1, 2] {
        assert_eq!(name(&world.deliver(&critical("a", revision)).await), "duplicate");
    }
    assert_eq!((world.pages().len(), world.iam.denied().len()), (0, 0));
    assert!(world.entry(&critical("a", 1)).await.unheard);
}

#[tokio::test]
async fn after_a_page_it_is_only_marked() {
    let world = World::default();
    world.deliver(&sensitive("a", 1)).await;
    assert_eq!(withdraw(&world, &sensitive("a", 1)).await, "withdrawn");
    assert_eq!(withdraw(&world, &sensitive("a", 1)).await, "duplicate");
    assert_eq!(name(&world.deliver(&critical("a", 2)).await), "duplicate");
    let entry = world.entry(&sensitive("a", 1)).await;
    assert_eq!(entry.gone, Some(Gone::Withdrawn { at: start(), quarantine: None, message_id: None }));
    assert!(matches!(entry.page, PageState::Sent { .. }), "what was done stays on record");
    assert_eq!(world.pages().len(), 1);
}

#[tokio::test]
async fn while_somebody_is_in_quarantine_for_it_on_call_is_told_once() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    // The page fails, is tried again, and sent once.
    let failed = world.withdraw(&critical("a", 1).id, &Faults::at("page", 1, Fault::Before), start()).await;
    assert!(failed.is_err());
    assert_eq!(withdraw(&world, &critical("a", 1)).await, "withdrawn");
    assert_eq!(withdraw(&world, &critical("a", 1)).await, "duplicate");
    assert_eq!(world.pages().iter().map(|page| page.withdrawn).collect::<Vec<_>>(), [false, true]);
    assert_eq!(world.iam.denied(), [ROLE], "nothing is undone by itself");
    let Some(Gone::Withdrawn { quarantine: Some(quarantine), message_id: Some(_), .. }) =
        world.entry(&critical("a", 1)).await.gone
    else {
        panic!("{:?}", world.entry(&critical("a", 1)).await.gone)
    };
    assert!(matches!(quarantine.state, QuarantineState::Active { .. }));
}

#[tokio::test]
async fn a_worker_that_dies_on_it_leaves_it_to_the_next() {
    for step in 0..6 {
        let world = World::default();
        world.deliver(&critical("a", 1)).await;
        let faults = Faults::dies_at(step + 1, Fault::DiesBefore);
        let id = critical("a", 1).id;
        let died = until_death(&faults, world.withdraw(&id, &faults, start())).await.is_none();
        assert_eq!(died, step < 5);
        let again = world.withdraw(&critical("a", 1).id, &Faults::default(), start() + minutes(2)).await.unwrap();
        assert_eq!(name(&again), if died { "withdrawn" } else { "duplicate" });
        // Between sending the page and writing that down, it is sent a second time.
        let told = world.pages().iter().filter(|page| page.withdrawn).count();
        assert_eq!(told, if step == 4 { 2 } else { 1 }, "{step}");
    }
}

#[tokio::test]
async fn once_released_nobody_is_told() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    world.release(ROLE, start()).await;
    assert_eq!(withdraw(&world, &critical("a", 1)).await, "withdrawn");
    assert_eq!(world.pages().len(), 1);
}

#[tokio::test]
async fn the_quarantine_of_another_finding_has_its_own_ground() {
    let world = World::default();
    world.deliver(&critical("other", 1)).await;
    world.deliver(&critical("a", 1)).await;
    withdraw(&world, &critical("a", 1)).await;
    assert!(world.pages().iter().all(|page| !page.withdrawn));
}

#[tokio::test]
async fn the_quarantine_that_a_part_led_to_is_the_whole_ones() {
    let world = World::default();
    world.deliver(&critical("x", 1)).await;
    let whole = superseding(critical("w", 2), &[&critical("x", 1)]);
    world.deliver(&whole).await;
    assert_eq!(withdraw(&world, &critical("x", 1)).await, "duplicate", "it is a part of what holds");
    assert_eq!(withdraw(&world, &whole).await, "withdrawn");
    assert_eq!(world.pages().iter().map(|page| page.withdrawn).collect::<Vec<_>>(), [false, true]);
    assert_eq!(world.quarantine(ROLE).await.unwrap().finding, critical("x", 1).id);
}

#[tokio::test]
async fn the_quarantine_of_the_first_of_several_is_told_of() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    world.deliver(&joined(2)).await;
    assert_eq!(withdraw(&world, &joined(2)).await, "withdrawn");
    let Some(Gone::Withdrawn { quarantine: Some(quarantine), .. }) = world.entry(&joined(2)).await.gone else {
        panic!("{:?}", world.entry(&joined(2)).await.gone)
    };
    assert_eq!(quarantine.target.arn(), ROLE);
}

#[tokio::test]
async fn a_withdrawn_part_answers_for_nothing() {
    let world = World::default();
    world.deliver(&sensitive("x", 1)).await;
    withdraw(&world, &sensitive("x", 1)).await;
    let whole = superseding(sensitive("w", 2), &[&sensitive("x", 1)]);
    world.deliver(&whole).await;
    assert_eq!(world.paged(), [sensitive("x", 1).id, whole.id.clone()], "neither inherited nor taken for a repeat");
    assert_eq!(superseded_by(&world.entry(&sensitive("x", 1)).await), None);
}

#[tokio::test]
async fn one_that_is_held_waits() {
    let world = World::default();
    world.try_deliver(&critical("a", 1), &Faults::at("put_quarantine", 1, Fault::Before), start()).await.unwrap_err();
    assert!(world.withdraw(&critical("a", 1).id, &Faults::default(), start() + minutes(1)).await.is_err());
    let later = world.withdraw(&critical("a", 1).id, &Faults::default(), start() + minutes(2)).await.unwrap();
    assert_eq!(name(&later), "withdrawn");
    assert_eq!((world.pages().len(), world.iam.denied().len()), (0, 0), "nothing had been done");
}
