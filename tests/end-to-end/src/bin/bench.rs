//! The size of each function's release binary, and what its cold start takes on the emulator.
//!
//!     cargo build --release -p portcullis-detect -p portcullis-respond -p portcullis-release -p portcullis-pagerduty -p portcullis-alarms
//!     cargo run -p portcullis-end-to-end --bin bench [-- FOLDER]
//!
//! FOLDER has the binaries; target/release unless given. Times are of this machine's processor, without Lambda's own
//! preparation of the environment: good for comparing two builds, not for predicting AWS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{LastUpdateStatus, LogType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::report::{ColdStart, spread};
use portcullis_end_to_end::stack::Stack;
use portcullis_end_to_end::template::FUNCTIONS;
use portcullis_end_to_end::wait::{self, Seen};
use portcullis_end_to_end::world::ENFORCE;
use portcullis_end_to_end::{HOME, REGION, identity, paths, record};
use serde_json::{Value, json};

const ROUNDS: usize = 5;
/// How often a start that was none is tried again.
const WARM: usize = 5;
/// By then the stack has settled.
const QUIET: Duration = Duration::from_secs(10);
/// Lambda unpacks the zip at each cold start, and init time follows size.
const LARGEST: u64 = 15_000_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let folder = match arguments.as_slice() {
        [] => paths::target().join("release"),
        [folder] => folder.clone(),
        _ => bail!("usage: bench [FOLDER]"),
    };
    let too_large = sizes(&folder)?;
    cold_starts(&folder).await?;
    ensure!(too_large.is_empty(), "{} or larger, unzipped: {}", megabytes(LARGEST), too_large.join(", "));
    Ok(())
}

/// Prints the sizes; answers with the functions that are too large.
fn sizes(folder: &Path) -> Result<Vec<&'static str>> {
    println!("unzipped size (limit {})", megabytes(LARGEST));
    let mut too_large = Vec::new();
    for function in FUNCTIONS {
        let binary = paths::binary(folder, function)?;
        let size = std::fs::metadata(&binary)?.len();
        println!("  {function:<10}{:>10}", megabytes(size));
        if size >= LARGEST {
            too_large.push(function);
        }
    }
    Ok(too_large)
}

#[expect(clippy::cast_precision_loss, reason = "no binary has 2^52 bytes")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

async fn cold_starts(folder: &Path) -> Result<()> {
    let emulator = Emulator::start()?;
    let root = emulator.root_of(HOME).await;
    // PagerDuty where nobody listens: what the bench sends calls for no post.
    let secret = root.secrets().create_secret().name("paging/routing-key").secret_string("none").send().await?;
    let arn = secret.arn.context("the secret has no ARN")?;
    let pagerduty = [("PagerDutyRoutingKeySecretArn", &*arn), ("PagerDutyUrl", "https://localhost/v2/enqueue")];
    let stack = Stack::deploy(&root, "portcullis", folder, &pagerduty).await?;
    stack.put_settings(&root, ENFORCE).await?;
    let culprit = Culprit::create(&root).await?;
    // Each new alarm tells respond that it is well, which would find it warm.
    tokio::time::sleep(QUIET).await;
    let mut runs: BTreeMap<&str, Vec<ColdStart>> = BTreeMap::new();
    for round in 0..ROUNDS {
        for function in FUNCTIONS {
            // A schedule or a heartbeat may come first, and find the environment that was to be measured.
            let mut run = cold_start(&root, &stack, function, &culprit.payload(function, round)?).await;
            for again in 1..=WARM {
                let warm = |error: &anyhow::Error| error.to_string().contains("Init Duration");
                if !run.as_ref().is_err_and(warm) {
                    break;
                }
                run = cold_start(&root, &stack, function, &culprit.payload(function, round + again * ROUNDS)?).await;
            }
            runs.entry(function).or_default().push(run.with_context(|| format!("{function} failed"))?);
        }
    }
    println!("\ncold starts, {ROUNDS} each: least / median / greatest");
    println!("  {:<10}{:>20}{:>20}{:>20}", "", "init ms", "first call ms", "peak memory MB");
    for (function, runs) in runs {
        let column = |figure: fn(&ColdStart) -> f64| {
            spread(runs.iter().map(figure)).map(|all| all.map(|figure| format!("{figure:.0}")).join(" / "))
        };
        println!(
            "  {function:<10}{:>20}{:>20}{:>20}",
            column(|run| run.init_ms).unwrap_or_default(),
            column(|run| run.duration_ms).unwrap_or_default(),
            column(|run| run.memory_mb).unwrap_or_default(),
        );
    }
    Ok(())
}

/// One invocation in an environment that has never run before, which a change of the configuration brings about.
async fn cold_start(root: &Aws, stack: &Stack, function: &str, payload: &Value) -> Result<ColdStart> {
    let lambda = root.lambda();
    let name = format!("{}-{function}", stack.name);
    // Any value would do, the same as before too; the emulator does not take a mere description for a change.
    lambda.update_function_configuration().function_name(&name).timeout(60).send().await?;
    wait::until("the update", async || {
        let status = lambda.get_function_configuration().function_name(&name).send().await?.last_update_status;
        let done = matches!(status, None | Some(LastUpdateStatus::Successful));
        Ok(Seen::from_option(done.then_some(()), || format!("{status:?}")))
    })
    .await?;
    let invoke = lambda.invoke().function_name(&name).log_type(LogType::Tail);
    let answer = invoke.payload(Blob::new(payload.to_string())).send().await?;
    let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let said: Value = serde_json::from_slice(&body).context("it answered no JSON")?;
    let done = match function {
        "release" => said.pointer("/released/0/outcome").is_some_and(|outcome| outcome == "restored"),
        "pagerduty" => said.get("ignored").is_some_and(|ignored| ignored == 1),
        // Whatever it answers, it failed if it says so.
        "alarms" => true,
        _ => said == json!({"batchItemFailures": []}),
    };
    ensure!(done && answer.function_error.is_none(), "it answered {said}");
    let log = BASE64.decode(answer.log_result.unwrap_or_default()).context("the log is not base64")?;
    ColdStart::of_log(&String::from_utf8_lossy(&log))
}

/// The role that respond contains and release releases.
struct Culprit {
    arn: String,
    id: String,
}

impl Culprit {
    async fn create(root: &Aws) -> Result<Self> {
        let arn = identity::create_role(root, "/team/", "reporting", &[]).await?;
        let role = root.iam().get_role().role_name("reporting").send().await?.role.context("there is no role")?;
        Ok(Self { arn, id: role.role_id })
    }

    /// Typical work for `function`, in an order that leaves nothing behind: respond contains, release releases.
    fn payload(&self, function: &str, round: usize) -> Result<Value> {
        let now = format!("{:.3}", jiff::Timestamp::now());
        Ok(match function {
            // A read of a secret that nobody classified: examined by every rule, found by none.
            "detect" => batch(&record::event(&record::foreign_read("reporting", "prod/web/settings", &now))),
            "respond" => batch(&self.finding(round, &now)?.to_string()),
            "pagerduty" => notice(&json!({"AlarmName": "bench", "NewStateValue": "INSUFFICIENT_DATA"})),
            "alarms" => json!({"heartbeat": true}),
            _ => json!({"release": {"principal": self.arn, "by": "bench", "reason": "bench"}}),
        })
    }

    fn finding(&self, round: usize, now: &str) -> Result<Value> {
        let mut finding = serde_json::to_value(portcullis_testkit::finding(&format!("bench-{round}")))?;
        let mut set = |pointer: &str, text: &str| {
            let place = finding.pointer_mut(pointer).with_context(|| format!("a finding has no {pointer}"))?;
            *place = Value::from(text);
            anyhow::Ok(())
        };
        set("/actor/principal/arn", &self.arn)?;
        set("/actor/principal/id", &self.id)?;
        set("/evidence/0/time", now)?;
        Ok(finding)
    }
}

fn notice(message: &Value) -> Value {
    let topic = format!("arn:aws:sns:{REGION}:{HOME}:bench");
    json!({"Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": format!("{topic}:1"),
        "Sns": {"MessageId": "m-1", "TopicArn": topic, "Message": message.to_string()},
    }]})
}

fn batch(body: &str) -> Value {
    json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "none",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{HOME}:bench"),
        "awsRegion": REGION,
    }]})
}
