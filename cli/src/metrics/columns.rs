//! Text in columns, for people: aligned, and coloured where the terminal knows colours.

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

/// Between two columns.
const GAP: &str = "  ";

/// How a text stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// Not at all.
    #[default]
    Plain,
    /// Less than the rest.
    Dim,
    /// A name.
    Bold,
    /// Worth a look.
    Warn,
    /// Worth a look now.
    Bad,
}

/// A text in a column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// On the left of its column.
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// On the right of its column, as numbers are.
    pub(crate) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), right: true, ..Self::default() }
    }

    pub(crate) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

/// How wide a text is on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text, with `…` for what does not fit.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if width(&kept) + width(character.encode_utf8(&mut [0; 4])) >= columns {
            break;
        }
        kept.push(character);
    }
    format!("{kept}…")
}

/// The text in its style.
pub(crate) fn paint(text: &str, style: Style) -> String {
    match style {
        _ if text.is_empty() => String::new(),
        Style::Plain => text.to_owned(),
        Style::Dim => text.dimmed().to_string(),
        Style::Bold => text.bold().to_string(),
        Style::Warn => text.yellow().to_string(),
        Style::Bad => text.red().to_string(),
    }
}

/// A line for each row, without blanks at its end.
pub(crate) fn lines(rows: &[Vec<Cell>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(&cell.text)).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or_default()).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let last = row.iter().rposition(|cell| !cell.text.trim_end().is_empty()).map_or(0, |last| last + 1);
    let mut line = String::new();
    for (column, (cell, columns)) in row.iter().zip(widths).take(last).enumerate() {
        if column > 0 {
            line.push_str(GAP);
        }
        let is_last = column + 1 == last;
        let text = if is_last { cell.text.trim_end() } else { &cell.text };
        let blanks = " ".repeat(columns.saturating_sub(width(&cell.text)));
        let text = paint(text, cell.style);
        if cell.right {
            line.push_str(&blanks);
            line.push_str(&text);
        } else {
            line.push_str(&text);
            line.push_str(if is_last { "" } else { &blanks });
        }
    }
    line
}

/// Words in lines of so many columns, none of them cut.
pub(crate) fn wrap<'w>(words: impl IntoIterator<Item = &'w str>, between: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if width(line) + width(between) + width(word) <= columns => {
                line.push_str(between);
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use test_case::test_case;

    use super::*;

    #[test]
    fn numbers_stand_on_the_right_and_wide_characters_count_twice() {
        let rows = [
            vec![Cell::left("name").styled(Style::Dim), Cell::right("uses"), Cell::left("more")],
            vec![Cell::left("給与").styled(Style::Bold), Cell::right("1,204"), Cell::left("")],
            vec![Cell::left("a"), Cell::right("3").styled(Style::Bad), Cell::left("x  ")],
        ];
        let lines: Vec<String> = lines(&rows).iter().map(|line| strip_str(line).to_string()).collect();
        assert_eq!(lines, ["name   uses  more", "給与  1,204", "a         3  x"]);
    }

    #[test_case("payroll secrets", 15, "payroll secrets" ; "fits")]
    #[test_case("payroll secrets", 8, "payroll…" ; "does not fit")]
    #[test_case("給与給与", 6, "給与…" ; "wide characters")]
    fn cutting(text: &str, columns: usize, expected: &str) {
        assert_eq!(cut(text, columns), expected);
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap(["kms 2", "ssm 1", "secretsmanager 4"], " · ", 13), ["kms 2 · ssm 1", "secretsmanager 4"]);
    }
}
