//! The answer on standard output, in the form that was asked for.

use anyhow::Result;
use owo_colors::OwoColorize as _;
use portcullis_activity::who::{Answer, csv, ndjson, table};
use portcullis_logs::Unread;
use portcullis_replay::Reading;
use serde::Serialize;

use super::Format;
use crate::output::{clean, json, say};

/// The answer, and what could not be read.
#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    answer: &'d Answer,
    unreadable: &'d [Unread],
    more_unreadable: usize,
}

/// A line of JSON Lines about something that could not be read.
#[derive(Serialize)]
struct Line<'d> {
    kind: &'static str,
    #[serde(flatten)]
    unread: &'d Unread,
}

pub(super) fn print(answer: &Answer, reading: &Reading, format: Format) -> Result<()> {
    let Reading { unreadable, more_unreadable, .. } = reading;
    match format {
        Format::Table => {
            say!("{}", table(answer, comfy_table::Table::new().width()).trim_end());
            if !unreadable.is_empty() || !answer.notes.is_empty() {
                say!();
            }
            for unread in unreadable {
                say!("{} {}", "unreadable".red(), told(unread));
            }
            for note in &answer.notes {
                say!("{} {}", "note".yellow(), clean(note));
            }
        }
        Format::Json => say!("{}", json(&Document { answer, unreadable, more_unreadable: *more_unreadable })?),
        Format::Ndjson => {
            let mut lines = ndjson(answer)?;
            for unread in unreadable {
                // What comes from a log is cleaned beforehand: here nothing escapes what JSON leaves alone.
                let line = serde_json::to_string(&Line { kind: "unreadable", unread })?;
                lines.push_str(&clean(&line));
                lines.push('\n');
            }
            say!("{}", lines.trim_end());
        }
        Format::Csv => {
            say!("{}", csv(answer)?.trim_end());
            // There is no room for them between the cells.
            for unread in unreadable {
                anstream::eprintln!("{} {}", "unreadable".red(), told(unread));
            }
            for note in &answer.notes {
                anstream::eprintln!("{} {}", "note".yellow(), clean(note));
            }
            if !answer.found {
                anstream::eprint!("{}", table(answer, None));
            }
        }
    }
    Ok(())
}

fn told(unread: &Unread) -> String {
    format!("{}, {}: {}", clean(&unread.file), clean(&unread.place), clean(&unread.reason))
}
