//! Values of metrics over time.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode};
use jiff::Timestamp;
use portcullis_metrics::Statistic;
use portcullis_monitoring::MetricRef;
use portcullis_response::PortError;

use crate::error::{malformed, port_error};
use crate::times::{date_time, timestamp};

/// The most queries of one call (CloudWatch API Reference, *GetMetricData*, `MetricDataQueries`).
const QUERIES: usize = 500;

/// A metric over time, put together to one value for each period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What its values are found by; no two queries share it.
    pub id: String,
    /// The metric.
    pub metric: MetricRef,
    /// How the values of a period become one.
    pub statistic: Statistic,
    /// A period, in seconds: a multiple of 60.
    pub period: u32,
}

/// The values of each query from `from` on, before `to`: in the order of the queries, each from its oldest on. A period
/// without data has none.
///
/// # Errors
///
/// When CloudWatch does not answer, refuses, or has not all of the values.
pub async fn metric_data(
    config: &SdkConfig,
    queries: Vec<Query>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(String, Vec<(Timestamp, f64)>)>, PortError> {
    fetch(&Client::new(config), &queries, from, to).await
}

async fn fetch(
    client: &Client,
    queries: &[Query],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(String, Vec<(Timestamp, f64)>)>, PortError> {
    let mut answers = Vec::with_capacity(queries.len());
    for queries in queries.chunks(QUERIES) {
        let mut values = values(client, queries, from, to).await?;
        answers.extend(queries.iter().enumerate().map(|(number, query)| {
            let mut values = values.remove(&name(number)).unwrap_or_default();
            values.sort_by_key(|(at, _)| *at);
            (query.id.clone(), values)
        }));
    }
    Ok(answers)
}

/// By the names that CloudWatch knows the queries by.
async fn values(
    client: &Client,
    queries: &[Query],
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<String, Vec<(Timestamp, f64)>>, PortError> {
    let asked = queries.iter().enumerate().map(|(number, query)| query.asked(number)).collect::<Result<Vec<_>, _>>()?;
    let call = client.get_metric_data().set_metric_data_queries(Some(asked)).scan_by(ScanBy::TimestampAscending);
    let mut pages = call.start_time(date_time(from)).end_time(date_time(to)).into_paginator().send();
    let mut values: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| port_error("failed to read the values of metrics", error))?;
        for result in page.metric_data_results.into_iter().flatten() {
            let id = result.id.clone().unwrap_or_default();
            values.entry(id).or_default().extend(points(result)?);
        }
    }
    Ok(values)
}

/// The values of one result, which goes on in the next page when it is not complete.
fn points(result: MetricDataResult) -> Result<Vec<(Timestamp, f64)>, PortError> {
    let MetricDataResult { status_code, messages, timestamps, values, label, .. } = result;
    if matches!(status_code, Some(StatusCode::InternalError | StatusCode::Forbidden)) {
        let said: Vec<String> = messages.into_iter().flatten().filter_map(|message| message.value).collect();
        let what = format!("failed to read the values of metric `{}`", label.unwrap_or_default());
        return Err(malformed(
            what,
            if said.is_empty() { "CloudWatch has not all of them".to_owned() } else { said.join("; ") },
        ));
    }
    let times = timestamps.into_iter().flatten().filter_map(|time| timestamp(&time));
    Ok(times.zip(values.into_iter().flatten()).collect())
}

/// Names must begin with a small letter; those of the caller may not.
fn name(number: usize) -> String {
    format!("q{number}")
}

impl Query {
    fn asked(&self, number: usize) -> Result<MetricDataQuery, PortError> {
        let Self { id, metric, statistic, period } = self;
        let period =
            i32::try_from(*period).map_err(|error| malformed(format!("failed to ask for metric `{id}`"), error))?;
        let pairs = metric.dimensions.iter();
        let dimensions = pairs.map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
        let named = Metric::builder().namespace(&metric.namespace).metric_name(&metric.name);
        let named = named.set_dimensions(Some(dimensions)).build();
        let stat = MetricStat::builder().metric(named).stat(statistic.as_str()).period(period).build();
        Ok(MetricDataQuery::builder().id(name(number)).metric_stat(stat).return_data(true).build())
    }
}

#[cfg(test)]
mod tests;
