//! `portcullis replay`: what would have been done about these logs, and to whom.

mod answer;
mod arguments;
mod hours;
pub(crate) mod interrupt;
mod paint;
pub(crate) mod progress;
mod records;
mod write;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use portcullis_activity::{Limits, OverviewBuilder};
use portcullis_detection::Pipeline;
use portcullis_knowledge::LEARNING;
use portcullis_replay::form::{Told, code};
use portcullis_replay::{Plan, Seen, Watcher, decide};
use portcullis_report::Shown;
use portcullis_settings::Inventory;

use crate::load::{self, Known, Rules};
pub(crate) use arguments::Arguments;
use hours::Hours;
use progress::Bar;

/// CloudTrail delivers within some fifteen minutes of a call as a rule (CloudTrail User Guide, *How CloudTrail works*); twice that
/// is waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// No log file is as large; what is, is a bomb.
pub(crate) const LIMIT: u64 = 4 << 30;

/// What a report draws, of the accesses that pass.
struct Drawn<'p>(OverviewBuilder<'p>);

impl Watcher for Drawn<'_> {
    fn see(&mut self, seen: &Seen<'_>) {
        self.0.see(seen.access, seen.judgement, seen.again);
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let made = Timestamp::now();
    for path in arguments.report.iter().chain(&arguments.metrics) {
        write::check(path)?;
    }
    let inputs = arguments.input.open(made).await?;
    let Known { mut settings, context, mut notes } = load::known(arguments.settings.as_deref())?;
    notes.extend(inputs.notes);
    if let Some(mode) = arguments.mode {
        settings.mode = mode;
    }
    let Rules { set, files, .. } = load::rules(&arguments.rules)?;
    let pipeline = Pipeline::new(set, settings, Inventory::default(), context);
    let Pipeline { rules, settings, inventory, .. } = &pipeline;
    notes.extend(rules.problems().iter().map(|problem| format!("a problem with the rules: {problem}")));
    notes.extend(
        settings.unresolved(inventory).into_iter().map(|entry| format!("cannot be resolved without AWS: {entry}")),
    );
    let stop = interrupt::listen()?;
    let bar = Bar::new(inputs.total, !arguments.no_progress);
    let all_cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let plan = Plan {
        pipeline: &pipeline,
        watched_since: arguments.watched_since,
        span: inputs.span,
        patience: PATIENCE,
        threads: arguments.threads.unwrap_or_else(all_cores),
        stop,
        progress: &bar,
    };
    let mut hours = Hours::new(&pipeline);
    let mut drawn = Drawn(OverviewBuilder::new(settings, inventory, Limits::default()));
    let mut watchers: Vec<&mut dyn Watcher> = Vec::new();
    if arguments.metrics.is_some() {
        watchers.push(&mut hours);
    }
    if arguments.report.is_some() {
        watchers.push(&mut drawn);
    }
    let mut read = portcullis_replay::read(interrupt::heed(inputs.items, stop), &plan, &mut watchers);
    // What stood still when it was told to end looks as if it had come to its end.
    read.interrupted |= stop.load(Ordering::Relaxed);
    let took = SignedDuration::try_from(bar.elapsed()).ok();
    bar.clear();
    notes.extend(inputs.afterwards.notes());
    notes.extend(read.reach.map(|reach| history(reach, arguments.watched_since)));
    if read.records == 0 {
        notes.push("no record was read, so this says nothing about anybody".to_owned());
    }
    for finding in &read.findings {
        hours.fired(finding);
    }
    let replay = decide(read, settings, &mut |at, entry| hours.decided(at, entry)).await;
    if let Some(path) = &arguments.metrics {
        write::whole(path, &hours.series(&replay.read).to_json()?)?;
        let hourless = replay.read.hourless;
        if hourless > 0 {
            notes.push(format!("{hourless} records are in no metric, for want of a time that can be read"));
        }
    }
    let files_found = inputs.total.map(|total| total.files);
    let version = env!("CARGO_PKG_VERSION");
    let told = Told { replay: &replay, settings, rules, notes: &notes, files: files_found, took, made, version };
    if let Some(path) = &arguments.report {
        let overview = drawn.0.finish();
        let shown = Shown { replay: &replay, overview: &overview, settings, rules, notes: &notes, made, version };
        write::whole(path, &portcullis_report::render(&shown))?;
        anstream::eprintln!("the report is in {}", path.display());
    }
    match &arguments.explain {
        Some(wanted) => answer::explain(&told, wanted, arguments, &pipeline, &files).await?,
        None => answer::print(&told, arguments.format)?,
    }
    Ok(ExitCode::from(code::of(&replay, arguments.fail_on)))
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
