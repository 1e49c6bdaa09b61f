//! One call that brings what is there nearer to what should be.

use crate::alarm::{Alarm, MetricFilter, MetricRef};

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
