//! A function's binary as the zip that Lambda takes.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The zip of `binary`: one executable called `bootstrap`. It is stored, not compressed, since it stays on this machine.
///
/// # Errors
///
/// When the binary cannot be read.
pub fn package(binary: &Path) -> Result<Vec<u8>> {
    let bytes = stripped(binary).with_context(|| format!("failed to read {}", binary.display()))?;
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 1024)));
    zip.start_file("bootstrap", options)?;
    zip.write_all(&bytes)?;
    Ok(zip.finish()?.into_inner())
}

/// The binary without its symbols, which are most of a debug build, where `strip` is at hand.
fn stripped(binary: &Path) -> Result<Vec<u8>> {
    let output = tempfile::NamedTempFile::new()?;
    let strip = Command::new("strip").arg("-o").arg(output.path()).arg(binary).output();
    let ready = strip.is_ok_and(|done| done.status.success());
    Ok(std::fs::read(if ready { output.path() } else { binary })?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_zip_holds_one_executable() {
        let script = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(script.path(), "#!/bin/sh\n").unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(package(script.path()).unwrap())).unwrap();
        assert_eq!(zip.len(), 1);
        let mut file = zip.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "#!/bin/sh\n");
    }
}
