//! Rules read from YAML, matched against events. A bad rule is a problem of its own; the others still load.

use std::collections::BTreeMap;

use rsigma_eval::{Engine, RuleFieldSet};
use rsigma_parser::{SigmaCollection, parse_sigma_yaml};

use crate::event::RuleEvent;
use crate::fields::is_known;
use crate::locate::line_of;
use crate::rule::Rule;

/// The text of a rule file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its name, for messages.
    pub name: String,
    /// Sigma YAML, one or more documents.
    pub yaml: String,
}

/// Why a rule was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The file.
    pub file: String,
    /// The line in it, from 1; as near as can be told.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl std::fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Rules ready to match.
pub struct RuleSet {
    engine: Engine,
    rules: BTreeMap<String, Rule>,
    problems: Vec<RuleProblem>,
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSet")
            .field("rules", &self.rules.keys())
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl RuleSet {
    /// Compiles every rule that is sound; [`RuleSet::problems`] tells of the others. Of two rules with one name the
    /// first stays.
    pub fn load(files: &[RuleFile]) -> Self {
        let mut set = Self { engine: Engine::new(), rules: BTreeMap::new(), problems: Vec::new() };
        for file in files {
            match parse_sigma_yaml(&file.yaml) {
                Ok(collection) => set.add(file, collection),
                Err(error) => set.problem(file, error.to_string()),
            }
        }
        set
    }

    /// The rules, by id.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// What was not loaded, and why.
    pub fn problems(&self) -> &[RuleProblem] {
        &self.problems
    }

    /// The rules that match, each once, in the order of their ids.
    pub fn matches(&self, event: &RuleEvent<'_, '_>) -> Vec<&Rule> {
        let mut matched: Vec<&Rule> = self
            .engine
            .evaluate(event)
            .iter()
            .filter_map(|result| result.header.rule_id.as_ref().and_then(|id| self.rules.get(id)))
            .collect();
        matched.sort_by(|a, b| a.reference.id.cmp(&b.reference.id));
        matched.dedup_by(|a, b| a.reference.id == b.reference.id);
        matched
    }

    fn problem(&mut self, file: &RuleFile, message: impl Into<String>) {
        let message = message.into();
        self.problems.push(RuleProblem { file: file.name.clone(), line: line_of(&file.yaml, &message), message });
    }

    fn add(&mut self, file: &RuleFile, collection: SigmaCollection) {
        for error in &collection.errors {
            self.problem(file, error.clone());
        }
        for correlation in &collection.correlations {
            self.problem(file, format!("correlation '{}': this version loads detection rules only", correlation.title));
        }
        for filter in &collection.filters {
            self.problem(file, format!("filter '{}': this version loads detection rules only", filter.title));
        }
        let nothing =
            collection.rules.is_empty() && collection.correlations.is_empty() && collection.filters.is_empty();
        if nothing && collection.errors.is_empty() {
            self.problem(file, "the file holds no rule");
        }
        for mut sigma in collection.rules {
            let mut alone = SigmaCollection::new();
            alone.rules.push(sigma.clone());
            let fields = RuleFieldSet::collect(&alone, &[], true);
            if let Some(unknown) = fields.names().find(|field| !is_known(field)) {
                self.problem(file, format!("no record ever has the field '{unknown}'"));
                continue;
            }
            let rule = match Rule::of(&sigma, &file.name) {
                Ok(rule) => rule,
                Err(message) => {
                    self.problem(file, message);
                    continue;
                }
            };
            let id = rule.reference.id.clone();
            if let Some(first) = self.rules.get(&id) {
                let message = format!("`name: {id}` is taken by the rule in {}", first.file);
                self.problem(file, message);
                continue;
            }
            // Findings are named by the rule's permanent name; the engine hands back what it was given as `id`.
            sigma.id = Some(id.clone());
            match self.engine.add_rule(&sigma) {
                Ok(()) => {
                    self.rules.insert(id, rule);
                }
                Err(error) => self.problem(file, format!("{id}: {error}")),
            }
        }
    }
}
