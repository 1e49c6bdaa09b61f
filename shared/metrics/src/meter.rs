//! What a worker counts of the records that it examines.

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_settings::Judgement;

use crate::catalogue::Metric;
use crate::emf::Metrics;
use crate::heartbeat::Heartbeat;
use crate::measure::{Known, measure};
use crate::seen::Seen;

/// Counts records, each once as far as one worker can tell. Another worker may count the same record once more: which record
/// reaches which worker nobody knows, and a store that knew would cost a write for each.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    heartbeat: Option<Heartbeat>,
    seen: Seen,
    newest: Option<f64>,
}

impl Meter {
    /// One that has seen nothing, and knows these heartbeats.
    pub fn new(heartbeat: Option<Heartbeat>) -> Self {
        Self { heartbeat, ..Self::default() }
    }

    /// Counts the heartbeats among some records and leaves them out: they count for nothing else, and no rule sees them.
    /// Without `metrics` they are left out alone: one that came in a log file says nothing of the way that events come.
    pub fn apart<'t>(&mut self, texts: &[&'t str], now: Timestamp, mut metrics: Option<&mut Metrics>) -> Apart<'t> {
        let beats: Vec<bool> = texts.iter().map(|json| self.is_heartbeat(json, now, metrics.as_deref_mut())).collect();
        let rest = texts.iter().zip(&beats).filter(|(_, beat)| !**beat).map(|(json, _)| *json).collect();
        Apart { rest, beats }
    }

    fn is_heartbeat(&mut self, json: &str, now: Timestamp, metrics: Option<&mut Metrics>) -> bool {
        let Some(access) = self.heartbeat.as_ref().and_then(|heartbeat| heartbeat.of(json)) else { return false };
        if let Some(metrics) = metrics.filter(|_| !self.is_again(&access)) {
            let service = [access.action.service.as_str()];
            metrics.count(Metric::HEARTBEATS, &service, 1);
            if let Some(age) = age(&access, now) {
                metrics.observe(Metric::HEARTBEAT_DELAY, &service, age);
            }
        }
        true
    }

    /// Counts records that could be read, each with what the settings say of it.
    pub fn count<'a>(
        &mut self,
        records: impl IntoIterator<Item = (&'a Access, &'a Judgement)>,
        known: &Known<'_>,
        now: Timestamp,
        metrics: &mut Metrics,
    ) {
        let (mut read, mut relevant, mut duplicate) = (0, 0, 0);
        for (access, judgement) in records {
            read += 1;
            if !access.is_relevant() {
                continue;
            }
            relevant += 1;
            if self.is_again(access) {
                duplicate += 1;
                continue;
            }
            // Our own look at a key whose policy does not let us is a known state, and nobody's attempt.
            if self.heartbeat.as_ref().is_some_and(|own| own.looks_at_rotation(access)) {
                continue;
            }
            if let Some(age) = age(access, now) {
                metrics.observe(Metric::EVENT_AGE, &[], age);
                self.newest = Some(self.newest.map_or(age, |newest| newest.min(age)));
            }
            measure(access, judgement, known, metrics);
        }
        metrics.count(Metric::RECORDS_READ, &[], read);
        metrics.count(Metric::RECORDS_RELEVANT, &[], relevant);
        if duplicate > 0 {
            metrics.count(Metric::RECORDS_DUPLICATE, &[], duplicate);
        }
    }

    /// At the end of an invocation: the age of the newest of its events, where it had any.
    pub fn finish(&mut self, metrics: &mut Metrics) {
        if let Some(age) = self.newest.take() {
            metrics.observe(Metric::NEWEST_EVENT_AGE, &[], age);
        }
    }

    /// Whether the record was here before. One without an `eventID` never was, as far as anybody can tell.
    fn is_again(&mut self, access: &Access) -> bool {
        access.event_id.as_deref().is_some_and(|id| self.seen.again(access.account.as_ref(), id))
    }
}

/// Records without the heartbeats that were among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart<'t> {
    /// The others, in their order.
    pub rest: Vec<&'t str>,
    beats: Vec<bool>,
}

impl Apart<'_> {
    /// What there is of each of the others, in step with all records; nothing of a heartbeat.
    pub fn in_step<T>(&self, of_rest: impl IntoIterator<Item = T>) -> Vec<Option<T>> {
        let mut of_rest = of_rest.into_iter();
        self.beats.iter().map(|beat| if *beat { None } else { of_rest.next() }).collect()
    }
}

/// Seconds from the call until now. Clocks differ a little: nothing is younger than new.
fn age(access: &Access, now: Timestamp) -> Option<f64> {
    access.time.map(|time| now.duration_since(time).as_secs_f64().max(0.0))
}
