//! Rules that are being tried out.

use portcullis_domain::Finding;
use portcullis_response::Refusal;
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, finding};

use crate::world::{World, critical, name};

fn shadowed(finding: Finding) -> Finding {
    Finding { shadow: true, ..finding }
}

#[tokio::test]
async fn what_would_be_done_is_written_down_and_nobody_is_paged() {
    for told in [finding("e"), critical("a", 1)] {
        let world = World::default();
        world.deliver(&shadowed(told.clone())).await;
        let decision = world.entry(&told).await.decision;
        assert_eq!((decision.wanted, decision.response), (Response::Quarantine, Response::Observe));
        assert_eq!(decision.refusals, [Refusal::Shadow]);
        assert_eq!((world.pages().len(), world.iam.denied().len()), (0, 0));
    }
}

#[tokio::test]
async fn a_rule_that_is_promoted_is_heard() {
    let cases =
        [(finding("e"), finding("e")), (critical("a", 1), critical("a", 1)), (critical("a", 1), critical("a", 2))];
    for (before, after) in cases {
        let world = World::default();
        world.deliver(&shadowed(before.clone())).await;
        assert_eq!(name(&world.deliver(&after).await), "done");
        assert_eq!((world.paged(), world.iam.denied()), (vec![after.id.clone()], vec![ROLE.to_owned()]));
        assert!(!world.pages()[0].again, "nobody had been told");
        assert_eq!(name(&world.deliver(&shadowed(before)).await), "duplicate");
    }
}

#[tokio::test]
async fn a_rule_that_is_demoted_pages_nobody_any_more() {
    let world = World::default();
    world.deliver(&shadowed(critical("a", 2))).await;
    assert_eq!(name(&world.deliver(&critical("a", 1)).await), "duplicate", "the newer form is in shadow");
    assert!(world.pages().is_empty());
}
