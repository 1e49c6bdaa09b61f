//! The log files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The log files at and below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFiles {
    /// Where they are, by name.
    pub paths: Vec<PathBuf>,
    /// Their sizes together, in bytes.
    pub bytes: u64,
}

/// Finds the files `*.json.gz` at and below a folder.
pub fn log_files(folder: &Path) -> Result<LogFiles> {
    let mut files = LogFiles::default();
    collect(folder, &mut files)?;
    files.paths.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut LogFiles) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.to_string_lossy().ends_with(".json.gz") {
            files.bytes += entry.metadata()?.len();
            files.paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_and_below_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for (name, text) in [("z.json.gz", "12"), ("a/b/y.json.gz", "345"), ("truth.json", "no log")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let found = log_files(folder.path()).unwrap();
        let paths = ["a/b/y.json.gz", "z.json.gz"].map(|name| folder.path().join(name)).to_vec();
        assert_eq!(found, LogFiles { paths, bytes: 5 });
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = log_files(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(error.to_string(), "cannot list `/nowhere/at/all`");
    }
}
