//! Planned work looks like an attack: whose work it is, is paged about.

use portcullis_response::{Identity, Refusal};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, World, finding};
use test_case::test_case;

use crate::{minutes, now, refusal_of};

fn world(change: &str) -> World {
    let from = "from: '2026-01-05T08:00Z', to: '2026-01-05T09:00Z'";
    World::with(&format!("mode: enforce\nchanges: [{{name: migration, {from}, {change}}}]\n"))
}

#[test_case("reason: everybody's", Some("change-window") ; "everybody")]
#[test_case("actors: ['arn:aws:iam::111122223333:role/team/reporting']", Some("change-window") ; "by arn")]
#[test_case("actors: ['arn:aws:iam::111122223333:role/team/other']", None ; "somebody else")]
#[test_case("actors: [{path: /team/}]", Some("change-window") ; "by path")]
#[test_case("actors: [{path: /batch/}]", None ; "another path")]
#[test_case("actors: [{tag: work=migration}]", Some("change-window") ; "by tag")]
#[test_case("actors: [{tag: work=backup}]", None ; "another tag")]
#[test_case("actors: [{path: /team/}], containment: paused", Some("change-window") ; "paused by name")]
#[test_case("actors: [{path: /team/}], containment: allowed", None ; "allowed")]
#[test_case("actors: [{tag: work=migration}], containment: allowed", None ; "allowed by tag")]
#[tokio::test]
async fn whose_work_it_is(change: &str, expected: Option<&str>) {
    let world = world(change);
    let tags = vec![("work".to_owned(), "migration".to_owned())];
    world.iam.set(Identity {
        id: "AROAEXAMPLEEXAMPLE01".to_owned(),
        arn: ROLE.to_owned(),
        tags,
        ..Identity::default()
    });
    let refusal = refusal_of(&world, &finding("e"), now()).await;
    assert_eq!(refusal.as_ref().map(Refusal::name), expected);
    assert_eq!(world.iam.denied().is_empty(), expected.is_some());
    let entry = world.entry(&finding("e")).await;
    assert_eq!(entry.decision.response, if expected.is_some() { Response::Page } else { Response::Quarantine });
    assert_eq!(world.woken().len(), 1);
}

#[test_case("2026-01-05T08:10:00Z", 0, true ; "called and found in it")]
#[test_case("2026-01-05T08:59:59Z", 120, true ; "called in it and found after")]
#[test_case("2026-01-05T07:50:00Z", 0, true ; "called before and found in it")]
#[test_case("2026-01-05T09:00:00Z", 120, false ; "called as it ended")]
#[tokio::test]
async fn when_it_is(called: &str, found: i64, refused: bool) {
    let world = world("reason: everybody's");
    let mut finding = finding("e");
    finding.evidence[0].time = called.parse().ok();
    let refusal = refusal_of(&world, &finding, now() + minutes(found)).await;
    assert_eq!(refusal, refused.then(|| Refusal::ChangeWindow { name: "migration".to_owned() }));
}
