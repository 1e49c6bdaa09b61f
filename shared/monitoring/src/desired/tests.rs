//! All of it.

use std::collections::BTreeSet;

use super::*;
use crate::tests::{place, settings};

const ASSETS: &str = "
assets:
  - {name: mail, secret: mail, tier: sensitive}
  - {name: payroll, secret: payroll, tier: critical}
  - {name: wiki, secret: wiki, tier: standard}
  - {name: bait, secret: bait, decoy: true}
  - {name: tokens, secret: tokens, tier: critical, high_rate: off}
";

#[test]
fn the_most_important_comes_first() {
    let desired = desired(&settings(ASSETS), &place());
    let names: Vec<&str> = desired.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!(desired.filters.len(), crate::CONTROLS.len());
    assert!(desired.dashboard.is_some());
}

#[test]
fn a_composite_alarm_comes_after_those_that_it_names() {
    let desired = desired(&settings(ASSETS), &place());
    let mut made = BTreeSet::new();
    for alarm in &desired.alarms {
        assert!(alarm.children().iter().all(|child| made.contains(*child)), "{}", alarm.name);
        assert!(made.insert(alarm.name.as_str()), "{} stands twice", alarm.name);
    }
}

#[test]
fn every_alarm_is_read_back_from_its_name() {
    for alarm in desired(&settings(ASSETS), &place()).alarms {
        assert!(portcullis_domain::AlarmSubject::parse("gatehouse", &alarm.name).is_some(), "{}", alarm.name);
    }
}
