//! How much the functions write to their logs, measured on lines as they write them.

use jiff::Timestamp;
use portcullis_domain::{Outcome, Tier};
use portcullis_metrics::{ACTOR, Metric, Metrics};

/// What CloudWatch Logs counts for each line beside its bytes (CloudWatch Logs API Reference, *PutLogEvents*).
const OVERHEAD: usize = 26;

/// What Lambda itself writes about an invocation, without those of a cold start (Lambda Developer Guide, *Working with Lambda
/// function logs*).
const OF_LAMBDA: [&str; 3] = [
    "START RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Version: $LATEST\n",
    "END RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\n",
    "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 63.95 ms\tBilled Duration: 64 ms\tMemory Size: \
     512 MB\tMax Memory Used: 100 MB\t\n",
];

/// Bytes of an invocation of `detect` on so many events: reads of secrets and uses of keys in turn, each of another
/// critical or sensitive entry by another role.
pub(super) fn of_detect(stack: &str, events: u32) -> usize {
    let mut metrics = Metrics::new(stack);
    let (tier, account) = (Tier::Critical.as_str(), "111122223333");
    metrics.count(Metric::RECORDS_READ, &[], events as usize);
    metrics.count(Metric::RECORDS_RELEVANT, &[], events as usize);
    metrics.observe(Metric::NEWEST_EVENT_AGE, &[], 31.415);
    for event in 0..events {
        let metric = if event % 2 == 0 { Metric::SECRET_ACCESSES } else { Metric::KEY_USES };
        metrics.count(metric, &[Outcome::Success.as_str(), tier, account], 1);
        metrics.observe(Metric::EVENT_AGE, &[], 31.415);
        let actor = format!("arn:aws:iam::111122223333:role/applications/payroll-{event}");
        let asset = format!("payroll database {event}");
        metrics.count_with(Metric::ASSET_ACCESSES, &[&asset], 1, &[(ACTOR, &actor)]);
    }
    bytes(&metrics)
}

/// Bytes of an invocation of `respond` that finds nothing to do, as its schedule's mostly do.
pub(super) fn of_watch(stack: &str) -> usize {
    bytes(&Metrics::new(stack))
}

/// Bytes of an invocation of `respond` that pages.
pub(super) fn of_page(stack: &str) -> usize {
    let mut metrics = Metrics::new(stack);
    metrics.count(Metric::DECISIONS, &["page"], 1);
    metrics.count(Metric::PAGES, &["sent"], 1);
    bytes(&metrics)
}

fn bytes(metrics: &Metrics) -> usize {
    // Any moment has as many digits.
    let lines = metrics.lines(Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_767_600_600));
    lines.iter().map(String::as_str).chain(OF_LAMBDA).map(|line| line.len() + OVERHEAD).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_events_are_more_lines_but_fewer_for_each() {
        let (one, ten) = (of_detect("portcullis", 1), of_detect("portcullis", 10));
        assert!((1000..2500).contains(&one), "{one}");
        assert!(ten > 3 * one && ten < 10 * one, "{ten}");
        assert!(of_watch("portcullis") < of_page("portcullis"), "metrics are told");
        assert!(of_detect(&"s".repeat(128), 1) > one, "the stack's name is in each line");
    }
}
