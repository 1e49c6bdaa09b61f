//! What an operator says.

use portcullis_domain::FindingId;
use portcullis_response::{Action, Answer, AnswerError, AskState, PageState, QuarantineState, Report};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, until_death};

use crate::{ASK, after, answer, approve, asked, hear, now, question, sweep};

#[tokio::test]
async fn approved() {
    let world = asked(ASK, &finding("e")).await;
    let id = finding("e").id;
    approve(&world, &id, after(5)).await;
    let state = AskState::Approved { at: after(5), by: "alice".to_owned(), reason: "looked at it".to_owned() };
    assert_eq!(question(&world, &finding("e")).await.state, state);
    assert!(world.iam.denied().is_empty(), "that is for respond to do");
    let [Report::Done(entry)] = &hear(&world, after(6)).await[..] else { panic!("it is done") };
    assert_eq!((entry.decision.response, entry.decision.wanted), (Response::Quarantine, Response::Quarantine));
    assert!(entry.ask.as_ref().unwrap().taken_up && entry.is_ok_and_contained());
    let earlier = entry.earlier.as_ref().unwrap();
    assert_eq!((earlier.response, earlier.paged, &earlier.contained), (Response::Ask, true, &None));
    let known = world.quarantine(ROLE).await.unwrap();
    assert_eq!((known.since, known.finding), (after(6), id.clone()));
    let told = world.pager.told();
    assert_eq!(told.iter().map(|told| told.action).collect::<Vec<_>>(), [Action::Trigger, Action::Trigger]);
    assert_eq!(told[0].incident, told[1].incident);
    assert_eq!(hear(&world, after(7)).await, [Report::Duplicate(id)], "an answer is taken up once");
    assert_eq!(world.pager.told().len(), 2);
}

trait Contained {
    fn is_ok_and_contained(&self) -> bool;
}

impl Contained for portcullis_response::Entry {
    fn is_ok_and_contained(&self) -> bool {
        let contained = matches!(self.containment, Some(portcullis_response::Containment::Contained { .. }));
        contained && self.done && self.decision.refusals.is_empty() && matches!(self.page, PageState::Sent { .. })
    }
}

#[tokio::test]
async fn rejected() {
    let world = asked(ASK, &finding("e")).await;
    let id = finding("e").id;
    answer(&world, &id, Answer::Reject, after(5)).await.unwrap();
    let [Report::Done(entry)] = &hear(&world, after(6)).await[..] else { panic!("it is done") };
    assert_eq!((entry.decision.refusals[0].name(), entry.decision.response), ("rejected", Response::Page));
    assert!(entry.ask.as_ref().unwrap().taken_up && entry.done && entry.plan.is_empty());
    assert_eq!((world.iam.identity(ROLE), world.quarantine(ROLE).await), (None, None));
    let told = world.pager.told();
    assert_eq!(told.iter().map(|told| told.action).collect::<Vec<_>>(), [Action::Trigger, Action::Resolve]);
    assert_eq!(told[0].incident, told[1].incident);
    assert_eq!(hear(&world, after(7)).await, [Report::Duplicate(id)]);
    assert_eq!(world.pager.told().len(), 2);
    // The next is an incident of its own.
    world.deliver_at(&finding("next"), after(8)).await;
    assert_ne!(world.pager.told()[2].incident, told[0].incident);
}

#[tokio::test]
async fn only_the_first_answer_counts() {
    for (first, state) in [(Answer::Approve, "approved"), (Answer::Reject, "rejected")] {
        let world = asked(ASK, &finding("e")).await;
        let id = finding("e").id;
        answer(&world, &id, first, after(5)).await.unwrap();
        for second in [Answer::Approve, Answer::Reject] {
            let error = answer(&world, &id, second, after(6)).await.unwrap_err();
            assert_eq!(error.to_string(), format!("{id} was {state} before; nothing was changed"));
        }
        assert_eq!(question(&world, &finding("e")).await.state.name(), state);
    }
}

#[tokio::test]
async fn too_late() {
    let world = asked(ASK, &finding("e")).await;
    let id = finding("e").id;
    let error = answer(&world, &id, Answer::Approve, after(60)).await.unwrap_err();
    assert!(matches!(&error, AnswerError::TooLate { until, .. } if *until == after(60)), "{error}");
    assert_eq!(question(&world, &finding("e")).await.state, AskState::Pending);
    approve(&world, &id, after(60) - jiff::SignedDuration::from_secs(1)).await;
}

#[tokio::test]
async fn nobody_was_asked() {
    let world = World::with("mode: page\n");
    world.deliver_at(&finding("e"), now()).await;
    let unknown: FindingId = "F-0123456789abcdef".parse().unwrap();
    for id in [finding("e").id, unknown] {
        let error = answer(&world, &id, Answer::Approve, now()).await.unwrap_err();
        assert!(matches!(&error, AnswerError::NotAsked(asked) if *asked == id), "{error}");
    }
    assert_eq!(world.around.answers(), []);
}

#[tokio::test]
async fn withdrawn_meanwhile() {
    let (world, none) = (asked(ASK, &finding("e")).await, Faults::default());
    let id = finding("e").id;
    approve(&world, &id, after(1)).await;
    world.ports(&none).responder().withdraw(&id, after(2)).await.unwrap();
    assert_eq!(hear(&world, after(3)).await, [Report::Duplicate(id.clone())]);
    assert!(world.iam.denied().is_empty());
    assert!(matches!(answer(&world, &id, Answer::Approve, after(4)).await, Err(AnswerError::NotAsked(_))));
}

#[tokio::test]
async fn an_answer_that_is_not_handed_on_is_handed_on_by_the_sweep() {
    for fault in [Fault::Before, Fault::Refused, Fault::DiesBefore] {
        let world = asked(ASK, &finding("e")).await;
        let faults = Faults::at("answered", 1, fault);
        let id = finding("e").id;
        let ports = world.ports(&faults);
        let releaser = ports.releaser();
        let given = releaser.answer(&id, Answer::Approve, "alice", "looked at it", after(5));
        let given = until_death(&faults, given).await;
        assert!(given.is_none_or(|given| given.is_err()));
        assert_eq!(question(&world, &finding("e")).await.state.name(), "approved");
        assert_eq!(world.around.answers(), []);
        assert_eq!(sweep(&world, after(6)).await, 0, "none of them ended");
        assert_eq!(sweep(&world, after(7)).await, 0);
        assert_eq!(world.around.answers(), [id.clone(), id.clone()], "until it is taken up");
        let [Report::Done(_), Report::Duplicate(_)] = &hear(&world, after(8)).await[..] else { panic!("once") };
        assert_eq!(world.iam.denied(), [ROLE]);
        sweep(&world, after(9)).await;
        assert_eq!(world.around.answers().len(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_written_down_may_be_given_again() {
    let world = asked(ASK, &finding("e")).await;
    let id = finding("e").id;
    for what in ["entry", "put_entry"] {
        let faults = Faults::at(what, 1, Fault::Before);
        let given = world.ports(&faults).releaser().answer(&id, Answer::Approve, "alice", "", after(5)).await;
        assert!(matches!(given, Err(AnswerError::Port { .. })), "{given:?}");
    }
    approve(&world, &id, after(6)).await;
}

#[tokio::test]
async fn who_answers_while_a_worker_has_it_tries_again() {
    let world = World::with(ASK);
    let dies = Faults::at("put_entry", 2, Fault::DiesBefore);
    assert!(until_death(&dies, world.try_deliver(&finding("e"), &dies, now())).await.is_none());
    let id = finding("e").id;
    let error = answer(&world, &id, Answer::Approve, after(1)).await.unwrap_err();
    assert!(matches!(error, AnswerError::Busy(_)), "{error}");
    approve(&world, &id, after(2)).await;
}

#[tokio::test]
async fn a_worker_with_an_answer_may_die_at_any_call() {
    for given in [Answer::Approve, Answer::Reject] {
        for fault in [Fault::DiesBefore, Fault::DiesAfter] {
            for call in 1.. {
                let world = asked(ASK, &finding("e")).await;
                let id = finding("e").id;
                answer(&world, &id, given, after(1)).await.unwrap();
                let faults = Faults::dies_at(call, fault);
                let ports = world.ports(&faults);
                let responder = ports.responder();
                let died = until_death(&faults, responder.answer(&id, after(2), false)).await.is_none();
                let sent = world.pager.told().len();
                hear(&world, after(5)).await;
                let entry = world.entry(&finding("e")).await;
                let made = faults.made();
                assert!(entry.done && entry.ask.as_ref().unwrap().taken_up, "{given:?} {fault:?} {call}: {made:?}");
                let contained = given == Answer::Approve;
                assert_eq!(world.iam.denied().len(), usize::from(contained), "{given:?} {fault:?} {call}: {made:?}");
                // What was told and not written down is told again.
                let unwritten = match fault {
                    Fault::DiesBefore => died && made.ends_with(&["page", "put_entry"]),
                    _ => died && made.last() == Some(&"page"),
                };
                let pages = if sent == 2 && !unwritten { 2 } else { sent + 1 };
                assert_eq!(world.pager.told().len(), pages, "{given:?} {fault:?} {call}: {made:?}");
                assert_eq!(sweep(&world, after(100)).await, 0);
                if let Some(known) = world.quarantine(ROLE).await {
                    assert!(matches!(known.state, QuarantineState::Active { .. }) && known.steps.len() == 1);
                }
                if !died {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_people_decide_is_counted_and_not_limited() {
    let settings =
        "mode: enforce\nresponse: {critical: {critical: ask, sensitive: quarantine}}\nlimits: {per_hour: 1}\n";
    let world = asked(settings, &finding("e")).await;
    let machine = |name: &str| {
        let arn = format!("arn:aws:iam::111122223333:role/team/{name}");
        let mut finding = portcullis_testkit::finding_by(portcullis_testkit::role(&arn), name);
        finding.tier = Some(portcullis_domain::Tier::Sensitive);
        finding
    };
    world.deliver_at(&machine("first"), now()).await;
    assert_eq!(world.iam.denied().len(), 1, "the only place is taken");
    approve(&world, &finding("e").id, after(1)).await;
    hear(&world, after(2)).await;
    assert_eq!(world.iam.denied().len(), 2);
    // An hour after the first there is one place less than it seems.
    world.deliver_at(&machine("second"), after(61)).await;
    assert_eq!(crate::refusal(&world, &machine("second")).await, Some("hourly-limit"));
}

#[tokio::test]
async fn on_call_is_asked_about_one_actor_once_at_a_time() {
    let world = asked(ASK, &finding("first")).await;
    world.deliver_at(&finding("second"), after(1)).await;
    assert_eq!(crate::refusal(&world, &finding("second")).await, Some("already-asked"));
    let entry = world.entry(&finding("second")).await;
    assert_eq!((entry.ask, entry.plan.is_empty()), (None, true));
    assert_eq!(world.woken().len(), 1);
    // Answered or ended, the next is asked about again.
    answer(&world, &finding("first").id, Answer::Reject, after(2)).await.unwrap();
    hear(&world, after(2)).await;
    world.deliver_at(&finding("third"), after(3)).await;
    assert_eq!(question(&world, &finding("third")).await.state, AskState::Pending);
    world.deliver_at(&finding("fourth"), after(3 + 60)).await;
    assert_eq!(question(&world, &finding("fourth")).await.state, AskState::Pending);
}

#[tokio::test]
async fn an_answer_before_the_page_is_heard_too() {
    let world = World::with(ASK);
    let faults = Faults::at("put_entry", 1, Fault::After);
    assert!(world.try_deliver(&finding("e"), &faults, now()).await.is_err());
    let (id, lost) = (finding("e").id, Faults::at("answered", 1, Fault::Before));
    let given = world.ports(&lost).releaser().answer(&id, Answer::Approve, "alice", "", after(2)).await;
    assert!(given.is_err());
    world.deliver_at(&finding("e"), after(3)).await;
    sweep(&world, after(4)).await;
    assert_eq!(world.around.answers(), [id]);
    hear(&world, after(5)).await;
    assert_eq!(world.iam.denied(), [ROLE]);
}
