//! `portcullis alarms`: what alarms, metric filters and dashboard differ from what the settings call for, and making them so.
//! The function `alarms` does both, which alone may.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use portcullis_aws::{SdkConfig, invoke};
use portcullis_monitoring::{Applied, Conflict, Failure, PlanReport};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Place;
use crate::aws_error;
use crate::load::{self, SettingsFile};
use crate::output::{self, Format, clean, say};

/// For how long the function works at a time, in seconds; the command tells how far it is in between.
const ROUND: u32 = 45;

/// What to do with alarms and dashboard.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what would be changed; changes nothing.
    Plan(PlanArguments),
    /// Change it now, rather than within the hour.
    Apply(ApplyArguments),
}

/// Under which settings, and in which form.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all is as it should be; 1 something would be changed, or is in the way; 2 it could \
                        not be told."
)]
pub(crate) struct PlanArguments {
    /// Settings that are not uploaded yet [default: those of the deployment]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    place: Place,
}

/// Which deployment.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all is as it should be; 1 something could not be done, or is in the way; 2 it could \
                        not be told."
)]
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Round {
    #[serde(flatten)]
    applied: Applied,
    conflicts: Vec<Conflict>,
    unchanged: usize,
}

pub(crate) async fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Plan(arguments) => plan(arguments).await,
        Command::Apply(arguments) => apply(arguments).await,
    }
}

async fn plan(arguments: &PlanArguments) -> Result<ExitCode> {
    let mut asked = json!({});
    if let Some(path) = &arguments.settings
        && let Some(SettingsFile { path, text, settings }) = load::settings(Some(path))?
    {
        if let Err(problems) = settings {
            bail!("the settings have problems:\n{}", problems.render(&path.display().to_string(), &text));
        }
        asked = json!({"settings": text});
    }
    let config = arguments.place.config().await;
    let report: PlanReport = ask(&config, &arguments.place.stack, json!({"plan": asked})).await?;
    match arguments.format {
        Format::Json => say!("{}", output::json(&report)?),
        Format::Table => report.to_string().lines().for_each(|line| say!("{}", clean(line))),
    }
    let nothing = report.groups.is_empty() && report.conflicts.is_empty();
    Ok(if nothing { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn apply(arguments: &ApplyArguments) -> Result<ExitCode> {
    let config = arguments.place.config().await;
    let mut told = Told::default();
    loop {
        let round: Round = ask(&config, &arguments.place.stack, json!({"apply": {"seconds": ROUND}})).await?;
        told.before.get_or_insert(round.unchanged);
        told.conflicts(&round.conflicts);
        told.add(&round.applied);
        told.failures(&round.applied.failed);
        let Applied { left, .. } = round.applied;
        if left == 0 {
            told.end();
            let well = round.applied.failed.is_empty() && round.conflicts.is_empty();
            return Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        if !did_something(&round.applied) {
            bail!("{left} are left, and {ROUND} seconds did not suffice for one of them: CloudWatch may be throttling");
        }
        say!("  {}; {left} left", told.so_far());
    }
}

/// What was said so far.
#[derive(Debug, Default)]
struct Told {
    /// How many were as they should be before anything was changed.
    before: Option<usize>,
    created: usize,
    updated: usize,
    deleted: usize,
    conflicts: Vec<String>,
    failures: Vec<String>,
}

impl Told {
    /// Conflicts stand first, and once: somebody must look at them.
    fn conflicts(&mut self, conflicts: &[Conflict]) {
        for Conflict { what, why, .. } in conflicts {
            if !self.conflicts.contains(what) {
                say!("left alone: {}: {}", clean(what), clean(why));
                self.conflicts.push(what.clone());
            }
        }
    }

    fn failures(&mut self, failures: &[Failure]) {
        for Failure { what, error } in failures {
            if !self.failures.contains(what) {
                say!("failed: {}: {}", clean(what), clean(error));
                self.failures.push(what.clone());
            }
        }
    }

    fn add(&mut self, applied: &Applied) {
        self.created += applied.done.created;
        self.updated += applied.done.updated;
        self.deleted += applied.done.deleted;
    }

    fn so_far(&self) -> String {
        format!("{} created, {} updated, {} deleted", self.created, self.updated, self.deleted)
    }

    fn end(&self) {
        say!("{}; {} were as they should be", self.so_far(), self.before.unwrap_or_default());
    }
}

fn did_something(applied: &Applied) -> bool {
    let done = applied.done;
    done.created + done.updated + done.deleted + done.silenced > 0
}

async fn ask<T: DeserializeOwned>(config: &SdkConfig, stack: &str, request: Value) -> Result<T> {
    let function = format!("{stack}-alarms");
    let answer = invoke(config, &function, request.to_string()).await.map_err(aws_error)?;
    serde_json::from_slice(&answer)
        .with_context(|| format!("`{function}` answered something else: {}", String::from_utf8_lossy(&answer)))
}
