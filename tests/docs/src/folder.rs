//! The pages on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};

/// What is missing, stale or left over in `folder`.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn compare(folder: &Path, pages: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut there = markdown_files(folder)?;
    for (name, text) in pages {
        if !there.remove(name) {
            wrong.push(format!("{name} is missing"));
        } else if fs::read_to_string(folder.join(name)).with_context(|| name.clone())? != *text {
            wrong.push(format!("{name} is stale"));
        }
    }
    wrong.extend(there.into_iter().map(|name| format!("{name} is left over: no rule has this id")));
    Ok(wrong)
}

/// Makes `folder` hold exactly `pages`; says how many files it wrote and removed.
///
/// # Errors
///
/// When a file cannot be read, written or removed.
pub fn write(folder: &Path, pages: &BTreeMap<String, String>) -> Result<(usize, usize)> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut there = markdown_files(folder)?;
    let mut written = 0;
    for (name, text) in pages {
        let path = folder.join(name);
        let fresh = there.remove(name) && fs::read_to_string(&path).is_ok_and(|old| old == *text);
        if !fresh {
            fs::write(&path, text).with_context(|| path.display().to_string())?;
            written += 1;
        }
    }
    for name in &there {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    Ok((written, there.len()))
}

/// Which of these files, by their path from the project's root, are not as they should be.
pub fn stale(root: &Path, files: &BTreeMap<&'static str, String>) -> Vec<String> {
    let is_stale = |(path, text): &(&&str, &String)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(*text);
    files.iter().filter(is_stale).map(|(path, _)| format!("{path} is stale")).collect()
}

/// Writes those that are not; says how many.
///
/// # Errors
///
/// When a file cannot be written.
pub fn put(root: &Path, files: &BTreeMap<&'static str, String>) -> Result<usize> {
    let mut written = 0;
    for (path, text) in files {
        if fs::read_to_string(root.join(path)).ok().as_ref() != Some(text) {
            fs::write(root.join(path), text).context(*path)?;
            written += 1;
        }
    }
    Ok(written)
}

/// The Markdown files of a folder; none where there is no folder yet.
fn markdown_files(folder: &Path) -> Result<BTreeSet<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries.with_context(|| folder.display().to_string())?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.ends_with(".md").then_some(name));
    }
    Ok(names)
}
