//! What IAM knows of the actor is the last word but those that count.

use async_trait::async_trait;
use portcullis_response::{Identity, PageState, PortError, ReadIdentity, Refusal, Report, Responder, Target};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding};
use test_case::test_case;

use crate::{SETTINGS, now};

const SAME: &str = "AROAEXAMPLEEXAMPLE01";
const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";

fn identity(id: &str, arn: &str, attached: &[&str]) -> Identity {
    let attached = attached.iter().map(|policy| policy.parse().unwrap()).collect();
    Identity { id: id.to_owned(), arn: arn.to_owned(), attached, ..Identity::default() }
}

async fn refused(world: &World, faults: &Faults) -> Option<Refusal> {
    let report = world.ports(faults).responder().respond(&finding("e"), now(), true).await.unwrap();
    let Report::Done(entry) = report else { panic!("{report:?}") };
    assert_eq!(entry.plan.is_empty(), !entry.decision.refusals.is_empty());
    assert_eq!(world.woken().len(), 1);
    entry.decision.refusals.first().cloned()
}

#[test_case(SAME, &[], None)]
#[test_case("AROAEXAMPLEEXAMPLE02", &[], Some("recreated"))]
#[test_case(SAME, &[DENY], Some("already-denied"))]
#[test_case(SAME, &["arn:aws:iam::aws:policy/ReadOnlyAccess"], None)]
#[tokio::test]
async fn iam_has_the_last_word(id: &str, attached: &[&str], expected: Option<&str>) {
    let world = World::with(SETTINGS);
    let before = identity(id, ROLE, attached);
    world.iam.set(before.clone());
    let refusal = refused(&world, &Faults::default()).await;
    assert_eq!(refusal.as_ref().map(Refusal::name), expected);
    assert_eq!(world.iam.identity(ROLE) == Some(before), expected.is_some(), "refused: left as it was");
}

/// IAM knows principals by their names alone.
struct AnotherPath;

#[async_trait]
impl ReadIdentity for AnotherPath {
    async fn read(&self, _target: &Target) -> Result<Option<Identity>, PortError> {
        Ok(Some(identity(SAME, "arn:aws:iam::111122223333:role/other/reporting", &[])))
    }
}

#[tokio::test]
async fn one_of_the_same_name_under_another_path() {
    let (world, none) = (World::with(SETTINGS), Faults::default());
    let ports = world.ports(&none);
    let responder = Responder { identities: &AnotherPath, ..ports.responder() };
    responder.respond(&finding("e"), now(), false).await.unwrap();
    let refusals = world.entry(&finding("e")).await.decision.refusals;
    let found = "arn:aws:iam::111122223333:role/other/reporting".to_owned();
    assert_eq!(refusals, [Refusal::Recreated { recorded: ROLE.to_owned(), found }]);
    assert_eq!(world.iam.identity(ROLE), None, "no call was made");
}

#[tokio::test]
async fn one_that_is_no_more() {
    let world = World::with(SETTINGS);
    world.iam.delete(ROLE);
    assert_eq!(refused(&world, &Faults::default()).await, Some(Refusal::Gone));
}

#[tokio::test]
async fn an_iam_that_refuses_to_answer() {
    let world = World::with(SETTINGS);
    let refusal = refused(&world, &Faults::at("read", 1, Fault::Refused)).await;
    assert_eq!(refusal, Some(Refusal::Unreadable { error: "read: injected fault".to_owned() }));
}

#[tokio::test]
async fn the_deny_policy_as_a_boundary_that_is_not_ours() {
    let world = World::with(SETTINGS);
    world.iam.set(Identity { boundary: DENY.parse().ok(), ..identity(SAME, ROLE, &[]) });
    assert_eq!(refused(&world, &Faults::default()).await, Some(Refusal::AlreadyDenied));
}

#[test_case("portcullis:protected", "true", Some("protected"))]
#[test_case("Portcullis:Protected", "TRUE", Some("protected") ; "as anybody may write it")]
#[test_case("portcullis:protected", "false", None)]
#[test_case("team", "incident-response", Some("protected") ; "a tag of the settings")]
#[test_case("team", "payroll", None ; "another value")]
#[tokio::test]
async fn tags_protect(key: &str, value: &str, expected: Option<&str>) {
    let world = World::with("mode: enforce\nprotected: [{tag: team=incident-*}]\n");
    let tags = vec![(key.to_owned(), value.to_owned())];
    world.iam.set(Identity { tags, ..identity(SAME, ROLE, &[]) });
    let refusal = refused(&world, &Faults::default()).await;
    assert_eq!(refusal.as_ref().map(Refusal::name), expected);
    assert_eq!(world.iam.attached(ROLE).is_empty(), expected.is_some());
}

#[tokio::test]
async fn a_record_without_the_unique_id() {
    let world = World::with(SETTINGS);
    world.iam.set(identity(SAME, ROLE, &[]));
    let mut nameless = finding("e");
    nameless.actor.principal = portcullis_domain::Principal::Role { arn: ROLE.parse().unwrap(), id: None };
    world.deliver_at(&nameless, now()).await;
    assert_eq!(world.entry(&nameless).await.decision.refusals, [Refusal::Unidentified]);
}

#[test_case("arn:aws:iam::111122223333:policy/deny", None ; "of the actor's account")]
#[test_case("arn:aws:iam::444455556666:policy/deny", Some("policy-elsewhere") ; "of another")]
#[test_case("arn:aws:iam::aws:policy/AWSDenyAll", None ; "of everybody")]
#[tokio::test]
async fn whose_policy_it_is(policy: &str, expected: Option<&str>) {
    let world = World::with(&format!("mode: enforce\nquarantine: {{policy: '{policy}'}}\n"));
    let refusal = refused(&world, &Faults::default()).await;
    assert_eq!(refusal.as_ref().map(Refusal::name), expected);
}

#[tokio::test]
async fn the_plan_reads_as_cloudtrail_will() {
    let world = World::with(SETTINGS);
    world.deliver_at(&finding("e"), now()).await;
    let plan = world.entry(&finding("e")).await.plan;
    insta::assert_snapshot!(plan, @"iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting");
    assert_eq!(PageState::default(), PageState::None);
}
