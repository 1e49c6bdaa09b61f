//! Every metric: name, unit, dimensions, meaning.

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Portcullis";

/// How values of a metric are put together to one number of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// All of them added up.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// Their mean.
    Average,
}

impl Statistic {
    /// CloudWatch's word (CloudWatch API Reference, *PutMetricAlarm*, `Statistic`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::Average => "Average",
        }
    }
}

/// One metric: declared here, or not sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// CloudWatch's unit.
    pub unit: &'static str,
    /// The sets of dimensions that it is counted by, each beside `Stack`; few values each, never a name out of a log.
    pub sets: &'static [&'static [&'static str]],
    /// What one looks at.
    pub statistic: Statistic,
    /// What it counts.
    pub meaning: &'static str,
}

impl Metric {
    /// The dimensions of all its sets, each once, in their order: for each of them a value is given.
    pub fn dimensions(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for name in self.sets.iter().copied().flatten() {
            if !names.contains(name) {
                names.push(name);
            }
        }
        names
    }
}

macro_rules! metrics {
    ($($constant:ident: $name:literal, $unit:literal, $statistic:ident, [$([$($dimension:literal),*]),+], $meaning:literal;)+) => {
        impl Metric {
            $(
                #[doc = $meaning]
                pub const $constant: Self = Self {
                    name: $name,
                    unit: $unit,
                    sets: &[$(&[$($dimension),*]),+],
                    statistic: Statistic::$statistic,
                    meaning: $meaning,
                };
            )+
        }

        /// Every metric.
        pub const METRICS: &[Metric] = &[$(Metric::$constant),+];
    };
}

metrics! {
    SECRET_ACCESSES: "SecretAccesses", "Count", Sum, [["Outcome", "Tier"], ["Account"]], "Calls of Secrets Manager that use or change a secret; looking at it is none.";
    KEY_USES: "KeyUses", "Count", Sum, [["Outcome", "Tier"], ["Account"]], "Calls of KMS that use or change a key, those that Secrets Manager makes for a reader included; looking at it is none.";
    DENIED_CALLS: "DeniedCalls", "Count", Sum, [["Service", "Tier"], ["Account"]], "Denied calls of KMS, Secrets Manager and Parameter Store.";
    ASSET_ACCESSES: "AssetAccesses", "Count", Sum, [["Asset"]], "Uses and changes of the keys and secrets of a critical or sensitive entry that were not denied.";
    ASSET_DENIED: "AssetDenied", "Count", Sum, [["Asset"]], "Denied calls on the keys and secrets of a critical or sensitive entry.";
    ROTATIONS: "Rotations", "Count", Sum, [["Service", "Outcome"]], "Rotations of keys and secrets that were started, succeeded or failed.";
    ROTATIONS_OVERDUE: "RotationsOverdue", "Count", Maximum, [["Asset"], []], "Keys and secrets of a critical or sensitive entry that should have been rotated by now.";
    HEARTBEATS: "Heartbeats", "Count", Sum, [["Service"]], "Calls that Portcullis made to see whether it would see them, and saw.";
    HEARTBEAT_DELAY: "HeartbeatDelay", "Seconds", Maximum, [["Service"]], "From such a call to its examination.";
    RECORDS_READ: "RecordsRead", "Count", Sum, [[]], "CloudTrail records that were read, heartbeats aside.";
    RECORDS_RELEVANT: "RecordsRelevant", "Count", Sum, [[]], "Those of them about keys, secrets or the audit trail.";
    RECORDS_DUPLICATE: "RecordsDuplicate", "Count", Sum, [[]], "Relevant records that this worker had seen before; they count for no access.";
    RECORDS_UNREADABLE: "RecordsUnreadable", "Count", Sum, [[]], "Pieces of input that could not be read; each is kept in the dead-letter queue.";
    FINDINGS: "Findings", "Count", Sum, [["Rule", "Severity"]], "Rules that fired.";
    SHADOW_FINDINGS: "ShadowFindings", "Count", Sum, [["Rule", "Severity"]], "Rules that fired and are only being tried out.";
    EXEMPTED: "Exempted", "Count", Sum, [["Rule"]], "Rules that did not fire because the settings exempt the actor.";
    RECORDS_TIMELESS: "RecordsTimeless", "Count", Sum, [[]], "Events that could not be counted over time, for want of a time.";
    EVENT_AGE: "EventAge", "Seconds", Maximum, [[]], "From a call to its examination; not of records that this worker had seen before.";
    NEWEST_EVENT_AGE: "NewestEventAge", "Seconds", Minimum, [[]], "The same for the newest event of each invocation.";
    DECISIONS: "Decisions", "Count", Sum, [["Response"]], "Findings dealt with, by what was decided.";
    REFUSALS: "Refusals", "Count", Sum, [["Guard"]], "Containments that a guard refused.";
    CONTAINMENTS: "Containments", "Count", Sum, [["Outcome"]], "Containments, by whether they were verified, unverified or failed.";
    TIME_TO_CONTAIN: "TimeToContain", "Seconds", Maximum, [[]], "From a call to the denial of its actor.";
    PAGES: "Pages", "Count", Sum, [["State"]], "Pages sent, and repeats that were not.";
    DUPLICATES: "Duplicates", "Count", Sum, [[]], "Findings that had been dealt with before.";
    BURST_UPDATES: "BurstUpdates", "Count", Sum, [[]], "Bursts that were told again, had grown, and called for no more.";
    SUPERSEDED: "Superseded", "Count", Sum, [[]], "Findings that turned out to be parts of another.";
    RELEASES: "Releases", "Count", Sum, [["Outcome"]], "Containments lifted, or not.";
    EXTENSIONS: "Extensions", "Count", Sum, [[]], "Containments whose end was moved.";
    ANSWERS: "Answers", "Count", Sum, [["Answer"]], "Questions to on-call that were approved, rejected or not answered.";
    TAMPERING: "Tampering", "Count", Sum, [["Outcome"]], "Containments that somebody undid: reapplied, left or failed.";
    EVIDENCE_KEPT: "EvidenceKept", "Count", Sum, [[]], "Links of the ledger's chain that were kept elsewhere too.";
    EVIDENCE_FAILED: "EvidenceFailed", "Count", Sum, [[]], "Invocations after which links were left to be kept elsewhere.";
    PAGERDUTY_EVENTS: "PagerDutyEvents", "Count", Sum, [["Outcome"]], "Pages handed to PagerDuty: accepted, refused, failed or ignored.";
    SWITCH: "KillSwitch", "Count", Sum, [["Position"]], "Throws of the kill switch.";
    ALARM_CHANGES: "AlarmChanges", "Count", Sum, [["Outcome"]], "Alarms, metric filters and dashboards that were created, updated, deleted, left alone because somebody else made them, or failed.";
    ALARM_NOTICES: "AlarmNotices", "Count", Sum, [["State"]], "Changes of alarms that respond was told of, by what came of them: paged, updated, repeated, resolved, noted.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_dimensions_keep_the_limits() {
        for metric in METRICS {
            assert!(
                metric.name.len() <= 255 && metric.name.bytes().all(|b| b.is_ascii_alphanumeric()),
                "{}",
                metric.name
            );
            assert!(metric.dimensions().len() < 30);
            assert_eq!(METRICS.iter().filter(|other| other.name == metric.name).count(), 1, "{}", metric.name);
        }
    }
}
