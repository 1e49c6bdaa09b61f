//! Reads lines of CloudWatch's embedded metric format, and refuses whatever breaks the specification or a limit of
//! CloudWatch: what CloudWatch itself would drop without a word. For tests; include it by its path.
//!
//! Sources: CloudWatch User Guide, *Specification: Embedded metric format* with its JSON schema; CloudWatch API Reference,
//! *MetricDatum* and *Dimension*; CloudWatch Logs User Guide, *Quotas* (size of an event).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

/// The values of one metric with one set of dimensions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// When, in milliseconds since 1970.
    pub(crate) timestamp: i64,
    /// The namespace.
    pub(crate) namespace: String,
    /// The metric.
    pub(crate) name: String,
    /// The unit.
    pub(crate) unit: String,
    /// Values of dimensions by name.
    pub(crate) dimensions: BTreeMap<String, String>,
    /// In the unit.
    pub(crate) values: Vec<f64>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timestamp, namespace, name, unit, dimensions, values } = self;
        write!(f, "{timestamp} {namespace}/{name} {dimensions:?} {values:?} {unit}")
    }
}

const UNITS: &[&str] = &[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// What CloudWatch makes of one line of a log: every metric with every set of dimensions.
///
/// # Errors
///
/// What is wrong with the line, the first breach.
pub(crate) fn parse(line: &str) -> Result<Vec<Point>, String> {
    check(line.len() <= 256 << 10, || format!("{} bytes; a log event has at most 256 KiB", line.len()))?;
    check(!line.contains('\n'), || "more than one line".to_owned())?;
    let root: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let root = object(&root, "the line")?;
    let meta = object(member(root, "_aws")?, "_aws")?;
    only(meta, "_aws", &["Timestamp", "CloudWatchMetrics"])?;
    let timestamp = member(meta, "Timestamp")?.as_i64().ok_or("Timestamp is no integer")?;
    check((1_000_000_000_000..10_000_000_000_000).contains(&timestamp), || {
        format!("Timestamp {timestamp} is not in milliseconds since 1970")
    })?;
    let directives = array(member(meta, "CloudWatchMetrics")?, "CloudWatchMetrics")?;
    check(!directives.is_empty(), || "no directive".to_owned())?;
    let mut points = Vec::new();
    for directive in directives {
        let directive = object(directive, "a directive")?;
        only(directive, "a directive", &["Namespace", "Dimensions", "Metrics"])?;
        let namespace = name_of(member(directive, "Namespace")?, "Namespace", 255)?;
        check(!namespace.starts_with("AWS/"), || format!("namespace {namespace} is AWS's own"))?;
        let sets = array(member(directive, "Dimensions")?, "Dimensions")?;
        check(!sets.is_empty(), || "no set of dimensions".to_owned())?;
        let sets = sets.iter().map(|set| dimensions(set, root)).collect::<Result<Vec<_>, String>>()?;
        let metrics = array(member(directive, "Metrics")?, "Metrics")?;
        check(!metrics.is_empty() && metrics.len() <= 100, || format!("{} metrics; 1 to 100", metrics.len()))?;
        for metric in metrics {
            let (name, unit) = definition(metric)?;
            let values = values(root, &name)?;
            for dimensions in &sets {
                points.push(Point {
                    timestamp,
                    namespace: namespace.clone(),
                    name: name.clone(),
                    unit: unit.clone(),
                    dimensions: dimensions.clone(),
                    values: values.clone(),
                });
            }
        }
    }
    let identities: BTreeSet<_> = points.iter().map(|p| (&p.namespace, &p.name, &p.dimensions)).collect();
    check(identities.len() == points.len(), || "the same metric twice".to_owned())?;
    Ok(points)
}

fn definition(metric: &Value) -> Result<(String, String), String> {
    let metric = object(metric, "a metric")?;
    only(metric, "a metric", &["Name", "Unit", "StorageResolution"])?;
    let name = name_of(member(metric, "Name")?, "Name", 255)?;
    let unit = metric.get("Unit").map_or(Some("None"), Value::as_str).ok_or("Unit is no text")?;
    check(UNITS.contains(&unit), || format!("{name}: {unit} is no unit"))?;
    let resolution = metric.get("StorageResolution").map_or(Some(60), Value::as_i64);
    check(matches!(resolution, Some(1 | 60)), || format!("{name}: StorageResolution is 1 or 60"))?;
    Ok((name, unit.to_owned()))
}

/// The dimensions of a set, with their values, which stand at the root.
fn dimensions(set: &Value, root: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let set = array(set, "a set of dimensions")?;
    check(set.len() <= 30, || format!("{} dimensions; at most 30", set.len()))?;
    let mut all = BTreeMap::new();
    for name in set {
        let name = name_of(name, "a dimension", 250)?;
        check(!name.starts_with(':'), || format!("dimension {name} begins with a colon"))?;
        let value = member(root, &name)?.as_str().ok_or_else(|| format!("dimension {name} has no text"))?;
        let is_text = value.len() <= 1024 && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        check(is_text && !value.trim().is_empty(), || format!("dimension {name} cannot be {value:?}"))?;
        check(all.insert(name.clone(), value.to_owned()).is_none(), || format!("dimension {name} twice"))?;
    }
    Ok(all)
}

fn values(root: &Map<String, Value>, name: &str) -> Result<Vec<f64>, String> {
    let values = match member(root, name)? {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    check(!values.is_empty() && values.len() <= 100, || format!("{name} has {} values; 1 to 100", values.len()))?;
    let number = |value: &Value| value.as_f64().filter(|number| number.abs() <= 2f64.powi(360));
    let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
    numbers.ok_or_else(|| format!("{name} is no number that CloudWatch takes"))
}

fn name_of(value: &Value, what: &str, longest: usize) -> Result<String, String> {
    let text = value.as_str().ok_or_else(|| format!("{what} is no text"))?;
    let is_name = text.len() <= longest && !text.trim().is_empty() && text.bytes().all(|b| matches!(b, b' '..=b'~'));
    check(is_name, || format!("{what} cannot be {text:?}"))?;
    Ok(text.to_owned())
}

fn member<'v>(map: &'v Map<String, Value>, name: &str) -> Result<&'v Value, String> {
    map.get(name).ok_or_else(|| format!("{name} is missing"))
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{what} is no object"))
}

fn array<'v>(value: &'v Value, what: &str) -> Result<&'v Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("{what} is no array"))
}

fn only(map: &Map<String, Value>, what: &str, known: &[&str]) -> Result<(), String> {
    map.keys().try_for_each(|key| check(known.contains(&key.as_str()), || format!("{what} has a member {key}")))
}

fn check(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}
