//! Other programs, started from the project's root, with the command shown when it fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A heading.
pub(crate) fn say(what: &str) {
    println!("\n── {what}");
}

/// A program to run.
pub(crate) struct Run(Command);

/// `cargo` with these arguments.
pub(crate) fn cargo(arguments: &[&str]) -> Run {
    // The cargo that runs us, so that the pinned toolchain is used throughout.
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), arguments)
}

/// A binary that was built just now. `cargo run` would resolve features for its package alone and compile the AWS SDK
/// once more.
pub(crate) fn built(name: &str, arguments: &[&str]) -> Run {
    program(&target().join("debug").join(name).display().to_string(), arguments)
}

/// Any program with these arguments.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    Run(command)
}

impl Run {
    /// Adds a variable to its environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Result<()> {
        let shown = format!("{:?}", self.0);
        let status = self.0.status().with_context(|| format!("could not start {shown}"))?;
        ensure!(status.success(), "{shown} failed: {status}");
        Ok(())
    }
}

/// Whether `cargo NAME` is installed.
pub(crate) fn have_cargo_command(name: &str) -> bool {
    let mut command = Command::new("cargo");
    command.args([name, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
