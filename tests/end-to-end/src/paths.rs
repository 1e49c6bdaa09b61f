//! Where things lie in the repository and in cargo's target folder.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

/// Where `cargo build` puts binaries.
pub fn debug_binaries() -> PathBuf {
    target().join("debug")
}

/// The binary `name` in `folder`.
///
/// # Errors
///
/// When it was not built.
pub fn binary(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    let path = path.canonicalize();
    path.with_context(|| format!("{name} is not in {}; run `cargo build --workspace --bins`", folder.display()))
}

/// The interpreter that has the emulator installed, if there is one.
pub fn emulator_python() -> Option<PathBuf> {
    let python = repository().join("target/emulator-venv/bin/python");
    python.is_file().then_some(python)
}
