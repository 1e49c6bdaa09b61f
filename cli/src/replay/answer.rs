//! The answer, on standard output; what some forms have no place for, on standard error.

use anyhow::{Result, anyhow};
use owo_colors::OwoColorize as _;
use portcullis_detection::{Pipeline, RuleFile};
use portcullis_replay::form::{Told, asff, csv, explain as explained, json, ndjson, ocsf, pick, screen};

use super::arguments::{Arguments, Form};
use super::{paint, records};
use crate::output::{clean, say};
use crate::rules;

/// So many things that could not be read are named on standard error.
const NAMED: usize = 10;

/// Prints the whole answer.
pub(super) fn print(told: &Told<'_>, form: Form) -> Result<()> {
    match form {
        Form::Table => paint::print(&screen::lines(told, paint::columns())),
        Form::Json => say!("{}", json::document(told)?),
        Form::Ndjson => all(&ndjson::lines(told)?),
        Form::Csv => {
            say!("{}", csv::text(told)?.trim_end());
            beside(told);
        }
        Form::Ocsf => {
            all(&ocsf::lines(told)?);
            beside(told);
        }
        Form::Asff => {
            let requests = asff::requests(told)?;
            all(&requests.lines);
            for id in &requests.left_out {
                anstream::eprintln!(
                    "left out {id}: its records name no account or no Region, which Security Hub asks for"
                );
            }
            beside(told);
        }
    }
    if form != Form::Table
        && let Some(line) = screen::interrupted(told)
    {
        anstream::eprintln!("{line}");
    }
    Ok(())
}

fn all(lines: &[String]) {
    for line in lines {
        say!("{line}");
    }
}

/// What forms of findings have no place for.
fn beside(told: &Told<'_>) {
    let read = &told.replay.read;
    for unread in read.unreadable.iter().take(NAMED) {
        let (file, place, reason) = (clean(&unread.file), clean(&unread.place), clean(&unread.reason));
        anstream::eprintln!("unreadable {file}, {place}: {reason}");
    }
    let more = read.unread().saturating_sub(NAMED);
    if more > 0 {
        anstream::eprintln!("unreadable: and {more} more");
    }
    for note in told.notes {
        anstream::eprintln!("note {}", clean(note));
    }
}

/// Prints everything about one finding.
pub(super) async fn explain(
    told: &Told<'_>,
    wanted: &str,
    arguments: &Arguments,
    pipeline: &Pipeline,
    files: &[RuleFile],
) -> Result<()> {
    let picked = pick(told.replay, wanted).map_err(|error| anyhow!(error))?;
    let finding = picked.finding();
    let lines = explained::explain(told, picked, paint::columns());
    paint::print(&lines.before);
    // The records are not kept while others are read: there may be millions.
    let again = arguments.input.open(told.made).await?;
    let found = records::find(again.items, &finding.evidence);
    say!();
    if !found.texts.is_empty() {
        say!("{}", "WHY".bold());
        rules::print_fired(&finding.rule.id, pipeline, files, &found.texts)?;
    }
    if found.missing > 0 {
        say!(
            "{} of its records could not be read a second time, to show what the rule asked of them; standard input cannot be",
            found.missing
        );
    }
    say!();
    paint::print(&lines.after);
    if let Some(line) = screen::interrupted(told) {
        anstream::eprintln!("{line}");
    }
    Ok(())
}
