//! Alarms in CloudWatch's words and in ours, exactly, in both directions: what is not word for word what we would make is
//! no alarm of ours to compare with, and is made anew.

use aws_sdk_cloudwatch::types::{
    ComparisonOperator, CompositeAlarm, Dimension, EvaluationWindow, Metric, MetricAlarm, MetricDataQuery, MetricStat,
    Statistic as Word,
};
use portcullis_metrics::Statistic;
use portcullis_monitoring::{Alarm, Comparison, Condition, MetricRef, MissingData};

/// The id of the metric, in an alarm on a band.
const METRIC: &str = "m1";

/// The id of the band.
const BAND: &str = "ad1";

/// The band's function (CloudWatch User Guide, *Using CloudWatch anomaly detection*).
const FUNCTION: &str = "ANOMALY_DETECTION_BAND";

const COMPARISONS: [Comparison; 3] = [Comparison::GreaterThan, Comparison::GreaterOrEqual, Comparison::LessThan];
const MISSING: [MissingData; 3] = [MissingData::NotBreaching, MissingData::Breaching, MissingData::Ignore];
const STATISTICS: [Statistic; 4] = [Statistic::Sum, Statistic::Minimum, Statistic::Maximum, Statistic::Average];

/// A condition on a metric, as PutMetricAlarm takes it.
pub(super) struct Watched<'c> {
    pub(super) periods: i32,
    pub(super) datapoints: i32,
    pub(super) missing: &'static str,
    pub(super) comparison: ComparisonOperator,
    /// The metric, the statistic and the period, of an alarm on a threshold.
    pub(super) metric: Option<(&'c MetricRef, Word, i32)>,
    pub(super) threshold: Option<f64>,
    /// The metric and the band.
    pub(super) queries: Option<Vec<MetricDataQuery>>,
    pub(super) band: Option<String>,
}

/// Nothing for a composite alarm, and for numbers that CloudWatch has no room for.
pub(super) fn watched(condition: &Condition) -> Option<Watched<'_>> {
    match condition {
        Condition::Threshold { metric, statistic, period, periods, datapoints, comparison, threshold, missing } => {
            Some(Watched {
                periods: i32::try_from(*periods).ok()?,
                datapoints: i32::try_from(*datapoints).ok()?,
                missing: missing.as_str(),
                comparison: ComparisonOperator::from(comparison.as_str()),
                metric: Some((metric, Word::from(statistic.as_str()), i32::try_from(*period).ok()?)),
                threshold: Some(*threshold),
                queries: None,
                band: None,
            })
        }
        Condition::AboveBand { metric, statistic, period, periods, datapoints, deviations, missing } => Some(Watched {
            periods: i32::try_from(*periods).ok()?,
            datapoints: i32::try_from(*datapoints).ok()?,
            missing: missing.as_str(),
            comparison: ComparisonOperator::GreaterThanUpperThreshold,
            metric: None,
            threshold: None,
            queries: Some(vec![
                MetricDataQuery::builder()
                    .id(METRIC)
                    .metric_stat(stat(metric, *statistic, i32::try_from(*period).ok()?))
                    .return_data(true)
                    .build(),
                MetricDataQuery::builder()
                    .id(BAND)
                    .expression(format!("{FUNCTION}({METRIC}, {deviations})"))
                    .return_data(true)
                    .build(),
            ]),
            band: Some(BAND.to_owned()),
        }),
        Condition::Composite { .. } => None,
    }
}

/// A statistic of a metric by period, for a query.
pub(crate) fn stat(metric: &MetricRef, statistic: Statistic, period: i32) -> MetricStat {
    let named = Metric::builder().namespace(&metric.namespace).metric_name(&metric.name);
    let named = named.set_dimensions(Some(dimensions(metric))).build();
    MetricStat::builder().metric(named).stat(statistic.as_str()).period(period).build()
}

pub(crate) fn dimensions(metric: &MetricRef) -> Vec<Dimension> {
    metric.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect()
}

/// The alarm, when we could have made it.
pub(super) fn from_metric(found: &MetricAlarm) -> Option<Alarm> {
    // What we never ask for. A muted alarm is none of ours: it is made anew, and tells again. A window that slides is what
    // AWS means when nobody says anything.
    let slides =
        found.evaluation_window.as_ref().is_none_or(|window| matches!(window, EvaluationWindow::SlidingWindow(_)));
    let warms_up = found.warm_up_configuration.as_ref().and_then(|warm_up| warm_up.warm_up_period_duration_in_minutes);
    let more = found.actions_enabled == Some(false)
        || !found.insufficient_data_actions().is_empty()
        || found.extended_statistic.is_some()
        || found.evaluation_criteria.is_some()
        || found.evaluate_low_sample_count_percentile.is_some()
        || found.unit.is_some()
        || warms_up.unwrap_or_default() != 0;
    let tells = tells(found.alarm_actions(), found.ok_actions())?;
    if more || !slides {
        return None;
    }
    let periods = number(found.evaluation_periods)?;
    let condition = Reading {
        periods,
        // All of them, when nothing is said (CloudWatch API Reference, *PutMetricAlarm*, `DatapointsToAlarm`).
        datapoints: found.datapoints_to_alarm.map_or(Some(periods), |datapoints| number(Some(datapoints)))?,
        missing: MISSING.into_iter().find(|missing| found.treat_missing_data.as_deref() == Some(missing.as_str()))?,
    };
    let condition =
        if found.metrics().is_empty() { condition.threshold(found)? } else { condition.above_band(found)? };
    let description = found.alarm_description.clone().unwrap_or_default();
    Some(Alarm { name: found.alarm_name.clone()?, description, condition, tells })
}

/// The alarm, when we could have made it.
pub(super) fn from_composite(found: &CompositeAlarm) -> Option<Alarm> {
    let more = found.actions_enabled == Some(false)
        || !found.insufficient_data_actions().is_empty()
        || found.actions_suppressor.is_some();
    let tells = tells(found.alarm_actions(), found.ok_actions())?;
    if more {
        return None;
    }
    let description = found.alarm_description.clone().unwrap_or_default();
    let condition = Condition::Composite { rule: found.alarm_rule.clone()? };
    Some(Alarm { name: found.alarm_name.clone()?, description, condition, tells })
}

/// The metric that CloudWatch learned to expect for an alarm, and of which statistic, whoever made it.
pub(super) fn detector(found: &MetricAlarm) -> Option<(MetricRef, String)> {
    let band =
        found.metrics().iter().filter_map(MetricDataQuery::expression).find(|text| text.starts_with(FUNCTION))?;
    let (of, _) = band.strip_prefix(FUNCTION)?.strip_prefix('(')?.split_once([',', ')'])?;
    let query = found.metrics().iter().find(|query| query.id() == Some(of.trim()))?;
    let stat = query.metric_stat()?;
    Some((metric_of(stat)?, stat.stat.clone()?))
}

/// What conditions on a metric have in common.
struct Reading {
    periods: u32,
    datapoints: u32,
    missing: MissingData,
}

impl Reading {
    fn threshold(self, found: &MetricAlarm) -> Option<Condition> {
        let Self { periods, datapoints, missing } = self;
        let word = found.comparison_operator.as_ref()?.as_str();
        Some(Condition::Threshold {
            metric: reference(found.namespace.as_ref(), found.metric_name.as_ref(), found.dimensions())?,
            statistic: statistic(found.statistic.as_ref()?.as_str())?,
            period: number(found.period)?,
            periods,
            datapoints,
            comparison: COMPARISONS.into_iter().find(|comparison| comparison.as_str() == word)?,
            threshold: found.threshold?,
            missing,
        })
    }

    fn above_band(self, found: &MetricAlarm) -> Option<Condition> {
        let Self { periods, datapoints, missing } = self;
        let [one, other] = found.metrics() else { return None };
        let (query, band) = if one.id() == Some(METRIC) { (one, other) } else { (other, one) };
        let ours = query.id() == Some(METRIC)
            && band.id() == Some(BAND)
            && found.threshold_metric_id() == Some(BAND)
            && found.comparison_operator() == Some(&ComparisonOperator::GreaterThanUpperThreshold)
            && [query, band].iter().all(|query| query.return_data != Some(false) && query.account_id.is_none());
        let deviations = band.expression()?.strip_prefix(FUNCTION)?.strip_prefix('(')?.strip_suffix(')')?;
        let (of, deviations) = deviations.split_once(',')?;
        let stat = query.metric_stat()?;
        if !ours || of.trim() != METRIC || stat.unit.is_some() {
            return None;
        }
        Some(Condition::AboveBand {
            metric: metric_of(stat)?,
            statistic: statistic(stat.stat()?)?,
            period: number(stat.period)?,
            periods,
            datapoints,
            deviations: deviations.trim().parse().ok()?,
            missing,
        })
    }
}

/// Whom the alarm tells, when it tells the same of its beginning and its end.
fn tells(alarm: &[String], ok: &[String]) -> Option<Vec<String>> {
    (alarm == ok).then(|| alarm.to_vec())
}

fn statistic(word: &str) -> Option<Statistic> {
    STATISTICS.into_iter().find(|statistic| statistic.as_str() == word)
}

fn number(number: Option<i32>) -> Option<u32> {
    u32::try_from(number?).ok()
}

fn metric_of(stat: &MetricStat) -> Option<MetricRef> {
    let metric = stat.metric()?;
    reference(metric.namespace.as_ref(), metric.metric_name.as_ref(), metric.dimensions())
}

/// CloudWatch answers with dimensions in an order of its own.
fn reference(namespace: Option<&String>, name: Option<&String>, found: &[Dimension]) -> Option<MetricRef> {
    let pair = |dimension: &Dimension| Some((dimension.name.clone()?, dimension.value.clone()?));
    let mut dimensions = found.iter().map(pair).collect::<Option<Vec<_>>>()?;
    dimensions.sort();
    Some(MetricRef { namespace: namespace?.clone(), name: name?.clone(), dimensions })
}
