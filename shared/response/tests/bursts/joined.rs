//! Bursts that turn out to be one.

use portcullis_domain::Finding;
use portcullis_response::{PageState, Report, RespondError};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, until_death};

use crate::world::{World, critical, minutes, name, sensitive, start, superseded_by, superseding};

/// Every order of so many things.
fn orders(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(of - 1);
    let insert = |order: &Vec<usize>, at: usize| {
        let mut longer = order.clone();
        longer.insert(at, of - 1);
        longer
    };
    shorter.iter().flat_map(|order| (0..of).map(move |at| insert(order, at))).collect()
}

#[tokio::test]
async fn whatever_the_order_one_page_and_the_newest_form_stands() {
    for form in [sensitive, critical] {
        let whole = |revision| superseding(form("w", revision), &[&form("x", 1)]);
        let told: [Finding; 4] = [form("x", 1), form("x", 2), whole(3), whole(4)];
        for order in orders(told.len()) {
            // Nothing is left out as a repeat of something else.
            let world = World::with("mode: enforce\npaging: {repeat_after: 0m}\n");
            for which in order.iter().chain(&order) {
                world.deliver(&told[*which]).await;
            }
            assert_eq!(world.pages().len(), 1, "{order:?}");
            let stands = world.entry(&whole(4)).await;
            assert_eq!((&stands.finding, &stands.gone, stands.done), (&whole(4), &None, true), "{order:?}");
            let part = world.entry(&form("x", 1)).await;
            assert_eq!(superseded_by(&part), Some(&whole(4).id), "{order:?}");
            let part_first = !part.unheard;
            assert_eq!(stands.continues, part_first.then_some(part.finding.id), "{order:?}");
            let contained = usize::from(form("x", 1) == critical("x", 1));
            assert_eq!(world.iam.denied().len(), contained, "{order:?}");
        }
    }
}

#[tokio::test]
async fn a_part_that_is_being_worked_on_is_waited_for() {
    let world = World::default();
    let (part, whole) = (critical("x", 1), superseding(critical("w", 2), &[&critical("x", 1)]));
    // It dies before it attaches, and holds the part for a minute and a half.
    world.try_deliver(&part, &Faults::at("put_quarantine", 1, Fault::Before), start()).await.unwrap_err();
    let waits = world.try_deliver(&whole, &Faults::default(), start() + minutes(1)).await.unwrap_err();
    assert!(matches!(waits, RespondError::Busy(id) if id == part.id));
    assert!(world.entry_of(&whole.id).await.is_none());
    world.deliver_at(&whole, start() + minutes(2)).await;
    assert_eq!((world.paged(), world.iam.denied()), (vec![whole.id.clone()], vec![ROLE.to_owned()]));
    assert_eq!(name(&world.deliver_at(&part, start() + minutes(4)).await), "duplicate");
}

#[tokio::test]
async fn what_a_part_began_is_finished_by_the_whole() {
    // Each call in turn is the last that the worker on the part lives to make, and its effect is there or not.
    for step in 1..30 {
        for fault in [Fault::DiesBefore, Fault::DiesAfter] {
            let world = World::default();
            let (part, whole) = (critical("x", 1), superseding(critical("w", 2), &[&critical("x", 1)]));
            let faults = Faults::dies_at(step, fault);
            let died = until_death(&faults, world.try_deliver(&part, &faults, start())).await.is_none();
            let begun = world.quarantine(ROLE).await.is_some();
            let sent = world.pages().len();
            assert_eq!(died, step <= 23, "that many calls there are: {:?}", faults.made());
            world.deliver_at(&whole, start() + minutes(2)).await;
            let since = world.quarantine(ROLE).await.unwrap().since;
            assert_eq!(since, if begun { start() } else { start() + minutes(2) }, "{step} {fault:?}");
            assert_eq!(world.iam.denied(), [ROLE], "{step} {fault:?}");
            let written = matches!(world.entry(&part).await.page, PageState::Sent { .. });
            let pages = world.pages().len();
            assert_eq!(pages, if written { 1 } else { sent + 1 }, "{step} {fault:?}");
            assert!(world.pages().iter().any(|page| page.response == Response::Quarantine), "{step} {fault:?}");
        }
    }
}

#[tokio::test]
async fn the_part_about_which_most_was_done_counts() {
    let world = World::default();
    world.deliver(&sensitive("x", 1)).await;
    world.deliver(&critical("y", 2)).await;
    assert_eq!(world.pages().len(), 2);
    let whole = superseding(critical("w", 3), &[&sensitive("x", 1), &critical("y", 2)]);
    let Report::Updated { superseded, .. } = world.deliver(&whole).await else { panic!("it was dealt with anew") };
    assert_eq!(superseded, 2);
    assert_eq!(world.entry(&whole).await.continues, Some(critical("y", 2).id));
    assert_eq!(world.pages().len(), 2);
}

#[tokio::test]
async fn the_whole_is_paged_again_if_it_is_worse_than_its_parts() {
    let world = World::default();
    world.deliver(&sensitive("x", 1)).await;
    let whole = superseding(critical("w", 3), &[&sensitive("x", 1)]);
    assert_eq!(name(&world.deliver(&whole).await), "done");
    assert_eq!(world.iam.denied(), [ROLE]);
    let pages = world.pages();
    assert_eq!((pages.len(), pages[1].again), (2, true));
    assert_eq!(world.entry(&whole).await.continues, Some(sensitive("x", 1).id));
}

#[tokio::test]
async fn what_was_told_of_a_part_counts_though_more_was_begun_about_the_whole() {
    let world = World::with("mode: enforce\npaging: {repeat_after: 0m}\n");
    world.deliver(&sensitive("x", 1)).await;
    // The whole, not known to be that, dies before it attaches; meanwhile another burst puts the actor in quarantine.
    let dies = Faults::at("put_quarantine", 1, Fault::Before);
    world.try_deliver(&critical("w", 2), &dies, start()).await.unwrap_err();
    world.deliver(&critical("other", 1)).await;
    let whole = superseding(critical("w", 3), &[&sensitive("x", 1)]);
    world.deliver_at(&whole, start() + minutes(2)).await;
    assert_eq!(world.paged(), [sensitive("x", 1).id, critical("other", 1).id], "there is nothing new");
    assert_eq!(world.entry(&whole).await.page, PageState::Repeat { of: whole.id });
}

#[tokio::test]
async fn parts_of_parts_are_inherited_once() {
    let world = World::default();
    world.deliver(&sensitive("x", 1)).await;
    let middle = superseding(sensitive("m", 2), &[&sensitive("x", 1)]);
    world.deliver(&middle).await;
    let whole = superseding(sensitive("w", 3), &[&sensitive("x", 1), &middle]);
    assert_eq!(name(&world.deliver(&whole).await), "updated");
    assert_eq!(world.entry(&whole).await.continues, Some(middle.id.clone()));
    assert_eq!(world.pages().len(), 1);
    assert_eq!(superseded_by(&world.entry(&sensitive("x", 1)).await), Some(&middle.id));
    assert_eq!(superseded_by(&world.entry(&middle).await), Some(&whole.id));
}

#[tokio::test]
async fn a_whole_that_died_before_its_own_entry_is_inherited_through() {
    let world = World::default();
    world.deliver(&sensitive("x", 1)).await;
    let middle = superseding(sensitive("m", 2), &[&sensitive("x", 1)]);
    // Buries the part, and dies.
    world.try_deliver(&middle, &Faults::at("put_entry", 2, Fault::Before), start()).await.unwrap_err();
    assert_eq!(superseded_by(&world.entry(&sensitive("x", 1)).await), Some(&middle.id));
    let whole = superseding(sensitive("w", 3), &[&sensitive("x", 1), &middle]);
    assert_eq!(name(&world.deliver(&whole).await), "updated");
    assert_eq!(name(&world.deliver(&middle).await), "duplicate");
    assert_eq!((world.pages().len(), world.entry(&whole).await.continues), (1, Some(sensitive("x", 1).id)));
}

#[tokio::test]
async fn a_part_that_an_older_form_names_is_a_part_all_the_same() {
    let world = World::default();
    let older = superseding(sensitive("w", 2), &[&sensitive("x", 1)]);
    world.deliver(&sensitive("x", 1)).await;
    world.deliver(&sensitive("w", 3)).await;
    assert_eq!(name(&world.deliver(&older).await), "updated");
    assert_eq!(superseded_by(&world.entry(&sensitive("x", 1)).await), Some(&older.id));
    let burst = world.entry(&older).await.finding.burst.unwrap();
    assert_eq!((burst.revision, burst.supersedes), (3, vec![sensitive("x", 1).id]));
    assert_eq!(name(&world.deliver(&older).await), "duplicate");
}

#[tokio::test]
async fn of_two_that_supersede_each_other_the_one_that_knows_more_stays() {
    for form in [sensitive, shadowed] {
        let first = superseding(form("a", 5), &[&form("b", 4)]);
        let second = superseding(form("b", 4), &[&form("a", 5)]);
        for told in [[&first, &second], [&second, &first]] {
            let world = World::default();
            for finding in told.iter().chain(&told) {
                world.deliver(finding).await;
            }
            let (stands, gone) = (world.entry(&first).await, world.entry(&second).await);
            assert_eq!((&stands.finding, &stands.gone, stands.unheard), (&first, &None, false));
            assert_eq!(superseded_by(&gone), Some(&first.id));
            assert_eq!(world.pages().len(), usize::from(!first.shadow));
        }
    }
}

#[tokio::test]
async fn of_two_that_supersede_each_other_and_know_the_same_the_first_stays() {
    let first = superseding(sensitive("a", 5), &[&sensitive("b", 5)]);
    let second = superseding(sensitive("b", 5), &[&sensitive("a", 5)]);
    let world = World::default();
    world.deliver(&first).await;
    for finding in [&second, &first, &second] {
        assert_eq!(name(&world.deliver(finding).await), "duplicate");
    }
}

#[tokio::test]
async fn whichever_knows_more_in_between() {
    let a = |revision| superseding(sensitive("a", revision), &[&sensitive("b", 1)]);
    let b = |revision| superseding(sensitive("b", revision), &[&sensitive("a", 1)]);
    for order in orders(4) {
        let world = World::default();
        for which in order.iter().chain(&order) {
            world.deliver(&[a(5), b(6), a(7), b(4)][*which]).await;
        }
        let (stands, gone) = (world.entry(&a(7)).await, world.entry(&b(6)).await);
        assert_eq!((&stands.finding, &stands.gone), (&a(7), &None), "{order:?}");
        assert_eq!(superseded_by(&gone), Some(&a(7).id), "{order:?}");
        assert_eq!(world.pages().len(), 1, "{order:?}");
    }
}

fn shadowed(first: &str, revision: u64) -> Finding {
    Finding { shadow: true, ..sensitive(first, revision) }
}

#[tokio::test]
async fn what_was_done_about_the_finding_itself_counts_first() {
    let world = World::with("mode: enforce\npaging: {repeat_after: 0m}\n");
    world.deliver(&sensitive("w", 2)).await;
    world.deliver(&sensitive("x", 1)).await;
    let whole = superseding(sensitive("w", 3), &[&sensitive("x", 1)]);
    assert_eq!(name(&world.deliver(&whole).await), "updated");
    assert_eq!(world.entry(&whole).await.continues, None);
}

#[tokio::test]
async fn parts_that_never_came_are_no_ground_for_anything() {
    let world = World::default();
    let middle = superseding(sensitive("m", 2), &[&sensitive("x", 1)]);
    // Buries a part that never came, and dies.
    world.try_deliver(&middle, &Faults::at("put_entry", 2, Fault::Before), start()).await.unwrap_err();
    let whole = superseding(sensitive("w", 3), &[&sensitive("x", 1), &middle]);
    assert_eq!(name(&world.deliver(&whole).await), "done");
    assert_eq!((world.paged(), world.entry(&whole).await.continues), (vec![whole.id.clone()], None));
}

#[tokio::test]
async fn what_grows_costs_one_read_and_one_write() {
    for form in [sensitive, critical] {
        let world = World::default();
        let whole = |revision| superseding(form("w", revision), &[&form("x", 1)]);
        world.deliver(&whole(2)).await;
        let faults = Faults::default();
        assert_eq!(name(&world.try_deliver(&whole(3), &faults, start()).await.unwrap()), "updated");
        assert_eq!(faults.made(), ["entry", "put_entry"]);
    }
}
