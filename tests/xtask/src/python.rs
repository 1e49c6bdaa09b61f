//! The Python environment under `target/`, with the emulator and the template's linter in the pinned versions.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::shell::{Run, program, root, say};

const REQUIREMENTS: &str = "tests/emulator/requirements.txt";

/// A virtual environment that is ready.
pub(crate) struct Python {
    bin: PathBuf,
}

/// Makes the environment, unless it is there with the very versions that are pinned.
pub(crate) fn environment() -> Result<Python> {
    let folder = root().join("target/emulator-venv");
    let bin = folder.join("bin");
    let stamp = folder.join("installed-requirements.txt");
    let wanted =
        fs::read_to_string(root().join(REQUIREMENTS)).with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Python { bin });
    }
    say("installing the emulator into target/emulator-venv");
    fs::create_dir_all(root().join("target"))?;
    let venv = folder.display().to_string();
    program("python3", &["-m", "venv", &venv])
        .run()
        .context("Python 3.10 or later with `venv` and `pip` is needed (Debian: `apt-get install python3-venv`)")?;
    let python = Python { bin };
    python
        .run(&["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS])
        .run()?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

impl Python {
    /// Python with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        program(&self.bin.join("python").display().to_string(), arguments)
    }

    /// A tool that was installed into the environment.
    pub(crate) fn tool(&self, name: &str, arguments: &[&str]) -> Run {
        program(&self.bin.join(name).display().to_string(), arguments)
    }
}
