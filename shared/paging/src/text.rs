//! Text that came from a log, made fit to be read: nothing in it can break a line or forge one.

use std::fmt::Write as _;

/// The longest value shown; CloudTrail itself cuts user agents at 1 KB.
const LONGEST: usize = 300;

/// On one line, without control characters and without an address that a reader's program would make a link of; cut to
/// a readable length.
pub(crate) fn one_line(text: &str) -> String {
    // One character more than is shown, so that what is cut is seen to be.
    let enough = text.char_indices().nth(LONGEST + 1).and_then(|(end, _)| text.get(..end));
    shorten(&clean(enough.unwrap_or(text)), LONGEST)
}

/// The same, uncut: for calls and commands, of which a part is worse than nothing.
pub(crate) fn clean(text: &str) -> String {
    let clean: String = text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect();
    // Whoever is watched must not be able to put a link before those who watch.
    clean.replace("://", "[:]//")
}

/// Control characters, and those that turn the direction of text, break lines or hide without looking like it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `longest` characters, the last an ellipsis when something was cut.
pub(crate) fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// At most `longest` bytes, cut between characters; ends in `mark` when something was cut.
pub(crate) fn cut(text: &str, longest: usize, mark: &str) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let mut end = longest.saturating_sub(mark.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    if mark.len() <= longest { format!("{kept}{mark}") } else { kept.to_owned() }
}

/// A word of a shell command: as it is where that is safe, else in quotes.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_:/-".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", clean(text).replace('\'', "'\\''"))
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

    /// An empty line, unless there is one.
    pub(crate) fn gap(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
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
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test]
    fn a_value_cannot_forge_a_line() {
        assert_eq!(one_line("a\nUNDO nothing\r\u{202e}b"), "a\u{fffd}UNDO nothing\u{fffd}\u{fffd}b");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), LONGEST);
    }

    #[test]
    fn a_value_is_no_link() {
        assert_eq!(one_line("see https://portcullis.example/approve"), "see https[:]//portcullis.example/approve");
    }

    #[test_case(
        "arn:aws:iam::111122223333:role/team/a+b=c,d.e@f_g-h",
        "arn:aws:iam::111122223333:role/team/a+b=c,d.e@f_g-h"
    )]
    #[test_case("a;reboot", "'a;reboot'")]
    #[test_case("it's", "'it'\\''s'")]
    #[test_case("$(x)", "'$(x)'")]
    #[test_case("", "''" ; "nothing")]
    fn words_of_a_shell(text: &str, expected: &str) {
        assert_eq!(shell_word(text), expected);
    }

    proptest! {
        #[test]
        fn what_is_cut_fits(text in ".{0,80}", longest in 0..100_usize) {
            let short = cut(&text, longest, "..");
            prop_assert!(short.len() <= longest);
            prop_assert!(text.len() > longest || short == text);
            prop_assert!(text.starts_with(short.strip_suffix("..").unwrap_or(&short)));
        }

        #[test]
        fn one_line_is_one(text in "\\PC{0,20}[\\x00-\\x1f\u{7f}\u{85}\u{2028}\u{2029}]{0,3}.{0,20}") {
            let line = one_line(&text);
            prop_assert_eq!(line.lines().count().max(1), 1);
            let broken = line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
            prop_assert!(!broken, "{line:?}");
        }
    }
}
