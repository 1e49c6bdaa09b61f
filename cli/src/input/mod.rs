//! Where logs come from: files, folders, globs, standard input, S3, CloudTrail's event history.

mod local;
mod moment;
mod open;
mod remote;

use std::path::PathBuf;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::AccountId;
use portcullis_logs::Input;
use portcullis_replay::Span;

pub(crate) use moment::{Moment, duration};
pub(crate) use open::Afterwards;

/// Where to read logs from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InputArguments {
    /// Log files, folders of them, globs, s3://BUCKET/PREFIX, or - for standard input: JSON, JSON Lines, any envelope, each
    /// also gzipped
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArguments,
}

/// Where to read logs from, and which of them, as options.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SourceArguments {
    /// Files, a folder, a glob, s3://BUCKET/PREFIX, or - for standard input; may be given several times
    #[arg(long, value_name = "PATH|s3://…")]
    pub(crate) from: Vec<PathBuf>,
    /// Ask CloudTrail's event history, in the account of the credentials: management events of the last 90 days at most
    #[arg(long)]
    pub(crate) live: bool,
    /// How far back to ask the event history, such as 24h or 7d [default: 24h]
    #[arg(long, value_name = "DURATION", requires = "live", conflicts_with = "since", value_parser = duration)]
    pub(crate) last: Option<SignedDuration>,
    /// From then on: a date (UTC), a time, or so long ago, such as 2026-01-31, 2026-01-31T08:00Z, 30d
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) since: Option<Moment>,
    /// Until just before then: a date (UTC), a time, or so long ago
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) until: Option<Moment>,
    /// Only log files of this account, where names tell; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) account: Vec<AccountId>,
    /// Only log files of this Region, where names tell; may be given several times
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Vec<String>,
}

/// Logs that are ready to be read.
pub(crate) struct Inputs {
    /// One after the other, in the order of their times as far as names and times of files tell; fetched while others are read.
    pub(crate) items: Box<dyn Iterator<Item = Input> + Send>,
    /// How much there is, where that is known beforehand.
    pub(crate) total: Option<Total>,
    /// The times of interest.
    pub(crate) span: Span,
    /// What people should know about it.
    pub(crate) notes: Vec<String>,
    /// What is known only once everything was read.
    pub(crate) afterwards: Afterwards,
}

/// How much there is to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Total {
    /// How many files.
    pub(crate) files: usize,
    /// How many bytes, as stored.
    pub(crate) bytes: u64,
}

impl InputArguments {
    /// Finds everything that is named; fails when nothing is named, or something that is not there.
    pub(crate) async fn open(&self, now: Timestamp) -> Result<Inputs> {
        open::open(&self.paths, &self.sources, now).await
    }
}

impl SourceArguments {
    /// Finds everything that is named; fails when nothing is named, or something that is not there.
    pub(crate) async fn open(&self, now: Timestamp) -> Result<Inputs> {
        open::open(&[], self, now).await
    }
}
