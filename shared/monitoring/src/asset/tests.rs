//! The alarms of an entry.

use portcullis_metrics::METRICS;
use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::tests::{place, settings};

fn of(yaml: &str) -> Vec<Alarm> {
    let settings = settings(yaml);
    settings.assets.iter().flat_map(|entry| alarms(entry, &settings.alarms, &place())).collect()
}

fn kinds(yaml: &str) -> Vec<String> {
    let kind = |alarm: &Alarm| alarm.name.strip_prefix("gatehouse/").unwrap().split('/').next().unwrap().to_owned();
    of(yaml).iter().map(kind).collect()
}

fn entry(tier: &str, more: &str) -> String {
    format!("assets: [{{name: payroll database, secret: prod/*, tier: {tier}{more}}}]\n")
}

#[test_case("critical", "", &["denied", "high-rate", "anomaly", "rotation-overdue", "under-attack"] ; "critical")]
#[test_case("sensitive", "", &["high-rate", "rotation-overdue"] ; "sensitive")]
#[test_case("standard", "", &[] ; "standard")]
#[test_case("sensitive", "alarms: {denied: {tiers: [sensitive]}, under_attack: {tiers: [sensitive]}}", &["denied", "high-rate", "rotation-overdue", "under-attack"] ; "by the settings")]
#[test_case("critical", "alarms: {denied: {tiers: []}}", &["high-rate", "anomaly", "rotation-overdue"] ; "no attack without denials")]
#[test_case("critical", "alarms: {high_rate: {tiers: []}, anomaly: {tiers: []}}", &["denied", "rotation-overdue"] ; "no attack without uses")]
#[test_case("critical", "alarms: {under_attack: {tiers: []}, rotation_overdue: {tiers: []}}", &["denied", "high-rate", "anomaly"] ; "switched off")]
fn which_alarms(tier: &str, alarms: &str, expected: &[&str]) {
    assert_eq!(kinds(&format!("{}{alarms}", entry(tier, ""))), expected);
}

#[test_case("critical", ", high_rate: off", false ; "off")]
#[test_case("sensitive", ", high_rate: 7", true ; "a number though its tier has none")]
fn an_entry_decides_for_itself(tier: &str, own: &str, expected: bool) {
    let yaml = format!("{}alarms: {{high_rate: {{tiers: [critical]}}}}", entry(tier, own));
    assert_eq!(kinds(&yaml).contains(&"high-rate".to_owned()), expected);
}

#[test]
fn all_of_a_critical_entry() {
    insta::assert_debug_snapshot!(of(&entry("critical", ", high_rate: 500")));
}

#[test_case("", r#"ALARM("gatehouse/denied/payroll database") AND (ALARM("gatehouse/high-rate/payroll database") OR ALARM("gatehouse/anomaly/payroll database"))"# ; "both")]
#[test_case("alarms: {anomaly: {tiers: []}}", r#"ALARM("gatehouse/denied/payroll database") AND ALARM("gatehouse/high-rate/payroll database")"# ; "one")]
fn rules(alarms: &str, expected: &str) {
    let all = of(&format!("{}{alarms}", entry("critical", "")));
    let composite = all.last().unwrap();
    assert_eq!(composite.condition, Condition::Composite { rule: expected.to_owned() });
    for child in composite.children() {
        assert!(all.iter().any(|alarm| alarm.name == child), "{child}");
    }
}

proptest! {
    #[test]
    fn the_limits_are_kept_whatever_the_name(name in "\\PC{0,60}[^\\pC\\s]", within in 1..60_u32) {
        let yaml = format!(
            "assets: [{{name: {}, secret: x, tier: critical}}]\nalarms: {{high_rate: {{within: {within}m}}}}",
            serde_json::to_string(&name).unwrap()
        );
        let all = of(&yaml);
        prop_assert_eq!(all.len(), 5);
        for alarm in &all {
            prop_assert!(alarm.name.len() <= 255 && alarm.name.is_ascii() && !alarm.name.contains('"'));
            prop_assert!(alarm.description.chars().count() <= 1024);
            prop_assert_eq!(&alarm.tells, &[place().topic]);
            let kind = alarm.name.split('/').nth(1).unwrap();
            prop_assert!(alarm.description.ends_with(&format!("#alarm-{kind}")), "{}", alarm.description);
            match &alarm.condition {
                Condition::Composite { rule } => prop_assert!(rule.len() <= 10_240),
                Condition::Threshold { metric, period, periods, datapoints, .. }
                | Condition::AboveBand { metric, period, periods, datapoints, .. } => {
                    prop_assert!(period % 60 == 0 && datapoints <= periods && period * periods <= 86_400);
                    let dimensions: Vec<&str> = metric.dimensions.iter().map(|(name, _)| name.as_str()).collect();
                    prop_assert_eq!(dimensions, ["Stack", "Asset"]);
                    let declared = METRICS.iter().find(|declared| declared.name == metric.name).unwrap();
                    prop_assert!(declared.sets.contains(&["Asset"].as_slice()), "{}", metric.name);
                }
            }
        }
    }
}
