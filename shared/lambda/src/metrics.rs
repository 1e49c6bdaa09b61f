//! Metrics as log lines in CloudWatch's embedded metric format: no API call, no permission, no throttle in the way.
//!
//! Source: CloudWatch User Guide, *Specification: Embedded metric format*.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Portcullis";

/// One metric: declared here, or not sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// CloudWatch's unit.
    pub unit: &'static str,
    /// Its dimensions beside `Stack`; few values each, never a name out of a log.
    pub dimensions: &'static [&'static str],
    /// What it counts.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($constant:ident: $name:literal, $unit:literal, [$($dimension:literal),*], $meaning:literal;)+) => {
        impl Metric {
            $(
                #[doc = $meaning]
                pub const $constant: Self = Self { name: $name, unit: $unit, dimensions: &[$($dimension),*], meaning: $meaning };
            )+
        }

        /// Every metric.
        pub const METRICS: &[Metric] = &[$(Metric::$constant),+];
    };
}

metrics! {
    RECORDS_READ: "RecordsRead", "Count", [], "CloudTrail records that were read.";
    RECORDS_RELEVANT: "RecordsRelevant", "Count", [], "Those of them about keys, secrets or the audit trail.";
    RECORDS_UNREADABLE: "RecordsUnreadable", "Count", [], "Pieces of input that could not be read; each is kept in the dead-letter queue.";
    FINDINGS: "Findings", "Count", ["Rule", "Severity"], "Rules that fired.";
    SHADOW_FINDINGS: "ShadowFindings", "Count", ["Rule", "Severity"], "Rules that fired and are only being tried out.";
    EXEMPTED: "Exempted", "Count", ["Rule"], "Rules that did not fire because the settings exempt the actor.";
    RECORDS_TIMELESS: "RecordsTimeless", "Count", [], "Events that could not be counted over time, for want of a time.";
    EVENT_AGE: "EventAge", "Seconds", [], "From a call to its examination.";
    DECISIONS: "Decisions", "Count", ["Response"], "Findings dealt with, by what was decided.";
    REFUSALS: "Refusals", "Count", ["Guard"], "Containments that a guard refused.";
    CONTAINMENTS: "Containments", "Count", ["Outcome"], "Containments, by whether they were verified, unverified or failed.";
    TIME_TO_CONTAIN: "TimeToContain", "Seconds", [], "From a call to the denial of its actor.";
    PAGES: "Pages", "Count", ["State"], "Pages sent, and repeats that were not.";
    DUPLICATES: "Duplicates", "Count", [], "Findings that had been dealt with before.";
    BURST_UPDATES: "BurstUpdates", "Count", [], "Bursts that were told again, had grown, and called for no more.";
    SUPERSEDED: "Superseded", "Count", [], "Findings that turned out to be parts of another.";
    RELEASES: "Releases", "Count", ["Outcome"], "Containments lifted, or not.";
    EXTENSIONS: "Extensions", "Count", [], "Containments whose end was moved.";
    ANSWERS: "Answers", "Count", ["Answer"], "Questions to on-call that were approved, rejected or not answered.";
    TAMPERING: "Tampering", "Count", ["Outcome"], "Containments that somebody undid: reapplied, left or failed.";
    EVIDENCE_KEPT: "EvidenceKept", "Count", [], "Links of the ledger's chain that were kept elsewhere too.";
    EVIDENCE_FAILED: "EvidenceFailed", "Count", [], "Invocations after which links were left to be kept elsewhere.";
    PAGERDUTY_EVENTS: "PagerDutyEvents", "Count", ["Outcome"], "Pages handed to PagerDuty: accepted, refused, failed or ignored.";
    SWITCH: "KillSwitch", "Count", ["Position"], "Throws of the kill switch.";
}

/// Names and values of the dimensions of one log line.
type Dimensions<'m> = (&'m [&'m str], &'m [String]);

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

    /// Adds to a counter; `dimensions` are the values of the metric's own, in its order.
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
        debug_assert_eq!(metric.dimensions.len(), dimensions.len(), "{} has other dimensions", metric.name);
        let dimensions = dimensions.iter().map(|value| (*value).to_owned()).collect();
        self.values.entry((metric, dimensions)).or_default()
    }

    /// The log lines, one for each set of dimension values.
    pub fn lines(&self, now: Timestamp) -> Vec<String> {
        let mut groups: BTreeMap<Dimensions<'_>, Vec<(Metric, &[f64])>> = BTreeMap::new();
        for ((metric, dimensions), values) in &self.values {
            groups.entry((metric.dimensions, dimensions)).or_default().push((*metric, values));
        }
        groups
            .into_iter()
            .map(|((names, values), metrics)| self.line(names, values, &metrics, now).to_string())
            .collect()
    }

    fn line(&self, names: &[&str], values: &[String], metrics: &[(Metric, &[f64])], now: Timestamp) -> Value {
        let dimensions: Vec<&str> = std::iter::once("Stack").chain(names.iter().copied()).collect();
        let definitions: Vec<Value> =
            metrics.iter().map(|(metric, _)| json!({"Name": metric.name, "Unit": metric.unit})).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": definitions});
        let mut line = Map::new();
        line.insert("_aws".to_owned(), json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}));
        line.insert("Stack".to_owned(), json!(self.stack));
        for (name, value) in names.iter().zip(values) {
            line.insert((*name).to_owned(), json!(value));
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

    #[test]
    fn names_and_dimensions_keep_the_limits() {
        for metric in METRICS {
            assert!(
                metric.name.len() <= 255 && metric.name.bytes().all(|b| b.is_ascii_alphanumeric()),
                "{}",
                metric.name
            );
            assert!(metric.dimensions.len() < 30);
            assert_eq!(METRICS.iter().filter(|other| other.name == metric.name).count(), 1, "{}", metric.name);
        }
    }
}
