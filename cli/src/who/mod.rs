//! `portcullis who`: who used an asset, or what an actor used.

mod print;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use portcullis_activity::who::{Answer, AssetReading, Read, Subject, Who};
use portcullis_detection::{Pipeline, RuleSet};
use portcullis_replay::{Plan, Reading, Seen, Span, Watcher};
use portcullis_settings::Inventory;

use crate::input::SourceArguments;
use crate::load::{self, Known};
use crate::replay::interrupt;
use crate::replay::progress::Bar;

/// CloudTrail delivers within some fifteen minutes of a call as a rule (CloudTrail User Guide, *How CloudTrail works*); twice that
/// is waited for: what an alias means depends on what was before.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// Whom or what to ask about.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "ASSET is a secret by name or ARN, a key by id or ARN, an alias, an entry of the settings, a tier, or a \
    parameter; ACTOR a role, a user, a session or a function by name or ARN, an access key id, a source identity, a user of \
    IAM Identity Center, a service, an account, or root. A word that can be several things is all of them, and the answer says \
    so; secret:NAME, role:NAME and so on keep one.\n\n\
    In CSV, a cell that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) begins with \
    an apostrophe.\n\n\
    Exit status: 0 found, and everything was read; 1 not found, or something could not be read; 2 nothing was read."
)]
pub(crate) struct Arguments {
    /// A key, an alias, a secret, an entry of the settings; or a role, a user, a session, an access key
    #[arg(value_name = "ASSET|ACTOR")]
    subject: String,
    #[command(flatten)]
    sources: SourceArguments,
    /// The settings file: who is authorized, which tier [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: one document.
    Json,
    /// For programs: a document on each line, as many as there are rows, accesses and notes.
    Ndjson,
    /// For spreadsheets: a line for each row.
    Csv,
}

/// Shows the records to whoever counts them.
struct Watching<'w> {
    who: Who<'w>,
    span: Span,
}

impl Watcher for Watching<'_> {
    fn see(&mut self, seen: &Seen<'_>) {
        if self.span.holds(seen.access.time) {
            self.who.see(seen.access, seen.judgement, seen.again);
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Known { settings, context, mut notes } = known(arguments)?;
    let subject = Subject::parse(&arguments.subject, &settings)?;
    let inputs = arguments.sources.open(Timestamp::now()).await?;
    notes.extend(inputs.notes);
    let pipeline = Pipeline::new(RuleSet::load(&[]), settings, Inventory::default(), context);
    notes.extend(unresolved(&subject, &pipeline));
    let stop = interrupt::listen()?;
    let bar = Bar::new(inputs.total, true);
    let plan = Plan {
        pipeline: &pipeline,
        watched_since: None,
        span: inputs.span,
        patience: PATIENCE,
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        stop,
        progress: &bar,
    };
    let country = |ip| pipeline.context.geo.as_ref().and_then(|geo| geo.country(ip));
    let mut watching = Watching { who: Who::new(subject, &pipeline.settings, &country), span: inputs.span };
    let reading = portcullis_replay::read(inputs.items, &plan, &mut [&mut watching]);
    bar.clear();
    notes.extend(inputs.afterwards.notes());
    let read = Read { records: reading.records as u64, reach: reading.reach };
    let mut answer = watching.who.finish(read);
    answer.notes.extend(notes);
    answer.notes.extend(inputs.afterwards.notes());
    answer.notes.extend(about(&reading));
    print::print(&answer, &reading, arguments.format)?;
    Ok(status(&answer, &reading))
}

/// The settings, which are optional.
fn known(arguments: &Arguments) -> Result<Known> {
    let mut known = load::known(arguments.settings.as_deref())?;
    if load::settings(arguments.settings.as_deref())?.is_none() {
        known.notes = vec![format!("no {}: who is authorized is not known; pass --settings FILE", load::SETTINGS)];
    }
    Ok(known)
}

/// What entries that were asked for name by alias or tag, which records do not tell.
fn unresolved(subject: &Subject, pipeline: &Pipeline) -> Vec<String> {
    let of_settings =
        |reading: &AssetReading| matches!(reading, AssetReading::Entry { .. } | AssetReading::Tier { .. });
    if !subject.assets.iter().any(of_settings) {
        return Vec::new();
    }
    let unresolved = pipeline.settings.unresolved(&pipeline.inventory);
    unresolved.into_iter().map(|entry| format!("cannot be resolved without AWS: {entry}")).collect()
}

/// What people should know about the reading.
fn about(reading: &Reading) -> Vec<String> {
    let mut notes = Vec::new();
    if reading.records == 0 {
        notes.push("no record was read, so this says nothing about anybody".to_owned());
    }
    if reading.outside > 0 {
        notes.push(format!("{} records lie outside --since and --until, and count for nothing", reading.outside));
    }
    if reading.named_log_files > 0 {
        let files = reading.named_log_files;
        notes.push(format!("the input names {files} log files in S3, which were not fetched"));
    }
    if reading.more_unreadable > 0 {
        notes.push(format!("{} more things could not be read", reading.more_unreadable));
    }
    if reading.interrupted {
        notes.push("interrupted: this is about what was read until then".to_owned());
    }
    notes
}

fn status(answer: &Answer, reading: &Reading) -> ExitCode {
    match (answer.found, reading.is_complete()) {
        _ if reading.records == 0 => ExitCode::from(2),
        (true, true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
