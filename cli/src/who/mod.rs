//! `portcullis who`: who used an asset, or what an actor used.

use std::process::ExitCode;

use anyhow::{Result, bail};

/// Whom or what to ask about.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A key, an alias, a secret, an entry of the settings; or a role, a user, a session, an access key
    #[arg(value_name = "ASSET|ACTOR")]
    subject: String,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    bail!("nothing is known of `{}`", arguments.subject)
}
