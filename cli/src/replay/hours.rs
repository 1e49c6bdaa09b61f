//! What the functions would have counted about these logs, by the hour of the events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_detection::Pipeline;
use portcullis_domain::Finding;
use portcullis_metrics::{Known, Metric, Metrics, SeriesSet, hour_of, measure};
use portcullis_monitoring::count_decided;
use portcullis_response::Entry;
use portcullis_settings::Judgement;

use crate::metrics::watched;

/// What the functions would have counted. What a replay cannot know is not there: how long records took to come, how long a
/// containment took, rotations that are overdue, heartbeats.
#[derive(Debug, Default)]
pub(crate) struct Hours {
    by_hour: BTreeMap<Timestamp, Metrics>,
    /// Records that are in no hour, because they have no time that can be read.
    pub(crate) timeless: usize,
}

impl Hours {
    fn at(&mut self, time: Timestamp) -> &mut Metrics {
        self.by_hour.entry(hour_of(time)).or_insert_with(|| Metrics::new(""))
    }

    /// A record that was read; `again` when its event had been read before.
    pub(crate) fn read(&mut self, access: &Access, judgement: Option<&Judgement>, again: bool, pipeline: &Pipeline) {
        let Some(time) = access.time else {
            self.timeless += 1;
            return;
        };
        let known = Known { settings: &pipeline.settings, inventory: &pipeline.inventory, home: None };
        let metrics = self.at(time);
        metrics.count(Metric::RECORDS_READ, &[], 1);
        if !access.is_relevant() {
            return;
        }
        metrics.count(Metric::RECORDS_RELEVANT, &[], 1);
        match judgement {
            _ if again => metrics.count(Metric::RECORDS_DUPLICATE, &[], 1),
            Some(judgement) => measure(access, judgement, &known, metrics),
            None => {}
        }
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
    pub(crate) fn series(&self, pipeline: &Pipeline) -> SeriesSet {
        let mut set = SeriesSet::new(watched(&pipeline.settings));
        for (hour, metrics) in &self.by_hour {
            set.add(metrics, *hour);
        }
        set
    }
}
