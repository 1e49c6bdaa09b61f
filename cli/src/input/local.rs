//! Files and folders.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use portcullis_logs::{Input, Unread};

/// Every file at and below `paths`, in the order of their names.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Input>> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        bail!("there is no `{}`", missing.display());
    }
    let (mut found, mut folders) = (Vec::new(), HashSet::new());
    for path in paths {
        folder_or_file(path, &mut found, &mut folders);
    }
    Ok(found)
}

/// `folders` holds them by their real path: a link may lead back into one.
fn folder_or_file(path: &Path, found: &mut Vec<Input>, folders: &mut HashSet<PathBuf>) {
    let unread = |error: std::io::Error| {
        let file = path.display().to_string();
        Input::Unread(Unread { file, place: "the file".to_owned(), reason: error.to_string() })
    };
    if !path.is_dir() {
        let metadata = fs::metadata(path);
        let found_file = metadata.map(|metadata| Input::File { path: path.to_owned(), size: metadata.len() });
        return found.push(found_file.unwrap_or_else(unread));
    }
    if !path.canonicalize().is_ok_and(|real| folders.insert(real)) {
        return;
    }
    let entries = fs::read_dir(path).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
    let mut paths: Vec<PathBuf> = match entries {
        Ok(paths) => paths,
        Err(error) => return found.push(unread(error)),
    };
    paths.sort();
    for path in paths {
        folder_or_file(&path, found, folders);
    }
}
