//! Everything that the pages tell of a rule, in one place.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use portcullis_detection::{Rule, RuleSet, built_in};
use rsigma_parser::{CorrelationRule, SigmaRule, parse_sigma_yaml};
use serde::Deserialize;

/// The first line of every page.
pub(crate) const NOTICE: &str =
    "<!-- Made by `cargo xtask docs` from the rules in shared/detection/rules. Change those. -->\n";

/// Where the rule files lie, seen from the project's root.
pub(crate) const RULES: &str = "shared/detection/rules";

/// The rules that make findings, with all that belongs to each.
#[derive(Debug)]
pub struct Catalogue {
    /// By id.
    pub entries: Vec<Entry>,
    /// The documents of all rule files, the base rules among them.
    pub documents: Documents,
}

/// A rule that makes findings.
#[derive(Debug)]
pub struct Entry {
    /// The rule as it is loaded.
    pub rule: Rule,
    /// The folder of its file: `kms`.
    pub area: String,
    /// The text of its file.
    pub yaml: String,
    /// What AWS writes about what it looks at.
    pub references: Vec<String>,
    /// The names of the cases that it is tested with.
    pub cases: Cases,
}

/// The documents of the rule files, by name.
#[derive(Debug, Default)]
pub struct Documents {
    /// Detection rules.
    pub rules: BTreeMap<String, SigmaRule>,
    /// Correlations.
    pub correlations: BTreeMap<String, CorrelationRule>,
}

/// The names of a rule's cases, in the order of its file.
#[derive(Debug, Default)]
pub struct Cases {
    /// It fires on these.
    pub positive: Vec<String>,
    /// It stays silent on these.
    pub negative: Vec<String>,
}

#[derive(Deserialize)]
struct CaseFile {
    positive: Vec<Case>,
    negative: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
}

impl Catalogue {
    /// Reads the built-in rules and the cases beside them, below the project's root.
    ///
    /// # Errors
    ///
    /// When a rule does not load, or its cases cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let files = built_in();
        let set = RuleSet::load(&files);
        if let Some(problem) = set.problems().first() {
            bail!("{RULES}/{problem}");
        }
        let mut documents = Documents::default();
        for file in &files {
            let parsed = parse_sigma_yaml(&file.yaml).with_context(|| file.name.clone())?;
            let named = parsed.rules.into_iter().filter_map(|rule| Some((rule.name.clone()?, rule)));
            documents.rules.extend(named);
            let named = parsed.correlations.into_iter().filter_map(|rule| Some((rule.name.clone()?, rule)));
            documents.correlations.extend(named);
        }
        let mut entries = Vec::new();
        for rule in set.rules() {
            let file = files.iter().find(|file| file.name == rule.file);
            let file = file.with_context(|| format!("the pack has no file `{}`", rule.file))?;
            let (area, _) =
                file.name.split_once('/').with_context(|| format!("{RULES}/{}: it has no area", file.name))?;
            entries.push(Entry {
                rule: rule.clone(),
                area: area.to_owned(),
                yaml: file.yaml.clone(),
                references: documents.references(&rule.reference.id),
                cases: Cases::read(root, &file.name)?,
            });
        }
        Ok(Self { entries, documents })
    }
}

impl Entry {
    /// The rule's permanent id.
    pub fn id(&self) -> &str {
        &self.rule.reference.id
    }
}

impl Documents {
    fn references(&self, id: &str) -> Vec<String> {
        let of_rule = self.rules.get(id).map(|rule| rule.references.clone());
        of_rule.or_else(|| self.correlations.get(id).map(|rule| rule.references.clone())).unwrap_or_default()
    }
}

impl Cases {
    fn read(root: &Path, file: &str) -> Result<Self> {
        let place = format!("{RULES}/{}.events.json", file.trim_end_matches(".yml"));
        let text = fs::read_to_string(root.join(&place)).with_context(|| place.clone())?;
        let cases: CaseFile = serde_json::from_str(&text).with_context(|| place)?;
        let names = |cases: Vec<Case>| cases.into_iter().map(|case| case.name).collect();
        Ok(Self { positive: names(cases.positive), negative: names(cases.negative) })
    }
}
