//! Messages to findings: opens each, fetches the log files it names, examines every record, sends what fired.

use std::collections::HashSet;

use jiff::Timestamp;
use portcullis_aws::{Location, Objects, Queue};
use portcullis_cloudtrail::{Contents, LogFile, Unreadable, inflate, open};
use portcullis_detection::{Pipeline, Tally};
use portcullis_domain::Tier;
use portcullis_lambda::{Configuration, FunctionError, Message, Metric, Metrics, reply, split};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// CloudTrail writes at most 50 MB uncompressed to a log file (CloudTrail User Guide, *Quotas*).
const LOG_FILE_LIMIT: u64 = 256 << 20;

/// SQS takes at most 256 KiB a message (SQS Developer Guide, *Message quotas*).
const LARGEST_MESSAGE: usize = 256 << 10;

/// How many characters are kept of a piece of a log file that is larger: at most four bytes each, escaped at most six.
const KEPT_OF_LARGE: usize = 40_000;

/// The source of what came in the message itself.
const MESSAGE: &str = "message";

/// Everything that detecting needs.
pub(crate) struct Intake {
    pub(crate) configuration: Configuration<Pipeline>,
    pub(crate) log_files: Objects,
    pub(crate) findings: Queue,
    pub(crate) unreadable: Queue,
    pub(crate) stack: String,
}

impl Intake {
    /// Handles one invocation; replies with the ids of the messages that failed.
    pub(crate) async fn handle(&mut self, payload: &RawValue) -> Result<Value, FunctionError> {
        let mut metrics = Metrics::new(&self.stack);
        let mut results = Vec::new();
        let mut sent = HashSet::new();
        for message in split(payload) {
            let result = self.message(&message, &mut sent, &mut metrics).await;
            results.push((message, result));
        }
        metrics.print(Timestamp::now());
        reply(results)
    }

    async fn message(
        &mut self,
        message: &Message,
        sent: &mut HashSet<String>,
        metrics: &mut Metrics,
    ) -> Result<(), FunctionError> {
        let contents = open(&message.body);
        let nothing_read = contents.records.is_empty() && contents.log_files.is_empty() && contents.other.is_empty();
        if nothing_read && !contents.unreadable.is_empty() {
            metrics.count(Metric::RECORDS_UNREADABLE, &[], contents.unreadable.len());
            let reasons: Vec<String> = contents.unreadable.into_iter().map(|piece| piece.reason).collect();
            return Err(FunctionError::Rejected(format!("the message holds no record: {}", reasons.join("; "))));
        }
        for other in &contents.other {
            tracing::info!(what = other.what, "understood, holds no record");
        }
        let log_files = contents.log_files.clone();
        self.examine(contents, MESSAGE, sent, metrics).await?;
        for file in log_files {
            self.log_file(&file, sent, metrics).await?;
        }
        Ok(())
    }

    async fn log_file(
        &mut self,
        file: &LogFile,
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
        self.examine(contents, &location.to_string(), sent, metrics).await
    }

    async fn examine(
        &mut self,
        contents: Contents<'_>,
        source: &str,
        sent: &mut HashSet<String>,
        metrics: &mut Metrics,
    ) -> Result<(), FunctionError> {
        let pipeline = self.configuration.pipeline().await?;
        let now = Timestamp::now();
        let mut tally = Tally::default();
        pipeline.examine_all(contents, &mut tally, |access| {
            if let Some(time) = access.time.filter(|_| access.is_relevant()) {
                metrics.observe(Metric::EVENT_AGE, &[], now.duration_since(time).as_secs_f64());
            }
        });
        metrics.count(Metric::RECORDS_READ, &[], tally.read);
        metrics.count(Metric::RECORDS_RELEVANT, &[], tally.relevant);
        metrics.count(Metric::RECORDS_UNREADABLE, &[], tally.unreadable.len());
        for finding in tally.findings {
            if !sent.insert(finding.id.to_string()) {
                continue;
            }
            let body = serde_json::to_string(&finding).map_err(|error| FunctionError::Rejected(error.to_string()))?;
            self.findings.send(body).await?;
            metrics.count(Metric::FINDINGS, &[&finding.rule.id, finding.rule.severity.as_str()], 1);
            tracing::info!(
                finding = %finding.id,
                rule = finding.rule.id,
                actor = %finding.actor.principal,
                tier = finding.tier.map(Tier::as_str),
                "rule fired"
            );
        }
        let mut too_large = None;
        for piece in tally.unreadable {
            tracing::error!(source, place = piece.place, reason = piece.reason, "could not be read; kept");
            let kept = |raw: &str, cut: bool| {
                let (place, reason) = (&piece.place, &piece.reason);
                json!({"source": source, "place": place, "reason": reason, "raw": raw, "cut": cut}).to_string()
            };
            let mut body = kept(&piece.raw, false);
            if body.len() > LARGEST_MESSAGE {
                if source == MESSAGE {
                    // Only the message itself holds all of it: it goes to the dead-letter queue as it is.
                    too_large = Some(piece.reason);
                    continue;
                }
                // The log file stays where it is; what is kept here says so.
                let start: String = piece.raw.chars().take(KEPT_OF_LARGE).collect();
                body = kept(&start, true);
            }
            self.unreadable.send(body).await?;
        }
        match too_large {
            Some(reason) => Err(FunctionError::Rejected(format!("a piece too large to be kept apart: {reason}"))),
            None => Ok(()),
        }
    }
}
