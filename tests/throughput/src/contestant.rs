//! Who is measured, round by round, each in turn: a machine that is busy for a while then slows all of them.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{Command, Parsed, Row, Times};

/// Something that goes through the records, as a program of its own.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// What it is.
    pub name: String,
    /// How it is run.
    pub command: Command,
    /// How many records it goes through.
    pub records: u64,
    /// Whether it says itself how long it took, as one [`Parsed`] on its output, because not all that it does counts.
    pub tells: bool,
}

impl Contestant {
    /// One that counts as a whole.
    pub fn new(name: impl Into<String>, records: u64, command: Command) -> Self {
        Self { name: name.into(), command, records, tells: false }
    }

    /// `portcullis replay`, or what takes the same arguments, over the logs that were made in `folder`; its findings go to a
    /// file in `work`.
    pub fn replay(program: &Path, folder: &Path, threads: NonZeroUsize, records: u64, work: &Path) -> Self {
        let s = if threads == NonZeroUsize::MIN { "" } else { "s" };
        let (settings, threads) = (folder.join("portcullis.yaml"), threads.to_string());
        let mut command =
            Command::new(program, ["replay", "--no-progress", "--format", "ndjson", "--threads", &threads]);
        command.arguments.extend(["--settings".into(), settings.into(), folder.join("AWSLogs").into()]);
        Self::new(
            format!("portcullis replay, {threads} thread{s}"),
            records,
            command.output(work.join("findings.ndjson")),
        )
    }
}

/// Runs all of them, `rounds` times, one after the other in each round.
pub fn rounds(contestants: &[Contestant], rounds: usize, this: &Path, work: &Path) -> Result<Vec<Row>> {
    let row = |contestant: &Contestant| Row {
        name: contestant.name.clone(),
        records: contestant.records,
        times: Times::default(),
        work: Times::default(),
        peak: 0,
    };
    let mut rows: Vec<Row> = contestants.iter().map(row).collect();
    for _ in 0..rounds {
        for (contestant, row) in contestants.iter().zip(&mut rows) {
            let used = contestant.command.run(this, work)?;
            let seconds = if contestant.tells { told(contestant)? } else { used.seconds };
            row.times.push(seconds);
            row.work.push(if contestant.tells { seconds } else { used.processor_seconds });
            row.peak = row.peak.max(used.peak);
        }
    }
    Ok(rows)
}

/// The seconds that it says it took.
fn told(contestant: &Contestant) -> Result<f64> {
    let output = contestant.command.output.as_deref().context("it has no output to tell its time in")?;
    let text = fs::read(output).with_context(|| format!("cannot read `{}`", output.display()))?;
    let parsed: Parsed = serde_json::from_slice(&text).with_context(|| format!("{}: no time", contestant.name))?;
    Ok(parsed.seconds)
}
