//! Standard output, whose reader may go away: `portcullis check | head` is no reason to panic.

use std::fmt;
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
