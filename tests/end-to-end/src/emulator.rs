//! The emulator's process: started for one scenario, ended with it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::aws::Aws;
use crate::paths;

/// How long CloudTrail takes from a call to its record. AWS takes seconds to minutes.
const CLOUDTRAIL_DELAY_MS: &str = "100";
/// How long the emulator may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

const INSTALL: &str = "run cargo xtask test, which installs the emulator";

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    url: String,
    scratch: TempDir,
}

impl Emulator {
    /// Starts an emulator, or says why there is none and answers with nothing: the emulator is a Python program, and a
    /// checkout without it can still run all other tests.
    ///
    /// # Errors
    ///
    /// When it does not start, and when it is not installed although `PORTCULLIS_REQUIRE_EMULATOR` is `1`.
    pub fn start_or_skip() -> Result<Option<Self>> {
        Self::start_or_skip_with(&[])
    }

    /// The same, with further variables in the emulator's environment.
    ///
    /// # Errors
    ///
    /// As [`Emulator::start_or_skip`].
    pub fn start_or_skip_with(variables: &[(&str, &str)]) -> Result<Option<Self>> {
        let required = std::env::var("PORTCULLIS_REQUIRE_EMULATOR").is_ok_and(|required| required == "1");
        if !required && paths::emulator_python().is_none() {
            println!("skipped: {INSTALL}");
            return Ok(None);
        }
        Self::start_with(variables).map(Some)
    }

    /// Starts an emulator.
    ///
    /// # Errors
    ///
    /// When it is not installed or does not start.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    fn start_with(variables: &[(&str, &str)]) -> Result<Self> {
        let python = paths::emulator_python().with_context(|| format!("the emulator is not installed; {INSTALL}"))?;
        let scratch = tempfile::Builder::new().prefix("portcullis-end-to-end-").tempdir()?;
        let mut child = Command::new(python)
            .arg(paths::repository().join("tests/emulator/launch.py"))
            .arg("--with-parent")
            .arg("--log")
            .arg(scratch.path().join("emulator.log"))
            .env("PORTCULLIS_CLOUDTRAIL_FILE", scratch.path().join("records.jsonl"))
            .env("PORTCULLIS_CLOUDTRAIL_DELAY_MS", CLOUDTRAIL_DELAY_MS)
            .env("PORTCULLIS_FAULTS_FILE", scratch.path().join("faults.json"))
            // Alarms keep still where no scenario is about them: with none of its schedules having run, a stack's would ring.
            .env("PORTCULLIS_ALARM_TICK_MS", "-1")
            .envs(variables.iter().copied())
            .env_remove("GATEWAY_PORT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own, so that Ctrl-C reaches whoever started it and not the emulator as well.
            .process_group(0)
            .spawn()
            .context("failed to start the emulator")?;
        let output = child.stdout.take().context("the emulator has no standard output")?;
        let mut emulator = Self { child, url: String::new(), scratch };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let url = line.trim().strip_prefix("ready ");
        url.context("the emulator did not start; standard error says why")?.clone_into(&mut emulator.url);
        Ok(emulator)
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The root user of `account`.
    pub async fn root_of(&self, account: &str) -> Aws {
        Aws::root(&self.url, account).await
    }

    /// From now on these calls fail, or their callers are killed; an empty list ends that. See `faults` in the emulator's
    /// README for how one is written.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn set_faults(&self, faults: &Value) -> Result<()> {
        let (path, fresh) = (self.scratch.path().join("faults.json"), self.scratch.path().join("faults.new"));
        // Never half written: the emulator reads it at each request.
        std::fs::write(&fresh, faults.to_string())?;
        std::fs::rename(fresh, path)?;
        Ok(())
    }

    /// The faults that fired, in order.
    ///
    /// # Errors
    ///
    /// When a line is not JSON.
    pub fn fired(&self) -> Result<Vec<Value>> {
        lines(&self.scratch.path().join("faults.json.fired"))
    }

    /// What MiniStack wrote.
    pub fn log(&self) -> PathBuf {
        self.scratch.path().join("emulator.log")
    }

    /// Every CloudTrail record so far, in order.
    ///
    /// # Errors
    ///
    /// When a line is not JSON.
    pub fn records(&self) -> Result<Vec<Value>> {
        lines(&self.scratch.path().join("records.jsonl"))
    }
}

/// The whole lines of a file of JSON; none where there is no file.
fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    // The last line may be half written.
    let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or_default();
    whole.lines().map(|line| serde_json::from_str(line).with_context(|| format!("{line} is not JSON"))).collect()
}

impl Drop for Emulator {
    /// Its standard input closes, upon which it ends the functions and removes its files.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Nothing more can be done about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
