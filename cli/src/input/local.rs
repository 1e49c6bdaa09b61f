//! Files, folders, globs and standard input.

use std::io::stdin;
use std::path::PathBuf;

use anyhow::Result;
use portcullis_logs::{Found, Input, Selection, Source, Timed, find};

use super::Total;

/// What was found at hand.
pub(super) struct Local {
    pub(super) sources: Vec<Source>,
    /// Absent where standard input is read, whose end nobody knows.
    pub(super) total: Option<Total>,
    pub(super) notes: Vec<String>,
}

/// Finds everything at and below `paths`.
pub(super) fn open(paths: &[PathBuf], selection: &Selection) -> Result<Local> {
    let (dashes, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| path.as_os_str() == "-");
    let Found { files, unread, tally } = find(&paths, selection)?;
    let total = Total { files: files.len(), bytes: files.bytes() };
    let unread = unread.into_iter().map(|unread| Timed { time: None, input: Input::Unread(unread) });
    let mut sources: Vec<Source> = vec![Box::new(unread.chain(files.into_inputs()))];
    if !dashes.is_empty() {
        let input = Input::Stream { name: "standard input".to_owned(), reader: Box::new(stdin()) };
        sources.push(Box::new(std::iter::once(Timed { time: None, input })));
    }
    let total = dashes.is_empty().then_some(total);
    Ok(Local { sources, total, notes: tally.notes(selection) })
}
