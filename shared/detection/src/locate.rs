//! On which line of a rule file an error stands. The parser tells it only for YAML errors.

/// The line, from 1, that `message` is about, as well as it can be told.
pub(crate) fn line_of(source: &str, message: &str) -> usize {
    yaml_line(message)
        .or_else(|| quoted_words(message).find_map(|word| line_containing(source, word)))
        .or_else(|| message.contains("ondition").then(|| line_containing(source, "condition:")).flatten())
        .unwrap_or(1)
}

/// `… at line 7 column 3`.
fn yaml_line(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("at line ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The words that a message quotes: `Unknown modifier 'contians'`, and what follows a colon.
fn quoted_words(message: &str) -> impl Iterator<Item = &str> {
    let quoted = message.split(['\'', '`', '"']).skip(1).step_by(2);
    let after_colon = message.rsplit(": ").take(1);
    quoted.chain(after_colon).filter(|word| word.len() > 2)
}

fn line_containing(source: &str, needle: &str) -> Option<usize> {
    source.lines().position(|line| line.contains(needle)).map(|index| index + 1)
}
