//! The rules on disk, each with its documents and its cases.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_detection::RuleFile;
use serde::Deserialize;
use serde_json::Value;

use super::{Cases, ONE_RULE};

/// The folder `rules/`.
pub(crate) struct Pack {
    /// Every rule, by file name; with [`ONE_RULE`] only that one.
    pub(crate) rules: Vec<Rule>,
    /// What could not be read.
    pub(crate) failures: Vec<String>,
}

/// One rule file and the cases beside it.
pub(crate) struct Rule {
    /// `AREA/NAME`.
    pub(crate) place: String,
    /// The documents of its file.
    pub(crate) documents: Vec<Value>,
    /// Documents of other files that its correlation refers to.
    pub(crate) borrowed: Vec<Value>,
    /// Its cases.
    pub(crate) cases: Cases,
}

impl Pack {
    /// Reads every rule from disk, without the crate's own table, which may be older.
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let mut failures = Vec::new();
        let mut files: Vec<(PathBuf, Vec<Value>)> = Vec::new();
        for path in files_below(&root) {
            if path.extension().is_some_and(|extension| extension == "yml") {
                match documents(&fs::read_to_string(&path).unwrap()) {
                    Ok(documents) => files.push((path, documents)),
                    Err(error) => failures.push(format!("{}: {error}", path.display())),
                }
            }
        }
        files.sort_by(|(a, _), (b, _)| a.file_name().cmp(&b.file_name()));
        let wanted = one_rule();
        let mut rules = Vec::new();
        for (path, documents) in &files {
            let name = path.file_stem().unwrap().to_string_lossy();
            if wanted.as_ref().is_some_and(|wanted| *wanted != name) {
                continue;
            }
            let place = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().into_owned();
            let cases_path = path.with_extension("events.json");
            let mut wrong = Vec::new();
            let cases = match fs::read_to_string(&cases_path) {
                Ok(text) => Cases::parse(&text, &mut wrong),
                Err(error) => {
                    wrong.push(format!("{}: {error}; write its cases there", cases_path.display()));
                    Cases::default()
                }
            };
            failures.extend(wrong.into_iter().map(|wrong| format!("{place}: {wrong}")));
            let borrowed = borrowed(documents, &files);
            rules.push(Rule { place, documents: documents.clone(), borrowed, cases });
        }
        if let Some(wanted) = wanted.filter(|_| rules.is_empty()) {
            failures.push(format!("{ONE_RULE}: no readable file rules/AREA/{wanted}.yml"));
        }
        Self { rules, failures }
    }
}

impl Rule {
    /// The name of the file, and so of the rule that makes findings.
    pub(crate) fn name(&self) -> &str {
        self.place.rsplit('/').next().unwrap_or_default()
    }

    /// A rule file of these documents instead of its own.
    pub(crate) fn file(&self, documents: &[Value]) -> RuleFile {
        // JSON is YAML.
        let yaml: Vec<String> = documents.iter().chain(&self.borrowed).map(ToString::to_string).collect();
        RuleFile { name: format!("{}.yml", self.place), yaml: yaml.join("\n---\n") }
    }
}

/// The documents of a YAML file.
pub(crate) fn documents(yaml: &str) -> Result<Vec<Value>, yaml_serde::Error> {
    yaml_serde::Deserializer::from_str(yaml).map(Value::deserialize).collect()
}

/// What the correlations of `documents` refer to in other files, and what that refers to in turn.
fn borrowed(documents: &[Value], files: &[(PathBuf, Vec<Value>)]) -> Vec<Value> {
    let all = || files.iter().flat_map(|(_, documents)| documents);
    let mut known = documents.to_vec();
    let mut next = 0;
    while let Some(document) = known.get(next) {
        let references = document["correlation"]["rules"].as_array().cloned().unwrap_or_default();
        for reference in references {
            if !known.iter().any(|document| document["name"] == reference) {
                known.extend(all().find(|document| document["name"] == reference).cloned());
            }
        }
        next += 1;
    }
    known.split_off(documents.len())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[expect(clippy::disallowed_methods, reason = "a switch for the person at the keyboard, not a setting of the product")]
fn one_rule() -> Option<String> {
    env::var(ONE_RULE).ok().filter(|name| !name.is_empty())
}
