//! Texts, their links into the runbook, and both as Markdown.

use super::widget::{Span, Text};
use crate::place::Place;

impl Text {
    /// A heading of a section.
    pub(super) fn section(heading: &str, spans: Vec<Span>) -> Self {
        Self { heading: heading.to_owned(), main: false, spans }
    }

    /// As Markdown (AWS General Reference, *Using Markdown in the AWS Management Console*).
    pub fn markdown(&self) -> String {
        let mut markdown = format!("{} {}", if self.main { "#" } else { "##" }, escaped(&self.heading));
        if !self.spans.is_empty() {
            markdown.push_str("\n\n");
        }
        markdown.extend(self.spans.iter().map(|span| match span {
            Span::Plain(text) => escaped(text),
            Span::Name(text) => format!("**{}**", escaped(text)),
            Span::Link { text, url } => format!("[{}]({url})", escaped(text)),
        }));
        markdown
    }
}

/// A plain piece.
pub(super) fn plain(text: impl Into<String>) -> Span {
    Span::Plain(text.into())
}

/// A list of the sections of the runbook, each by its anchor; where the runbook is no address that one can follow, it is
/// named.
pub(super) fn runbook(place: &Place, anchors: &[&str]) -> Vec<Span> {
    let mut spans = vec![plain("Runbook: ")];
    for (index, anchor) in anchors.iter().enumerate() {
        if index > 0 {
            spans.push(plain(" · "));
        }
        let words = anchor.replace('-', " ");
        spans.push(match address(&place.runbook) {
            Some(url) => Span::Link { text: words, url: format!("{url}#{anchor}") },
            None => plain(words),
        });
    }
    if address(&place.runbook).is_none() && !place.runbook.is_empty() {
        spans.push(plain(format!(" ({})", place.runbook)));
    }
    spans
}

/// An address that can stand in a link as it is.
fn address(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://")?;
    let fine = |c: char| c.is_ascii_alphanumeric() || "-._~:/?[]@!$&'*+,;=%".contains(c);
    (!host.is_empty() && !host.starts_with('/') && host.chars().all(fine)).then_some(text)
}

/// Text from the settings, so that it is read as it stands there: every sign that Markdown knows gets a backslash, and whatever
/// breaks a line is a space. Addresses are not linked by themselves: that takes `://`, `www.` or `@`.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let (before, after) = text.split_at(at);
        let plain = match c {
            ',' | ';' | '%' | '/' | '?' | '\'' | '=' | '"' | '$' | '-' | '(' | ')' => true,
            ':' => !after.starts_with(":/"),
            '.' => !before.to_ascii_lowercase().ends_with("www"),
            c => !c.is_ascii_punctuation(),
        };
        match c {
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            c if plain => escaped.push(c),
            c => escaped.extend(['\\', c]),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn place(runbook: &str) -> Place {
        Place { runbook: runbook.to_owned(), ..crate::dashboard::tests::place() }
    }

    #[test_case("payroll (EU), team-a: 50%", "payroll (EU), team-a: 50%" ; "harmless")]
    #[test_case("[pay](https://evil.example)", "\\[pay\\](https\\://evil.example)" ; "a link")]
    #[test_case("www.evil.example", "www\\.evil.example" ; "an address")]
    #[test_case("a\n# b", "a \\# b" ; "a heading")]
    #[test_case("![x] <img> **b** `c` | d_e", "\\!\\[x\\] \\<img\\> \\*\\*b\\*\\* \\`c\\` \\| d\\_e" ; "all kinds")]
    #[test_case("\\[x\\]", "\\\\\\[x\\\\\\]" ; "escaped already")]
    fn names_are_read_as_they_are(name: &str, expected: &str) {
        assert_eq!(escaped(name), expected);
    }

    #[test]
    fn a_runbook_with_an_address_is_linked() {
        let text =
            Text::section("Keys", runbook(&place("https://wiki.example/runbook"), &["key-volume", "key-denials"]));
        assert_eq!(
            text.markdown(),
            "## Keys\n\nRunbook: [key volume](https://wiki.example/runbook#key-volume) · [key \
             denials](https://wiki.example/runbook#key-denials)"
        );
    }

    #[test_case("docs/runbook.md" ; "a path")]
    #[test_case("http://wiki.example/runbook" ; "in the clear")]
    #[test_case("javascript:alert(1)" ; "a script")]
    #[test_case("https://wiki.example/a b" ; "a space")]
    #[test_case("https://wiki.example/a)[b](https://evil.example/" ; "an end of the link")]
    #[test_case("https://" ; "nothing")]
    fn any_other_is_named(address: &str) {
        let text = Text::section("Keys", runbook(&place(address), &["key-volume"]));
        assert_eq!(text.markdown(), format!("## Keys\n\nRunbook: key volume ({})", escaped(address)));
        assert!(!text.spans.iter().any(|span| matches!(span, Span::Link { .. })));
    }
}
