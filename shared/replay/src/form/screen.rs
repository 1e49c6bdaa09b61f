//! What a person reads: all of it on one screen, the answer first.

mod blocks;
mod read;
#[cfg(test)]
mod tests;

use super::fit::share;
use super::groups::group;
use super::{Line, Summary, Told, Tone};
use blocks::Block;
pub(crate) use read::at;

/// No screen is longer.
pub const LINES: usize = 40;

/// What is told of on a line when nobody knows how wide the reader's screen is.
pub const COLUMNS: usize = 100;

/// Narrower, names could not be told from each other; wider, the eye loses the line.
const NARROWEST: usize = 60;
const WIDEST: usize = 140;

/// The answer, in at most [`LINES`] lines of at most `columns`.
pub fn lines(told: &Told<'_>, columns: usize) -> Vec<Line> {
    let columns = columns.clamp(NARROWEST, WIDEST);
    let summary = Summary::of(told.replay);
    let groups = group(told.replay);
    let room = columns - blocks::INDENT;
    let blocks = [
        vec![Block::whole("", blocks::headline(told, &summary, columns))],
        vec![
            blocks::actors(&summary, room),
            blocks::rules(told, &summary, room),
            blocks::shadow(told, &summary),
            blocks::exempted(told),
            blocks::guards(&summary),
        ],
        vec![blocks::findings(told, &groups, room)],
        vec![read::read(told, room), read::coverage(told), read::unreadable(told, room), blocks::notes(told, room)],
        vec![blocks::next(told, &groups)],
    ];
    let parts = blocks.map(|part| part.into_iter().filter(|block| !block.is_empty()).collect::<Vec<Block>>());
    let parts: Vec<Vec<Block>> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let between = parts.len().saturating_sub(1);
    let wants: Vec<(usize, usize)> = parts.iter().flatten().map(|block| (block.least, block.wanted())).collect();
    let mut given = share(LINES - between, &wants).into_iter();
    let mut lines = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            lines.push(Line::default());
        }
        for block in part {
            lines.extend(block.within(given.next().unwrap_or(0)));
        }
    }
    lines.into_iter().map(|line| line.within(columns)).collect()
}

/// The line that tells it was ended early; absent when it was not.
pub fn interrupted(told: &Told<'_>) -> Option<Line> {
    let read = &told.replay.read;
    let of = told.files.map_or(String::new(), |files| format!(" of {files}"));
    let text = format!("{}{of} files were read", read.files);
    read.interrupted.then(|| Line::of(Tone::Grave, "interrupted: ").and(Tone::Plain, text))
}
