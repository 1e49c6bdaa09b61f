//! Tells a story on standard output: when, what, and what was printed elsewhere, indented.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use owo_colors::OwoColorize as _;

/// Tells a story. Each step has the time since the start; colours are for terminals only.
#[derive(Clone, Copy, Debug)]
pub struct Narrator {
    started: Instant,
    coloured: bool,
}

/// The width of time and label together.
const MARGIN: usize = 18;

impl Narrator {
    /// The story begins now.
    pub fn start() -> Self {
        Self { started: Instant::now(), coloured: std::io::stdout().is_terminal() }
    }

    /// What the story is about.
    pub fn title(&self, text: &str) {
        if self.coloured { say(&text.bold().to_string()) } else { say(text) }
    }

    /// A new step.
    pub fn step(&self, label: &str, text: &str) {
        let seconds = format!("{:5.1} s", self.started.elapsed().as_secs_f64());
        let padded = format!("{label:<width$}", width = MARGIN - seconds.len() - 2);
        if self.coloured {
            say(&format!("\n{}  {}{text}", seconds.dimmed(), padded.cyan().bold()));
        } else {
            say(&format!("\n{seconds}  {padded}{text}"));
        }
    }

    /// More of the same step.
    pub fn more(&self, text: &str) {
        say(&format!("{:MARGIN$}{text}", ""));
    }

    /// What somebody else wrote.
    pub fn quote(&self, text: &str) {
        for line in text.trim().lines() {
            let bar = if self.coloured { "│".dimmed().to_string() } else { "│".to_owned() };
            say(format!("{:MARGIN$}{bar} {line}", "").trim_end());
        }
    }
}

/// One line. Somebody who has seen enough closes the pipe, which is no reason to leave anything behind.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
