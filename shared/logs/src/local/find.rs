//! What a path names: a file, a folder, or whatever a glob matches.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use glob::MatchOptions;

use super::files::Files;
use crate::aside::{left_out, left_out_folder};
use crate::{Selection, Tally, Unread};

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, in their order.
    pub files: Files,
    /// What could not be looked at.
    pub unread: Vec<Unread>,
    /// What was found beside them.
    pub tally: Tally,
}

/// Something is named that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No file and no folder.
    #[error("there is no `{0}`")]
    Missing(String),
    /// A glob that matches nothing.
    #[error("no file matches `{0}`")]
    NoMatch(String),
    /// Not a glob at all.
    #[error("`{0}` is neither a file nor a pattern of names: {1}")]
    NoPattern(String, String),
}

/// Finds files. What is named by itself, or matched by a glob, is read whatever its name; of what is in a folder only what may
/// be a log with something of interest in it.
///
/// # Errors
///
/// When something is named that is not there.
pub fn find(paths: &[PathBuf], selection: &Selection) -> Result<Found, FindError> {
    let mut finder = Finder { found: Found::default(), entered: HashSet::new(), selection };
    for path in paths {
        if path.exists() {
            finder.named(path);
            continue;
        }
        let text = path.to_string_lossy();
        if !text.contains(['*', '?', '[']) {
            return Err(FindError::Missing(text.into_owned()));
        }
        finder.glob(&text)?;
    }
    let mut found = finder.found;
    found.files.sort();
    found.tally.unnamed = found.files.unnamed();
    Ok(found)
}

/// A walk through folders.
struct Finder<'s> {
    found: Found,
    /// By their real paths: a link may lead back into one.
    entered: HashSet<PathBuf>,
    selection: &'s Selection,
}

/// As a shell matches: a star neither crosses folders nor finds what is hidden.
const AS_SHELLS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

impl Finder<'_> {
    fn glob(&mut self, pattern: &str) -> Result<(), FindError> {
        let matches = glob::glob_with(pattern, AS_SHELLS)
            .map_err(|error| FindError::NoPattern(pattern.to_owned(), error.to_string()))?;
        let mut any = false;
        for matched in matches {
            any = true;
            match matched {
                Ok(path) => self.named(&path),
                Err(error) => self.unread(error.path(), error.error()),
            }
        }
        if any { Ok(()) } else { Err(FindError::NoMatch(pattern.to_owned())) }
    }

    fn named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(metadata) => {
                let (folder, name) = (path.parent().unwrap_or(Path::new("")), path.file_name());
                self.found.files.add(folder, name.unwrap_or(path.as_os_str()), &metadata);
            }
            Err(error) => self.unread(path, &error),
        }
    }

    fn folder(&mut self, path: &Path) {
        if !path.canonicalize().is_ok_and(|real| self.entered.insert(real)) {
            return;
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.unread(path, &error),
        };
        let (mut files, mut folders): (Vec<(Box<OsStr>, Metadata)>, Vec<PathBuf>) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unread(path, &error);
                    continue;
                }
            };
            let name = entry.file_name();
            let shown = name.to_string_lossy();
            // Of a link, what it leads to.
            match fs::metadata(entry.path()) {
                Ok(metadata) if metadata.is_dir() => match left_out_folder(&shown) {
                    Some(why) => self.found.tally.leave_out(why),
                    None => folders.push(entry.path()),
                },
                Ok(metadata) => match left_out(&shown) {
                    Some(why) => self.found.tally.leave_out(why),
                    None if !metadata.is_file() => self.found.tally.leave_out("pipes and devices".to_owned()),
                    None if !self.selection.wants(&shown) => self.found.tally.not_wanted += 1,
                    None => files.push((name.into_boxed_os_str(), metadata)),
                },
                Err(error) => self.unread(&entry.path(), &error),
            }
        }
        self.found.files.add_all(path, files);
        for folder in folders {
            self.folder(&folder);
        }
    }

    fn unread(&mut self, path: &Path, error: &std::io::Error) {
        let (file, place) = (path.display().to_string(), "the file".to_owned());
        self.found.unread.push(Unread { file, place, reason: error.to_string() });
    }
}
