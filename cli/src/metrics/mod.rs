//! `portcullis metrics`: the last days at a glance, from CloudWatch or from a replay.

mod asset;
mod columns;
mod csv;
mod entries;
mod fetch;
mod json;
mod numbers;
mod overview;
mod source;
mod sparkline;
mod totals;
mod view;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use comfy_table::Table;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::operate::Place;
use crate::output::{self, clean, say};
use fetch::KEPT_DAYS;
pub(crate) use source::watched;
use source::{Source, from_cloudwatch, from_file};

/// Which days of what, from where, and in which form.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An entry of `assets:`, by its name or a part of it: its curve and its days [default: all critical and sensitive ones]
    #[arg(value_name = "ASSET")]
    asset: Option<String>,
    /// So many days, today included, against as many before; CloudWatch keeps 455
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=i64::from(KEPT_DAYS)))]
    days: u16,
    /// What `replay --metrics` wrote, instead of CloudWatch: the days up to its last event; needs no credentials
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The settings, which say what is watched: a file, or s3://BUCKET/KEY [default: portcullis.yaml in the current folder, or
    /// what the file of --from says]
    #[arg(long, value_name = "FILE")]
    settings: Option<String>,
    /// A rule file of your own, or a folder of them, whose findings count too; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Whose days: a time zone such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    zone: TimeZone,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    #[command(flatten)]
    place: Place,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For spreadsheets: a line for each day and series.
    Csv,
    /// For programs: all of it, hour by hour.
    Json,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone such as UTC or Europe/Berlin"))
}

/// How wide text is where no terminal says so.
const COLUMNS: u16 = 100;

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Source { view, unwatched } = match &arguments.from {
        Some(path) => from_file(path, arguments)?,
        None => from_cloudwatch(arguments, Timestamp::now()).await?,
    };
    let one = arguments.asset.as_deref().map(|word| entries::find(&view, word, &unwatched)).transpose()?;
    let columns = usize::from(Table::new().width().unwrap_or(COLUMNS).clamp(72, 160));
    let lines = match (arguments.format, &one) {
        (Form::Json, one) => vec![output::json(&json::document(&view, one.as_ref()))?],
        (Form::Csv, one) => csv::lines(&view, one.as_ref()),
        (Form::Table, Some((asset, watched))) => asset::asset(&view, asset, watched, columns),
        (Form::Table, None) => overview::overview(&view, columns),
    };
    for line in lines {
        say!("{line}");
    }
    // The other forms have the notes in them.
    for note in view.notes.iter().filter(|_| arguments.format == Form::Csv) {
        anstream::eprintln!("note {}", clean(note));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
