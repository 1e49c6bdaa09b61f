//! Lines that people can read in a terminal.

const WIDTH: usize = 118;

/// Breaks `text` at spaces. The first line begins with `first`, every other with `next`. A word is never cut, and none
/// that Markdown would take for the start of a list, a heading or a quotation begins a line.
pub(crate) fn wrap(text: &str, first: &str, next: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let fits = line.chars().count() + 1 + word.chars().count() <= WIDTH;
        if empty {
            line.push_str(word);
        } else if fits || is_markup(word) {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut line, format!("{next}{word}")));
        }
        empty = false;
    }
    lines.push(line);
    lines.join("\n") + "\n"
}

fn is_markup(word: &str) -> bool {
    let numbered = word.trim_end_matches(['.', ')']);
    word.starts_with('#')
        || word.starts_with('>')
        || matches!(word, "-" | "+" | "*" | "---" | "===")
        || (numbered.len() < word.len() && !numbered.is_empty() && numbered.bytes().all(|b| b.is_ascii_digit()))
}

/// Text as inline code, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    // Markdown knows no escape inside of code: the fence is longer than any run of backticks within.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::{code, wrap};

    #[test]
    fn lines_are_short_and_none_begins_like_a_list() {
        let text = format!("{} 2026. {} - {}", "word ".repeat(23), "word ".repeat(23), "word ".repeat(30));
        let wrapped = wrap(&text, "- ", "  ");
        assert_eq!(
            wrapped.split_whitespace().collect::<Vec<_>>(),
            format!("- {text}").split_whitespace().collect::<Vec<_>>()
        );
        assert!(wrapped.lines().count() > 3, "{wrapped}");
        for line in wrapped.lines().skip(1) {
            assert!(line.starts_with("  w"), "{line:?}");
            assert!(line.chars().count() <= 125, "{line:?}");
        }
    }

    #[test]
    fn code_may_hold_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
