//! What the functions would have counted about these logs, by the hour of the events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_detection::Pipeline;
use portcullis_domain::Finding;
use portcullis_metrics::{Known, Metric, Metrics, SeriesSet, hour_of, measure};
use portcullis_monitoring::count_decided;
use portcullis_replay::{Reading, Seen, Watcher};
use portcullis_response::Entry;

use crate::metrics::watched;

/// What the functions would have counted. What a replay cannot know is not there: how long records took to come, how long a
/// containment took, rotations that are overdue, heartbeats.
pub(crate) struct Hours<'p> {
    pipeline: &'p Pipeline,
    by_hour: BTreeMap<Timestamp, Metrics>,
}

impl Watcher for Hours<'_> {
    fn see(&mut self, seen: &Seen<'_>) {
        let Some(time) = seen.access.time.filter(|_| !seen.again) else { return };
        let Self { pipeline, by_hour } = self;
        let known = Known { settings: &pipeline.settings, inventory: &pipeline.inventory, home: None };
        let metrics = by_hour.entry(hour_of(time)).or_insert_with(|| Metrics::new(""));
        measure(seen.access, seen.judgement, &known, metrics);
    }
}

impl<'p> Hours<'p> {
    /// Nothing yet.
    pub(crate) const fn new(pipeline: &'p Pipeline) -> Self {
        Self { pipeline, by_hour: BTreeMap::new() }
    }

    fn at(&mut self, time: Timestamp) -> &mut Metrics {
        self.by_hour.entry(hour_of(time)).or_insert_with(|| Metrics::new(""))
    }

    /// A rule that fired: a burst once, at its last event.
    pub(crate) fn fired(&mut self, finding: &Finding) {
        let metric = if finding.shadow { Metric::SHADOW_FINDINGS } else { Metric::FINDINGS };
        if let Some(time) = finding.time() {
            self.at(time).count(metric, &[&finding.rule.id, finding.rule.severity.as_str()], 1);
        }
    }

    /// What was decided and done at that time.
    pub(crate) fn decided(&mut self, at: Timestamp, entry: &Entry) {
        count_decided(entry, self.at(at));
    }

    /// All of it, as `portcullis metrics` reads it.
    pub(crate) fn series(&mut self, read: &Reading) -> SeriesSet {
        for (hour, counted) in &read.hours {
            let metrics = self.at(*hour);
            let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
            metrics.count(Metric::RECORDS_READ, &[], number(counted.read));
            if counted.relevant > 0 {
                metrics.count(Metric::RECORDS_RELEVANT, &[], number(counted.relevant));
            }
            if counted.duplicates > 0 {
                metrics.count(Metric::RECORDS_DUPLICATE, &[], number(counted.duplicates));
            }
        }
        let mut set = SeriesSet::new(watched(&self.pipeline.settings));
        for (hour, metrics) in &self.by_hour {
            set.add(metrics, *hour);
        }
        set
    }
}
