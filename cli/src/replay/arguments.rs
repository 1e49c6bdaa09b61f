//! What to replay, and how.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_domain::Severity;
use portcullis_settings::Mode;

use crate::input::InputArguments;

/// What to replay, and how.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 everything was read; 1 something could not be read, or it was interrupted; 2 nothing was \
                  replayed; 3 there is a finding as grave as --fail-on asks for, whatever else could not be read.\n\nCtrl-C ends \
                  the reading, and what was read until then is told. A second one ends the command."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,
    /// A rule file of your own, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,
    /// Replay as if this were the mode [default: as the settings say]
    #[arg(long, value_parser = mode, value_name = "observe|page|ask|enforce")]
    pub(super) mode: Option<Mode>,
    /// Since when the accounts have been watched: for a week from then on, what was never seen before means little
    /// [default: each since its first record]
    #[arg(long, value_parser = watched_since, value_name = "DATE|always")]
    pub(super) watched_since: Option<Timestamp>,
    /// Write to this file what the functions would have counted, for `portcullis metrics --from FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) metrics: Option<PathBuf>,
    /// Write all of it to this file as one page of HTML that needs no network
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Form,
    /// End with exit status 3 when a finding is at least as grave; those of rules in shadow do not count
    #[arg(long, value_name = "informational|low|medium|high|critical")]
    pub(super) fail_on: Option<Severity>,
    /// Tell everything about one finding instead: why it fired, what was decided, what would make it quiet. The beginning of its
    /// id is enough
    #[arg(long, value_name = "FINDING", conflicts_with = "format")]
    pub(super) explain: Option<String>,
    /// How many threads read [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
    /// No progress on standard error; where that is no terminal there is none anyway
    #[arg(long)]
    pub(super) no_progress: bool,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// One screen for people.
    Table,
    /// Everything in one document.
    Json,
    /// JSON Lines: a finding on each, the sums on the last.
    Ndjson,
    /// The findings for spreadsheets.
    Csv,
    /// Detection Findings of the Open Cybersecurity Schema Framework 1.5, one on each line.
    Ocsf,
    /// Requests for Security Hub's BatchImportFindings, one on each line.
    Asff,
}

fn mode(word: &str) -> Result<Mode, String> {
    let known = Mode::ALL.iter().find(|mode| mode.as_str() == word);
    known.copied().ok_or_else(|| format!("`{word}` is none of observe, page, ask, enforce"))
}

/// Long before any record.
const ALWAYS: Timestamp = Timestamp::UNIX_EPOCH;

/// `always`, a day (UTC) or a time.
fn watched_since(word: &str) -> Result<Timestamp, String> {
    if word == "always" {
        return Ok(ALWAYS);
    }
    let day = word.parse::<Date>().ok().filter(|_| !word.contains(['T', ' ']));
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|midnight| midnight.timestamp());
    midnight.or_else(|| word.parse().ok()).ok_or_else(|| {
        format!("`{word}` is neither `always` nor a date such as 2026-01-31, or a time such as 2026-01-31T08:00Z")
    })
}
