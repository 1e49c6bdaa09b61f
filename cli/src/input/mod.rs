//! Where logs come from: files, folders, globs, standard input, S3, CloudTrail's event history.

mod local;

use std::path::PathBuf;

use anyhow::Result;
use portcullis_logs::Input;
use portcullis_replay::Span;

/// Where to read logs from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InputArguments {
    /// Log files or folders of them: JSON, JSON Lines, any envelope, each also gzipped
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
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
    /// Finds everything that is named; fails when something is named that is not there.
    pub(crate) async fn open(&self) -> Result<Inputs> {
        let items = local::find(&self.paths)?;
        let size = |input: &Input| match input {
            Input::File { size, .. } => *size,
            _ => 0,
        };
        let total = Total { files: items.len(), bytes: items.iter().map(size).sum() };
        Ok(Inputs { items: Box::new(items.into_iter()), total: Some(total), span: Span::default(), notes: Vec::new() })
    }
}
