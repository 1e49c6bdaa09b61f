//! What differs, and in which order it is put right.

use test_case::test_case;

use super::*;
use crate::alarm::{Condition, MetricRef};
use crate::desired::desired;
use crate::found::FoundDashboard;
use crate::tests::{place, settings};

const ENTRY: &str = "assets: [{name: payroll, secret: payroll, tier: critical}]\n";

fn wanted(more: &str) -> Desired {
    desired(&settings(&format!("{ENTRY}{more}")), &place())
}

/// All of it, as it would be read.
fn there(desired: &Desired) -> Found {
    let alarm = |alarm: &Alarm| FoundAlarm {
        name: alarm.name.clone(),
        ours: true,
        composite: alarm.is_composite(),
        rings: false,
        alarm: Some(alarm.clone()),
        detector: alarm.detector().cloned(),
    };
    Found {
        alarms: desired.alarms.iter().map(alarm).collect(),
        filters: desired.filters.clone(),
        dashboard: desired.dashboard.clone().map(|body| FoundDashboard { ours: true, body }),
    }
}

/// What is done, one line for a call.
fn calls(plan: &Plan) -> Vec<String> {
    let call = |change: &Change| format!("{} {}", change.api(), change.names().join(", "));
    plan.changes.iter().map(call).filter(|call| !call.starts_with("PutDashboard")).collect()
}

fn of(desired: &Desired, found: &Found) -> Plan {
    plan(desired, found, &place())
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    let desired = wanted("");
    let mut found = there(&desired);
    found.alarms.reverse();
    for alarm in &mut found.alarms {
        alarm.rings = true;
    }
    let body = &mut found.dashboard.as_mut().unwrap().body;
    *body = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(body).unwrap()).unwrap();
    let plan = of(&desired, &found);
    assert_eq!((plan.changes, plan.conflicts), (vec![], vec![]));
    assert_eq!(plan.unchanged, desired.alarms.len() + desired.filters.len() + 1);
}

#[test]
fn everything_is_made_where_nothing_is() {
    let desired = wanted("");
    let plan = of(&desired, &Found::default());
    assert_eq!(plan.changes.len(), desired.alarms.len() + desired.filters.len() + 1);
    assert!(plan.differences.is_empty() && plan.unchanged == 0);
}

#[test]
fn an_entry_that_is_gone_takes_its_alarms_along() {
    let mut found = there(&wanted(""));
    found.alarms.iter_mut().filter(|alarm| alarm.name.contains("denied")).for_each(|alarm| alarm.rings = true);
    let plan = of(&desired(&settings(""), &place()), &found);
    assert_eq!(
        calls(&plan),
        [
            "DeleteAlarms gatehouse/under-attack/payroll",
            "SetAlarmState gatehouse/denied/payroll",
            "DeleteAlarms gatehouse/denied/payroll",
            "DeleteAlarms gatehouse/anomaly/payroll, gatehouse/high-rate/payroll, gatehouse/rotation-overdue/payroll",
            "DeleteAnomalyDetector Portcullis AssetAccesses Asset=payroll Stack=gatehouse",
        ]
    );
}

/// CloudWatch deletes no alarm that a composite one names.
#[test]
fn a_rule_lets_go_of_an_alarm_before_it_is_deleted() {
    let plan = of(&wanted("alarms: {anomaly: {tiers: []}}"), &there(&wanted("")));
    assert_eq!(
        calls(&plan),
        [
            "PutCompositeAlarm gatehouse/under-attack/payroll",
            "DeleteAlarms gatehouse/anomaly/payroll",
            "DeleteAnomalyDetector Portcullis AssetAccesses Asset=payroll Stack=gatehouse",
        ]
    );
    let back = of(&wanted(""), &there(&wanted("alarms: {anomaly: {tiers: []}}")));
    assert_eq!(
        calls(&back),
        ["PutMetricAlarm gatehouse/anomaly/payroll", "PutCompositeAlarm gatehouse/under-attack/payroll"]
    );
}

#[test]
fn an_alarm_that_became_another_kind_is_deleted_first() {
    let desired = wanted("");
    let mut found = there(&desired);
    let denied = found.alarms.iter_mut().find(|alarm| alarm.name == "gatehouse/denied/payroll").unwrap();
    denied.composite = true;
    denied.alarm.as_mut().unwrap().condition = Condition::Composite { rule: "TRUE".to_owned() };
    let calls = calls(&of(&desired, &found));
    assert_eq!(calls, ["DeleteAlarms gatehouse/denied/payroll", "PutMetricAlarm gatehouse/denied/payroll"]);
}

#[test]
fn a_model_that_another_alarm_needs_stays() {
    let mut found = there(&wanted(""));
    let anomaly = found.alarms.iter().find(|alarm| alarm.detector.is_some()).unwrap().clone();
    found.alarms.push(FoundAlarm { name: "gatehouse/mine".to_owned(), ours: false, ..anomaly });
    let calls = calls(&of(&desired(&settings(""), &place()), &found));
    assert!(calls.iter().all(|call| !call.starts_with("DeleteAnomalyDetector")), "{calls:?}");
}

#[test]
fn a_model_of_a_metric_that_is_not_ours_stays() {
    let mut found = there(&wanted(""));
    let anomaly = found.alarms.iter_mut().find(|alarm| alarm.detector.is_some()).unwrap();
    anomaly.detector = Some(MetricRef {
        namespace: "AWS/SQS".to_owned(),
        name: "NumberOfMessagesSent".to_owned(),
        dimensions: vec![("Stack".to_owned(), "gatehouse".to_owned())],
    });
    let calls = calls(&of(&desired(&settings(""), &place()), &found));
    assert!(calls.iter().all(|call| !call.starts_with("DeleteAnomalyDetector")), "{calls:?}");
}

#[test_case("gatehouse/denied/payroll", false, "alarm gatehouse/denied/payroll: somebody else made it: it has no tag portcullis:stack=gatehouse; rename or delete it; until then there is none of ours" ; "our name without our tag")]
#[test_case("gatehouse/mine", false, "alarm gatehouse/mine: somebody else made it: it has no tag portcullis:stack=gatehouse; rename or delete it" ; "one that we do not want")]
#[test_case("mine", true, "alarm mine: it has the tag portcullis:stack=gatehouse, but no name of the stack's: take the tag off" ; "our tag without our name")]
fn what_is_not_ours_is_a_conflict(name: &str, ours: bool, expected: &str) {
    let by_hand =
        FoundAlarm { name: name.to_owned(), ours, composite: false, rings: true, alarm: None, detector: None };
    let found = Found { alarms: vec![by_hand], ..Found::default() };
    let plan = of(&wanted(""), &found);
    assert_eq!(format!("{}: {}", plan.conflicts[0].what, plan.conflicts[0].why), expected);
    assert!(plan.changes.iter().all(|change| change.names().iter().all(|changed| changed != name)));
    assert_eq!(plan.conflicts[0].wanted, name == "gatehouse/denied/payroll", "one of ours is missing for it");
    let removal = removal(&found, &place());
    assert!(removal.changes.is_empty() && !removal.conflicts[0].wanted);
}

#[test]
fn an_alarm_about_one_that_is_not_ours_is_not_made() {
    let denied = there(&wanted("")).alarms.into_iter().find(|alarm| alarm.name.contains("denied")).unwrap();
    let found = Found { alarms: vec![FoundAlarm { ours: false, ..denied }], ..Found::default() };
    let plan = of(&wanted(""), &found);
    let what: Vec<&str> = plan.conflicts.iter().map(|conflict| conflict.what.as_str()).collect();
    assert_eq!(what, ["alarm gatehouse/denied/payroll", "alarm gatehouse/under-attack/payroll"]);
    assert!(plan.conflicts.iter().all(|conflict| conflict.wanted), "neither is made");
    assert!(calls(&plan).iter().all(|call| !call.contains("under-attack") && !call.contains("denied")));
}

#[test]
fn the_dashboard_of_somebody_else_stays() {
    let found = Found { dashboard: Some(FoundDashboard { ours: false, body: "{}".to_owned() }), ..Found::default() };
    let desired = Desired { dashboard: Some("{}".to_owned()), ..wanted("") };
    for (plan, missing) in [(of(&desired, &found), true), (removal(&found, &place()), false)] {
        assert_eq!((plan.conflicts[0].what.as_str(), plan.conflicts[0].wanted), ("dashboard gatehouse", missing));
        assert!(plan.changes.iter().all(|change| !change.api().contains("Dashboard")));
    }
}

#[test]
fn filters_of_others_stay() {
    let mut found = there(&wanted(""));
    let filter = found.filters[0].clone();
    for name in ["gatehouse-cis-cis-root-used", "gatehouse-mine"] {
        found.filters.push(MetricFilter { name: name.to_owned(), ..filter.clone() });
    }
    let plan = removal(&found, &place());
    let deleted = plan.changes.iter().filter(|change| change.api() == "DeleteMetricFilter").count();
    assert_eq!(deleted, crate::CONTROLS.len());
    assert!(calls(&plan).iter().all(|call| !call.contains("cis-cis") && !call.contains("gatehouse-mine")));
}

#[test]
fn a_filter_that_was_changed_is_put_right() {
    let mut found = there(&wanted(""));
    found.filters[0].pattern = "{ $.x = 1 }".to_owned();
    let plan = of(&wanted(""), &found);
    assert_eq!(calls(&plan), ["PutMetricFilter gatehouse-cis-unauthorized-calls"]);
    assert_eq!(plan.differences["gatehouse-cis-unauthorized-calls"][0].field, "pattern");
}

#[test]
fn at_most_a_hundred_are_deleted_in_a_call_and_ringing_ones_soon_after_they_are_silenced() {
    let entries: Vec<String> = (0..120).map(|n| format!("{{name: e{n}, secret: e{n}, tier: sensitive}}")).collect();
    let all = desired(&settings(&format!("assets: [{}]", entries.join(", "))), &place());
    let mut found = there(&all);
    found.alarms.iter_mut().filter(|alarm| alarm.name.contains("high-rate")).for_each(|alarm| alarm.rings = true);
    let plan = removal(&found, &place());
    let mut silenced = 0;
    for change in &plan.changes {
        match change {
            Change::Silence { .. } => silenced += 1,
            Change::DeleteAlarms(names) => {
                assert!(names.len() <= if silenced > 0 { MOST_RINGING } else { MOST_DELETED });
                assert!(silenced == 0 || silenced == names.len());
                silenced = 0;
            }
            _ => {}
        }
    }
    let deleted: usize =
        plan.changes.iter().filter(|change| change.api() == "DeleteAlarms").map(|c| c.names().len()).sum();
    assert_eq!(deleted, all.alarms.len());
}
