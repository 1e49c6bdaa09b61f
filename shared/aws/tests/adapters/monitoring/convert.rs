//! Alarms in CloudWatch's words and in ours, there and back.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::put_composite_alarm::{PutCompositeAlarmInput, PutCompositeAlarmOutput};
use aws_sdk_cloudwatch::operation::put_metric_alarm::{PutMetricAlarmInput, PutMetricAlarmOutput};
use aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder;
use aws_sdk_cloudwatch::types::{
    CompositeAlarm, EvaluationWindow, MetricAlarm, SlidingWindow, StandardUnit, Statistic as Word, WallClockWindow,
};
use aws_smithy_mocks::{Rule, mock};
use portcullis_monitoring::{
    Alarm, Change, ChangeMonitoring as _, Comparison, Condition, FoundAlarm, MissingData, ReadMonitoring as _,
};
use test_case::test_case;

use super::{anomaly, cloudwatch, composite, denied, described, metric, no_dashboard, place, threshold};
use crate::recorded::Recorded;

/// What CloudWatch is asked to keep.
pub(super) async fn put(alarm: &Alarm) -> PutMetricAlarmInput {
    let calls = Recorded::default();
    let kept = calls.clone();
    let put = mock!(Client::put_metric_alarm).then_compute_output(move |call: &PutMetricAlarmInput| {
        kept.keep(call);
        PutMetricAlarmOutput::builder().build()
    });
    let change = Change::PutAlarm { alarm: Box::new(alarm.clone()), new: true };
    cloudwatch(&[put], &[]).change(&place(), &change).await.unwrap();
    calls.only()
}

/// As CloudWatch keeps it, its dimensions in an order of its own.
pub(super) fn kept(put: &PutMetricAlarmInput) -> MetricAlarmBuilder {
    let mut dimensions = put.dimensions().to_vec();
    dimensions.reverse();
    MetricAlarm::builder()
        .set_alarm_name(put.alarm_name.clone())
        .set_alarm_description(put.alarm_description.clone())
        .set_actions_enabled(put.actions_enabled)
        .set_ok_actions(put.ok_actions.clone())
        .set_alarm_actions(put.alarm_actions.clone())
        .set_metric_name(put.metric_name.clone())
        .set_namespace(put.namespace.clone())
        .set_statistic(put.statistic.clone())
        .set_dimensions(Some(dimensions))
        .set_period(put.period)
        .set_evaluation_periods(put.evaluation_periods)
        .set_datapoints_to_alarm(put.datapoints_to_alarm)
        .set_threshold(put.threshold)
        .set_comparison_operator(put.comparison_operator.clone())
        .set_treat_missing_data(put.treat_missing_data.clone())
        .set_metrics(put.metrics.clone())
        .set_threshold_metric_id(put.threshold_metric_id.clone())
}

async fn found(alarm: MetricAlarm) -> FoundAlarm {
    let name = alarm.alarm_name.clone().unwrap();
    let tags = super::read::tags(&[("portcullis:stack", "gatehouse")]);
    let found = cloudwatch(&[described(vec![alarm]), tags, no_dashboard()], &[&name]).read(&place()).await.unwrap();
    assert_eq!(found.alarms.len(), 1, "{found:?}");
    found.alarms[0].clone()
}

#[test_case(&denied() ; "a threshold")]
#[test_case(&threshold("gatehouse/high-rate/a", Comparison::GreaterThan, MissingData::Ignore) ; "another")]
#[test_case(&threshold("gatehouse/pipeline/heartbeat-kms", Comparison::LessThan, MissingData::Breaching) ; "a third")]
#[test_case(&anomaly() ; "a band")]
#[tokio::test]
async fn an_alarm_comes_back_as_it_was_put(alarm: &Alarm) {
    let found = found(kept(&put(alarm).await).build()).await;
    assert_eq!(found.alarm.as_ref(), Some(alarm));
    assert!(found.ours && !found.composite && !found.rings);
    let learns = matches!(alarm.condition, Condition::AboveBand { .. });
    assert_eq!(found.detector, learns.then(metric));
}

#[tokio::test]
async fn a_composite_alarm_comes_back_as_it_was_put() {
    let (calls, alarm) = (Recorded::default(), composite());
    let recorded = calls.clone();
    let put = mock!(Client::put_composite_alarm).then_compute_output(move |call: &PutCompositeAlarmInput| {
        recorded.keep(call);
        PutCompositeAlarmOutput::builder().build()
    });
    let change = Change::PutAlarm { alarm: Box::new(alarm.clone()), new: true };
    cloudwatch(&[put], &[]).change(&place(), &change).await.unwrap();
    let put: PutCompositeAlarmInput = calls.only();
    let kept = CompositeAlarm::builder()
        .set_alarm_name(put.alarm_name.clone())
        .set_alarm_description(put.alarm_description.clone())
        .set_alarm_rule(put.alarm_rule.clone())
        .set_actions_enabled(put.actions_enabled)
        .set_ok_actions(put.ok_actions.clone())
        .set_alarm_actions(put.alarm_actions.clone());
    let read = |kept: CompositeAlarm| async move {
        let described: Rule = mock!(Client::describe_alarms)
            .then_output(move || DescribeAlarmsOutput::builder().composite_alarms(kept.clone()).build());
        let tags = super::read::tags(&[("portcullis:stack", "gatehouse")]);
        let rules = [described, no_dashboard(), tags];
        cloudwatch(&rules, &["gatehouse/under-attack/payroll"]).read(&place()).await.unwrap().alarms.remove(0)
    };
    let found = read(kept.clone().build()).await;
    assert_eq!((found.alarm, found.composite), (Some(alarm), true));
    assert_eq!(read(kept.clone().actions_enabled(false).build()).await.alarm, None, "muted");
    assert_eq!(read(kept.actions_suppressor("other").build()).await.alarm, None, "suppressed");
}

/// The words that CloudWatch is told (CloudWatch API Reference, *PutMetricAlarm*).
#[tokio::test]
async fn a_band_in_cloud_watchs_words() {
    let call = put(&anomaly()).await;
    let [stat, band] = call.metrics() else { panic!("{call:?}") };
    assert_eq!(band.expression(), Some("ANOMALY_DETECTION_BAND(m1, 3)"));
    assert_eq!((stat.id(), band.id(), call.threshold_metric_id()), (Some("m1"), Some("ad1"), Some("ad1")));
    assert_eq!(call.comparison_operator().unwrap().as_str(), "GreaterThanUpperThreshold");
    // An alarm on a band has neither a metric nor a threshold of its own.
    assert!(call.metric_name().is_none() && call.threshold().is_none() && call.statistic().is_none());
    assert!(call.dimensions().is_empty() && call.period().is_none());
}

type Changed = fn(MetricAlarmBuilder) -> MetricAlarmBuilder;

/// Whatever somebody did to it: it differs from all that we could want, and is made anew.
#[test_case(&denied(), |alarm| alarm.actions_enabled(false) ; "muted")]
#[test_case(&denied(), |alarm| alarm.set_alarm_actions(None) ; "tells nobody that it rings")]
#[test_case(&denied(), |alarm| alarm.set_ok_actions(None) ; "tells nobody that it is over")]
#[test_case(&denied(), |alarm| alarm.insufficient_data_actions("arn:aws:sns:eu-west-1:111122223333:x") ; "tells more")]
#[test_case(&denied(), |alarm| alarm.treat_missing_data("missing") ; "a word for missing data that we have no use for")]
#[test_case(&denied(), |alarm| alarm.set_treat_missing_data(None) ; "none at all")]
#[test_case(&denied(), |alarm| alarm.statistic(Word::SampleCount) ; "another statistic")]
#[test_case(&denied(), |alarm| alarm.set_statistic(None).extended_statistic("p99") ; "a percentile")]
#[test_case(&denied(), |alarm| alarm.unit(StandardUnit::Seconds) ; "a unit")]
#[test_case(&denied(), |alarm| alarm.evaluation_window(EvaluationWindow::WallClockWindow(WallClockWindow::builder().build())) ; "whole hours")]
#[test_case(&anomaly(), |alarm| alarm.threshold_metric_id("m1") ; "another threshold")]
#[test_case(&anomaly(), |alarm| alarm.comparison_operator("LessThanLowerThreshold".into()) ; "below the band")]
#[tokio::test]
async fn what_we_would_never_make(alarm: &Alarm, changed: Changed) {
    let found = found(changed(kept(&put(alarm).await)).build()).await;
    assert_eq!(found.alarm, None);
    assert!(found.ours, "it has the tag all the same");
}

/// What CloudWatch may add of itself is no difference.
#[test_case(|alarm| alarm.evaluation_window(EvaluationWindow::SlidingWindow(SlidingWindow::builder().build())) ; "a window that slides")]
#[test_case(|alarm| alarm.alarm_arn("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x").state_reason("Unchecked") ; "its state")]
#[tokio::test]
async fn what_makes_no_difference(changed: Changed) {
    let found = found(changed(kept(&put(&denied()).await)).build()).await;
    assert_eq!(found.alarm, Some(denied()));
}

/// Two of three are not three of three; all of three need not be said.
#[tokio::test]
async fn datapoints_left_out_are_all() {
    let found = found(kept(&put(&denied()).await).set_datapoints_to_alarm(None).build()).await;
    let Some(Alarm { condition: Condition::Threshold { datapoints, .. }, .. }) = found.alarm else { panic!() };
    assert_eq!(datapoints, 3);
}
