//! Text from elsewhere, made fit for one line of a page.

/// On one line: whatever breaks a line, or turns the direction of text, becomes a space; cut to at most `longest` bytes.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let clean: String = text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
    shorten(clean.trim(), longest)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// At most `longest` bytes, the last an ellipsis when something was cut.
pub(crate) fn shorten(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    format!("{}…", cut(text, longest.saturating_sub('…'.len_utf8())))
}

/// The first `longest` bytes, or one to three fewer where a character would be torn apart.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    text.get(..text.floor_char_boundary(longest)).unwrap_or(text)
}

/// The text, when it is a string with something in it.
pub(crate) fn string(value: Option<&serde_json::Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_forge_a_line() {
        assert_eq!(one_line("a\nUNDO nothing\r\u{202e}b\n", 100), "a UNDO nothing  b");
    }

    #[test]
    fn no_character_is_torn_apart() {
        assert_eq!(shorten("ééééé", 10), "ééééé");
        assert_eq!(shorten("ééééé", 9), "ééé…");
        assert_eq!(cut("ééééé", 3), "é");
        assert_eq!(cut("é", 100), "é");
    }
}
