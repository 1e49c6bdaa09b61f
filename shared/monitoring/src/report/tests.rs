//! A plan as people and programs read it.

use test_case::test_case;

use super::*;
use crate::desired::desired;
use crate::found::{Found, FoundAlarm};
use crate::plan::plan;
use crate::tests::{place, settings};

fn entries(count: usize, more_than: u32) -> String {
    let entry = |n| format!("  - {{name: asset {n}, secret: s{n}, tier: critical}}\n");
    format!("alarms: {{high_rate: {{more_than: {more_than}}}}}\nassets:\n{}", (0..count).map(entry).collect::<String>())
}

/// What would be there of the settings.
fn there(yaml: &str) -> Found {
    let desired = desired(&settings(yaml), &place());
    let alarm = |alarm: crate::Alarm| FoundAlarm {
        name: alarm.name.clone(),
        ours: true,
        composite: alarm.is_composite(),
        rings: false,
        detector: alarm.detector().cloned(),
        alarm: Some(alarm),
    };
    Found { alarms: desired.alarms.into_iter().map(alarm).collect(), ..Found::default() }
}

#[test]
fn three_thousand_changes_are_read_at_a_glance() {
    let mut found = there(&entries(3, 100));
    found.alarms.extend(there(&entries(1, 100)).alarms.into_iter().filter_map(|alarm| {
        let foreign = alarm.name.strip_prefix("gatehouse/denied/")?;
        Some(FoundAlarm { name: format!("gatehouse/mine/{foreign}"), ours: false, ..alarm })
    }));
    found.alarms.retain(|alarm| !alarm.name.contains("pipeline/tampering"));
    let gone = there("assets: [{name: gone, secret: gone, tier: critical}]").alarms.into_iter();
    found.alarms.extend(gone.filter(|alarm| alarm.name.ends_with("/gone")));
    let text = plan(&desired(&settings(&entries(600, 500)), &place()), &found, &place()).to_string();
    assert!(text.lines().count() < 60, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_to_do_is_one_line() {
    let report = PlanReport { unchanged: 1234, ..PlanReport::default() };
    assert_eq!(report.to_string(), "no changes, 1,234 unchanged");
}

#[test]
fn many_conflicts_are_not_all_shown() {
    let conflict = |n| Conflict { what: format!("alarm {n}"), why: "it is in the way".to_owned(), wanted: false };
    let report = PlanReport { conflicts: (0..23).map(conflict).collect(), ..PlanReport::default() };
    let text = report.to_string();
    assert!(text.starts_with("23 conflicts, left alone\n  alarm 0: it is in the way\n"), "{text}");
    assert!(text.ends_with("  alarm 19: it is in the way\n  and 3 more\nno changes, 0 unchanged"), "{text}");
}

#[test_case(0, "0" ; "none")]
#[test_case(999, "999" ; "no comma")]
#[test_case(1000, "1,000" ; "a comma")]
#[test_case(12_345, "12,345" ; "five digits")]
#[test_case(123_456, "123,456" ; "six digits")]
#[test_case(1_234_567, "1,234,567" ; "two commas")]
fn numbers(number: usize, expected: &str) {
    assert_eq!(thousands(number), expected);
}

#[test]
fn the_json_has_all_of_it_and_reads_back() {
    let plan = plan(&desired(&settings(&entries(20, 500)), &place()), &there(&entries(10, 100)), &place());
    let report = plan.report();
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<PlanReport>(&json).unwrap(), report);
    let updated = report.groups.iter().find(|group| group.action == "update" && group.kind == "alarm").unwrap();
    assert_eq!((updated.count, updated.items.len()), (10, 10));
    let fields: Vec<&str> = updated.items[0].differences.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["threshold", "description"]);
    // Whatever reads it compares texts: keys come in the order of the alphabet.
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let is_sorted = |value: &serde_json::Value| value.as_object().unwrap().keys().is_sorted();
    assert!(is_sorted(&value) && is_sorted(&value["groups"][0]) && is_sorted(&value["groups"][0]["items"][0]));
}
