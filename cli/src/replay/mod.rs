//! `portcullis replay`: what would have been done about these logs, and to whom.

mod group;
mod hours;
mod report;

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use portcullis_detection::Pipeline;
use portcullis_knowledge::LEARNING;
use portcullis_replay::{Plan, Watcher, decide};
use portcullis_settings::{Inventory, Mode};

use crate::input::InputArguments;
use crate::load::{self, Known, Rules};
use crate::output::Format;
use hours::Hours;

/// CloudTrail delivers within some fifteen minutes of a call as a rule (CloudTrail User Guide, *How CloudTrail works*); twice that
/// is waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// No log file is as large; what is, is a bomb.
pub(crate) const LIMIT: u64 = 4 << 30;

/// What to replay, and how.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 everything was read; 1 something could not be read; 2 nothing was replayed.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A rule file of your own, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Replay as if this were the mode [default: as the settings say]
    #[arg(long, value_parser = mode, value_name = "observe|page|ask|enforce")]
    mode: Option<Mode>,
    /// Since when the accounts have been watched: for a week from then on, what was never seen before means little
    /// [default: each since its first record]
    #[arg(long, value_parser = watched_since, value_name = "DATE|always")]
    watched_since: Option<Timestamp>,
    /// Write to this file what the functions would have counted, for `portcullis metrics --from FILE`
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

fn mode(word: &str) -> Result<Mode, String> {
    let known = Mode::ALL.iter().find(|mode| mode.as_str() == word);
    known.copied().ok_or_else(|| format!("`{word}` is none of observe, page, ask, enforce"))
}

/// Long before any record.
const ALWAYS: Timestamp = Timestamp::UNIX_EPOCH;

/// `always`, a day (UTC) or a time.
fn watched_since(word: &str) -> Result<Timestamp, String> {
    if word == "always" {
        return Ok(ALWAYS);
    }
    let day = word.parse::<Date>().ok().filter(|_| !word.contains(['T', ' ']));
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|midnight| midnight.timestamp());
    midnight.or_else(|| word.parse().ok()).ok_or_else(|| {
        format!("`{word}` is neither `always` nor a date such as 2026-01-31, or a time such as 2026-01-31T08:00Z")
    })
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.input.paths.is_empty() {
        bail!("nothing to read: name files or folders");
    }
    let inputs = arguments.input.open().await?;
    let Known { mut settings, context, mut notes } = load::known(arguments.settings.as_deref())?;
    if let Some(mode) = arguments.mode {
        settings.mode = mode;
    }
    let Rules { set, .. } = load::rules(&arguments.rules)?;
    let pipeline = Pipeline::new(set, settings, Inventory::default(), context);
    let Pipeline { rules, settings, inventory, .. } = &pipeline;
    notes.extend(rules.problems().iter().map(|problem| format!("a problem with the rules: {problem}")));
    notes.extend(
        settings.unresolved(inventory).into_iter().map(|entry| format!("cannot be resolved without AWS: {entry}")),
    );
    let stop = AtomicBool::new(false);
    let plan = Plan {
        pipeline: &pipeline,
        watched_since: arguments.watched_since,
        span: inputs.span,
        patience: PATIENCE,
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        stop: &stop,
        progress: &(),
    };
    let mut hours = Hours::new(&pipeline);
    let mut watchers: Vec<&mut dyn Watcher> = Vec::new();
    if arguments.metrics.is_some() {
        watchers.push(&mut hours);
    }
    let read = portcullis_replay::read(inputs.items, &plan, &mut watchers);
    notes.extend(read.reach.map(|reach| history(reach, arguments.watched_since)));
    if read.records == 0 {
        notes.push("no record was read, so this says nothing about anybody".to_owned());
    }
    for finding in &read.findings {
        hours.fired(finding);
    }
    let outcome = decide(read, &pipeline.settings, &mut |at, entry| hours.decided(at, entry)).await;
    if let Some(path) = &arguments.metrics {
        let written = fs::write(path, hours.series(&outcome.read).to_json()?);
        written.with_context(|| format!("cannot write metrics to `{}`", path.display()))?;
        let hourless = outcome.read.hourless;
        if hourless > 0 {
            notes.push(format!("{hourless} records are in no metric, for want of a time that can be read"));
        }
    }
    match arguments.format {
        Format::Table => report::print_table(&outcome, &pipeline.settings, &notes),
        Format::Json => report::print_json(&outcome, &pipeline.settings, &notes)?,
    }
    if outcome.read.records == 0 && outcome.read.is_complete() {
        return Ok(ExitCode::from(2));
    }
    // Unreadable input is an answer too, but not a clean one. About rules it is `check` that is strict.
    Ok(if outcome.read.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How far the logs reach, and what that means for rules that ask what was seen before.
fn history((first, last): (Timestamp, Timestamp), watched_since: Option<Timestamp>) -> String {
    let days = LEARNING.as_hours() / 24;
    let reach = format!("the logs reach from {first:.0} to {last:.0}");
    let learned = watched_since.unwrap_or(first).saturating_add(LEARNING).unwrap_or(Timestamp::MAX);
    match watched_since {
        _ if learned > last => format!(
            "{reach}: all of it lies in the first {days} days of being watched, in which a first sighting means nothing yet; \
             --watched-since tells of an earlier beginning"
        ),
        None => format!("{reach}; in the first {days} days of each account, a first sighting means nothing yet"),
        Some(_) => {
            format!("{reach}; whoever and whatever is not in them from the beginning counts as never seen before")
        }
    }
}
