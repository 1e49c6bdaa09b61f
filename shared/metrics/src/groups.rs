//! Metrics by what they are about: the order in which people look at them.

use crate::catalogue::Metric;

/// What metrics are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Who uses keys and secrets.
    Access,
    /// Whether they are rotated.
    Rotation,
    /// What the rules find.
    Finding,
    /// What is done about it.
    Response,
    /// Whether Portcullis sees everything.
    Intake,
    /// Whether its other parts work.
    Health,
}

impl Group {
    /// Every group.
    pub const ALL: &'static [Self] =
        &[Self::Access, Self::Rotation, Self::Finding, Self::Response, Self::Intake, Self::Health];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Access => "Who uses keys and secrets",
            Self::Rotation => "Rotation",
            Self::Finding => "What the rules find",
            Self::Response => "What is done about it",
            Self::Intake => "Whether everything is seen",
            Self::Health => "Evidence, PagerDuty and alarms",
        }
    }

    /// The functions that send its metrics.
    pub const fn senders(self) -> &'static [&'static str] {
        match self {
            Self::Access | Self::Finding | Self::Intake => &["detect"],
            Self::Rotation => &["detect", "alarms"],
            Self::Response => &["respond", "release"],
            Self::Health => &["respond", "release", "pagerduty", "alarms"],
        }
    }

    /// Its metrics.
    pub const fn metrics(self) -> &'static [Metric] {
        match self {
            Self::Access => &[
                Metric::SECRET_ACCESSES,
                Metric::KEY_USES,
                Metric::DENIED_CALLS,
                Metric::ASSET_ACCESSES,
                Metric::ASSET_DENIED,
            ],
            Self::Rotation => &[Metric::ROTATIONS, Metric::ROTATIONS_OVERDUE],
            Self::Finding => &[Metric::FINDINGS, Metric::SHADOW_FINDINGS, Metric::EXEMPTED],
            Self::Response => &[
                Metric::DECISIONS,
                Metric::REFUSALS,
                Metric::CONTAINMENTS,
                Metric::TIME_TO_CONTAIN,
                Metric::PAGES,
                Metric::DUPLICATES,
                Metric::BURST_UPDATES,
                Metric::SUPERSEDED,
                Metric::RELEASES,
                Metric::EXTENSIONS,
                Metric::ANSWERS,
                Metric::TAMPERING,
                Metric::SWITCH,
            ],
            Self::Intake => &[
                Metric::HEARTBEATS,
                Metric::HEARTBEAT_DELAY,
                Metric::RECORDS_READ,
                Metric::RECORDS_RELEVANT,
                Metric::RECORDS_DUPLICATE,
                Metric::RECORDS_UNREADABLE,
                Metric::RECORDS_TIMELESS,
                Metric::EVENT_AGE,
                Metric::NEWEST_EVENT_AGE,
            ],
            Self::Health => &[
                Metric::EVIDENCE_KEPT,
                Metric::EVIDENCE_FAILED,
                Metric::PAGERDUTY_EVENTS,
                Metric::ALARM_CHANGES,
                Metric::ALARM_NOTICES,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::METRICS;

    #[test]
    fn every_metric_is_in_one_group() {
        let mut grouped: Vec<Metric> = Group::ALL.iter().flat_map(|group| group.metrics()).copied().collect();
        let mut all = METRICS.to_vec();
        grouped.sort();
        all.sort();
        assert_eq!(grouped, all);
    }
}
