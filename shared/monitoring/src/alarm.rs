//! An alarm and a metric filter, as CloudWatch is asked to keep them.

use std::fmt;

use portcullis_metrics::{Metric, NAMESPACE, Statistic};
use serde::{Deserialize, Serialize};

/// A metric: one of ours, or one that AWS publishes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MetricRef {
    /// `Portcullis`, `AWS/SQS`.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions, by name.
    pub dimensions: Vec<(String, String)>,
}

/// How a value is compared with what an alarm allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// More than the threshold rings.
    GreaterThan,
    /// The threshold rings, and more.
    GreaterOrEqual,
    /// Less than the threshold rings.
    LessThan,
}

/// What an alarm makes of a period without data (CloudWatch API Reference, *PutMetricAlarm*, `TreatMissingData`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissingData {
    /// All is well.
    NotBreaching,
    /// That is the fault.
    Breaching,
    /// It stays as it is.
    Ignore,
}

/// When an alarm rings.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A statistic of one metric passes a number.
    Threshold {
        /// The metric.
        metric: MetricRef,
        /// The statistic of each period.
        statistic: Statistic,
        /// A period, in seconds: 10, 20, 30 or a multiple of 60.
        period: u32,
        /// How many periods are looked at.
        periods: u32,
        /// In how many of them it must pass.
        datapoints: u32,
        /// How it is compared.
        comparison: Comparison,
        /// With what.
        threshold: f64,
        /// What a period without data means.
        missing: MissingData,
    },
    /// A statistic of one metric is above what CloudWatch learned to expect (`ANOMALY_DETECTION_BAND`).
    AboveBand {
        /// The metric.
        metric: MetricRef,
        /// The statistic of each period.
        statistic: Statistic,
        /// A period, in seconds.
        period: u32,
        /// How many periods are looked at.
        periods: u32,
        /// In how many of them it must be above.
        datapoints: u32,
        /// The width of the band, in standard deviations.
        deviations: u8,
        /// What a period without data means.
        missing: MissingData,
    },
    /// Other alarms ring: a rule of at most 10,240 characters on at most 100 of them (CloudWatch API Reference,
    /// *PutCompositeAlarm*).
    Composite {
        /// `ALARM("a") AND (ALARM("b") OR ALARM("c"))`.
        rule: String,
    },
}

/// An alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Its name, at most 255 characters.
    pub name: String,
    /// What it is about, for whoever is woken by it: at most 1,024 characters.
    pub description: String,
    /// When it rings.
    pub condition: Condition,
    /// The topics that are told when it rings and when it is over, by ARN.
    pub tells: Vec<String>,
}

/// A metric filter: each event of a log group that matches counts one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricFilter {
    /// Its name.
    pub name: String,
    /// The log group.
    pub log_group: String,
    /// The pattern (CloudWatch Logs User Guide, *Filter pattern syntax*).
    pub pattern: String,
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
}

impl MetricRef {
    /// A metric of the catalogue, of this stack; `dimensions` are one of its sets, with the values.
    pub fn ours(metric: Metric, stack: &str, dimensions: &[(&str, &str)]) -> Self {
        let stack = std::iter::once(("Stack", stack));
        let all = stack.chain(dimensions.iter().copied());
        Self {
            namespace: NAMESPACE.to_owned(),
            name: metric.name.to_owned(),
            dimensions: all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    /// Whether it is a metric of that stack.
    pub fn is_of(&self, stack: &str) -> bool {
        self.namespace == NAMESPACE && self.dimensions.iter().any(|(name, value)| name == "Stack" && value == stack)
    }
}

/// `Portcullis AssetAccesses Asset=payroll Stack=gatehouse`, dimensions by name.
impl fmt::Display for MetricRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.name)?;
        let mut dimensions: Vec<_> = self.dimensions.iter().collect();
        dimensions.sort();
        dimensions.into_iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

impl Comparison {
    /// CloudWatch's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GreaterThan => "GreaterThanThreshold",
            Self::GreaterOrEqual => "GreaterThanOrEqualToThreshold",
            Self::LessThan => "LessThanThreshold",
        }
    }
}

impl MissingData {
    /// CloudWatch's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotBreaching => "notBreaching",
            Self::Breaching => "breaching",
            Self::Ignore => "ignore",
        }
    }
}
