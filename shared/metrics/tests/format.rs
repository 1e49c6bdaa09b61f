//! Lines against the specification, as the strict parser reads it; and the parser against broken lines.

#![cfg(test)]

mod emf;

use std::collections::BTreeMap;

use emf::parse;
use jiff::Timestamp;
use portcullis_metrics::{METRICS, Metric, Metrics, NAMESPACE, Values};
use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

fn now() -> Timestamp {
    "2026-01-05T08:10:00Z".parse().unwrap()
}

fn good() -> Value {
    json!({
        "_aws": {"Timestamp": 1_767_600_600_000_i64, "CloudWatchMetrics": [{
            "Namespace": "Portcullis", "Dimensions": [["Stack"], []],
            "Metrics": [{"Name": "Uses", "Unit": "Count", "StorageResolution": 60}]
        }]},
        "Stack": "portcullis", "Uses": [1, 2.5], "Actor": "Löwe"
    })
}

#[test]
fn a_good_line() {
    let points = parse(&good().to_string()).unwrap();
    let told: Vec<String> = points.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            r#"1767600600000 Portcullis/Uses {"Stack": "portcullis"} [1.0, 2.5] Count"#,
            "1767600600000 Portcullis/Uses {} [1.0, 2.5] Count"
        ]
    );
}

#[test_case("/_aws", None, "_aws is missing")]
#[test_case("/_aws/Timestamp", Some(json!("now")), "Timestamp is no integer")]
#[test_case("/_aws/Timestamp", Some(json!(1_767_600_600)), "milliseconds" ; "seconds")]
#[test_case("/_aws/More", Some(json!(1)), "_aws has a member More")]
#[test_case("/_aws/CloudWatchMetrics", Some(json!([])), "no directive")]
#[test_case("/_aws/CloudWatchMetrics/0/Namespace", None, "Namespace is missing")]
#[test_case("/_aws/CloudWatchMetrics/0/Namespace", Some(json!("AWS/KMS")), "AWS's own")]
#[test_case("/_aws/CloudWatchMetrics/0/Dimensions", Some(json!([])), "no set")]
#[test_case("/_aws/CloudWatchMetrics/0/Dimensions", Some(json!([["Other"]])), "Other is missing")]
#[test_case("/_aws/CloudWatchMetrics/0/Dimensions", Some(json!([["Stack", "Stack"]])), "Stack twice")]
#[test_case("/_aws/CloudWatchMetrics/0/Dimensions", Some(json!([["Stack"], ["Stack"]])), "same metric twice")]
#[test_case("/_aws/CloudWatchMetrics/0/Dimensions", Some(json!([vec!["Stack"; 31]])), "at most 30")]
#[test_case("/_aws/CloudWatchMetrics/0/Metrics", Some(json!([])), "0 metrics")]
#[test_case("/_aws/CloudWatchMetrics/0/Metrics", Some(json!(vec![json!({"Name": "Uses"}); 101])), "101 metrics")]
#[test_case("/_aws/CloudWatchMetrics/0/Metrics/0/Name", Some(json!("")), "Name cannot be")]
#[test_case("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", Some(json!("Things")), "no unit")]
#[test_case("/_aws/CloudWatchMetrics/0/Metrics/0/StorageResolution", Some(json!(30)), "StorageResolution")]
#[test_case("/Stack", None, "Stack is missing")]
#[test_case("/Stack", Some(json!(1)), "has no text")]
#[test_case("/Stack", Some(json!("")), "cannot be")]
#[test_case("/Stack", Some(json!("Löwe")), "cannot be" ; "not ASCII")]
#[test_case("/Stack", Some(json!("x".repeat(1025))), "cannot be" ; "too long")]
#[test_case("/Uses", None, "Uses is missing")]
#[test_case("/Uses", Some(json!("1")), "no number" ; "a number as text")]
#[test_case("/Uses", Some(json!([])), "0 values")]
#[test_case("/Uses", Some(json!(vec![1; 101])), "101 values")]
#[test_case("/Uses", Some(json!(1e300)), "no number" ; "too great")]
#[test_case("/Actor", Some(json!("x".repeat(300_000))), "at most 256 KiB")]
fn a_broken_line(place: &str, value: Option<Value>, problem: &str) {
    let mut line = good();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = line.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    let error = parse(&line.to_string()).unwrap_err();
    assert!(error.contains(problem), "{error}");
}

#[test_case(100, &[100] ; "as many as a line takes")]
#[test_case(101, &[100, 1] ; "one more")]
#[test_case(250, &[100, 100, 50] ; "many")]
fn no_observation_is_dropped(observed: u32, expected: &[usize]) {
    let mut metrics = Metrics::new("portcullis");
    (0..observed).for_each(|value| metrics.observe(Metric::EVENT_AGE, &[], value.into()));
    metrics.count(Metric::RECORDS_READ, &[], 1);
    let points: Vec<emf::Point> = metrics.lines(now()).iter().flat_map(|line| parse(line).unwrap()).collect();
    let (ages, others): (Vec<_>, Vec<_>) = points.iter().partition(|point| point.name == "EventAge");
    assert_eq!(ages.iter().map(|point| point.values.len()).collect::<Vec<_>>(), expected);
    let all: Vec<f64> = ages.iter().flat_map(|point| point.values.iter().copied()).collect();
    assert_eq!(all, (0..observed).map(f64::from).collect::<Vec<_>>());
    assert_eq!(others.iter().map(|point| point.values.clone()).collect::<Vec<_>>(), [[1.0]], "counted once");
}

/// One thing that a function counts: a metric, a text for each free dimension, who it was, a value to observe.
type Step = (usize, String, Option<String>, f64);

fn step() -> impl Strategy<Value = Step> {
    let text = prop_oneof![9 => "[a-c]", 9 => ".{0,9}", 1 => "\\PC{1000,1100}"];
    let value = prop_oneof![-1e9..1e9f64, Just(f64::INFINITY), Just(f64::MIN), Just(0.0)];
    (0..METRICS.len(), text, proptest::option::of(prop_oneof![9 => "[a-c]", 9 => ".{0,9}", 1 => ".{1000,1100}"]), value)
}

/// Values that the metric admits, with the text wherever one is free.
fn dimensions<'t>(metric: &Metric, text: &'t str) -> Vec<&'t str> {
    let value = |name: &&str| match metric.values(name) {
        Values::Words(words) | Values::OfRule(words) => words[text.len() % words.len()],
        Values::Accounts | Values::Assets | Values::Rules => text,
    };
    metric.dimensions().iter().map(value).collect()
}

proptest! {
    /// Whatever is counted, every line is one that CloudWatch takes, and adding them up gives what was counted.
    #[test]
    fn every_line_is_taken_and_nothing_is_lost(stack in ".{0,9}", steps in proptest::collection::vec(step(), 0..40)) {
        let mut metrics = Metrics::new(stack);
        let mut expected: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
        for (place, text, actor, value) in &steps {
            let metric = METRICS[*place];
            let dimensions = dimensions(&metric, text);
            let (total, observed) = expected.entry(metric.name).or_default();
            if metric.unit == "Seconds" {
                metrics.observe(metric, &dimensions, *value);
                *observed += metric.sets.len();
            } else {
                let actor: Vec<_> = actor.iter().map(|actor| ("Actor", actor.as_str())).collect();
                metrics.count_with(metric, &dimensions, 2, &actor);
                *total += 2.0 * f64::from(u32::try_from(metric.sets.len()).unwrap());
            }
        }
        let mut sums: BTreeMap<String, (f64, usize)> = BTreeMap::new();
        for line in metrics.lines(now()) {
            let points = parse(&line).map_err(|error| TestCaseError::fail(format!("{error}: {line}")))?;
            for point in points {
                prop_assert_eq!(&point.namespace, NAMESPACE);
                prop_assert_eq!(point.timestamp, now().as_millisecond());
                let metric = METRICS.iter().find(|metric| metric.name == point.name).unwrap();
                prop_assert_eq!(&point.unit, metric.unit);
                prop_assert!(point.dimensions.contains_key("Stack"));
                let (total, observed) = sums.entry(point.name).or_default();
                if metric.unit == "Seconds" {
                    *observed += point.values.len();
                } else {
                    *total += point.values.iter().sum::<f64>();
                }
            }
        }
        let expected: BTreeMap<String, (f64, usize)> =
            expected.into_iter().map(|(name, sums)| (name.to_owned(), sums)).collect();
        prop_assert_eq!(sums, expected);
    }
}
