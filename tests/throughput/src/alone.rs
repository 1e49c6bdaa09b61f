//! A replay without the command around it.

use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result, anyhow, ensure};
use clap::{Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_logs::{Selection, find};
use portcullis_replay::form::{Told, ndjson};
use portcullis_replay::{Plan, Reading, Span, decide, read};
use portcullis_settings::{Inventory, parse};

/// `portcullis replay`, of whose arguments it takes those that the measurement gives it.
#[derive(Debug, Parser)]
pub struct Alone {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Replay the log files of a folder and write what comes of it as JSON Lines.
    Replay {
        folder: PathBuf,
        #[arg(long)]
        settings: PathBuf,
        #[arg(long)]
        threads: NonZeroUsize,
        /// Only `ndjson`.
        #[arg(long)]
        format: String,
        /// There is none.
        #[arg(long)]
        no_progress: bool,
    },
}

impl Alone {
    /// Replays, and writes what comes of it.
    pub fn run(self, to: impl Write) -> Result<()> {
        let What::Replay { folder, settings, threads, format, no_progress: _ } = self.what;
        ensure!(format == "ndjson", "it writes ndjson, not {format}");
        let pipeline = pipeline(&settings)?;
        finish(replay(&folder, &pipeline, threads)?, &pipeline, to)
    }
}

/// The whole pack, under these settings.
pub fn pipeline(settings: &Path) -> Result<Pipeline> {
    let name = settings.display().to_string();
    let text = std::fs::read_to_string(settings).with_context(|| format!("cannot read `{name}`"))?;
    let settings = parse(&text).map_err(|problems| anyhow!("{}", problems.render(&name, &text)))?;
    Ok(Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default()))
}

/// Finds and reads the files of a folder, in the order of their times, as the command does.
pub(crate) fn replay(folder: &Path, pipeline: &Pipeline, threads: NonZeroUsize) -> Result<Reading> {
    let stop = AtomicBool::new(false);
    let plan = Plan {
        pipeline,
        watched_since: None,
        span: Span::default(),
        patience: SignedDuration::from_mins(30),
        threads,
        stop: &stop,
        progress: &(),
    };
    let found = find(&[folder.to_owned()], &Selection::default())?;
    ensure!(found.unread.is_empty(), "not all could be looked at: {:?}", found.unread.first());
    Ok(read(found.files.into_inputs().map(|timed| timed.input), &plan, &mut []))
}

/// Decides about the findings and writes them.
pub(crate) fn finish(reading: Reading, pipeline: &Pipeline, to: impl Write) -> Result<()> {
    ensure!(reading.is_complete(), "not all could be read: {:?}", reading.unreadable.first());
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let replay = runtime.block_on(decide(reading, &pipeline.settings, &mut |_, _| {}));
    let told = Told {
        replay: &replay,
        settings: &pipeline.settings,
        rules: &pipeline.rules,
        notes: &[],
        files: None,
        took: None,
        made: Timestamp::UNIX_EPOCH,
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut out = BufWriter::new(to);
    for line in ndjson::lines(&told)? {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}
