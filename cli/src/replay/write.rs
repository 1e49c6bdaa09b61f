//! Files that the command writes: whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Whether the file can be written in the end, as far as that can be told before the work is done.
///
/// # Errors
///
/// When its folder is not there, or it is a folder itself.
pub(super) fn check(path: &Path) -> Result<()> {
    let folder = folder(path);
    if !folder.is_dir() {
        bail!("cannot write `{}`: there is no folder `{}`", path.display(), folder.display());
    }
    if path.is_dir() {
        bail!("cannot write `{}`: it is a folder", path.display());
    }
    Ok(())
}

/// Writes the file, in place of one that is there; whoever reads it sees the old one or the new one.
///
/// # Errors
///
/// When it cannot be written.
pub(super) fn whole(path: &Path, text: &str) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder(path).join(format!(".{name}.{}", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What is left of it helps nobody; that it could not be written is told below.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        check(&path).unwrap();
        for text in ["one", "two"] {
            whole(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_told_before_anything_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none/out.html");
        assert!(check(&missing).unwrap_err().to_string().contains("there is no folder"));
        assert!(check(folder.path()).unwrap_err().to_string().contains("it is a folder"));
    }
}
