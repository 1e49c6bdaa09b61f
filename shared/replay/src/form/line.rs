//! A line of text whose parts have a tone.

use std::fmt;

use super::escape::clean;
use super::fit::{cut, width};

/// How a part of a line sounds; whoever prints it chooses colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As any text.
    Plain,
    /// What is to be read first.
    Strong,
    /// Beside the point.
    Quiet,
    /// Somebody must look at it.
    Grave,
    /// Somebody should look at it.
    Warning,
}

/// A line, of parts. No part holds what could command a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(Tone, String)>);

impl Line {
    /// A line of one part.
    pub fn of(tone: Tone, text: impl AsRef<str>) -> Self {
        Self::default().and(tone, text)
    }

    /// A line of plain text.
    pub fn plain(text: impl AsRef<str>) -> Self {
        Self::of(Tone::Plain, text)
    }

    /// The line with one more part.
    #[must_use]
    pub fn and(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        self.0.push((tone, clean(text.as_ref())));
        self
    }

    /// Its parts.
    pub fn parts(&self) -> impl Iterator<Item = (Tone, &str)> {
        self.0.iter().map(|(tone, text)| (*tone, text.as_str()))
    }

    /// The line, cut where it is wider than `columns`.
    #[must_use]
    pub(crate) fn within(self, columns: usize) -> Self {
        let mut left = columns;
        let mut parts = Vec::with_capacity(self.0.len());
        for (tone, text) in self.0 {
            if width(&text) > left {
                parts.push((tone, cut(&text, left)));
                break;
            }
            left -= width(&text);
            parts.push((tone, text));
        }
        Self(parts)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        f.write_str(whole.trim_end())
    }
}
