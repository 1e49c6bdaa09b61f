//! A burst that goes on while on-call is asked about it.

use portcullis_domain::{Actor, Finding, FindingId, Tier};
use portcullis_response::{Answer, AnswerError, AskState, Report};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, World, burst, role};

use crate::{ASK, after, answer, approve, asked, hear, now, question, refusal, sweep};

const TABLE: &str = "mode: enforce\nresponse: {high: {sensitive: ask, critical: quarantine}}\n";

fn form(first: &str, revision: u64) -> Finding {
    burst(role(ROLE), first, revision, 3 + u32::try_from(revision).unwrap())
}

fn sensitive(revision: u64) -> Finding {
    Finding { tier: Some(Tier::Sensitive), ..form("a", revision) }
}

fn whole(revision: u64) -> Finding {
    let mut whole = form("whole", revision);
    whole.burst.as_mut().unwrap().supersedes = vec![form("a", 1).id];
    whole
}

#[tokio::test]
async fn the_newest_form_is_what_was_approved() {
    let world = asked(ASK, &form("a", 1)).await;
    let grown = world.deliver_at(&form("a", 2), after(1)).await;
    assert!(matches!(grown, Report::Updated { .. }), "{grown:?}");
    assert_eq!(question(&world, &form("a", 2)).await.until, after(60), "it was asked then");
    approve(&world, &form("a", 1).id, after(2)).await;
    hear(&world, after(3)).await;
    assert_eq!((world.iam.denied(), world.entry(&form("a", 2)).await.finding), (vec![ROLE.to_owned()], form("a", 2)));
    assert_eq!(world.woken().len(), 2);
}

#[tokio::test]
async fn one_that_gets_worse_is_not_waited_for() {
    let world = asked(TABLE, &sensitive(1)).await;
    world.deliver_at(&form("a", 2), after(1)).await;
    let entry = world.entry(&form("a", 2)).await;
    assert_eq!((entry.decision.response, entry.ask), (Response::Quarantine, None));
    assert_eq!(world.iam.denied(), [ROLE]);
    let error = answer(&world, &sensitive(1).id, Answer::Approve, after(2)).await.unwrap_err();
    assert!(matches!(error, AnswerError::NotAsked(_)), "{error}");
    assert_eq!(sweep(&world, after(60)).await, 0, "the question has gone with it");
    assert_eq!(world.woken().len(), 2);
}

#[tokio::test]
async fn one_that_got_worse_before_it_was_told_is_asked_about_all_the_same() {
    let table = "mode: ask\nresponse: {high: {standard: page, sensitive: ask, critical: lockout}}\n";
    let world = World::with(table);
    world.deliver_at(&Finding { tier: Some(Tier::Standard), ..sensitive(1) }, now()).await;
    // On-call knows of a page; the question is not told, and then it is another one.
    let faults = Faults::at("page", 1, Fault::Before);
    assert!(world.try_deliver(&sensitive(2), &faults, after(1)).await.is_err());
    world.deliver_at(&form("a", 3), after(2)).await;
    assert_eq!(question(&world, &form("a", 3)).await.state, AskState::Pending);
    assert_eq!(world.woken().len(), 2);
    assert_eq!(sweep(&world, after(62)).await, 1);
}

#[tokio::test]
async fn as_a_part_of_another_it_is_answered_under_either_name() {
    for id in [form("a", 1).id, whole(2).id] {
        let world = asked(ASK, &form("a", 1)).await;
        world.deliver_at(&whole(2), after(1)).await;
        let asked = question(&world, &whole(2)).await;
        assert_eq!((asked.state, asked.until), (AskState::Pending, after(60)));
        approve(&world, &id, after(2)).await;
        assert_eq!(world.around.answers(), [whole(2).id]);
        hear(&world, after(3)).await;
        assert_eq!(
            (world.iam.denied(), world.quarantine(ROLE).await.unwrap().finding),
            (vec![ROLE.to_owned()], whole(2).id)
        );
        let error = answer(&world, &id, Answer::Approve, after(4)).await.unwrap_err();
        assert!(matches!(error, AnswerError::Answered { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_answer_about_a_part_is_heard_by_the_whole() {
    let world = asked(ASK, &form("a", 1)).await;
    approve(&world, &form("a", 1).id, after(1)).await;
    world.deliver_at(&whole(2), after(2)).await;
    assert_eq!(world.around.answers(), [form("a", 1).id]);
    let [Report::Done(entry)] = &hear(&world, after(3)).await[..] else { panic!("it is done") };
    assert_eq!((&entry.finding.id, world.iam.denied()), (&whole(2).id, vec![ROLE.to_owned()]));
}

#[tokio::test]
async fn as_a_part_of_another_it_ends() {
    let world = asked(ASK, &form("a", 1)).await;
    world.deliver_at(&whole(2), after(1)).await;
    assert_eq!(sweep(&world, after(60)).await, 1);
    hear(&world, after(61)).await;
    let asked = question(&world, &whole(2)).await;
    assert_eq!((asked.state, asked.taken_up), (AskState::Unanswered { at: after(60) }, true));
    assert_eq!((sweep(&world, after(62)).await, world.around.answers().len()), (0, 1));
}

#[tokio::test]
async fn between_the_tombstone_of_the_part_and_the_whole() {
    let world = asked(ASK, &form("a", 1)).await;
    let faults = Faults::at("put_entry", 2, Fault::Before);
    assert!(world.try_deliver(&whole(2), &faults, after(1)).await.is_err());
    let error = answer(&world, &form("a", 1).id, Answer::Approve, after(2)).await.unwrap_err();
    assert!(matches!(error, AnswerError::Busy(_)), "{error}");
    assert_eq!(sweep(&world, after(60)).await, 0);
    world.deliver_at(&whole(2), after(61)).await;
    assert_eq!(sweep(&world, after(62)).await, 1);
}

#[tokio::test]
async fn several_actors_are_not_contained_for_what_was_asked_about_one() {
    let world = asked(ASK, &form("a", 1)).await;
    let mut joined = form("a", 2);
    joined.actor = Actor::unknown("2 different actors");
    joined.burst.as_mut().unwrap().actors = vec![ROLE.to_owned(), "arn:aws:iam::111122223333:role/other".to_owned()];
    world.deliver_at(&joined, after(1)).await;
    let id: FindingId = joined.id.clone();
    approve(&world, &id, after(2)).await;
    hear(&world, after(3)).await;
    assert_eq!(refusal(&world, &joined).await, Some("several-actors"));
    assert!(world.iam.denied().is_empty());
}

#[tokio::test]
async fn one_that_could_not_be_contained_is_asked_about_once_the_mode_says_so() {
    let mut world = World::with("mode: enforce\n");
    let faults = Faults::at("apply", 1, Fault::Before);
    assert!(world.try_deliver(&form("a", 1), &faults, now()).await.is_err());
    assert_eq!(world.woken().len(), 1, "that it failed");
    world.settings = portcullis_settings::parse(ASK).unwrap();
    world.deliver_at(&form("a", 1), after(1)).await;
    assert_eq!(question(&world, &form("a", 1)).await.state, AskState::Pending);
    assert_eq!((world.woken().len(), sweep(&world, after(61)).await), (2, 1));
}
