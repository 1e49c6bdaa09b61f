//! The answer: tables for a terminal, the same as Markdown, or JSON for programs.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;

use crate::evaluation::Evaluation;
use crate::noise::Noise;
use crate::sections::{Section, sections};

/// Everything that an evaluation came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How many rules were loaded.
    pub loaded: usize,
    /// Whose settings the records were judged under.
    pub settings: String,
    /// Claims and findings, side by side.
    pub evaluation: Evaluation,
    /// Findings on records without labels.
    pub noise: Noise,
}

impl Report {
    /// Tables for a terminal.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for section in sections(self) {
            let Section { title, notes, header, rows } = section;
            let _ = writeln!(text, "{title}");
            for note in notes {
                let _ = writeln!(text, "{}", printable(&note));
            }
            if !rows.is_empty() {
                let mut table = Table::new();
                table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
                table.set_header(header);
                for row in rows {
                    table.add_row(row.iter().map(|cell| printable(cell)));
                }
                let _ = writeln!(text, "{table}");
            }
            text.push('\n');
        }
        text
    }

    /// The same as Markdown, to be pasted into a page.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for Section { title, notes, header, rows } in sections(self) {
            let _ = write!(text, "## {title}\n\n");
            for note in notes {
                let _ = write!(text, "{}\n\n", printable(&note));
            }
            if !rows.is_empty() {
                let _ = write!(text, "| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
                for row in rows {
                    let cells: Vec<String> = row.iter().map(|cell| printable(cell).replace('|', "\\|")).collect();
                    let _ = writeln!(text, "| {} |", cells.join(" | "));
                }
                text.push('\n');
            }
        }
        text
    }

    /// One JSON document with the same content.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// Text from a record or a label, on one line and without what could command a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
