#![doc = include_str!("../README.md")]

use jiff::Timestamp;
use portcullis_activity::Overview;
use portcullis_detection::RuleSet;
use portcullis_replay::Replay;
use portcullis_settings::Settings;

/// Everything that a report shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What was replayed, and what would have been done.
    pub replay: &'a Replay,
    /// Who used what.
    pub overview: &'a Overview,
    /// The settings that it was replayed with.
    pub settings: &'a Settings,
    /// The rules that it was replayed with.
    pub rules: &'a RuleSet,
    /// When the report was made.
    pub made: Timestamp,
    /// The version of Portcullis.
    pub version: &'a str,
}

/// The report: one page of HTML that needs nothing else.
pub fn render(shown: &Shown<'_>) -> String {
    let _ = shown;
    String::new()
}
