//! How long an intruder may go on, on the emulator: from the event that tells of a read to the first call that is denied.
//!
//!     cargo build --release -p portcullis-detect -p portcullis-respond -p portcullis-release -p portcullis-pagerduty
//!     cargo run -p portcullis-end-to-end --bin contain [-- --runs N] [FOLDER]
//!
//! FOLDER has the binaries; target/release unless given. Each run has a role, a session and an event of its own; the event
//! is sent to the events queue as EventBridge sends it, and the session calls S3 until that is refused. The times inside
//! the functions are from their logs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use aws_sdk_lambda::primitives::Blob;
use jiff::Timestamp;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::stack::Stack;
use portcullis_end_to_end::wait::{self, Seen};
use portcullis_end_to_end::{FOREIGN, HOME, paths, record};
use serde_json::{Value, json};

const STACK: &str = "portcullis";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-a1b2c3";
const RUNS: usize = 200;
/// Between two calls of the session. The emulator is one process, and calls without a pause would keep it from the
/// functions.
const PAUSE: Duration = Duration::from_millis(5);
/// After which somebody should look why nobody was contained.
const PATIENCE: Duration = Duration::from_mins(1);

/// No limit is in the way of so many containments.
const SETTINGS: &str = r#"
mode: enforce
limits: {per_hour: 1000, share: 100%, at_least: 1000}
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/payroll/*"]
"#;

const CAVEAT: &str = "
The emulator cannot tell what AWS adds: CloudTrail and EventBridge take seconds to minutes from the call to the event
on the queue (here 0); IAM takes seconds until a new policy is felt everywhere (here the next request); each call of
the functions takes some milliseconds more over a network; a cold start unpacks and starts a virtual machine (here a
process). Of the emulator's own doing are the queue polling, which is busier than AWS's, and all answers out of one
process, which the functions, the session and this program share.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (folder, runs) = arguments(std::env::args().skip(1))?;
    let bench = Bench::start(&folder).await?;
    let mut done = Vec::new();
    for number in 0..runs {
        done.push(bench.run(number).await.with_context(|| format!("run {number} failed"))?);
    }
    let detect = bench.invocations("detect").await?;
    let respond = bench.invocations("respond").await?;
    let parts: Vec<Parts> = done.iter().map(|run| Parts::of(run, &detect, &respond)).collect::<Result<_>>()?;
    print(&folder, &parts);
    Ok(())
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<(PathBuf, usize)> {
    let (mut folder, mut runs) = (None, RUNS);
    while let Some(word) = words.next() {
        match (word.as_str(), &folder) {
            ("--runs", _) => runs = words.next().and_then(|word| word.parse().ok()).context("--runs takes a number")?,
            (word, None) if !word.starts_with('-') => folder = Some(PathBuf::from(word)),
            _ => bail!("usage: contain [--runs N] [FOLDER]"),
        }
    }
    ensure!(runs > 0, "--runs takes a number from 1");
    Ok((folder.unwrap_or_else(|| paths::target().join("release")), runs))
}

/// The stack under attack.
struct Bench {
    root: Aws,
    person: Aws,
    stack: Stack,
    /// Last, so that it is ended last.
    _emulator: Emulator,
}

/// What was measured from outside.
struct Run {
    arn: String,
    sent: Timestamp,
    denied: Timestamp,
    took: Duration,
    /// How many calls went through in between.
    calls: u32,
}

impl Bench {
    async fn start(folder: &std::path::Path) -> Result<Self> {
        let emulator = Emulator::start()?;
        let root = emulator.root_of(HOME).await;
        let stack = Stack::deploy(&root, STACK, folder, &[]).await?;
        stack.put_settings(&root, SETTINGS).await?;
        identity::create_user(&root, "/", "tester", &[allow(&["sts:AssumeRole"], "*")]).await?;
        let person = identity::access_key(&root, "tester").await?.1;
        Ok(Self { root, person, stack, _emulator: emulator })
    }

    /// One intruder: contained, and released again so that the next one finds the same account.
    async fn run(&self, number: usize) -> Result<Run> {
        let name = format!("intruder-{number}");
        let arn = identity::create_role(&self.root, "/team/", &name, &[allow(&["s3:ListAllMyBuckets"], "*")]).await?;
        let role = self.root.iam().get_role().role_name(&name).send().await?.role.context("there is no role")?;
        let assume = self.person.sts().assume_role().role_arn(&arn).role_session_name("laptop").send().await?;
        let keys = assume.credentials.context("the answer has no credentials")?;
        let keys = aws_sdk_sts::config::Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            None,
            "session",
        );
        let s3 = self.root.with(keys).await.s3();
        ensure!(Outcome::of(s3.list_buckets().send().await) == Outcome::Allowed, "the session may do nothing at all");

        let (queue, sqs) = (self.stack.output("EventsQueueUrl")?, self.root.sqs());
        let event = record::event(&read(&name, &role.role_id, number)?);
        let (sent, started, mut calls) = (Timestamp::now(), Instant::now(), 0);
        sqs.send_message().queue_url(queue).message_body(event).send().await?;
        let denied = loop {
            match Outcome::of(s3.list_buckets().send().await) {
                Outcome::Denied(_) => break Timestamp::now(),
                Outcome::Allowed if started.elapsed() < PATIENCE => calls += 1,
                other => bail!("not denied within {} s: {other:?}", PATIENCE.as_secs()),
            }
            tokio::time::sleep(PAUSE).await;
        };
        let run = Run { arn, sent, denied, took: started.elapsed(), calls };
        self.release(&run.arn).await?;
        Ok(run)
    }

    /// Waits until respond has written down and paged all of it, and lifts the containment.
    async fn release(&self, arn: &str) -> Result<()> {
        wait::until("the queue of findings to be empty", async || {
            let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
            let get = self.root.sqs().get_queue_attributes().queue_url(self.stack.output("FindingsQueueUrl")?);
            let names = names.map(aws_sdk_sqs::types::QueueAttributeName::from).to_vec();
            let counts = get.set_attribute_names(Some(names)).send().await?.attributes.unwrap_or_default();
            let empty = counts.values().all(|count| count == "0");
            Ok(Seen::from_option(empty.then_some(()), || format!("{counts:?}")))
        })
        .await?;
        let payload = json!({"release": {"principal": arn, "by": "bench", "reason": "bench"}}).to_string();
        let invoke = self.root.lambda().invoke().function_name(self.stack.output("ReleaseFunction")?);
        let answer = invoke.payload(Blob::new(payload)).send().await?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let said: Value = serde_json::from_slice(&body).context("release answered no JSON")?;
        ensure!(said.pointer("/released/0").is_some(), "not released: {said}");
        Ok(())
    }

    /// The invocations of a function, each with its log.
    async fn invocations(&self, function: &str) -> Result<Vec<Invocation>> {
        let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let filter = self.root.logs().filter_log_events().log_group_name(format!("/aws/lambda/{STACK}-{function}"));
        let mut pages = filter.into_paginator().send();
        while let Some(page) = pages.next().await {
            for event in page?.events.into_iter().flatten() {
                let (Some(stream), Some(line)) = (event.log_stream_name, event.message) else { continue };
                streams.entry(stream).or_default().push(line);
            }
        }
        Ok(streams.values().filter_map(|lines| Invocation::of_log(lines)).collect())
    }
}

/// The record of a read by the intruder, as in the account's own trail.
fn read(name: &str, role_id: &str, number: usize) -> Result<Value> {
    let now = format!("{:.3}", Timestamp::now());
    let text = record::foreign_read(name, SECRET, &now).to_string().replace(FOREIGN, HOME);
    let mut record: Value = serde_json::from_str(&text.replace("AROAFOREIGNEXAMPLE000", role_id))?;
    let id = record.pointer_mut("/eventID").context("a record without an id")?;
    *id = json!(format!("0a1b2c3d-0000-4000-9000-{number:012x}"));
    Ok(record)
}

/// One invocation, as its log tells.
struct Invocation {
    /// What it logged about findings: when, which, and about whom.
    findings: Vec<Told>,
    /// When it ended, by the time stamp of its metrics.
    ended: Timestamp,
    /// What REPORT says that it took, without its initialisation.
    duration: Duration,
    cold: bool,
}

struct Told {
    at: Timestamp,
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

    fn about(&self, arn: &str) -> Option<&Told> {
        self.findings.iter().find(|told| told.actor.ends_with(arn))
    }

    /// How much of it had passed at that time.
    fn until(&self, time: Timestamp) -> Duration {
        let left = Duration::try_from(self.ended.duration_since(time)).unwrap_or_default();
        self.duration.saturating_sub(left)
    }
}

/// Where the time of one run went.
struct Parts {
    took: Duration,
    detect: Duration,
    respond: Duration,
    detect_whole: Duration,
    respond_whole: Duration,
    gap: Duration,
    cold: bool,
}

impl Parts {
    fn of(run: &Run, detect: &[Invocation], respond: &[Invocation]) -> Result<Self> {
        let found = |all: &[Invocation]| all.iter().position(|one| one.about(&run.arn).is_some());
        let lost = |function: &str| format!("the log of {function} says nothing of {}", run.arn);
        let detected = found(detect).and_then(|index| detect.get(index)).with_context(|| lost("detect"))?;
        let responded = found(respond).and_then(|index| respond.get(index)).with_context(|| lost("respond"))?;
        let fired = detected.about(&run.arn).map_or(run.sent, |told| told.at);
        // REPORT counts some milliseconds after the last line of the log, too: none of it can have begun sooner than what
        // it was called for.
        let between = |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
        Ok(Self {
            took: run.took,
            detect: detected.until(fired).min(between(run.sent, fired)),
            respond: responded.until(run.denied).min(between(fired, run.denied)),
            detect_whole: detected.duration,
            respond_whole: responded.duration,
            gap: run.took / (run.calls + 1),
            cold: detected.cold || responded.cold,
        })
    }

    fn ours(&self) -> Duration {
        self.detect + self.respond
    }
}

fn print(folder: &std::path::Path, parts: &[Parts]) {
    let build = if folder.ends_with("release") { "release" } else { "debug" };
    let cold = parts.iter().filter(|part| part.cold).count();
    println!("containment on the emulator: {} runs, {build} binaries, {cold} with a cold start", parts.len());
    println!("  {:<52}{:>8}{:>8}{:>8}{:>8}  ms", "", "p50", "p90", "p99", "max");
    let line = |name: &str, figure: fn(&Parts) -> Duration| {
        let mut sorted: Vec<f64> = parts.iter().map(|part| figure(part).as_secs_f64() * 1000.0).collect();
        sorted.sort_by(f64::total_cmp);
        let columns = [50, 90, 99, 100].map(|percent| format!("{:>8.0}", percentile(&sorted, percent)));
        println!("  {name:<52}{}", columns.concat());
    };
    line("event sent → first denied call", |part| part.took);
    line("  inside the functions, at most", Parts::ours);
    line("    detect, until the finding is sent", |part| part.detect);
    line("    respond, until the call is denied", |part| part.respond);
    line("  the rest: queues, process start, probe", |part| part.took.saturating_sub(part.ours()));
    line("REPORT of detect, the whole invocation", |part| part.detect_whole);
    line("REPORT of respond, the whole invocation", |part| part.respond_whole);
    line("time between two calls of the session", |part| part.gap);
    println!("{CAVEAT}");
}

/// The smallest figure that so many percent are not above (nearest rank); nought when there are none.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
