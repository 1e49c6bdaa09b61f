//! What came of a replay, in the forms that people and programs read it. Pure: text comes out, nobody prints.

pub mod asff;
pub mod code;
pub mod csv;
mod done;
pub mod escape;
pub mod explain;
mod fit;
mod groups;
pub mod json;
mod line;
pub mod ndjson;
pub mod ocsf;
mod pick;
pub mod screen;
mod summary;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use portcullis_detection::RuleSet;
use portcullis_settings::Settings;

pub use done::Done;
pub use line::{Line, Tone};
pub use pick::{Picked, pick, short_ids};
pub use summary::{ActorSum, GuardSum, RuleSum, Summary};

use crate::Replay;

/// A replay, and what else there is to tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What was replayed, and what would have been done.
    pub replay: &'a Replay,
    /// The settings that it was replayed with.
    pub settings: &'a Settings,
    /// The rules that it was replayed with.
    pub rules: &'a RuleSet,
    /// What people should know about it.
    pub notes: &'a [String],
    /// How many files there were to read, where that was known beforehand.
    pub files: Option<usize>,
    /// How long the reading took; absent where nobody looked at a clock.
    pub took: Option<SignedDuration>,
    /// When it was replayed.
    pub made: Timestamp,
    /// The version of Portcullis.
    pub version: &'a str,
}
