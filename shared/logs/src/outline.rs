//! Records told apart, and what they are about read off their bytes, before anything is parsed.
//!
//! CloudTrail writes the members of a record in one order: `eventVersion`, `userIdentity`, `eventTime`, `eventSource`,
//! `eventName` and so on. Where a text has that form, records begin where `},{"eventVersion":` stands, which no JSON string can
//! hold, since a quotation mark inside a string is escaped. Everything that is not exactly of that form is left to the
//! parser; see [`outlines`] for what is relied on.

use std::str::from_utf8;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2_iter, memrchr};

use crate::stamp;

/// A text of records in CloudTrail's own form.
#[derive(Debug)]
pub struct Outlines<'t> {
    rest: &'t [u8],
    separator: &'static [u8],
    finder: &'static Finders,
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// What it is about could be read off.
    Outlined(Outline<'t>),
    /// It must be parsed to know.
    Opaque(&'t [u8]),
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline<'t> {
    /// The record's text.
    pub raw: &'t [u8],
    /// `eventTime`, in seconds since the epoch.
    pub time: i64,
    /// `eventSource`.
    pub source: &'t str,
    /// `eventName`.
    pub name: &'t str,
    /// What comes behind `eventName`.
    tail: &'t [u8],
}

/// Needles, prepared once.
#[derive(Debug)]
struct Finders {
    records: Finder<'static>,
    lines: Finder<'static>,
    source: Finder<'static>,
    error: Finder<'static>,
    escape: Finder<'static>,
    read_only: Finder<'static>,
    event_id: Finder<'static>,
    recipient: Finder<'static>,
}

static FINDERS: std::sync::LazyLock<Finders> = std::sync::LazyLock::new(|| Finders {
    records: Finder::new(BETWEEN_RECORDS),
    lines: Finder::new(BETWEEN_LINES),
    source: Finder::new(SOURCE),
    error: Finder::new(b"\"error"),
    escape: Finder::new(b"\\u00"),
    read_only: Finder::new(b"\"readOnly\":"),
    event_id: Finder::new(b"\"eventID\":"),
    recipient: Finder::new(b"\"recipientAccountId\":"),
});

const FIRST: &[u8] = b"{\"eventVersion\":";
const BETWEEN_RECORDS: &[u8] = b"},{\"eventVersion\":";
const BETWEEN_LINES: &[u8] = b"}\n{\"eventVersion\":";
const SOURCE: &[u8] = b"\"eventSource\":";
const TIME: &[u8] = b",\"eventTime\":\"";
const NAME: &[u8] = b"\",\"eventName\":\"";

/// The records of a text in CloudTrail's own form: a log file, or JSON Lines. Absent when the text has another form.
///
/// Relied on, for a text that is JSON: whatever separates the pieces is no part of a string. A list of records inside a record
/// would be split too; its pieces do not balance, or name two sources, and are opaque. A record is outlined only when
/// `eventTime`, `eventSource` and `eventName` stand one after the other directly in the record, `eventSource` stands nowhere
/// else in it, none of its letters is written as an escape, and the brace that opens it is closed by its last byte and not before. Whoever finds that an opaque piece is no
/// JSON must read the whole text another way.
pub fn outlines(text: &[u8]) -> Option<Outlines<'_>> {
    let text = text.trim_ascii();
    if let Some(records) = text.strip_prefix(b"{\"Records\":[") {
        let rest = records.strip_suffix(b"]}")?;
        return (rest.starts_with(FIRST) && rest.ends_with(b"}")).then_some(Outlines {
            rest,
            separator: BETWEEN_RECORDS,
            finder: &FINDERS,
        });
    }
    (text.starts_with(FIRST) && text.ends_with(b"}")).then_some(Outlines {
        rest: text,
        separator: BETWEEN_LINES,
        finder: &FINDERS,
    })
}

impl<'t> Iterator for Outlines<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let is_lines = self.separator == BETWEEN_LINES;
        let finder = if is_lines { &self.finder.lines } else { &self.finder.records };
        let (piece, rest) = match finder.find(self.rest) {
            // The closing brace is the piece's; of the separator two bytes are behind it.
            Some(at) => (self.rest.get(..=at)?, self.rest.get(at + 2..)?),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(self.finder.outline(piece).map_or(Piece::Opaque(piece), Piece::Outlined))
    }
}

impl Finders {
    fn outline<'t>(&self, raw: &'t [u8]) -> Option<Outline<'t>> {
        let at = self.source.find(raw)?;
        let (head, tail) = (raw.get(..at)?, raw.get(at + SOURCE.len()..)?);
        let (_, time) = head.split_at_checked(head.len().checked_sub(TIME.len() + stamp::LENGTH + 2)?)?;
        let time = stamp::seconds(time.strip_prefix(TIME)?.strip_suffix(b"\",")?)?;
        let (source, tail) = upto_quote(tail.strip_prefix(b"\"")?)?;
        let (name, tail) = upto_quote(tail.strip_prefix(NAME)?)?;
        let is_outline = is_one_object(raw, at)
            && self.source.find(tail).is_none()
            && (memchr(b'\\', raw).is_none() || self.escape.find(raw).is_none());
        is_outline.then_some(Outline { raw, time, source: text(source)?, name: text(name)?, tail })
    }
}

/// What stands before the next quotation mark, and the rest from there on.
fn upto_quote(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(memchr(b'"', bytes)?)
}

/// Text without escapes.
fn text(bytes: &[u8]) -> Option<&str> {
    from_utf8(bytes).ok().filter(|text| !text.contains('\\'))
}

/// Whether it is one object, as far as braces tell: the first is closed by the last and by none before. What stands at `at` must
/// be directly in it.
fn is_one_object(raw: &[u8], at: usize) -> bool {
    let (mut open, mut open_at) = (0_usize, 0);
    for place in memchr2_iter(b'{', b'}', raw) {
        if raw.get(place) == Some(&b'{') {
            open += 1;
        } else if open == 1 {
            return place + 1 == raw.len() && open_at == 1;
        } else {
            open -= 1;
        }
        if place < at {
            open_at = open;
        }
    }
    false
}

/// How many more braces are opened than closed.
fn balance(bytes: &[u8]) -> i64 {
    // In stretches that a byte can count, which the compiler turns into vector instructions.
    let stretches = bytes.chunks(127).map(|stretch| {
        let sum: i8 = stretch.iter().map(|byte| i8::from(*byte == b'{') - i8::from(*byte == b'}')).sum();
        i64::from(sum)
    });
    stretches.sum()
}

impl<'t> Outline<'t> {
    /// Whether the record has neither `errorCode` nor `errorMessage`; when not, it may have.
    pub fn has_no_error(&self) -> bool {
        FINDERS.error.find(self.raw).is_none()
    }

    /// What stands behind `"readOnly":` directly in the record. Absent when it stands nowhere, or not so that it can be told.
    pub fn read_only(&self) -> Option<bool> {
        match self.member(&FINDERS.read_only)? {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// `eventID`, when it can be told.
    pub fn event_id(&self) -> Option<&'t str> {
        self.string(&FINDERS.event_id)
    }

    /// `recipientAccountId`, when it can be told.
    pub fn recipient(&self) -> Option<&'t str> {
        self.string(&FINDERS.recipient)
    }

    fn string(&self, key: &Finder<'static>) -> Option<&'t str> {
        text(self.member(key)?.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
    }

    /// The text of a member that stands directly in the record behind `eventName` and nowhere else, and is no list and no object.
    fn member(&self, key: &Finder<'static>) -> Option<&'t [u8]> {
        let at = key.find(self.tail)?;
        let (before, value) = (self.tail.get(..at)?, self.tail.get(at + key.needle().len()..)?);
        let is_only = key.find(value).is_none();
        let end = match value.first()? {
            b'"' => 2 + memchr(b'"', value.get(1..)?)?,
            _ => value.iter().position(|byte| matches!(byte, b',' | b'}'))?,
        };
        let value = value.get(..end)?;
        let is_plain = memrchr(b'\\', value).is_none();
        (is_only && is_plain && balance(before) == 0).then_some(value)
    }
}

#[cfg(test)]
mod tests;
