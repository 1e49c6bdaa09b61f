//! `portcullis simulate`: realistic logs, made from a seed.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

/// What to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write to; it must not exist, or be empty
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    bail!("cannot write to `{}`", arguments.folder.display())
}
