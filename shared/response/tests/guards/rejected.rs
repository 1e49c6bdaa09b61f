//! Who was asked and who said no: what on-call rejected is not done, and not asked again.

use portcullis_domain::{Finding, Outcome, Tier};
use portcullis_response::{Answer, Refusal, Report};
use portcullis_settings::{Response, parse};
use portcullis_testkit::{Faults, ROLE, World, burst, finding, role};
use test_case::test_case;

use crate::{minutes, now};

const ASK: &str = "mode: ask\n";

fn told(revision: u64, tier: Tier) -> Finding {
    Finding { tier: Some(tier), ..burst(role(ROLE), "a", revision, 3) }
}

fn critical(revision: u64) -> Finding {
    told(revision, Tier::Critical)
}

/// Asks, rejects, and hands that on.
async fn rejected(finding: &Finding) -> World {
    let (world, none) = (World::with(ASK), Faults::default());
    world.deliver_at(finding, now()).await;
    let ports = world.ports(&none);
    ports.releaser().answer(&finding.id, Answer::Reject, "alice", "planned", now()).await.unwrap();
    ports.responder().answer(&finding.id, now(), false).await.unwrap();
    assert_eq!(world.entry(finding).await.decision.refusals, [Refusal::Rejected { by: "alice".to_owned() }]);
    world
}

#[test_case(ASK ; "still asking")]
#[test_case("mode: enforce\n" ; "by now it would be done")]
#[tokio::test]
async fn the_same_again_is_left_alone(settings: &str) {
    for first in [critical(1), finding("e")] {
        let mut world = rejected(&first).await;
        world.settings = parse(settings).unwrap();
        let told = world.pager.told().len();
        assert_eq!(world.deliver_at(&first, now()).await, Report::Duplicate(first.id.clone()));
        if first.burst.is_some() {
            let grown = world.deliver_at(&critical(2), now() + minutes(1)).await;
            assert!(matches!(grown, Report::Updated { .. }), "{grown:?}");
            assert_eq!(world.entry(&critical(2)).await.decision.refusals[0].name(), "rejected");
        }
        assert_eq!((world.pager.told().len(), world.iam.denied().len()), (told, 0));
    }
}

#[tokio::test]
async fn as_a_part_of_another_it_is_left_alone_too() {
    let mut world = rejected(&critical(1)).await;
    world.settings = parse("mode: enforce\n").unwrap();
    let mut whole = Finding { id: finding("whole").id, ..critical(2) };
    whole.burst.as_mut().unwrap().supersedes = vec![critical(1).id];
    world.deliver_at(&whole, now() + minutes(1)).await;
    assert!(world.iam.denied().is_empty());
    assert_eq!(world.entry(&whole).await.decision.refusals[0].name(), "rejected");
    whole.burst.as_mut().unwrap().revision = 3;
    world.deliver_at(&whole, now() + minutes(2)).await;
    assert!(world.iam.denied().is_empty());
}

#[tokio::test]
async fn what_got_worse_is_asked_anew() {
    for worse in [true, false] {
        let table = "mode: ask\nresponse: {high: {sensitive: ask, critical: ask}}\n";
        let (mut world, none) = (World::with(table), Faults::default());
        let mut first = told(1, Tier::Sensitive);
        first.evidence.iter_mut().for_each(|call| call.outcome = Outcome::Denied);
        world.deliver_at(&first, now()).await;
        let ports = world.ports(&none);
        ports.releaser().answer(&first.id, Answer::Reject, "alice", "planned", now()).await.unwrap();
        ports.responder().answer(&first.id, now(), false).await.unwrap();
        let mut next = Finding { evidence: first.evidence.clone(), ..told(2, Tier::Sensitive) };
        if worse {
            next.evidence[2].outcome = Outcome::Success;
        }
        world.deliver_at(&next, now() + minutes(1)).await;
        let asked = world.entry(&next).await.ask.unwrap();
        assert_eq!(!asked.is_answered(), worse, "a call went through");
        // A critical asset joins.
        world.settings = parse("mode: enforce\n").unwrap();
        let critical = Finding { evidence: next.evidence.clone(), ..critical(3) };
        world.deliver_at(&critical, now() + minutes(2)).await;
        assert_eq!(world.entry(&critical).await.decision.response, Response::Quarantine);
        assert_eq!(world.iam.denied(), [ROLE]);
    }
}
