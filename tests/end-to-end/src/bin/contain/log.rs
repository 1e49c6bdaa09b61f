//! Invocations, as the functions' logs tell of them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use portcullis_end_to_end::aws::Aws;
use serde_json::Value;

/// The invocations of a function that had something to count.
pub(crate) async fn invocations(aws: &Aws, function: &str) -> Result<Vec<Invocation>> {
    let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let filter = aws.logs().filter_log_events().log_group_name(format!("/aws/lambda/{function}"));
    let mut pages = filter.into_paginator().send();
    while let Some(page) = pages.next().await {
        for event in page?.events.into_iter().flatten() {
            // Each invocation has a stream of its own here.
            let (Some(stream), Some(line)) = (event.log_stream_name, event.message) else { continue };
            streams.entry(stream).or_default().push(line);
        }
    }
    Ok(streams.values().filter_map(|lines| Invocation::of_log(lines)).collect())
}

/// One invocation, as its log tells.
pub(crate) struct Invocation {
    /// What it logged about findings: when, which, and about whom.
    findings: Vec<Told>,
    /// When it ended, by the time stamp of its metrics.
    ended: Timestamp,
    /// What REPORT says that it took, without its initialisation.
    pub(crate) duration: Duration,
    pub(crate) cold: bool,
}

pub(crate) struct Told {
    pub(crate) at: Timestamp,
    actor: String,
}

impl Invocation {
    /// Nothing for an invocation that had nothing to count.
    fn of_log(lines: &[String]) -> Option<Self> {
        let json = || lines.iter().filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
        let ended = json().find_map(|line| line.pointer("/_aws/Timestamp")?.as_i64())?;
        let told = |line: Value| {
            let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
            text("finding")?;
            Some(Told { at: text("timestamp")?.parse().ok()?, actor: text("actor")? })
        };
        let report = lines.iter().find(|line| line.starts_with("REPORT "))?;
        let field = |name: &str| report.split('\t').find_map(|field| field.trim().strip_prefix(name));
        let duration = field("Duration:")?.trim().strip_suffix("ms")?.trim().parse::<f64>().ok()?;
        Some(Self {
            findings: json().filter_map(told).collect(),
            ended: Timestamp::from_millisecond(ended).ok()?,
            duration: Duration::from_secs_f64(duration / 1000.0),
            cold: field("Init Duration:").is_some(),
        })
    }

    pub(crate) fn about(&self, arn: &str) -> Option<&Told> {
        self.findings.iter().find(|told| told.actor.ends_with(arn))
    }

    /// How much of it had passed at that time.
    pub(crate) fn until(&self, time: Timestamp) -> Duration {
        let left = Duration::try_from(self.ended.duration_since(time)).unwrap_or_default();
        self.duration.saturating_sub(left)
    }
}
