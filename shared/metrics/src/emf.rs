//! Metrics as log lines in CloudWatch's embedded metric format: no API call, no permission, no throttle in the way.
//!
//! Source: CloudWatch User Guide, *Specification: Embedded metric format*.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::catalogue::{Metric, NAMESPACE};

/// The sets of dimensions and the values of one log line.
type Dimensions<'m> = (&'static [&'static [&'static str]], &'m [String]);

/// The metrics of one invocation.
#[derive(Clone, Debug)]
pub struct Metrics {
    stack: String,
    values: BTreeMap<(Metric, Vec<String>), Vec<f64>>,
}

impl Metrics {
    /// None yet, for the stack of that name.
    pub fn new(stack: impl Into<String>) -> Self {
        Self { stack: stack.into(), values: BTreeMap::new() }
    }

    /// Adds to a counter; `dimensions` are the values of [`Metric::dimensions`], in that order.
    #[expect(clippy::cast_precision_loss, reason = "no invocation counts to 2^52")]
    pub fn count(&mut self, metric: Metric, dimensions: &[&str], by: usize) {
        let values = self.entry(metric, dimensions);
        match values.first_mut() {
            Some(total) => *total += by as f64,
            None => values.push(by as f64),
        }
    }

    /// Adds one observation.
    pub fn observe(&mut self, metric: Metric, dimensions: &[&str], value: f64) {
        // A directive holds at most 100 values of a metric; an invocation that has more keeps the first hundred.
        let values = self.entry(metric, dimensions);
        if values.len() < 100 {
            values.push(value);
        }
    }

    fn entry(&mut self, metric: Metric, dimensions: &[&str]) -> &mut Vec<f64> {
        debug_assert_eq!(metric.dimensions().len(), dimensions.len(), "{} has other dimensions", metric.name);
        let dimensions = dimensions.iter().map(|value| (*value).to_owned()).collect();
        self.values.entry((metric, dimensions)).or_default()
    }

    /// The log lines, one for each set of dimension values.
    pub fn lines(&self, now: Timestamp) -> Vec<String> {
        let mut groups: BTreeMap<Dimensions<'_>, Vec<(Metric, &[f64])>> = BTreeMap::new();
        for ((metric, dimensions), values) in &self.values {
            groups.entry((metric.sets, dimensions)).or_default().push((*metric, values));
        }
        groups.into_iter().map(|((sets, values), metrics)| self.line(sets, values, &metrics, now).to_string()).collect()
    }

    fn line(&self, sets: &[&[&'static str]], values: &[String], metrics: &[(Metric, &[f64])], now: Timestamp) -> Value {
        let with_stack =
            |set: &&[&'static str]| -> Vec<&str> { std::iter::once("Stack").chain(set.iter().copied()).collect() };
        let dimensions: Vec<Vec<&str>> = sets.iter().map(with_stack).collect();
        let names = metrics.first().map(|(metric, _)| metric.dimensions()).unwrap_or_default();
        let definitions: Vec<Value> =
            metrics.iter().map(|(metric, _)| json!({"Name": metric.name, "Unit": metric.unit})).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": definitions});
        let mut line = Map::new();
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
        let lines = metrics.lines("2026-01-05T08:10:00Z".parse().unwrap());
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let directive = |dimensions: &[&str], metrics: Value| {
            let directive = json!({"Namespace": "Portcullis", "Dimensions": [dimensions], "Metrics": metrics});
            json!({"Timestamp": 1_767_600_600_000_i64, "CloudWatchMetrics": [directive]})
        };
        let ages = json!([{"Name": "EventAge", "Unit": "Seconds"}, {"Name": "RecordsRead", "Unit": "Count"}]);
        let findings = json!([{"Name": "Findings", "Unit": "Count"}]);
        let expected = [
            json!({"_aws": directive(&["Stack"], ages), "Stack": "portcullis", "EventAge": [1.5, 2.5], "RecordsRead": 3.0}),
            json!({
                "_aws": directive(&["Stack", "Rule", "Severity"], findings), "Stack": "portcullis",
                "Rule": "trail-stopped-or-blinded", "Severity": "critical", "Findings": 1.0
            }),
        ];
        assert_eq!(lines, expected);
    }
}
