//! `portcullis rules explain`: why a rule matches a record or does not.

mod absent;
mod answer;
mod asks;
mod explainer;
mod node;
mod records;
mod report;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use portcullis_detection::{Pipeline, RuleFile};
use portcullis_settings::Inventory;

use crate::load::{self, Rules};
use crate::output::{Format, clean, say};
use answer::Summary;
use explainer::{Explainer, Known};
use records::{Chosen, Read};

/// Which rule, which record.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Only values of fields that the rule names are shown. Nothing is known of what was before: rules that ask \
                  for history are seen at work in `portcullis replay`.\n\nExit status: 0 it was explained; 1 some of the \
                  file could not be read; 2 nothing was explained."
)]
pub(crate) struct Arguments {
    /// The rule's id, a base rule's too
    rule: String,
    /// A file with a record, in any form that `replay` reads; `-` for standard input
    record: PathBuf,
    /// Explain the record with this number in the file [default: the first]
    #[arg(long = "record", id = "record_number", value_name = "N", conflicts_with = "event_id")]
    number: Option<usize>,
    /// Explain the record with this `eventID`
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// A rule file of your own, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Prints what a rule that fired asked of the records that it fired on, and what they have.
pub(crate) fn print_fired(rule: &str, pipeline: &Pipeline, files: &[RuleFile], records: &[String]) -> Result<()> {
    let explainer = Explainer::new(rule, pipeline, files)?;
    for (index, text) in records.iter().enumerate() {
        report::print_fired(&explainer.explain(index + 1, &Known::of(text, pipeline)?));
    }
    Ok(())
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Rules { set, files, .. } = load::rules(&arguments.rules)?;
    let known = load::known(arguments.settings.as_deref())?;
    for note in &known.notes {
        anstream::eprintln!("note {note}");
    }
    let pipeline = Pipeline::new(set, known.settings, Inventory::default(), known.context);
    let explainer = Explainer::new(&arguments.rule, &pipeline, &files)?;
    let Read { texts, unreadable } = records::read(&arguments.record)?;
    for unread in &unreadable {
        anstream::eprintln!("unreadable {}", clean(unread));
    }
    let records: Vec<Option<Known<'_>>> = texts
        .iter()
        .map(|text| {
            let known = Known::of(text, &pipeline);
            known.inspect_err(|error| anstream::eprintln!("unreadable record: {}", clean(&error.to_string()))).ok()
        })
        .collect();
    let readable = records.iter().flatten().count();
    if readable == 0 {
        bail!("there is no record in `{}`", arguments.record.display());
    }
    let chosen = Chosen::of(arguments.number, arguments.event_id.as_deref());
    let all: Vec<Summary> = if readable > 1 && chosen.is_default() {
        records.iter().enumerate().filter_map(|(i, known)| Some(explainer.summary(i + 1, known.as_ref()?))).collect()
    } else {
        Vec::new()
    };
    let (number, known) = chosen.find(&records)?;
    let explanation = explainer.explain(number, known);
    match arguments.format {
        Format::Json => say!("{}", report::json(&explanation, &all)?),
        Format::Table => report::print(&explanation, &all),
    }
    let complete = unreadable.is_empty() && readable == records.len();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
