//! Settings change, runs end anywhere, others have things too: it comes to rest at what the settings say.

use proptest::prelude::*;

use super::place;
use super::reconcile::{World, is_untouched, others};
use crate::{Place, Plan};

/// Settings of a few entries, in every way that changes which alarms there are.
fn texts() -> impl Strategy<Value = String> {
    let tier = proptest::sample::select(vec!["critical", "sensitive", "standard"]);
    let rate = proptest::sample::select(vec!["", ", high_rate: 7", ", high_rate: off"]);
    let name = proptest::sample::select(vec!["a", "ab", "payroll", "Löhne", "conflict", "mine"]);
    let entry = (tier, rate).prop_map(|(tier, rate)| if tier == "standard" { (tier, "") } else { (tier, rate) });
    let entries = proptest::collection::btree_map(name, entry, 0..5);
    let tiers =
        || proptest::sample::subsequence(vec!["critical", "sensitive"], 0..=2).prop_map(|tiers| tiers.join(", "));
    (entries, 1..200_u32, tiers(), tiers(), tiers(), tiers()).prop_map(
        |(entries, more_than, rate, anomaly, denied, overdue)| {
            let entry = |(name, (tier, rate))| format!("  - {{name: {name}, secret: x, tier: {tier}{rate}}}\n");
            let entries: String = entries.into_iter().map(entry).collect();
            format!(
                "assets:\n{entries}\
             alarms:\n  high_rate: {{more_than: {more_than}, tiers: [{rate}]}}\n  anomaly: {{tiers: [{anomaly}]}}\n  \
             denied: {{tiers: [{denied}]}}\n  rotation_overdue: {{tiers: [{overdue}]}}\n"
            )
        },
    )
}

fn places() -> impl Strategy<Value = Place> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(pagerduty, evidence, trail)| Place {
        pagerduty,
        evidence,
        // The trail may get its log group later; that it loses it is the reader's matter, who is not told of the old one.
        trail_log_group: trail.then(|| "org-trail".to_owned()),
        ..place()
    })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn reconciling_twice_changes_nothing(texts in proptest::collection::vec(texts(), 1..5), place in places()) {
        run(async {
            let world = World::new(0);
            for text in &texts {
                let applied = world.reconcile(text, &place).await;
                prop_assert_eq!((&applied.failed, applied.left), (&vec![], 0), "{}", text);
                let (before, again) = (world.things(), world.plan(text, &place).await);
                prop_assert_eq!(&again.changes, &[]);
                world.apply(&again, &place).await;
                prop_assert_eq!(before, world.things());
            }
            Ok(())
        })?;
    }

    /// However it came there, it is the same as where nothing was before.
    #[test]
    fn only_the_last_settings_count(texts in proptest::collection::vec(texts(), 1..5), place in places()) {
        run(async {
            let (world, fresh) = (World::new(0), World::new(0));
            for text in &texts {
                world.reconcile(text, &place).await;
            }
            fresh.reconcile(texts.last().unwrap(), &place).await;
            prop_assert_eq!(world.things(), fresh.things());
            Ok(())
        })?;
    }

    #[test]
    fn a_run_that_ends_anywhere_is_gone_on_with(
        steps in proptest::collection::vec((texts(), 0..40_usize), 1..5),
        last in texts(),
        throttled in prop_oneof![Just(0_usize), 3..9_usize],
    ) {
        run(async {
            let (world, fresh) = (World::new(throttled), World::new(0));
            for (text, made) in &steps {
                let plan = world.plan(text, &place()).await;
                let changes = plan.changes.into_iter().take(*made).collect();
                let applied = world.apply(&Plan { changes, ..Plan::default() }, &place()).await;
                prop_assert_eq!(applied.failed, vec![], "each change can be made after those before it");
            }
            let applied = world.reconcile(&last, &place()).await;
            prop_assert_eq!(applied.failed, vec![]);
            fresh.reconcile(&last, &place()).await;
            let (mut now, mut expected) = (world.things(), fresh.things());
            // What CloudWatch learned may be left over when the run ended right after its alarm was deleted.
            prop_assert!(expected.detectors.is_subset(&now.detectors));
            (now.detectors, expected.detectors) = Default::default();
            prop_assert_eq!(now, expected);
            prop_assert_eq!(world.plan(&last, &place()).await.changes, vec![]);
            Ok(())
        })?;
    }

    #[test]
    fn what_others_have_is_never_touched(texts in proptest::collection::vec(texts(), 1..5), place in places()) {
        run(async {
            let world = World::new(0);
            *world.monitoring.state() = others();
            for text in &texts {
                let applied = world.reconcile(text, &place).await;
                prop_assert_eq!(applied.failed, vec![]);
                prop_assert!(is_untouched(&others(), &world.things()));
                let again = world.plan(text, &place).await;
                prop_assert_eq!(&again.changes, &[]);
                let conflicts = again.conflicts.iter().filter(|conflict| conflict.what == "alarm gatehouse/mine").count();
                prop_assert_eq!(conflicts, 1, "told every time");
            }
            Ok(())
        })?;
    }
}
