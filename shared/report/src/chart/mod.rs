//! Pictures as plain SVG: rectangles, lines, marks and words, drawn by classes of the one style sheet.
//!
//! A picture has a title and a description for whoever does not see it, and a table of its numbers beside it.

mod draw;
mod mark;
mod scale;

pub(crate) use draw::{Area, axis_of_time, bar, grid, label, line, picture};
pub(crate) use mark::{mark, symbol};
pub(crate) use scale::{Times, nice};
