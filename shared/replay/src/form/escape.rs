//! Text from logs on its way to terminals, files and other programs.

use std::fmt::Write as _;

use serde::Serialize;

/// Text without what could command a terminal.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A JSON document on many lines.
///
/// # Errors
///
/// When the document cannot be told in JSON.
pub fn pretty(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(document)?))
}

/// A JSON document on one line.
///
/// # Errors
///
/// When the document cannot be told in JSON.
pub fn one_line(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string(document)?))
}

/// JSON leaves the control characters from U+007F on as they are, and some terminals obey them; here they are escaped too, and
/// so are the two separators that some readers of JSON Lines take for the end of a line.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if ('\u{7f}'..='\u{9f}').contains(&c) || ['\u{2028}', '\u{2029}'].contains(&c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// A field of a table that a spreadsheet may open: one that it would take for a formula gets an apostrophe in front
/// (OWASP, *CSV Injection*), and what could command a terminal is taken out.
pub(crate) fn cell(text: &str) -> String {
    let text = clean(text);
    // A spreadsheet passes by blanks in front, and takes full-width signs for theirs.
    match text.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '\u{fffd}' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use test_case::test_case;

    use super::*;

    #[test]
    fn nothing_in_json_commands_a_terminal() {
        let told = json!({"agent": "a\u{1b}[2J\u{9b}2J\u{7f}\u{2028}"});
        for text in [pretty(&told).unwrap(), one_line(&told).unwrap()] {
            let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{2028}';
            assert!(!text.contains(bad), "{text:?}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), told);
        }
    }

    #[test_case("=1+1", "'=1+1")]
    #[test_case("  @SUM(A1)", "'  @SUM(A1)")]
    #[test_case("\t=1", "'\u{fffd}=1" ; "a tab in front")]
    #[test_case("＝1", "'＝1" ; "full width")]
    #[test_case("role/team/a-b", "role/team/a-b")]
    #[test_case("", "")]
    fn cells(text: &str, expected: &str) {
        assert_eq!(cell(text), expected);
    }
}
