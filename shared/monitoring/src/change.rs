//! One call that brings what is there nearer to what should be.

use crate::alarm::{Alarm, Condition, MetricFilter, MetricRef};

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Makes an alarm with the stack's tag, or brings one that has it up to date.
    PutAlarm {
        /// The alarm.
        alarm: Box<Alarm>,
        /// Whether there is none yet.
        new: bool,
    },
    /// Says that an alarm that rings rings no more, so that whoever was told of it is told of its end, before it is
    /// deleted.
    Silence {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// Deletes alarms that have the stack's tag: at most 100 metric alarms, or one composite one (CloudWatch API
    /// Reference, *DeleteAlarms*).
    DeleteAlarms(Vec<String>),
    /// Deletes what CloudWatch learned of a metric for an alarm that is gone.
    DeleteDetector(MetricRef),
    /// Makes a metric filter, or brings it up to date.
    PutFilter {
        /// The filter.
        filter: MetricFilter,
        /// Whether there is none yet.
        new: bool,
    },
    /// Deletes a metric filter.
    DeleteFilter {
        /// The log group.
        log_group: String,
        /// The filter's name.
        name: String,
    },
    /// Makes the dashboard with the stack's tag, or brings it up to date.
    PutDashboard {
        /// Its name.
        name: String,
        /// Its body.
        body: String,
        /// Whether there is none yet.
        new: bool,
    },
    /// Deletes the dashboard.
    DeleteDashboard(String),
}

impl Change {
    /// The call that makes it: each has a quota of its own.
    pub fn api(&self) -> &'static str {
        match self {
            Self::PutAlarm { alarm, .. } if alarm.is_composite() => "PutCompositeAlarm",
            Self::PutAlarm { .. } => "PutMetricAlarm",
            Self::Silence { .. } => "SetAlarmState",
            Self::DeleteAlarms(_) => "DeleteAlarms",
            Self::DeleteDetector(_) => "DeleteAnomalyDetector",
            Self::PutFilter { .. } => "PutMetricFilter",
            Self::DeleteFilter { .. } => "DeleteMetricFilter",
            Self::PutDashboard { .. } => "PutDashboard",
            Self::DeleteDashboard(_) => "DeleteDashboards",
        }
    }

    /// The names of what it changes: several for a call that deletes several.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::PutAlarm { alarm, .. } => vec![alarm.name.clone()],
            Self::Silence { name, .. } | Self::DeleteFilter { name, .. } | Self::PutDashboard { name, .. } => {
                vec![name.clone()]
            }
            Self::DeleteAlarms(names) => names.clone(),
            Self::DeleteDetector(metric) => vec![metric.to_string()],
            Self::PutFilter { filter, .. } => vec![filter.name.clone()],
            Self::DeleteDashboard(name) => vec![name.clone()],
        }
    }
}

impl Alarm {
    /// Whether it is put together from other alarms.
    pub fn is_composite(&self) -> bool {
        matches!(self.condition, Condition::Composite { .. })
    }

    /// The alarms that its rule names; none for one on a metric.
    pub fn children(&self) -> Vec<&str> {
        match &self.condition {
            // No name that we make holds a quotation mark, so what stands between two of them is a name.
            Condition::Composite { rule } => rule.split('"').skip(1).step_by(2).collect(),
            _ => Vec::new(),
        }
    }

    /// The metric that CloudWatch learns to expect for it.
    pub fn detector(&self) -> Option<&MetricRef> {
        match &self.condition {
            Condition::AboveBand { metric, .. } => Some(metric),
            _ => None,
        }
    }
}
