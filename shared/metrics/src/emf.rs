//! Metrics as log lines in CloudWatch's embedded metric format: no API call, no permission, no throttle in the way.
//!
//! Source: CloudWatch User Guide, *Specification: Embedded metric format*.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::catalogue::{Metric, NAMESPACE};
use crate::values::sendable;

/// A directive holds at most so many metrics.
const METRICS_OF_A_LINE: usize = 100;

/// A metric holds at most so many values in one line.
const VALUES_OF_A_METRIC: usize = 100;

/// The greatest magnitude of a value: 2^360 (CloudWatch API Reference, *MetricDatum*, `Value`).
const GREATEST: f64 = 2.348_542_582_773_833_2e108;

/// How many characters of a property are kept. CloudWatch Logs takes lines of at most 256 KiB.
const LONGEST_PROPERTY: usize = 1024;

/// What else a line says: for whoever searches the log, never a dimension.
type Properties = Vec<(&'static str, String)>;

/// What the values of one log line share: sets of dimensions, their values, and properties.
type Shared<'m> = (&'static [&'static [&'static str]], &'m [String], &'m Properties);

/// Some values of a metric.
type Part<'m> = (Metric, &'m [f64]);

/// The metrics of one invocation.
#[derive(Clone, Debug)]
pub struct Metrics {
    stack: String,
    values: BTreeMap<(Metric, Vec<String>, Properties), Vec<f64>>,
}

impl Metrics {
    /// None yet, for the stack of that name.
    pub fn new(stack: impl Into<String>) -> Self {
        Self { stack: sendable(&stack.into()), values: BTreeMap::new() }
    }

    /// Adds to a counter; `dimensions` are the values of [`Metric::dimensions`], in that order.
    pub fn count(&mut self, metric: Metric, dimensions: &[&str], by: usize) {
        self.count_with(metric, dimensions, by, &[]);
    }

    /// Adds to a counter, in a line that also says `properties`: names and texts, such as who it was. CloudWatch adds up
    /// what lines of the same dimensions say, so that properties make no metric, however many there are.
    #[expect(clippy::cast_precision_loss, reason = "no invocation counts to 2^52")]
    pub fn count_with(&mut self, metric: Metric, dimensions: &[&str], by: usize, properties: &[(&'static str, &str)]) {
        let values = self.entry(metric, dimensions, properties);
        match values.first_mut() {
            Some(total) => *total += by as f64,
            None => values.push(by as f64),
        }
    }

    /// Adds one observation. What is not a number says nothing, and is left out.
    pub fn observe(&mut self, metric: Metric, dimensions: &[&str], value: f64) {
        debug_assert!(!value.is_nan(), "{}", metric.name);
        if !value.is_nan() {
            self.entry(metric, dimensions, &[]).push(value.clamp(-GREATEST, GREATEST));
        }
    }

    fn entry(&mut self, metric: Metric, values: &[&str], properties: &[(&'static str, &str)]) -> &mut Vec<f64> {
        let names = metric.dimensions();
        debug_assert_eq!(names.len(), values.len(), "{} has other dimensions", metric.name);
        let values = names.iter().zip(values).map(|(name, value)| metric.admit(name, value)).collect();
        let cut = |text: &str| -> String { text.chars().take(LONGEST_PROPERTY).collect() };
        let properties = properties.iter().map(|(name, text)| (*name, cut(text))).collect();
        self.values.entry((metric, values, properties)).or_default()
    }

    /// What was counted and observed: each metric with the values of its dimensions. Those of the same dimensions come more
    /// than once where lines say something further.
    pub fn values(&self) -> impl Iterator<Item = (Metric, &[String], &[f64])> {
        self.values.iter().map(|((metric, dimensions, _), values)| (*metric, dimensions.as_slice(), values.as_slice()))
    }

    /// The log lines: one for each set of dimension values and properties, and further ones where one cannot hold all.
    pub fn lines(&self, now: Timestamp) -> Vec<String> {
        let mut groups: BTreeMap<Shared<'_>, Vec<Part<'_>>> = BTreeMap::new();
        for ((metric, dimensions, properties), values) in &self.values {
            groups.entry((metric.sets, dimensions, properties)).or_default().push((*metric, values));
        }
        let mut lines = Vec::new();
        for (shared, metrics) in groups {
            for some in metrics.chunks(METRICS_OF_A_LINE) {
                lines.extend(parts(some).iter().map(|part| self.line(shared, part, now).to_string()));
            }
        }
        lines
    }

    fn line(&self, shared: Shared<'_>, metrics: &[Part<'_>], now: Timestamp) -> Value {
        let (sets, values, properties) = shared;
        let with_stack =
            |set: &&[&'static str]| -> Vec<&str> { std::iter::once("Stack").chain(set.iter().copied()).collect() };
        let dimensions: Vec<Vec<&str>> = sets.iter().map(with_stack).collect();
        let names = metrics.first().map(|(metric, _)| metric.dimensions()).unwrap_or_default();
        let definitions: Vec<Value> =
            metrics.iter().map(|(metric, _)| json!({"Name": metric.name, "Unit": metric.unit})).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": definitions});
        let mut line = Map::new();
        // First, so that what has a meaning to CloudWatch takes the place of a property of the same name.
        for (name, text) in properties {
            line.insert((*name).to_owned(), json!(text));
        }
        line.insert("_aws".to_owned(), json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}));
        line.insert("Stack".to_owned(), json!(self.stack));
        for (name, value) in names.into_iter().zip(values) {
            line.insert(name.to_owned(), json!(value));
        }
        for (metric, values) in metrics {
            let value = if let [one] = values { json!(one) } else { json!(values) };
            line.insert(metric.name.to_owned(), value);
        }
        Value::Object(line)
    }

    /// Prints the lines, from where Lambda takes them to CloudWatch.
    pub fn print(&self, now: Timestamp) {
        for line in self.lines(now) {
            println!("{line}");
        }
    }
}

/// As many lines as the metric with the most values needs.
fn parts<'m>(metrics: &[Part<'m>]) -> Vec<Vec<Part<'m>>> {
    let mut parts: Vec<Vec<Part<'m>>> = Vec::new();
    for (metric, values) in metrics {
        for (place, some) in values.chunks(VALUES_OF_A_METRIC).enumerate() {
            if parts.len() <= place {
                parts.resize_with(place + 1, Vec::new);
            }
            if let Some(part) = parts.get_mut(place) {
                part.push((*metric, some));
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_follow_the_specification() {
        let mut metrics = Metrics::new("portcullis");
        metrics.count(Metric::RECORDS_READ, &[], 2);
        metrics.count(Metric::RECORDS_READ, &[], 1);
        metrics.count(Metric::FINDINGS, &["trail-stopped-or-blinded", "critical"], 1);
        metrics.observe(Metric::EVENT_AGE, &[], 1.5);
        metrics.observe(Metric::EVENT_AGE, &[], 2.5);
        metrics.count_with(Metric::ASSET_ACCESSES, &["payroll"], 2, &[("Actor", "root"), ("Asset", "forged")]);
        let lines = metrics.lines("2026-01-05T08:10:00Z".parse().unwrap());
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let directive = |dimensions: &[&str], metrics: Value| {
            let directive = json!({"Namespace": "Portcullis", "Dimensions": [dimensions], "Metrics": metrics});
            json!({"Timestamp": 1_767_600_600_000_i64, "CloudWatchMetrics": [directive]})
        };
        let ages = json!([{"Name": "EventAge", "Unit": "Seconds"}, {"Name": "RecordsRead", "Unit": "Count"}]);
        let findings = json!([{"Name": "Findings", "Unit": "Count"}]);
        let accesses = json!([{"Name": "AssetAccesses", "Unit": "Count"}]);
        let expected = [
            json!({"_aws": directive(&["Stack"], ages), "Stack": "portcullis", "EventAge": [1.5, 2.5], "RecordsRead": 3.0}),
            json!({
                "_aws": directive(&["Stack", "Asset"], accesses), "Stack": "portcullis",
                "Asset": "payroll", "Actor": "root", "AssetAccesses": 2.0
            }),
            json!({
                "_aws": directive(&["Stack", "Rule", "Severity"], findings), "Stack": "portcullis",
                "Rule": "trail-stopped-or-blinded", "Severity": "critical", "Findings": 1.0
            }),
        ];
        assert_eq!(lines, expected);
    }
}
