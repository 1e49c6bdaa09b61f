//! Values over time in one line of blocks, or in several.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use portcullis_metrics::{HOUR, Window};

/// From the lowest to the highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// None at all, while records were read.
const NONE: char = '·';

/// Nobody knows.
const UNKNOWN: char = ' ';

/// Into how many parts a day can be cut so that each is whole hours.
const PARTS: [usize; 8] = [24, 12, 8, 6, 4, 3, 2, 1];

/// A window cut into parts of the same length, each shown as one column.
#[derive(Debug, PartialEq)]
pub(crate) struct Cells {
    /// The parts; one that has not come yet is empty.
    pub(crate) spans: Vec<Range<Timestamp>>,
    /// Which part each day begins with.
    days: Vec<(usize, Date)>,
    /// Parts of a day, where a part is not longer than that.
    parts: usize,
    /// Days of a part, where it is longer.
    together: usize,
}

impl Cells {
    /// As fine as fits in so many columns. Every hour of the window is in exactly one part.
    pub(crate) fn of(window: &Window, columns: usize) -> Self {
        let days = window.days.len();
        let parts = PARTS.into_iter().find(|parts| parts * days <= columns).unwrap_or(1);
        let together = if parts == 1 { days.div_ceil(columns.max(1)).max(1) } else { 1 };
        let mut cells = Self { spans: Vec::new(), days: Vec::new(), parts, together };
        for some in window.days.chunks(together) {
            let Some((first, last)) = some.first().zip(some.last()) else { continue };
            let begun = cells.spans.len();
            cells.days.extend(some.iter().map(|day| (begun, day.date)));
            let end = last.span.end;
            let starts: Vec<Timestamp> =
                (0..parts).map(|part| later(first.span.start, part * (24 / parts), end)).collect();
            let ends = starts.iter().skip(1).copied().chain([end]);
            cells.spans.extend(starts.iter().copied().zip(ends).map(|(start, end)| start..end));
        }
        cells
    }

    /// How long a part is: `1 hour`, `6 hours`, `2 days`.
    pub(crate) fn length(&self) -> String {
        match (self.parts, self.together) {
            (24, _) => "1 hour".to_owned(),
            (1, 1) => "1 day".to_owned(),
            (1, days) => format!("{days} days"),
            (parts, _) => format!("{} hours", 24 / parts),
        }
    }

    /// A line below or above the columns that says which day is where; each column is `scale` characters wide.
    pub(crate) fn ruler(&self, scale: usize) -> String {
        let room = self.parts * scale;
        let form = match room {
            7.. => "%a %-d",
            4..=6 => "%a",
            _ => "%-d %b",
        };
        let mut line = String::new();
        for (cell, date) in &self.days {
            let label = date.strftime(form).to_string();
            let at = cell * scale;
            let taken = line.chars().count();
            let fits = at + label.chars().count() <= self.spans.len() * scale;
            if fits && (taken == 0 || taken < at) {
                line.extend(std::iter::repeat_n(' ', at - taken));
                line.push_str(&label);
            }
        }
        line
    }
}

/// So many hours later, and not after `end`.
fn later(start: Timestamp, hours: usize, end: Timestamp) -> Timestamp {
    let hours = i32::try_from(hours).unwrap_or(i32::MAX);
    start.checked_add(HOUR * hours).map_or(end, |time| time.min(end))
}

/// A character for each value: the greatest is full, none is a dot, and what nobody knows is left blank.
pub(crate) fn sparkline(values: &[Option<f64>]) -> String {
    chart(values, 1, 1).concat()
}

/// The same in so many lines, from the top, each value `scale` characters wide.
pub(crate) fn chart(values: &[Option<f64>], lines: usize, scale: usize) -> Vec<String> {
    let greatest = values.iter().flatten().copied().fold(0.0, f64::max);
    let line = |from_below: usize| -> String {
        let character = |value: &Option<f64>| match value {
            None => UNKNOWN,
            Some(value) if *value <= 0.0 || greatest <= 0.0 => {
                if from_below == 0 {
                    NONE
                } else {
                    ' '
                }
            }
            Some(value) => block(eighths(*value / greatest, lines), from_below),
        };
        values.iter().flat_map(|value| std::iter::repeat_n(character(value), scale)).collect()
    };
    (0..lines).rev().map(line).collect()
}

/// A part of the whole in eighths of a line, rounded up: what is there is seen.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a part between 0 and 1 of a few lines"
)]
fn eighths(part: f64, lines: usize) -> usize {
    let whole = lines * BLOCKS.len();
    ((part * whole as f64).ceil() as usize).clamp(1, whole)
}

fn block(eighths: usize, from_below: usize) -> char {
    let left = eighths.saturating_sub(from_below * BLOCKS.len());
    left.checked_sub(1).map_or(' ', |level| BLOCKS.get(level).copied().unwrap_or('█'))
}

/// A bar of at most so many characters, in eighths of one.
pub(crate) fn bar(value: f64, greatest: f64, characters: usize) -> String {
    const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    if value <= 0.0 || greatest <= 0.0 {
        return String::new();
    }
    let eighths = eighths((value / greatest).min(1.0), characters);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).and_then(|part| PARTS.get(part)));
    bar
}

#[cfg(test)]
mod tests;
