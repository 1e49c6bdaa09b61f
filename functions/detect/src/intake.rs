//! Messages to findings: opens each, fetches the log files it names, examines all records together, sends what fired.

use std::collections::HashSet;

use jiff::Timestamp;
use portcullis_aws::{DynamoActive, DynamoSightings, DynamoWindows, Location, Objects, Queue};
use portcullis_cloudtrail::{Contents, LogFile, RecordError, Unreadable, inflate, open};
use portcullis_detection::{Delivery, Memory, Pipeline, Tally};
use portcullis_domain::{AccountId, Finding, Tier};
use portcullis_knowledge::{ActiveRoles, Knowledge};
use portcullis_lambda::{Configuration, FunctionError, Message, Metric, Metrics, Surroundings, reply, split};
use portcullis_metrics::Meter;
use portcullis_response::Watch;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::counting::count;
use crate::kept::{Kept, LARGEST_MESSAGE, keep};
use crate::watch::changed;

/// CloudTrail writes at most 50 MB uncompressed to a log file (CloudTrail User Guide, *Quotas*).
const LOG_FILE_LIMIT: u64 = 64 << 20;

/// How many records of a log file are examined as one batch.
const RECORDS_AT_ONCE: usize = 1000;

/// Everything that detecting needs.
pub(crate) struct Intake {
    pub(crate) configuration: Configuration<Pipeline>,
    pub(crate) surroundings: Surroundings,
    pub(crate) log_files: Objects,
    pub(crate) knowledge: Knowledge,
    pub(crate) sightings: DynamoSightings,
    pub(crate) windows: DynamoWindows,
    pub(crate) active: ActiveRoles,
    pub(crate) active_store: DynamoActive,
    pub(crate) findings: Queue,
    pub(crate) unreadable: Queue,
    pub(crate) meter: Meter,
    /// The account that the function runs in, once it has been told.
    pub(crate) home: Option<AccountId>,
}

/// The way that records came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// As events, or in a message.
    Event,
    /// In a log file of the trail.
    LogFile,
}

/// One message, opened.
struct Opened<'m> {
    message: &'m Message,
    contents: Contents<'m>,
    result: Result<(), FunctionError>,
}

impl Intake {
    /// Handles one invocation of the function with that ARN; replies with the ids of the messages that failed.
    pub(crate) async fn handle(&mut self, payload: &RawValue, function: &str) -> Result<Value, FunctionError> {
        self.home = function.split(':').nth(4).and_then(|id| id.parse().ok());
        let mut metrics = Metrics::new(&self.surroundings.stack);
        let messages = split(payload);
        let mut sent = HashSet::new();
        let mut opened: Vec<Opened<'_>> = messages.iter().map(|message| read(message, &mut metrics)).collect();
        self.records(&mut opened, &mut sent, &mut metrics).await;
        for one in &mut opened {
            for file in std::mem::take(&mut one.contents.log_files) {
                if one.result.is_ok() {
                    let again = one.message.receive_count > 1;
                    one.result = self.log_file(&file, again, &mut sent, &mut metrics).await;
                }
            }
        }
        self.meter.finish(&mut metrics);
        metrics.print(Timestamp::now());
        let results: Vec<_> = opened.into_iter().map(|one| (one.message.clone(), one.result)).collect();
        reply(results)
    }

    /// Examines the records of all messages as one batch, so that each window is written once. What fails, fails for all
    /// messages that have records: they come again, and everything is made so that twice is as good as once.
    async fn records(&mut self, opened: &mut [Opened<'_>], sent: &mut HashSet<String>, metrics: &mut Metrics) {
        let texts: Vec<&str> =
            opened.iter().flat_map(|one| one.contents.records.iter().map(|raw| &*raw.json)).collect();
        if texts.is_empty() {
            for one in opened.iter_mut().filter(|one| one.result.is_ok()) {
                let pieces = std::mem::take(&mut one.contents.unreadable);
                one.result = self.keep(pieces, None, metrics).await;
            }
            return;
        }
        let again = opened.iter().any(|one| one.message.receive_count > 1);
        let (problems, result) = self.examine(&texts, (By::Event, again), sent, metrics).await;
        let mut problems = problems.into_iter();
        for one in opened.iter_mut().filter(|one| one.result.is_ok()) {
            let mut pieces = std::mem::take(&mut one.contents.unreadable);
            let had_records = !one.contents.records.is_empty();
            for raw in &one.contents.records {
                if let Some(Some(error)) = problems.next() {
                    pieces.push(unreadable(raw.number, &error, &raw.json));
                }
            }
            one.result = match &result {
                Err(error) if had_records => Err(FunctionError::Retryable(error.clone())),
                _ => self.keep(pieces, None, metrics).await,
            };
        }
    }

    async fn log_file(
        &mut self,
        file: &LogFile,
        again: bool,
        sent: &mut HashSet<String>,
        metrics: &mut Metrics,
    ) -> Result<(), FunctionError> {
        let location = Location::S3 { bucket: file.bucket.clone(), key: file.key.clone() };
        let Some(bytes) = self.log_files.get(&location).await? else {
            // A log file that was announced and is gone may have been deleted to hide something.
            return Err(FunctionError::Rejected(format!("{location} was announced and does not exist")));
        };
        let inflated = inflate(&bytes, LOG_FILE_LIMIT);
        let text = String::from_utf8_lossy(&inflated.data);
        let mut contents = open(&text);
        if let Some(problem) = inflated.problem {
            contents.unreadable.push(Unreadable {
                place: "gzip".to_owned(),
                reason: problem,
                raw: location.to_string(),
            });
        }
        let texts: Vec<&str> = contents.records.iter().map(|raw| &*raw.json).collect();
        let mut pieces = contents.unreadable;
        let mut result = Ok(());
        // In parts, so that a large file is never in memory several times over, and what was told stays told.
        for (some, raws) in texts.chunks(RECORDS_AT_ONCE).zip(contents.records.chunks(RECORDS_AT_ONCE)) {
            let (problems, part) = self.examine(some, (By::LogFile, again), sent, metrics).await;
            for (raw, problem) in raws.iter().zip(problems) {
                if let Some(error) = problem {
                    pieces.push(unreadable(raw.number, &error, &raw.json));
                }
            }
            result = result.and(part);
        }
        self.keep(pieces, Some(&location.to_string()), metrics).await?;
        result.map_err(FunctionError::Retryable)
    }

    /// Examines records and sends what fired, also when some of it could not be done; the error says what must come again.
    /// Answers with what is wrong with each record that cannot be read.
    async fn examine(
        &mut self,
        texts: &[&str],
        (by, again): (By, bool),
        sent: &mut HashSet<String>,
        metrics: &mut Metrics,
    ) -> (Vec<Option<RecordError>>, Result<(), String>) {
        let pipeline = match self.configuration.pipeline(&self.surroundings).await {
            Ok(pipeline) => pipeline,
            Err(error) => return (Vec::new(), Err(error.to_string())),
        };
        // Not before there is a pipeline: a heartbeat says that records are examined.
        let apart = self.meter.apart(texts, Timestamp::now(), (by == By::Event).then_some(&mut *metrics));
        let mut memory = Memory {
            knowledge: &mut self.knowledge,
            sightings: &self.sightings,
            windows: &self.windows,
            delivery: Delivery { watched_since: Some(Timestamp::now()), again },
        };
        let tally = pipeline.examine(apart.rest.iter().copied(), &mut memory).await;
        let changed = changed(texts, &pipeline.context.quarantined);
        count(&tally, pipeline, self.home.as_ref(), &mut self.meter, metrics);
        let mut failed = tally.failed.clone();
        for finding in &tally.findings {
            let revision = finding.burst.as_ref().map(|burst| burst.revision);
            if !sent.insert(format!("{} {revision:?}", finding.id)) {
                continue;
            }
            if let Err(error) = self.send(finding, metrics).await {
                failed.push(error.to_string());
            }
        }
        for withdrawn in &tally.withdrawn {
            tracing::info!(finding = %withdrawn, "no longer holds");
            if let Err(error) = self.findings.send(json!({ "withdrawn": withdrawn }).to_string()).await {
                failed.push(error.chain());
            }
        }
        for watch in changed {
            tracing::warn!(principal = watch.principal, by = watch.by, "somebody changed whom a containment holds");
            if let Err(error) = self.findings.send(json!(Watch { watch }).to_string()).await {
                failed.push(error.chain());
            }
        }
        self.note_active(&tally).await;
        let result = if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) };
        let problems = apart.in_step(tally.accesses).into_iter().map(|access| access?.err()).collect();
        (problems, result)
    }

    /// Notes which roles and users were active, after what fired is on its way. A failure is no reason for the records to
    /// come again: what is not written is tried with the next batch.
    async fn note_active(&mut self, tally: &Tally) {
        let now = Timestamp::now();
        for access in tally.accesses.iter().flatten().filter(|access| access.is_relevant()) {
            let principal = &access.actor.principal;
            if let (Some(account), Some(arn), Some(time)) = (principal.account(), principal.arn(), access.time) {
                self.active.note(&account, arn, time, now);
            }
        }
        if let Err(error) = self.active.flush(&self.active_store).await {
            tracing::warn!(error = error.chain(), "who was active is not written; tried again with the next batch");
        }
    }

    async fn send(&self, finding: &Finding, metrics: &mut Metrics) -> Result<(), FunctionError> {
        let body = serde_json::to_string(finding).map_err(|error| FunctionError::Rejected(error.to_string()))?;
        self.findings.send(body).await?;
        let dimensions = [finding.rule.id.as_str(), finding.rule.severity.as_str()];
        let metric = if finding.shadow { Metric::SHADOW_FINDINGS } else { Metric::FINDINGS };
        metrics.count(metric, &dimensions, 1);
        tracing::info!(
            finding = %finding.id,
            rule = finding.rule.id,
            actor = %finding.actor.principal,
            tier = finding.tier.map(Tier::as_str),
            events = finding.burst.as_ref().map(|burst| burst.events),
            shadow = finding.shadow,
            "rule fired"
        );
        Ok(())
    }

    /// Puts aside what could not be read; `source` is where it still stands, absent when in the message alone.
    async fn keep(
        &self,
        pieces: Vec<Unreadable>,
        source: Option<&str>,
        metrics: &mut Metrics,
    ) -> Result<(), FunctionError> {
        metrics.count(Metric::RECORDS_UNREADABLE, &[], pieces.len());
        let mut too_large = None;
        for piece in pieces {
            let from = source.unwrap_or("message");
            tracing::error!(source = from, place = piece.place, reason = piece.reason, "could not be read; kept");
            match keep(piece, source) {
                Kept::Body(body) => self.unreadable.send(body).await?,
                Kept::TooLarge(reason) => too_large = Some(reason),
            }
        }
        match too_large {
            Some(reason) => Err(FunctionError::Rejected(format!(
                "a piece larger than {LARGEST_MESSAGE} bytes cannot be kept apart: {reason}"
            ))),
            None => Ok(()),
        }
    }
}

fn read<'m>(message: &'m Message, metrics: &mut Metrics) -> Opened<'m> {
    let contents = open(&message.body);
    let nothing_read = contents.records.is_empty() && contents.log_files.is_empty() && contents.other.is_empty();
    let mut result = Ok(());
    if nothing_read && !contents.unreadable.is_empty() {
        metrics.count(Metric::RECORDS_UNREADABLE, &[], contents.unreadable.len());
        let reasons: Vec<&str> = contents.unreadable.iter().map(|piece| piece.reason.as_str()).collect();
        result = Err(FunctionError::Rejected(format!("the message holds no record: {}", reasons.join("; "))));
    }
    for other in &contents.other {
        tracing::info!(what = other.what, "understood, holds no record");
    }
    Opened { message, contents, result }
}

fn unreadable(number: usize, error: &impl ToString, raw: &str) -> Unreadable {
    Unreadable { place: format!("record {number}"), reason: error.to_string(), raw: raw.to_owned() }
}
