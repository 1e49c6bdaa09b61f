//! The Python beside: what makes the things that commands name, and what knows the form of AWS's answers.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::paths;
use serde_json::Value;

/// Makes the things of all sections, as `who`; see `scene.py` for what goes in and what comes out.
pub(crate) async fn set(who: &Aws, wanted: &Value) -> Result<Value> {
    let answer = python("scene.py", who.environment(), wanted.to_string()).await?;
    serde_json::from_slice(&answer).context("scene.py answered something else than JSON")
}

/// What calls of the AWS CLI ask for that no answer has.
pub(crate) async fn wrong_queries(calls: &[Vec<String>]) -> Result<Vec<String>> {
    let answer = python("queries.py", Vec::new(), serde_json::to_string(calls)?).await?;
    let mut lines: Vec<String> = String::from_utf8_lossy(&answer).lines().map(str::to_owned).collect();
    lines.dedup();
    Ok(lines)
}

async fn python(script: &'static str, environment: Vec<(&'static str, String)>, input: String) -> Result<Vec<u8>> {
    let python = paths::emulator_python().context("the emulator is not installed; run cargo xtask test")?;
    let script: PathBuf = paths::repository().join("tests/end-to-end/tests/runbook").join(script);
    let output = tokio::task::spawn_blocking(move || {
        let mut process = Command::new(python);
        process.arg(&script).envs(environment).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = process.spawn().with_context(|| format!("failed to run {}", script.display()))?;
        // It reads all of it before it writes.
        child.stdin.take().context("no standard input")?.write_all(input.as_bytes())?;
        anyhow::Ok(child.wait_with_output()?)
    });
    let output = output.await??;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
