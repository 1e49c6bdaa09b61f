//! What should be there, and what is.

use crate::alarm::{Alarm, MetricFilter, MetricRef};

/// What should be there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// Alarms, the most important first; a composite one after those that its rule names.
    pub alarms: Vec<Alarm>,
    /// Metric filters.
    pub filters: Vec<MetricFilter>,
    /// The body of the dashboard; absent when there is to be none.
    pub dashboard: Option<String>,
}

/// An alarm that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundAlarm {
    /// Its name.
    pub name: String,
    /// Whether it has the stack's tag.
    pub ours: bool,
    /// Whether it is a composite one.
    pub composite: bool,
    /// Whether it rings.
    pub rings: bool,
    /// The alarm; absent when it is none that we could have made, so that it differs from all that we could want.
    pub alarm: Option<Alarm>,
    /// The metric that CloudWatch learned to expect for it.
    pub detector: Option<MetricRef>,
}

/// The dashboard that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDashboard {
    /// Whether it has the stack's tag.
    pub ours: bool,
    /// Its body.
    pub body: String,
}

/// What is there under the stack's names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Alarms whose names begin with `STACK/`, and any other that has the stack's tag.
    pub alarms: Vec<FoundAlarm>,
    /// Metric filters of the trail's log group whose names begin with `STACK-`.
    pub filters: Vec<MetricFilter>,
    /// The dashboard of the stack's name.
    pub dashboard: Option<FoundDashboard>,
}
