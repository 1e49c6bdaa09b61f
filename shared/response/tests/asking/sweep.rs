//! What comes of a question that nobody answers.

use portcullis_domain::{Finding, Tier};
use portcullis_response::{Action, AskState, Level, Report};
use portcullis_settings::{Response, parse};
use portcullis_testkit::{Fault, Faults, ROLE, finding};
use test_case::test_case;

use crate::{ASK, after, asked, hear, now, question, sweep};

const TABLE: &str = "response: {critical: {critical: ask, sensitive: ask, otherwise: ask}}\n";
const BY_TIER: &str = "asking: {unanswered: {critical: quarantine, sensitive: lockout, otherwise: page}}\n";

#[test_case("enforce", BY_TIER, Some(Tier::Critical), Some(Level::Quarantine))]
#[test_case("enforce", BY_TIER, Some(Tier::Sensitive), Some(Level::Lockout))]
#[test_case("enforce", BY_TIER, Some(Tier::Standard), None)]
#[test_case("enforce", BY_TIER, None, None ; "of no tier")]
#[test_case("enforce", "", Some(Tier::Critical), None ; "nothing is said")]
#[test_case("ask", BY_TIER, Some(Tier::Critical), None ; "the mode allows nothing that nobody approved")]
#[tokio::test]
async fn by_tier(mode: &str, asking: &str, tier: Option<Tier>, expected: Option<Level>) {
    let told = Finding { tier, ..finding("e") };
    let world = asked(&format!("mode: {mode}\n{TABLE}{asking}"), &told).await;
    assert_eq!(sweep(&world, after(59)).await, 0);
    assert_eq!((sweep(&world, after(60)).await, sweep(&world, after(61)).await), (1, 0), "it ends once");
    assert_eq!(question(&world, &told).await.state, AskState::Unanswered { at: after(60) });
    hear(&world, after(62)).await;
    let entry = world.entry(&told).await;
    assert!(entry.done && entry.ask.unwrap().taken_up);
    let level = world.quarantine(ROLE).await.map(|known| known.level);
    assert_eq!((level, world.iam.denied().len()), (expected, usize::from(expected.is_some())));
    let response = match expected {
        None => Response::Page,
        Some(Level::Lockout) => Response::Lockout,
        Some(Level::Quarantine) => Response::Quarantine,
    };
    assert_eq!((entry.decision.response, entry.decision.refusals.len()), (response, 0));
    let actions: Vec<Action> = world.pager.told().iter().map(|told| told.action).collect();
    assert_eq!(actions, [Action::Trigger, Action::Trigger], "on-call is told what came of it");
    hear(&world, after(70)).await;
    sweep(&world, after(70)).await;
    assert_eq!(world.pager.told().len(), 2);
}

#[tokio::test]
async fn a_mode_that_was_lowered_meanwhile() {
    for (mode, denied) in [("enforce", 1), ("ask", 0), ("page", 0), ("observe", 0)] {
        let mut world =
            asked(&format!("mode: enforce\n{TABLE}asking: {{unanswered: quarantine}}\n"), &finding("e")).await;
        world.settings = parse(&format!("mode: {mode}\n{TABLE}")).unwrap();
        sweep(&world, after(60)).await;
        hear(&world, after(61)).await;
        assert_eq!(world.iam.denied().len(), denied, "{mode}");
        assert!(question(&world, &finding("e")).await.taken_up);
    }
}

#[tokio::test]
async fn a_mode_that_was_lowered_before_a_retry() {
    let mut world = asked(&format!("mode: enforce\n{TABLE}asking: {{unanswered: quarantine}}\n"), &finding("e")).await;
    sweep(&world, after(60)).await;
    let faults = Faults::at("put_quarantine", 1, Fault::Before);
    assert!(world.ports(&faults).responder().answer(&finding("e").id, after(61), false).await.is_err());
    world.settings = parse(&format!("mode: ask\n{TABLE}")).unwrap();
    hear(&world, after(63)).await;
    assert!(world.iam.denied().is_empty());
    assert_eq!(world.entry(&finding("e")).await.decision.response, Response::Page);
    assert_eq!(world.woken().len(), 2);
}

#[tokio::test]
async fn what_nobody_decided_is_limited() {
    let settings = format!("mode: enforce\n{TABLE}asking: {{unanswered: quarantine}}\nlimits: {{per_hour: 0}}\n");
    let world = asked(&settings, &finding("e")).await;
    sweep(&world, after(60)).await;
    hear(&world, after(61)).await;
    assert_eq!(crate::refusal(&world, &finding("e")).await, Some("hourly-limit"));
    assert!(world.iam.denied().is_empty());
    assert_eq!(world.woken().len(), 2, "on-call is told that nothing was done");
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_others() {
    let other =
        portcullis_testkit::finding_by(portcullis_testkit::role("arn:aws:iam::111122223333:role/other"), "other");
    let world = asked(ASK, &finding("e")).await;
    world.deliver_at(&other, now()).await;
    for what in ["entry", "put_entry", "answered"] {
        let faults = Faults::at(what, 1, Fault::Before);
        assert!(world.ports(&faults).releaser().sweep_asks(after(60)).await.is_err(), "{what}");
    }
    assert_eq!(sweep(&world, after(60)).await, 0, "both were ended by then");
    for told in [&finding("e"), &other] {
        assert_eq!(question(&world, told).await.state.name(), "unanswered");
        assert!(world.around.answers().contains(&told.id));
    }
}

#[tokio::test]
async fn a_question_that_was_never_told_ends_too() {
    let (world, faults) = (portcullis_testkit::World::with(ASK), Faults::at("page", 1, Fault::Before));
    assert!(world.try_deliver(&finding("e"), &faults, now()).await.is_err());
    assert_eq!(sweep(&world, after(60)).await, 1, "it was listed before");
    let [Report::Done(entry)] = &hear(&world, after(61)).await[..] else { panic!("it is done") };
    assert!(entry.ask.as_ref().unwrap().taken_up);
    assert_eq!(world.woken().len(), 1);
}
