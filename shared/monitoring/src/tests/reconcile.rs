//! A plan is made and carried out.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{CALL, place, settings};
use crate::memory::{MemoryAlarm, MemoryDashboard, MemoryMonitoring, MemoryState, MemoryTime};
use crate::{
    Alarm, Applied, Comparison, Condition, MetricFilter, MetricRef, MissingData, Place, Plan, ReadMonitoring, apply,
    desired, plan,
};

/// A deployment with its clock.
pub(super) struct World {
    pub(super) time: Arc<MemoryTime>,
    pub(super) monitoring: MemoryMonitoring,
}

impl World {
    pub(super) fn new(throttled: usize) -> Self {
        let time = Arc::new(MemoryTime::new(SignedDuration::from_hours(2)));
        let monitoring = MemoryMonitoring::new(Arc::clone(&time), CALL).throttling(throttled);
        Self { time, monitoring }
    }

    pub(super) async fn plan(&self, yaml: &str, place: &Place) -> Plan {
        plan(&desired(&settings(yaml), place), &self.monitoring.read(place).await.unwrap(), place)
    }

    pub(super) async fn apply(&self, plan: &Plan, place: &Place) -> Applied {
        apply(plan, place, &self.monitoring, &*self.time).await
    }

    pub(super) async fn reconcile(&self, yaml: &str, place: &Place) -> Applied {
        self.apply(&self.plan(yaml, place).await, place).await
    }

    /// What is there, without the calls that made it.
    pub(super) fn things(&self) -> MemoryState {
        let state = self.monitoring.state().clone();
        MemoryState { calls: std::collections::BTreeMap::new(), silenced: Vec::new(), ..state }
    }
}

fn by_hand(name: &str, stack: Option<&str>) -> (String, MemoryAlarm) {
    let condition = Condition::Threshold {
        metric: MetricRef { namespace: "AWS/SQS".to_owned(), name: "Sent".to_owned(), dimensions: vec![] },
        statistic: portcullis_metrics::Statistic::Sum,
        period: 60,
        periods: 1,
        datapoints: 1,
        comparison: Comparison::GreaterThan,
        threshold: 1.0,
        missing: MissingData::Ignore,
    };
    let alarm = Alarm { name: name.to_owned(), description: String::new(), condition, tells: vec![] };
    (name.to_owned(), MemoryAlarm { alarm, stack: stack.map(str::to_owned), rings: true })
}

/// What others have, with and without names like ours.
pub(super) fn others() -> MemoryState {
    let mut state = MemoryState::default();
    state.alarms.extend([
        by_hand("cpu is high", None),
        by_hand("gatehouse-events-dlq", None),
        by_hand("gatehouse/mine", None),
        by_hand("gatehouse/denied/of another kind", None),
        by_hand("gatehouse/high-rate/conflict", None),
        by_hand("gatehouse/anomaly/other tag", Some("gate")),
        by_hand("tagged by mistake", Some("gatehouse")),
        by_hand("gate/denied/payroll", Some("gate")),
        by_hand("gatehouse-two/denied/payroll", Some("gatehouse-two")),
    ]);
    for name in ["gatehouse-mine", "gatehouse-cis-mine", "gatehouse-cis-cis-root-used", "gate-cis-root-used", "mine"] {
        let group = "org-trail".to_owned();
        let filter = MetricFilter {
            name: name.to_owned(),
            log_group: group.clone(),
            pattern: "{ $.x = 1 }".to_owned(),
            namespace: "Mine".to_owned(),
            metric: "mine".to_owned(),
        };
        state.filters.insert((group, name.to_owned()), filter);
    }
    for (name, stack) in [("gate", Some("gate")), ("gatehouse-two", Some("gatehouse-two")), ("mine", None)] {
        let dashboard = MemoryDashboard { body: "{}".to_owned(), stack: stack.map(str::to_owned) };
        state.dashboards.insert(name.to_owned(), dashboard);
    }
    state.detectors.insert("AWS/SQS Sent".to_owned());
    state
}

/// Whether all that others have is as it was.
pub(super) fn is_untouched(others: &MemoryState, now: &MemoryState) -> bool {
    others.alarms.iter().all(|(name, alarm)| now.alarms.get(name) == Some(alarm))
        && others.filters.iter().all(|(name, filter)| now.filters.get(name) == Some(filter))
        && others.dashboards.iter().all(|(name, dashboard)| now.dashboards.get(name) == Some(dashboard))
        && others.detectors.is_subset(&now.detectors)
}

#[tokio::test]
async fn deleting_an_entry_removes_its_alarms_and_no_other() {
    let world = World::new(0);
    let (both, one) = (
        "[{name: a, secret: a, tier: critical}, {name: ab, secret: b, tier: critical}]",
        "[{name: ab, secret: b, tier: critical}]",
    );
    world.reconcile(&format!("assets: {both}"), &place()).await;
    let before = world.things();
    world.reconcile(&format!("assets: {one}"), &place()).await;
    let after = world.things();
    let gone: Vec<&str> =
        before.alarms.keys().filter(|name| !after.alarms.contains_key(*name)).map(String::as_str).collect();
    assert_eq!(
        gone,
        [
            "gatehouse/anomaly/a",
            "gatehouse/denied/a",
            "gatehouse/high-rate/a",
            "gatehouse/rotation-overdue/a",
            "gatehouse/under-attack/a",
        ]
    );
    assert!(after.alarms.iter().all(|(name, alarm)| before.alarms.get(name) == Some(alarm)));
    assert_eq!(before.filters, after.filters);
}

#[tokio::test]
async fn what_rings_is_over_before_it_is_deleted() {
    let world = World::new(0);
    world.reconcile("assets: [{name: a, secret: a, tier: critical}]", &place()).await;
    for alarm in world.monitoring.state().alarms.values_mut() {
        alarm.rings = alarm.alarm.name.ends_with("denied/a") || alarm.alarm.name.ends_with("under-attack/a");
    }
    world.reconcile("", &place()).await;
    assert_eq!(world.monitoring.state().silenced, ["gatehouse/under-attack/a", "gatehouse/denied/a"]);
}

#[tokio::test]
async fn removal_leaves_only_what_others_have() {
    let world = World::new(0);
    *world.monitoring.state() = others();
    world.reconcile("assets: [{name: a, secret: a, tier: critical}]", &place()).await;
    assert!(world.things() != others() && is_untouched(&others(), &world.things()));
    let plan = crate::removal(&world.monitoring.read(&place()).await.unwrap(), &place());
    let applied = world.apply(&plan, &place()).await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    assert_eq!(world.things(), others());
}

/// Somebody changes an alarm of ours by hand: it is put right.
#[tokio::test]
async fn what_was_changed_by_hand_is_put_right() {
    let world = World::new(0);
    let yaml = "assets: [{name: a, secret: a, tier: critical}]";
    world.reconcile(yaml, &place()).await;
    let right = world.things();
    for alarm in world.monitoring.state().alarms.values_mut() {
        alarm.alarm.tells.clear();
    }
    let plan = world.plan(yaml, &place()).await;
    assert_eq!(plan.changes.len(), right.alarms.len());
    world.apply(&plan, &place()).await;
    assert_eq!(world.things(), right);
}
