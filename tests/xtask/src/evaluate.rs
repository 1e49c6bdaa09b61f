//! The score of the built-in rules, where labelled records are at hand.

use std::process::{Command, exit};

use anyhow::{Context as _, Result};

use crate::shell::root;

/// Runs the `evaluate` program with these arguments and ends as it does: its exit status is part of its answer. Unlike
/// the other programs it is started where the caller stands, so that relative paths mean what they seem to.
pub(crate) fn evaluate(arguments: &[String]) -> Result<()> {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(["run", "--quiet", "--package", "portcullis-evaluate", "--bin", "evaluate", "--manifest-path"]);
    command.arg(root().join("Cargo.toml")).arg("--").args(arguments);
    let status = command.status().with_context(|| format!("could not start {command:?}"))?;
    if !status.success() {
        exit(status.code().unwrap_or(2));
    }
    Ok(())
}
