//! A thousand assets.

use jiff::SignedDuration;

use super::place;
use super::reconcile::{World, is_untouched, others};

const RUN: SignedDuration = SignedDuration::from_mins(13);

#[tokio::test]
async fn a_thousand_assets_come_to_rest_in_several_runs_within_the_quotas() {
    let entry = |n: usize| {
        let tier = if n.is_multiple_of(3) { "sensitive" } else { "critical" };
        format!("  - {{name: asset {n}, secret: prod/{n}, tier: {tier}}}\n")
    };
    let yaml = format!("assets:\n{}", (0..1000).map(entry).collect::<String>());
    // Every seventh call is throttled, whatever the pace.
    let world = World::new(7);
    *world.monitoring.state() = others();
    let mut runs = 0;
    let mut lefts = Vec::new();
    loop {
        runs += 1;
        // Nobody runs it again at once.
        world.time.spend(SignedDuration::from_hours(1));
        world.time.leave(RUN);
        let applied = world.reconcile(&yaml, &place()).await;
        assert!(applied.failed.is_empty(), "{:?}", applied.failed);
        lefts.push(applied.left);
        if applied.left == 0 {
            break;
        }
    }
    assert!((2..=12).contains(&runs) && lefts.is_sorted_by(|one, next| next < one), "{lefts:?}");
    for (api, calls) in &world.monitoring.state().calls {
        assert!(calls.windows(4).all(|four| four[3] - four[0] >= SignedDuration::from_secs(1)), "{api}");
    }
    let plan = world.plan(&yaml, &place()).await;
    assert!(plan.changes.is_empty() && plan.unchanged > 4000, "{plan}");
    assert!(is_untouched(&others(), &world.things()));
    // The critical ones were first.
    let text = world.plan("", &place()).await.to_string();
    assert!(text.lines().count() < 40, "{text}");
}
