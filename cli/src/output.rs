//! Standard output, whose reader may go away: `portcullis check | head` is no reason to panic.

use std::fmt::{self, Write as _};
use std::io::{ErrorKind, Write as _};
use std::process::exit;

/// Prints a line, as `println!` does.
macro_rules! say {
    () => { $crate::output::line(format_args!("")) };
    ($($argument:tt)*) => { $crate::output::line(format_args!($($argument)*)) };
}

pub(crate) use say;

/// Writes a line. A reader that has gone away has seen enough; any other failure is told, and ends the command.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    match writeln!(anstream::stdout(), "{text}") {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            anstream::eprintln!("portcullis: cannot write to standard output: {error}");
            exit(2)
        }
    }
}

/// Text from a log, without what could command a terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A JSON document on many lines. JSON leaves the control characters from U+0080 on as they are, and some terminals obey
/// them; here they are escaped too.
pub(crate) fn json(document: &impl serde::Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(document)?;
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if ('\u{7f}'..='\u{9f}').contains(&c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Ok(escaped)
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}
