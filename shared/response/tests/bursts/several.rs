//! Bursts that several actors take part in.

use portcullis_domain::{Actor, Finding};
use portcullis_response::{PageState, Refusal};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, burst, role};

use crate::world::{World, critical, minutes, name, start, superseding};

/// Grouped by the asset: by nobody in particular.
pub(crate) fn by_several(revision: u64, group: &str) -> Finding {
    let mut burst = burst(role(ROLE), "a", revision, 4);
    burst.actor = Actor::unknown("2 different actors");
    let details = burst.burst.as_mut().unwrap();
    details.actors = vec![ROLE.to_owned(), "arn:aws:iam::111122223333:role/other".to_owned()];
    details.group = vec![("portcullis.asset.arn".to_owned(), group.to_owned())];
    burst
}

#[tokio::test]
async fn several_actors_are_paged_and_not_contained() {
    let world = World::default();
    world.deliver(&by_several(1, "db")).await;
    let entry = world.entry(&by_several(1, "db")).await;
    assert_eq!(entry.decision.refusals, [Refusal::SeveralActors { named: "2 different actors".to_owned() }]);
    assert_eq!((entry.decision.wanted, entry.decision.response), (Response::Quarantine, Response::Page));
    assert_eq!((world.paged().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn repeats_of_what_several_did_are_told_by_the_group() {
    let world = World::default();
    let other = |first: &str, group: &str| Finding { id: critical(first, 1).id, ..by_several(1, group) };
    world.deliver(&by_several(1, "db")).await;
    world.deliver(&other("b", "db")).await;
    world.deliver(&other("c", "web")).await;
    assert_eq!(world.paged(), [by_several(1, "db").id, other("c", "web").id]);
    let repeat = world.entry(&other("b", "db")).await;
    assert_eq!(repeat.page, PageState::Repeat { of: by_several(1, "db").id });
}

#[tokio::test]
async fn somebody_who_joins_the_contained_one_is_paged_about_once() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    assert_eq!(world.iam.denied(), [ROLE]);
    assert_eq!(name(&world.deliver(&joined(2)).await), "done");
    let earlier = world.entry(&joined(2)).await.earlier.unwrap();
    assert_eq!(earlier.contained.unwrap().arn(), ROLE);
    assert_eq!(name(&world.deliver(&joined(3)).await), "updated");
    assert_eq!(
        world.pages().iter().map(|page| page.response).collect::<Vec<_>>(),
        [Response::Quarantine, Response::Page]
    );
    assert_eq!(world.iam.denied(), [ROLE], "the one stays where it is");
}

/// The burst of [`ROLE`], in which others take part by now.
pub(crate) fn joined(revision: u64) -> Finding {
    Finding { id: critical("a", 1).id, ..by_several(revision, "db") }
}

#[tokio::test]
async fn what_is_told_about_the_contained_one_outlives_a_worker() {
    let world = World::default();
    world.deliver(&critical("a", 1)).await;
    // Dies before the page about the others.
    world.try_deliver(&joined(2), &Faults::all_from("page", 1, Fault::Before), start()).await.unwrap_err();
    assert_eq!((world.entry(&joined(2)).await.done, world.pages().len()), (false, 1));
    assert_eq!(name(&world.deliver_at(&joined(3), start() + minutes(2)).await), "done");
    assert_eq!((world.pages().len(), world.pages()[1].again), (2, true));
    assert_eq!(world.entry(&joined(3)).await.earlier.unwrap().contained.unwrap().arn(), ROLE);
}

#[tokio::test]
async fn who_was_contained_before_others_joined_is_paged_about_in_any_case() {
    let world = World::default();
    // The same group was paged a minute ago, so that a page of it would be a repeat.
    world.deliver(&Finding { id: critical("before", 1).id, ..by_several(1, "db") }).await;
    // Contained, and dead before the page.
    let faults = Faults::all_from("page", 1, Fault::Before);
    world.try_deliver(&critical("a", 1), &faults, start()).await.unwrap_err();
    assert_eq!((world.iam.denied(), world.pages().len()), (vec![ROLE.to_owned()], 1));
    assert_eq!(name(&world.deliver_at(&joined(2), start() + minutes(2)).await), "done");
    let (entry, pages) = (world.entry(&joined(2)).await, world.pages());
    assert_eq!((pages.len(), pages[1].response), (2, Response::Page));
    assert_eq!(entry.decision.refusals[0].name(), "several-actors");
    assert_eq!(entry.earlier.unwrap().contained.unwrap().arn(), ROLE);
}

#[tokio::test]
async fn a_part_that_one_was_contained_for_does_not_hide_that_several_were_paged_about() {
    let world = World::default();
    let whole = |revision, parts: &[&Finding]| {
        superseding(Finding { id: critical("w", 1).id, ..by_several(revision, "db") }, parts)
    };
    world.deliver(&whole(1, &[])).await;
    world.deliver(&critical("x", 2)).await;
    assert_eq!(world.pages().len(), 2);
    assert_eq!(name(&world.deliver(&whole(3, &[&critical("x", 2)])).await), "updated");
    assert_eq!((world.pages().len(), world.entry(&whole(3, &[])).await.continues), (2, None));
}

#[tokio::test]
async fn a_part_that_was_contained_and_not_paged_is_paged_by_the_whole() {
    let world = World::default();
    let whole = |revision, parts: &[&Finding]| {
        superseding(Finding { id: critical("w", 1).id, ..by_several(revision, "db") }, parts)
    };
    world.deliver(&whole(1, &[])).await;
    let faults = Faults::all_from("page", 1, Fault::Before);
    world.try_deliver(&critical("x", 2), &faults, start()).await.unwrap_err();
    assert_eq!((world.iam.denied(), world.pages().len()), (vec![ROLE.to_owned()], 1));
    assert_eq!(name(&world.deliver_at(&whole(3, &[&critical("x", 2)]), start() + minutes(2)).await), "done");
    let entry = world.entry(&whole(3, &[])).await;
    assert_eq!((world.pages().len(), entry.continues), (2, Some(critical("x", 2).id)));
    assert_eq!(entry.earlier.unwrap().contained.unwrap().arn(), ROLE);
}
