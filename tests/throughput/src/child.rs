//! Other programs, run to their end: how long they took and how much memory they had.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};

use crate::approximate;

/// What a program took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// From its start to its end, by the clock on the wall.
    pub seconds: f64,
    /// Of all processors together, for it and for the system on its behalf.
    pub processor_seconds: f64,
    /// The most memory that it, or a program that it started, ever had resident, in bytes.
    pub peak: u64,
    /// Its exit status; absent when a signal ended it.
    pub status: Option<i32>,
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Where it is.
    pub program: PathBuf,
    /// What it is given.
    pub arguments: Vec<OsString>,
    /// Where its standard output goes; absent: nowhere.
    pub output: Option<PathBuf>,
}

/// Runs a program to its end. To be called once, in a process that is small and starts nothing else: the system tells of all
/// children together, and a child begins with the memory of who started it.
///
/// # Errors
///
/// When it cannot be started or its output cannot be written. That it failed is no error: see [`Used::status`].
pub fn used(command: &Command) -> Result<Used> {
    let Command { program, arguments, output } = command;
    let stdout = match output {
        Some(path) => File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?.into(),
        None => Stdio::null(),
    };
    let mut child = process::Command::new(program);
    child.args(arguments).stdin(Stdio::null()).stdout(stdout);
    let begin = Instant::now();
    let status = child.status().with_context(|| format!("cannot start `{}`", program.display()))?;
    let seconds = begin.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("the system does not tell what it used")?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Used {
        seconds,
        processor_seconds: approximate(microseconds.unsigned_abs()) / 1e6,
        // Linux counts kibibytes (getrusage(2)).
        peak: u64::try_from(usage.max_rss()).unwrap_or_default() * 1024,
        status: status.code(),
    })
}

impl Command {
    /// One whose output is not wanted.
    pub fn new<A: Into<OsString>>(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = A>) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().map(Into::into).collect(), output: None }
    }

    /// The same with its output in a file.
    pub fn output(self, path: impl Into<PathBuf>) -> Self {
        Self { output: Some(path.into()), ..self }
    }

    /// Runs it from a process of its own, `this used …`, where `this` is the program `throughput`; it must end with status 0. What
    /// it says on standard error is kept in the folder `work`, and shown when it fails.
    pub fn run(&self, this: &Path, work: &Path) -> Result<Used> {
        let complaints = work.join("complaints.txt");
        let mut wrapper = process::Command::new(this);
        wrapper.arg("used");
        if let Some(output) = &self.output {
            wrapper.arg("--output").arg(output);
        }
        wrapper.arg("--").arg(&self.program).args(&self.arguments);
        wrapper.stderr(File::create(&complaints).with_context(|| format!("cannot write `{}`", complaints.display()))?);
        let answer = wrapper.output().with_context(|| format!("cannot start `{}`", this.display()))?;
        let said = || fs::read_to_string(&complaints).unwrap_or_default();
        ensure!(answer.status.success(), "{self} could not be measured: {}", said());
        let used: Used = serde_json::from_slice(&answer.stdout).context("its measurement cannot be read")?;
        ensure!(used.status == Some(0), "{self} ended with {:?}: {}", used.status, said());
        Ok(used)
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", argument.to_string_lossy()))
    }
}
