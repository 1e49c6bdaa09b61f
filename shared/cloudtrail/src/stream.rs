//! Top-level JSON values of a text, one after the other, going on behind the broken ones.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A top-level value, or what was left of one.
pub(crate) enum Piece<'a> {
    /// A complete JSON value.
    Value(&'a str),
    /// A value that breaks off or breaks the grammar.
    Broken {
        /// The text from its beginning to where reading goes on.
        text: &'a str,
        /// The complete elements of its list of records, which stand before the break.
        elements: Vec<&'a str>,
        /// Line and column of the break, in the whole text, and what is wrong there.
        error: String,
    },
}

/// Splits a text into its top-level values: one document, several, or JSON Lines.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut lines = Lines { counted: 0, before: 0 };
    while let Some(start) = next_value(text, at) {
        let rest = text.get(start..).unwrap_or_default();
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match stream.next() {
            Some(Ok(value)) => {
                pieces.push(Piece::Value(value.get()));
                at = start + stream.byte_offset();
            }
            Some(Err(error)) => {
                let end = resume(rest);
                let broken = rest.get(..end).unwrap_or(rest);
                let error = describe(text, start, lines.before(text, start), broken, &error);
                pieces.push(Piece::Broken { text: broken, elements: salvage(broken), error });
                at = start + end;
            }
            None => break,
        }
    }
    pieces
}

/// Where the next value begins, behind white space, a byte order mark and the time that an export puts before it.
fn next_value(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let begun = unstamped(rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}'));
    (!begun.is_empty()).then_some(text.len() - begun.len())
}

/// A line without the time that an export task of CloudWatch Logs puts before each event,
/// `2026-01-05T08:10:00.000Z {"eventVersion":…` (CloudWatch Logs User Guide, *Export log data to Amazon S3*).
fn unstamped(line: &str) -> &str {
    let Some((stamp, rest)) = line.split_at_checked(STAMP.len()) else { return line };
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let value = rest.trim_start_matches([' ', '\t']);
    let is_stamp = stamp.bytes().zip(STAMP.bytes()).all(fits);
    if is_stamp && value.len() < rest.len() && value.starts_with('{') { value } else { line }
}

/// The form of the time.
const STAMP: &str = "0000-00-00T00:00:00.000Z";

/// Where to go on behind a broken value: at the next line that is a complete object by itself, which makes the text
/// JSON Lines with one bad line; else nowhere.
fn resume(rest: &str) -> usize {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        let value = unstamped(line.trim_start());
        let is_object = value.starts_with('{') && serde_json::from_str::<IgnoredAny>(value).is_ok();
        if at > 0 && is_object {
            return at;
        }
        at += line.len();
    }
    rest.len()
}

/// Line breaks counted so far, so that a text with many broken lines is not counted from its beginning for each.
struct Lines {
    counted: usize,
    before: usize,
}

impl Lines {
    fn before(&mut self, text: &str, start: usize) -> usize {
        self.before += text.get(self.counted..start).unwrap_or_default().matches('\n').count();
        self.counted = start;
        self.before
    }
}

/// The error with its place counted from the beginning of the whole text. The parser may notice only lines later that a
/// value breaks off; then the place is the value's own.
fn describe(text: &str, start: usize, lines_before: usize, broken: &str, error: &serde_json::Error) -> String {
    if error.line() > broken.trim_end().lines().count() {
        return format!("line {}: the value breaks off", lines_before + 1);
    }
    let line = lines_before + error.line();
    let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let column_before = if error.line() == 1 { start - line_start } else { 0 };
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    format!("line {line}, column {}: {message}", column_before + error.column())
}

/// The elements before the break of `[…`, `{"Records":[…` and the like.
fn salvage(broken: &str) -> Vec<&str> {
    let mut elements = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(broken);
    // The error is the break itself, which the caller has already described.
    let _ = Elements(&mut elements).deserialize(&mut deserializer);
    elements
}

/// Pushes each element of a list as soon as it is complete, so that those before an error are kept.
struct Elements<'v, 'a>(&'v mut Vec<&'a str>);

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<&'de RawValue>()? {
            self.0.push(element.get());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<crate::json::Text<'de>>()? {
            if matches!(key.as_str(), "Records" | "records" | "Events" | "events" | "logEvents") {
                map.next_value_seed(Elements(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The elements of a complete JSON array.
pub(crate) fn elements(array: &str) -> Vec<&str> {
    let mut deserializer = serde_json::Deserializer::from_str(array);
    Vec::<&RawValue>::deserialize(&mut deserializer)
        .map(|elements| elements.into_iter().map(RawValue::get).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn show(text: &str) -> Vec<String> {
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Value(value) => value.to_owned(),
                Piece::Broken { elements, error, .. } => format!("!{elements:?} {error}"),
            })
            .collect()
    }

    #[test_case("", &[] ; "empty")]
    #[test_case("\u{feff}{}\n", &["{}"] ; "byte order mark")]
    #[test_case("{\"a\":1}\n{\"a\":2}\n", &["{\"a\":1}", "{\"a\":2}"] ; "lines")]
    #[test_case("{\"a\":\n1}\n\n{\"a\":2}", &["{\"a\":\n1}", "{\"a\":2}"] ; "documents")]
    #[test_case("{\"a\":1}\n{\"a\":\n{\"a\":3}\n", &["{\"a\":1}", "![] line 2: the value breaks off", "{\"a\":3}"] ; "a bad line among lines")]
    #[test_case("{\"a\":1}\noops\n{\"a\":3}\n", &["{\"a\":1}", "![] line 2, column 1: expected value", "{\"a\":3}"] ; "not JSON among lines")]
    #[test_case("{\"Records\":[{\"a\":1},{\"a\":2},{\"a\"", &["![\"{\\\"a\\\":1}\", \"{\\\"a\\\":2}\"] line 1, column 32: EOF while parsing an object"] ; "half a log file")]
    #[test_case("2026-01-05T08:10:00.000Z {\"a\":1}\n2026-01-05T08:10:01.000Z {\"a\":2}\n", &["{\"a\":1}", "{\"a\":2}"] ; "lines of an export")]
    #[test_case("2026-01-05T08:10:00.000Z {\"a\":1}\n2026-01-05T08:10:01.000Z {\"a\n2026-01-05T08:10:02.000Z {\"a\":3}", &["{\"a\":1}", "![] line 2, column 28: control character (\\u0000-\\u001F) found while parsing a string", "{\"a\":3}"] ; "a bad line of an export")]
    #[test_case("2026-01-05T08:10:00.000Z START", &["![] line 1, column 5: trailing characters"] ; "an export of something else")]
    #[test_case("[{\"a\":1},{\"a", &["![\"{\\\"a\\\":1}\"] line 1, column 12: EOF while parsing a string"] ; "half an array")]
    fn splits(text: &str, expected: &[&str]) {
        assert_eq!(show(text), expected);
    }
}
