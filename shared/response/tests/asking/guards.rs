//! What speaks against a containment that was approved.

use portcullis_domain::{Finding, Tier};
use portcullis_response::{Answer, Identity, Report, ThrowSwitch as _};
use portcullis_settings::parse;
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, finding_by, role, until_death};
use test_case::test_case;

use crate::{ASK, after, answer, approve, asked, hear, question, refusal};

fn known() -> Identity {
    Identity { id: "AROAEXAMPLEEXAMPLE01".to_owned(), arn: ROLE.to_owned(), ..Identity::default() }
}

async fn happens(world: &mut World, what: &str) {
    let none = Faults::default();
    match what {
        "stopped" => world.around.stop("fire").await.unwrap(),
        "protected" => {
            let tags = vec![("portcullis:protected".to_owned(), "true".to_owned())];
            world.iam.set(Identity { tags, ..known() });
        }
        "recreated" => world.iam.set(Identity { id: "AROAEXAMPLEEXAMPLE02".to_owned(), ..known() }),
        "gone" => world.iam.delete(ROLE),
        "change-window" => {
            let change = "{name: work, from: '2026-01-05T08:12Z', to: '2026-01-05T09:00Z'}";
            world.settings = parse(&format!("{ASK}changes: [{change}]\n")).unwrap();
        }
        "last-operator" => world.settings = parse(&format!("{ASK}operators: ['{ROLE}']\n")).unwrap(),
        "already-denied" => {
            let attached = vec!["arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap()];
            world.iam.set(Identity { attached, ..known() });
        }
        "already-contained" | "released-since" => {
            world.settings = parse("mode: enforce\n").unwrap();
            world.deliver_at(&finding("other"), after(1)).await;
            world.settings = parse(ASK).unwrap();
            if what == "released-since" {
                world.ports(&none).releaser().release(ROLE, "alice", "known", after(1)).await.unwrap();
            }
        }
        _ => panic!("{what} is unknown"),
    }
}

#[test_case("stopped")]
#[test_case("protected")]
#[test_case("recreated")]
#[test_case("gone")]
#[test_case("change-window")]
#[test_case("last-operator")]
#[test_case("already-denied")]
#[test_case("already-contained")]
#[test_case("released-since")]
#[tokio::test]
async fn what_happened_meanwhile(what: &str) {
    let mut world = asked(ASK, &finding("e")).await;
    happens(&mut world, what).await;
    let (before, woken) = (world.iam.identity(ROLE), world.woken().len());
    approve(&world, &finding("e").id, after(3)).await;
    let [Report::Done(entry)] = &hear(&world, after(4)).await[..] else { panic!("it is done") };
    assert_eq!(refusal(&world, &finding("e")).await, Some(what));
    assert!(entry.done && entry.plan.is_empty() && entry.ask.as_ref().unwrap().taken_up);
    assert_eq!(world.iam.identity(ROLE), before);
    assert_eq!(world.woken().len(), woken + 1, "whoever approved is told that nothing was done");
}

#[test_case("stopped", "stopped")]
#[test_case("protected", "protected")]
#[test_case("recreated", "recreated")]
#[test_case("change-window", "change-window")]
#[tokio::test]
async fn what_happened_while_a_worker_was_dead(what: &str, expected: &str) {
    let mut world = asked(ASK, &finding("e")).await;
    world.iam.set(known());
    approve(&world, &finding("e").id, after(1)).await;
    let dies = Faults::at("apply", 1, Fault::DiesBefore);
    let id = finding("e").id;
    assert!(until_death(&dies, world.ports(&dies).responder().answer(&id, after(1), false)).await.is_none());
    happens(&mut world, what).await;
    let before = world.iam.identity(ROLE);
    hear(&world, after(4)).await;
    assert_eq!(refusal(&world, &finding("e")).await, Some(expected));
    assert_eq!(world.iam.identity(ROLE), before);
}

#[tokio::test]
async fn released_while_a_worker_was_dead() {
    let (world, none) = (asked(ASK, &finding("e")).await, Faults::default());
    approve(&world, &finding("e").id, after(1)).await;
    let dies = Faults::at("apply", 1, Fault::DiesAfter);
    let id = finding("e").id;
    assert!(until_death(&dies, world.ports(&dies).responder().answer(&id, after(1), false)).await.is_none());
    assert_eq!(world.iam.denied(), [ROLE]);
    world.ports(&none).releaser().release(ROLE, "alice", "known", after(3)).await.unwrap();
    hear(&world, after(4)).await;
    assert_eq!(refusal(&world, &finding("e")).await, Some("released-since"));
    assert!(world.iam.denied().is_empty(), "released, and contained again by the retry");
}

#[tokio::test]
async fn a_lockout_may_be_approved_further() {
    let settings = "mode: enforce\nresponse: {critical: {critical: ask, sensitive: lockout}}\n";
    let world = asked(settings, &finding("e")).await;
    world.deliver_at(&Finding { tier: Some(Tier::Sensitive), ..finding("other") }, after(1)).await;
    assert_eq!(world.iam.attached(ROLE).len(), 1);
    approve(&world, &finding("e").id, after(2)).await;
    hear(&world, after(3)).await;
    assert_eq!(world.iam.attached(ROLE).len(), 2);
    assert!(question(&world, &finding("e")).await.taken_up);
}

#[tokio::test]
async fn the_kill_switch_is_on_when_it_is_to_be_asked() {
    let world = World::with(ASK);
    world.around.stop("fire").await.unwrap();
    world.deliver_at(&finding("e"), after(0)).await;
    assert_eq!(refusal(&world, &finding("e")).await, Some("stopped"));
    assert_eq!(world.entry(&finding("e")).await.ask, None, "an answer could lead to nothing");
    assert_eq!(world.woken().len(), 1);
}

#[tokio::test]
async fn rejecting_needs_no_guard() {
    let mut world = asked(ASK, &finding("e")).await;
    happens(&mut world, "stopped").await;
    answer(&world, &finding("e").id, Answer::Reject, after(3)).await.unwrap();
    hear(&world, after(4)).await;
    assert_eq!(refusal(&world, &finding("e")).await, Some("rejected"));
}

#[tokio::test]
async fn a_mode_that_was_lowered_before_a_retry_is_asked_first() {
    let mut world = World::with("mode: enforce\n");
    let dies = Faults::at("apply", 1, Fault::DiesBefore);
    let told = finding_by(role(ROLE), "e");
    assert!(until_death(&dies, world.try_deliver(&told, &dies, after(0))).await.is_none());
    world.settings = parse(ASK).unwrap();
    world.deliver_at(&told, after(2)).await;
    assert!(world.iam.denied().is_empty());
    assert!(!question(&world, &told).await.is_answered());
}
