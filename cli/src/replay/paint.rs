//! Lines on standard output, in colours where there are some.

use comfy_table::{ContentArrangement, Table};
use owo_colors::OwoColorize as _;
use portcullis_replay::form::{Line, Tone, screen};

use crate::output::say;

/// How wide the reader's screen is.
pub(super) fn columns() -> usize {
    // The same library asks as draws the other tables, so that all of them are as wide.
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    table.width().map(usize::from).or_else(told).unwrap_or(screen::COLUMNS)
}

/// Prints lines.
pub(super) fn print(lines: &[Line]) {
    for line in lines {
        say!("{}", painted(line));
    }
}

/// The line in colours. Nothing follows the last letter.
pub(super) fn painted(line: &Line) -> String {
    let parts: Vec<(Tone, &str)> = line.parts().collect();
    let last = parts.iter().rposition(|(_, text)| !text.trim_end().is_empty());
    let kept = parts.iter().take(last.map_or(0, |last| last + 1)).enumerate();
    kept.map(|(index, (tone, text))| {
        let text = if Some(index) == last { text.trim_end() } else { text };
        match tone {
            Tone::Plain => text.to_owned(),
            Tone::Strong => text.bold().to_string(),
            Tone::Quiet => text.dimmed().to_string(),
            Tone::Grave => text.red().to_string(),
            Tone::Warning => text.yellow().to_string(),
        }
    })
    .collect()
}
