//! Text that came from a log, made fit to be read: nothing in it can break a line or forge one.

use std::fmt::Write as _;

/// The longest value shown; CloudTrail itself cuts user agents at 1 KB.
const LONGEST: usize = 300;

/// On one line, without control characters, cut to a readable length.
pub(crate) fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect();
    shorten(&clean, LONGEST)
}

/// Control characters, and those that turn the direction of text or break lines without looking like it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// At most `longest` characters, the last an ellipsis when something was cut.
pub(crate) fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// Labelled lines: the label in its own column, further lines of a value below the first.
#[derive(Default)]
pub(crate) struct Lines(String);

impl Lines {
    const COLUMN: usize = 10;

    pub(crate) fn plain(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(crate) fn line(&mut self, label: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{label:<width$}{value}", width = Self::COLUMN);
    }

    pub(crate) fn lines(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        let mut label = label;
        for value in values {
            self.line(label, &value);
            label = "";
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_forge_a_line() {
        assert_eq!(one_line("a\nUNDO nothing\r\u{202e}b"), "a\u{fffd}UNDO nothing\u{fffd}\u{fffd}b");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), LONGEST);
    }
}
