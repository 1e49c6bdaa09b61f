//! What examining records counts for.

use jiff::Timestamp;
use portcullis_detection::{Pipeline, Tally};
use portcullis_domain::AccountId;
use portcullis_lambda::{Metric, Metrics};
use portcullis_metrics::{Known, Meter};

pub(crate) fn count(
    tally: &Tally,
    pipeline: &Pipeline,
    home: Option<&AccountId>,
    meter: &mut Meter,
    metrics: &mut Metrics,
) {
    let known = Known { settings: &pipeline.settings, inventory: &pipeline.inventory, home };
    let judged = tally.accesses.iter().zip(&tally.judgements);
    let readable = judged.filter_map(|(access, judgement)| access.as_ref().ok().zip(judgement.as_ref()));
    meter.count(readable, &known, Timestamp::now(), metrics);
    if tally.timeless > 0 {
        metrics.count(Metric::RECORDS_TIMELESS, &[], tally.timeless);
    }
    for (rule, why) in &tally.exempted {
        metrics.count(Metric::EXEMPTED, &[rule], 1);
        tracing::info!(rule, exemption = why, "the settings exempt the actor");
    }
}
