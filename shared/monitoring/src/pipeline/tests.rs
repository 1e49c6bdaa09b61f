//! The alarms about Portcullis itself.

use portcullis_metrics::METRICS;
use test_case::test_case;

use super::*;
use crate::tests::place;

#[test]
fn every_kind_has_its_alarm() {
    let mut names: Vec<String> =
        alarms(&AlarmSettings::default(), &place()).into_iter().map(|alarm| alarm.name).collect();
    let all = PipelineAlarm::ALL.iter().map(|kind| AlarmSubject::Pipeline(*kind).name("gatehouse"));
    let mut all: Vec<String> = all.collect();
    names.sort();
    all.sort();
    assert_eq!(names, all);
}

#[test_case(&Place { pagerduty: false, ..place() }, "gatehouse/pipeline/pagerduty-refused" ; "without PagerDuty")]
#[test_case(&Place { evidence: false, ..place() }, "gatehouse/pipeline/evidence-failed" ; "without places for evidence")]
fn what_is_not_there_has_none(place: &Place, missing: &str) {
    let found = alarms(&AlarmSettings::default(), place);
    assert_eq!(found.len(), PipelineAlarm::ALL.len() - 1);
    assert!(found.iter().all(|alarm| alarm.name != missing));
}

#[test]
fn all_of_them() {
    insta::assert_debug_snapshot!(alarms(&AlarmSettings::default(), &place()));
}

#[test]
fn each_is_on_a_metric_as_it_is_sent() {
    for alarm in alarms(&AlarmSettings::default(), &place()) {
        let Condition::Threshold { metric, statistic, period, periods, .. } = &alarm.condition else {
            panic!("{alarm:?}")
        };
        let declared = METRICS.iter().find(|declared| declared.name == metric.name).unwrap();
        let dimensions: Vec<&str> = metric.dimensions.iter().map(|(name, _)| name.as_str()).collect();
        let sets: Vec<Vec<&str>> = declared.sets.iter().map(|set| [&["Stack"], *set].concat()).collect();
        assert!(sets.contains(&dimensions), "{} has {dimensions:?}", alarm.name);
        assert_eq!(*statistic, declared.statistic, "{}", alarm.name);
        // PutMetricAlarm, `EvaluationPeriods`.
        assert!(period % 60 == 0 && period * periods <= 86_400, "{}", alarm.name);
        assert!(alarm.description.chars().count() <= 1024 && alarm.description.contains("runbook.md#alarm-"));
    }
}

#[test]
fn the_settings_say_how_long() {
    let settings = crate::tests::settings("alarms: {heartbeat: 6h, event_age: 20m}").alarms;
    let found = alarms(&settings, &place());
    let condition = |name: &str| &found.iter().find(|alarm| alarm.name.ends_with(name)).unwrap().condition;
    assert!(matches!(
        condition("heartbeat-kms"),
        Condition::Threshold { period: 300, periods: 72, datapoints: 72, missing: MissingData::Breaching, .. }
    ));
    let Condition::Threshold { threshold, .. } = condition("event-age") else { panic!("a threshold") };
    assert!((threshold - 1200.0).abs() < f64::EPSILON);
}
