//! Settings and rules from files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use portcullis_detection::{RuleFile, RuleSet, built_in};
use portcullis_settings::{Problems, Settings, parse};

/// The settings file that is looked for when none is named.
pub(crate) const SETTINGS: &str = "portcullis.yaml";

/// A settings file.
pub(crate) struct SettingsFile {
    /// Its path, for messages.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
    /// What it says.
    pub(crate) settings: Result<Settings, Problems>,
}

/// The file at `path`; without one, `portcullis.yaml` in the current folder, if there is one.
pub(crate) fn settings(path: Option<&Path>) -> Result<Option<SettingsFile>> {
    let path = match path {
        Some(path) => path.to_owned(),
        None if Path::new(SETTINGS).is_file() => PathBuf::from(SETTINGS),
        None => return Ok(None),
    };
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read settings `{}`", path.display()))?;
    let settings = parse(&text);
    Ok(Some(SettingsFile { path, text, settings }))
}

/// The built-in rules and those in the given files and folders.
pub(crate) fn rules(paths: &[PathBuf]) -> Result<RuleSet> {
    let mut files = built_in();
    for path in paths {
        for file in rule_files(path)? {
            let yaml = fs::read_to_string(&file).with_context(|| format!("cannot read rule `{}`", file.display()))?;
            files.push(RuleFile { name: file.display().to_string(), yaml });
        }
    }
    Ok(RuleSet::load(&files))
}

fn rule_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("cannot read the folder of rules `{}`", path.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rule_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
