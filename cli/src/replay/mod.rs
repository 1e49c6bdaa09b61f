//! `portcullis replay`: what would have been done about these logs, and to whom.

mod group;
mod input;
mod outcome;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use portcullis_detection::Pipeline;
use portcullis_settings::{Inventory, Mode, Settings};

use crate::load;

/// What to replay, and how.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 everything was read; 1 something could not be read; 2 nothing was replayed.")]
pub(crate) struct Arguments {
    /// Log files or folders of them: JSON, JSON Lines, any envelope, each also gzipped
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A rule file of your own, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Replay as if this were the mode [default: as the settings say]
    #[arg(long, value_parser = mode, value_name = "observe|page|enforce")]
    mode: Option<Mode>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

fn mode(word: &str) -> Result<Mode, String> {
    let known = Mode::ALL.iter().find(|mode| mode.as_str() == word);
    known.copied().ok_or_else(|| format!("`{word}` is none of observe, page, enforce"))
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(missing) = arguments.paths.iter().find(|path| !path.exists()) {
        bail!("there is no `{}`", missing.display());
    }
    let (settings, told) = settings(arguments)?;
    let rules = load::rules(&arguments.rules)?;
    let mut notes: Vec<String> = told.into_iter().collect();
    notes.extend(rules.problems().iter().map(|problem| format!("rule left out: {problem}")));
    let inventory = Inventory::default();
    notes.extend(
        settings.unresolved(&inventory).into_iter().map(|entry| format!("cannot be resolved without AWS: {entry}")),
    );
    let pipeline = Pipeline { rules, settings, inventory };
    let read = input::read(&arguments.paths, &pipeline);
    if read.records == 0 {
        notes.push("no record was read, so this says nothing about anybody".to_owned());
    }
    let outcome = outcome::respond(read, &pipeline.settings).await;
    match arguments.format {
        Format::Table => report::print_table(&outcome, &pipeline.settings, &notes),
        Format::Json => report::print_json(&outcome, &pipeline.settings, &notes)?,
    }
    // Unreadable input is an answer too, but not a clean one. About rules it is `check` that is strict.
    Ok(if outcome.read.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settings(arguments: &Arguments) -> Result<(Settings, Option<String>)> {
    let mut note = None;
    let mut settings = match load::settings(arguments.settings.as_deref())? {
        None => {
            note = Some(format!(
                "no {}: no asset is classified, so rules about tiers cannot fire; pass --settings FILE",
                load::SETTINGS
            ));
            Settings::default()
        }
        Some(file) => match file.settings {
            Ok(settings) => settings,
            Err(problems) => {
                bail!("the settings have problems:\n{}", problems.render(&file.path.display().to_string(), &file.text))
            }
        },
    };
    if let Some(mode) = arguments.mode {
        settings.mode = mode;
    }
    Ok((settings, note))
}
