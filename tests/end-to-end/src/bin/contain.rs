//! How long an intruder may go on, on the emulator: from the event that tells of a read to the first call that is denied.
//!
//!     cargo build --release -p portcullis-detect -p portcullis-respond -p portcullis-release -p portcullis-pagerduty
//!     cargo run -p portcullis-end-to-end --bin contain [-- --runs N] [FOLDER]
//!
//! FOLDER has the binaries; target/release unless given. Each run has a role, a session and an event of its own; the event
//! is sent to the events queue as EventBridge sends it, and the session calls S3 until that is refused. The times inside
//! the functions are from their logs.

#[path = "contain/cpu.rs"]
mod cpu;
#[path = "contain/log.rs"]
mod log;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use aws_sdk_lambda::primitives::Blob;
use jiff::Timestamp;
use log::Invocation;
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
    let detect = log::invocations(&bench.root, &format!("{STACK}-detect")).await?;
    let respond = log::invocations(&bench.root, &format!("{STACK}-respond")).await?;
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
    emulator: Emulator,
}

/// What was measured from outside.
struct Run {
    arn: String,
    sent: Timestamp,
    denied: Timestamp,
    took: Duration,
    /// How many calls went through in between.
    calls: u32,
    /// What detect and respond computed, also after that.
    computed: Duration,
}

impl Bench {
    async fn start(folder: &Path) -> Result<Self> {
        let emulator = Emulator::start()?;
        let root = emulator.root_of(HOME).await;
        let stack = Stack::deploy(&root, STACK, folder, &[]).await?;
        stack.put_settings(&root, SETTINGS).await?;
        identity::create_user(&root, "/", "tester", &[allow(&["sts:AssumeRole"], "*")]).await?;
        let person = identity::access_key(&root, "tester").await?.1;
        Ok(Self { root, person, stack, emulator })
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
        let before = cpu::of_functions(&self.emulator);
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
        let took = started.elapsed();
        self.responded().await?;
        let computed = cpu::since(&before, &cpu::of_functions(&self.emulator));
        self.release(&arn).await?;
        Ok(Run { arn, sent, denied, took, calls, computed })
    }

    /// Waits until respond has written down and paged all of it.
    async fn responded(&self) -> Result<()> {
        wait::until("the queue of findings to be empty", async || {
            let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
            let get = self.root.sqs().get_queue_attributes().queue_url(self.stack.output("FindingsQueueUrl")?);
            let names = names.map(aws_sdk_sqs::types::QueueAttributeName::from).to_vec();
            let counts = get.set_attribute_names(Some(names)).send().await?.attributes.unwrap_or_default();
            let empty = counts.values().all(|count| count == "0");
            Ok(Seen::from_option(empty.then_some(()), || format!("{counts:?}")))
        })
        .await
    }

    async fn release(&self, arn: &str) -> Result<()> {
        let payload = json!({"release": {"principal": arn, "by": "bench", "reason": "bench"}}).to_string();
        let invoke = self.root.lambda().invoke().function_name(self.stack.output("ReleaseFunction")?);
        let answer = invoke.payload(Blob::new(payload)).send().await?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let said: Value = serde_json::from_slice(&body).context("release answered no JSON")?;
        ensure!(said.pointer("/released/0").is_some(), "not released: {said}");
        Ok(())
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

/// Where the time of one run went.
struct Parts {
    took: Duration,
    detected: Duration,
    inside: Duration,
    computed: Duration,
    detect: Duration,
    respond: Duration,
    gap: Duration,
    cold: bool,
}

impl Parts {
    fn of(run: &Run, detect: &[Invocation], respond: &[Invocation]) -> Result<Self> {
        let found = |all: &[Invocation]| all.iter().position(|one| one.about(&run.arn).is_some());
        let lost = |function: &str| format!("the log of {function} says nothing of {}", run.arn);
        let detect = found(detect).and_then(|index| detect.get(index)).with_context(|| lost("detect"))?;
        let respond = found(respond).and_then(|index| respond.get(index)).with_context(|| lost("respond"))?;
        let fired = detect.about(&run.arn).map_or(run.sent, |told| told.at);
        // REPORT counts some milliseconds after the last line of the log, too: none of it can have begun sooner than what
        // it was called for.
        let between = |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
        let detected = between(run.sent, fired);
        Ok(Self {
            took: run.took,
            detected,
            inside: detect.until(fired).min(detected) + respond.until(run.denied).min(between(fired, run.denied)),
            computed: run.computed,
            detect: detect.duration,
            respond: respond.duration,
            gap: run.took / (run.calls + 1),
            cold: detect.cold || respond.cold,
        })
    }
}

fn print(folder: &Path, parts: &[Parts]) {
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
    line("  until detect has sent the finding", |part| part.detected);
    line("  from then until the call is denied", |part| part.took.saturating_sub(part.detected));
    line("of it inside the functions, at most", |part| part.inside);
    line("  waiting there for the emulator's answers, at least", |part| part.inside.saturating_sub(part.computed));
    line("CPU time of both functions, whole invocations", |part| part.computed);
    line("REPORT of detect, whole invocation", |part| part.detect);
    line("REPORT of respond, whole invocation", |part| part.respond);
    line("time between two calls of the session", |part| part.gap);
    println!("{CAVEAT}");
}

/// The smallest figure that so many percent are not above (nearest rank); nought when there are none.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
