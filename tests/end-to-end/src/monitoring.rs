//! CloudWatch, as a person at the console sees it: values of metrics, alarms and their states, the dashboard.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricDatum, StandardUnit, StateValue, Statistic};

use crate::aws::Aws;

/// The namespace of the metrics.
const NAMESPACE: &str = "Portcullis";

/// The dimensions of a metric, by name.
pub type Dimensions<'d> = &'d [(&'d str, &'d str)];

/// What a metric's values of the last hours come to, as `GetMetricStatistics` tells; nothing when it has none.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn sum(aws: &Aws, metric: &str, dimensions: Dimensions<'_>) -> Result<Option<f64>> {
    let now = SystemTime::now();
    let mut call = aws.cloudwatch().get_metric_statistics().namespace(NAMESPACE).metric_name(metric);
    call = call.statistics(Statistic::Sum).period(60);
    call = call
        .start_time(DateTime::from(now - Duration::from_hours(3)))
        .end_time(DateTime::from(now + Duration::from_mins(1)));
    for (name, value) in dimensions {
        call = call.dimensions(dimension(name, value));
    }
    let points =
        call.send().await.with_context(|| format!("no statistics of {metric}"))?.datapoints.unwrap_or_default();
    Ok(points.iter().filter_map(|point| point.sum).reduce(|sum, more| sum + more))
}

/// Puts a value of a metric, as something that counts would.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn put(aws: &Aws, metric: &str, dimensions: Dimensions<'_>, value: f64) -> Result<()> {
    let dimensions = dimensions.iter().map(|(name, value)| dimension(name, value)).collect();
    let datum = MetricDatum::builder().metric_name(metric).unit(StandardUnit::Count).value(value);
    let datum = datum.set_dimensions(Some(dimensions)).build();
    aws.cloudwatch().put_metric_data().namespace(NAMESPACE).metric_data(datum).send().await?;
    Ok(())
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

/// Every alarm whose name begins with `prefix`, by name, with its state.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn alarms(aws: &Aws, prefix: &str) -> Result<BTreeMap<String, String>> {
    let mut alarms = BTreeMap::new();
    let call = aws.cloudwatch().describe_alarms().alarm_name_prefix(prefix);
    let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.context("CloudWatch does not list its alarms")?;
        let state = |state: Option<StateValue>| state.map(|state| state.as_str().to_owned()).unwrap_or_default();
        for alarm in page.metric_alarms.unwrap_or_default() {
            alarms.insert(alarm.alarm_name.unwrap_or_default(), state(alarm.state_value));
        }
        for alarm in page.composite_alarms.unwrap_or_default() {
            alarms.insert(alarm.alarm_name.unwrap_or_default(), state(alarm.state_value));
        }
    }
    Ok(alarms)
}

/// When each alarm whose name begins with `prefix` was last configured.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn configured(aws: &Aws, prefix: &str) -> Result<BTreeMap<String, Option<DateTime>>> {
    let call = aws.cloudwatch().describe_alarms().alarm_name_prefix(prefix);
    let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let answer = call.max_records(100).send().await?;
    let metric = answer.metric_alarms.unwrap_or_default().into_iter();
    let metric = metric.map(|alarm| (alarm.alarm_name, alarm.alarm_configuration_updated_timestamp));
    let composite = answer.composite_alarms.unwrap_or_default().into_iter();
    let composite = composite.map(|alarm| (alarm.alarm_name, alarm.alarm_configuration_updated_timestamp));
    Ok(metric.chain(composite).filter_map(|(name, at)| Some((name?, at))).collect())
}

/// Sets an alarm's state by hand, which has its actions carried out.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn set_state(aws: &Aws, alarm: &str, state: StateValue, reason: &str) -> Result<()> {
    let call = aws.cloudwatch().set_alarm_state().alarm_name(alarm).state_value(state).state_reason(reason);
    call.send().await.with_context(|| format!("the state of {alarm} was not set"))?;
    Ok(())
}

/// An alarm that somebody made by hand.
///
/// # Errors
///
/// When CloudWatch refuses.
pub async fn alarm_by_hand(aws: &Aws, name: &str) -> Result<()> {
    let call = aws.cloudwatch().put_metric_alarm().alarm_name(name).namespace("AWS/SQS").statistic(Statistic::Sum);
    let call = call.metric_name("NumberOfMessagesSent").period(60).evaluation_periods(1).threshold(7.0);
    let call = call.comparison_operator(aws_sdk_cloudwatch::types::ComparisonOperator::GreaterThanThreshold);
    call.send().await.with_context(|| format!("{name} was not made"))?;
    Ok(())
}

/// The body of a dashboard; nothing where there is none.
///
/// # Errors
///
/// When CloudWatch refuses in another way.
pub async fn dashboard(aws: &Aws, name: &str) -> Result<Option<String>> {
    match aws.cloudwatch().get_dashboard().dashboard_name(name).send().await {
        Ok(answer) => Ok(answer.dashboard_body),
        Err(error) if error.as_service_error().is_some_and(GetDashboardError::is_dashboard_not_found_error) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("dashboard {name} cannot be read")),
    }
}
