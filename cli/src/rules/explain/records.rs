//! The records of a file, and the one that is meant.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use portcullis_cloudtrail::{inflate, open};

use super::explainer::Known;
use crate::replay::LIMIT;

/// What a file holds.
pub(super) struct Read {
    /// The JSON of each record.
    pub(super) texts: Vec<String>,
    /// What could not be read: place and reason.
    pub(super) unreadable: Vec<String>,
}

/// Reads a file in any form that `replay` reads; standard input for `-`.
pub(super) fn read(path: &Path) -> Result<Read> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        bytes
    } else {
        fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?
    };
    let inflated = inflate(&bytes, LIMIT);
    let text = String::from_utf8_lossy(&inflated.data);
    let contents = open(&text);
    let damage = inflated.problem.map(|problem| format!("the gzip stream: {problem}"));
    let pieces = contents.unreadable.into_iter().map(|piece| format!("{}: {}", piece.place, piece.reason));
    Ok(Read {
        texts: contents.records.into_iter().map(|raw| raw.json.into_owned()).collect(),
        unreadable: damage.into_iter().chain(pieces).collect(),
    })
}

/// Which record is to be explained.
pub(super) enum Chosen<'c> {
    First,
    Number(usize),
    EventId(&'c str),
}

impl<'c> Chosen<'c> {
    pub(super) fn of(number: Option<usize>, event_id: Option<&'c str>) -> Self {
        match (number, event_id) {
            (Some(number), _) => Self::Number(number),
            (None, Some(id)) => Self::EventId(id),
            (None, None) => Self::First,
        }
    }

    /// Whether nobody said which.
    pub(super) fn is_default(&self) -> bool {
        matches!(self, Self::First)
    }

    /// The record, with its number from 1. `records` has nothing in the place of those that cannot be read.
    pub(super) fn find<'k, 'a>(&self, records: &'k [Option<Known<'a>>]) -> Result<(usize, &'k Known<'a>)> {
        let mut all = records.iter().enumerate().filter_map(|(index, known)| Some((index + 1, known.as_ref()?)));
        let found = match self {
            Self::First => all.next(),
            Self::Number(wanted) => all.find(|(number, _)| number == wanted),
            Self::EventId(id) => all.find(|(_, known)| known.access.event_id.as_deref() == Some(id)),
        };
        match (found, self) {
            (Some(found), _) => Ok(found),
            (None, Self::EventId(id)) => bail!("no record has the eventID `{id}`; there are {}", records.len()),
            (None, Self::Number(number)) => bail!("there is no readable record {number}; there are {}", records.len()),
            (None, Self::First) => bail!("there is no record"),
        }
    }
}
