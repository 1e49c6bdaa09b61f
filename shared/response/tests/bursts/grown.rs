//! The same burst, told again as it grows.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, Outcome, Tier};
use portcullis_response::{Action, Entry, PageState, Refusal};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, burst, finding, role};

use crate::world::{World, critical, minutes, name, sensitive, start};

#[tokio::test]
async fn what_grows_is_written_down_and_nothing_else() {
    for form in [critical, sensitive] {
        let world = World::default();
        assert_eq!(name(&world.deliver(&form("a", 1)).await), "done");
        let first = world.entry(&form("a", 1)).await;
        assert_eq!(name(&world.deliver_at(&form("a", 2), start() + minutes(5)).await), "updated");
        let second = world.entry(&form("a", 2)).await;
        assert_eq!(second, Entry { finding: form("a", 2), ..first }, "only the form is another");
        assert_eq!(world.paged(), [form("a", 1).id]);
    }
}

#[tokio::test]
async fn an_older_or_equal_form_does_nothing() {
    let world = World::default();
    world.deliver(&sensitive("a", 2)).await;
    // Even one that would ask for more: what knows more knows better.
    for form in [sensitive("a", 2), sensitive("a", 1), critical("a", 1), critical("a", 2)] {
        assert_eq!(name(&world.deliver(&form).await), "duplicate");
    }
    assert_eq!(world.entry(&sensitive("a", 2)).await.finding, sensitive("a", 2));
    assert_eq!((world.paged().len(), world.iam.denied().len()), (1, 0));
}

#[tokio::test]
async fn a_critical_asset_that_joins_is_answered() {
    let world = World::default();
    world.deliver(&sensitive("a", 1)).await;
    assert!(world.iam.denied().is_empty());
    assert_eq!(name(&world.deliver(&critical("a", 2)).await), "done");
    assert_eq!(world.iam.denied(), [ROLE]);
    let pages = world.pages();
    assert_eq!(pages.iter().map(|page| page.response).collect::<Vec<_>>(), [Response::Page, Response::Quarantine]);
    let earlier = world.entry(&critical("a", 2)).await.earlier.unwrap();
    assert_eq!((earlier.response, earlier.paged, earlier.contained), (Response::Page, true, None));
    assert_eq!(name(&world.deliver(&critical("a", 3)).await), "updated");
    assert_eq!(world.pages().len(), 2);
}

#[tokio::test]
async fn what_is_taken_up_again_to_no_avail_is_not_paged_again() {
    let world = World::default();
    world.deliver(&sensitive("a", 1)).await;
    // Dies before it attaches; meanwhile another finding puts the same actor in quarantine.
    world.try_deliver(&critical("a", 2), &Faults::at("put_quarantine", 1, Fault::Before), start()).await.unwrap_err();
    world.deliver(&finding("other")).await;
    assert_eq!(name(&world.deliver_at(&critical("a", 2), start() + minutes(2)).await), "done");
    assert_eq!(world.paged(), [critical("a", 1).id, finding("other").id]);
    let entry = world.entry(&critical("a", 2)).await;
    assert_eq!(entry.decision.refusals[0].name(), "already-contained");
    assert_eq!(entry.page, PageState::Repeat { of: entry.finding.id });
}

#[tokio::test]
async fn after_a_page_of_a_failure_the_end_of_it_is_paged() {
    let world = World::default();
    world.deliver(&sensitive("a", 1)).await;
    // The policy cannot be attached, which is paged; meanwhile another finding puts the same actor in quarantine.
    let attach_fails = Faults::at("apply", 1, Fault::Before);
    world.try_deliver(&critical("a", 2), &attach_fails, start()).await.unwrap_err();
    assert!(matches!(world.entry(&critical("a", 2)).await.page, PageState::SentOfFailure { .. }));
    world.deliver(&finding("other")).await;
    world.deliver_at(&critical("a", 2), start() + minutes(2)).await;
    let id = critical("a", 1).id;
    assert_eq!(world.paged(), [id.clone(), id.clone(), finding("other").id]);
    let last = world.pager.told().pop().unwrap();
    assert_eq!(
        (last.action, last.what()),
        (Action::Update, id.to_string()),
        "who was woken by the other need not be again"
    );
}

#[tokio::test]
async fn a_call_that_goes_through_among_denials_is_paged() {
    let world = World::default();
    world.deliver(&finding("before")).await;
    assert_eq!(world.iam.denied(), [ROLE]);
    let denied = |revision| {
        let mut burst = critical("a", revision);
        burst.evidence.iter_mut().for_each(|evidence| evidence.outcome = Outcome::Denied);
        burst
    };
    world.deliver(&denied(1)).await;
    assert_eq!(world.entry(&denied(1)).await.decision.response, Response::Observe);
    assert_eq!(name(&world.deliver(&denied(2)).await), "updated");
    let mut through = denied(3);
    through.evidence[4].outcome = Outcome::Success;
    assert_eq!(name(&world.deliver(&through).await), "done");
    let told = world.pager.told();
    let told: Vec<_> = told.iter().map(|told| (told.action, told.what())).collect();
    let expected = [(Action::Trigger, finding("before").id), (Action::Update, through.id.clone())];
    assert_eq!(
        told,
        expected.map(|(action, id)| (action, id.to_string())),
        "one incident, which somebody was woken for"
    );
    let entry = world.entry(&through).await;
    assert_eq!(entry.decision.refusals[0].name(), "already-contained");
    assert_eq!(entry.earlier, None, "nobody had been told of it before");
}

#[tokio::test]
async fn an_unfinished_one_goes_on_with_the_newest_form() {
    // The page fails, and the entry stays unfinished.
    let world = World::default();
    let faults = Faults::at("page", 1, Fault::Before);
    world.try_deliver(&sensitive("a", 1), &faults, start()).await.unwrap_err();
    assert!(!world.entry(&sensitive("a", 1)).await.done);
    assert_eq!(name(&world.deliver(&critical("a", 2)).await), "done");
    assert_eq!(world.iam.denied(), [ROLE]);
    let pages = world.pages();
    assert_eq!(pages.len(), 1, "one page, of what is known now");
    assert_eq!((pages[0].response, pages[0].again), (Response::Quarantine, false));
}

#[tokio::test]
async fn one_of_which_only_the_last_write_is_missing_was_answered() {
    for (next, report) in [(sensitive("a", 1), "done"), (sensitive("a", 2), "updated")] {
        let world = World::default();
        // The first write is of what is to be done, the second that the page was sent, the third that nothing is left to do.
        let faults = Faults::at("put_entry", 3, Fault::Before);
        world.try_deliver(&sensitive("a", 1), &faults, start()).await.unwrap_err();
        assert_eq!(name(&world.deliver_at(&next, start() + minutes(2)).await), report);
        let entry = world.entry(&next).await;
        assert_eq!((entry.finding, entry.done, world.pages().len()), (next, true, 1));
    }
}

#[tokio::test]
async fn a_plan_about_somebody_else_is_not_gone_on_with() {
    let other = "arn:aws:iam::111122223333:role/team/other";
    let protected = "arn:aws:iam::111122223333:role/break-glass/admin";
    for (arn, denied) in [(other, vec![other.to_owned()]), (protected, Vec::new())] {
        let world = World::default();
        // Dies before it attaches.
        world
            .try_deliver(&critical("a", 1), &Faults::at("put_quarantine", 1, Fault::Before), start())
            .await
            .unwrap_err();
        let newer = Finding { id: critical("a", 1).id, ..burst(role(arn), "a", 2, 4) };
        assert_eq!(name(&world.deliver_at(&newer, start() + minutes(2)).await), "done");
        assert_eq!((world.iam.denied(), world.pages().len()), (denied, 1));
    }
}

#[tokio::test]
async fn one_that_is_held_by_another_worker_waits() {
    let world = World::default();
    // Dies after it wrote down what it is about to do.
    world.try_deliver(&critical("a", 1), &Faults::at("put_quarantine", 1, Fault::Before), start()).await.unwrap_err();
    for form in [critical("a", 1), critical("a", 2)] {
        assert!(world.try_deliver(&form, &Faults::default(), start() + minutes(1)).await.is_err());
    }
    assert_eq!(name(&world.deliver_at(&critical("a", 2), start() + minutes(2)).await), "done");
    assert_eq!(world.entry(&critical("a", 2)).await.finding, critical("a", 2));
    assert_eq!((world.paged().len(), world.iam.denied().len()), (1, 1));
}

fn from_then_to_now(last: Timestamp) -> Finding {
    let mut burst = critical("a", 1);
    let details = burst.burst.as_mut().unwrap();
    details.first = last - SignedDuration::from_hours(40);
    details.last = last;
    burst.evidence.truncate(1);
    burst.evidence[0].time = Some(details.first);
    burst
}

#[tokio::test]
async fn a_burst_is_as_old_as_its_last_event() {
    for (age, expected) in [(23, None), (25, Some("stale"))] {
        let world = World::default();
        let burst = from_then_to_now(start() - SignedDuration::from_hours(age));
        world.deliver(&burst).await;
        let entry = world.entry(&burst).await;
        assert_eq!(entry.decision.refusals.first().map(Refusal::name), expected, "{age} hours");
    }
}

#[test]
fn an_entry_from_before_there_were_bursts_can_be_read() {
    let world = World::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entry = runtime.block_on(async {
        world.deliver(&Finding { tier: Some(Tier::Critical), ..finding("e") }).await;
        world.entry(&finding("e")).await
    });
    let json = serde_json::to_value(&entry).unwrap();
    for field in ["continues", "earlier", "gone", "unheard"] {
        assert_eq!(json.get(field), None, "{field}");
    }
    assert_eq!(serde_json::from_value::<Entry>(json).unwrap(), entry);
}

#[tokio::test]
async fn a_containment_is_paged_even_after_the_failure_of_another() {
    let other = "arn:aws:iam::111122223333:role/team/other";
    let world = World::default();
    world.try_deliver(&critical("a", 1), &Faults::at("apply", 1, Fault::Before), start()).await.unwrap_err();
    // The burst turns out to be somebody else's.
    let newer = Finding { id: critical("a", 1).id, ..burst(role(other), "a", 2, 4) };
    world.deliver_at(&newer, start() + minutes(2)).await;
    assert_eq!((world.iam.denied(), world.pages().len()), (vec![other.to_owned()], 2));
}
