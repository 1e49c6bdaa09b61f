//! Rules read from YAML, matched against events. A bad rule is a problem of its own; the others still load.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use portcullis_cloudtrail::{Record, Text};
use portcullis_settings::Settings;
use rsigma_eval::{Engine, RuleFieldSet};
use rsigma_parser::{CorrelationRule, SigmaCollection, SigmaRule, parse_sigma_yaml};

use crate::correlate::{Correlated, Known, compile};
use crate::fields::is_known;
use crate::lint;
use crate::locate::line_of;
use crate::pack::is_built_in;
use crate::route::{Known as KnownCall, Outcome, Route, Routes, is_history};
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
    pub(crate) engine: Engine,
    /// The detection rules, by id.
    pub(crate) detections: BTreeMap<String, Rule>,
    /// Those of them that only serve correlations of their file.
    silent: BTreeSet<String>,
    pub(crate) correlations: BTreeMap<String, Correlated>,
    problems: Vec<RuleProblem>,
    doubts: Vec<RuleProblem>,
    routes: Routes,
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSet")
            .field("rules", &self.rules().map(|rule| &rule.reference.id).collect::<Vec<_>>())
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl RuleSet {
    /// Compiles every rule that is sound; [`RuleSet::problems`] tells of the others. Of two rules with one name the
    /// first stays. A detection rule that a correlation of the same file refers to makes no findings of its own, unless
    /// the correlation says `generate: true`.
    pub fn load(files: &[RuleFile]) -> Self {
        let mut set = Self {
            engine: Engine::new(),
            detections: BTreeMap::new(),
            silent: BTreeSet::new(),
            correlations: BTreeMap::new(),
            problems: Vec::new(),
            doubts: Vec::new(),
            routes: Routes::default(),
        };
        let parsed: Vec<(&RuleFile, SigmaCollection)> =
            files.iter().filter_map(|file| set.parse(file).map(|collection| (file, collection))).collect();
        for (file, collection) in &parsed {
            for sigma in &collection.rules {
                set.add_detection(file, sigma);
            }
        }
        set.add_correlations(&parsed);
        set
    }

    /// The rules that make findings, by id.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let detections = self.detections.iter().filter(|(id, _)| !self.silent.contains(*id)).map(|(_, rule)| rule);
        let correlations = self.correlations.values().map(|correlated| &correlated.rule);
        let mut all: Vec<&Rule> = detections.chain(correlations).collect();
        all.sort_by(|a, b| a.reference.id.cmp(&b.reference.id));
        all.into_iter()
    }

    /// The rule that makes findings under this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let detection = self.detections.get(id).filter(|_| !self.silent.contains(id));
        detection.or_else(|| self.correlations.get(id).map(|correlated| &correlated.rule))
    }

    /// What was not loaded, and why.
    pub fn problems(&self) -> &[RuleProblem] {
        &self.problems
    }

    /// What is loaded and can hardly ever fire as its author meant: fields that no record has, values that no field has.
    /// Built-in rules are not looked at; tests do that.
    pub fn doubts(&self) -> &[RuleProblem] {
        &self.doubts
    }

    /// Whether any rule could match a call from this source with this name. `succeeded` says that its record has neither
    /// `errorCode` nor `errorMessage`; nothing else is assumed of it.
    pub fn could_match(&self, source: &str, name: &str, succeeded: bool) -> bool {
        !self.route(source, name, succeeded).rules.is_empty()
    }

    /// What is left to ask of a record, once its source and name are known, and whether it succeeded.
    pub(crate) fn route_of(&self, record: &Record<'_>) -> Arc<Route> {
        let (source, name) = (record.event_source.as_ref(), record.event_name.as_ref());
        let succeeded = record.error_code.is_none() && record.error_message.is_none();
        if let (Some(source), Some(name)) = (source, name) {
            return self.route(source.as_str(), name.as_str(), succeeded);
        }
        let (source, name) = (source.map(Text::as_str), name.map(Text::as_str));
        Arc::new(self.build_route(KnownCall { source, name, succeeded }))
    }

    fn route(&self, source: &str, name: &str, succeeded: bool) -> Arc<Route> {
        let known = KnownCall { source: Some(source), name: Some(name), succeeded };
        self.routes.route(source, name, succeeded, || self.build_route(known))
    }

    fn build_route(&self, known: KnownCall<'_>) -> Route {
        Route::build(known, self.engine.rules().iter(), &|id| self.outcome(id))
    }

    /// What comes of a detection rule that matches.
    fn outcome(&self, id: &str) -> Outcome {
        let finds = self.detections.contains_key(id) && !self.silent.contains(id);
        let mut outcome = Outcome { finds, ..Outcome::default() };
        for (correlation, correlated) in &self.correlations {
            for (leaf, place) in correlated.leaves.iter().zip(0u16..).filter(|(leaf, _)| leaf.rule == id) {
                outcome.counts.push((correlation.clone(), place));
                outcome.counts_history |= leaf.fields().any(is_history);
            }
        }
        outcome
    }

    fn problem(&mut self, file: &RuleFile, message: impl Into<String>) {
        let message = message.into();
        self.problems.push(RuleProblem { file: file.name.clone(), line: line_of(&file.yaml, &message), message });
    }

    fn parse(&mut self, file: &RuleFile) -> Option<SigmaCollection> {
        let collection = match parse_sigma_yaml(&file.yaml) {
            Ok(collection) => collection,
            Err(error) => {
                self.problem(file, error.to_string());
                return None;
            }
        };
        for error in &collection.errors {
            self.problem(file, error.clone());
        }
        for filter in &collection.filters {
            self.problem(
                file,
                format!(
                    "filter '{}': filters are not supported; name who may set off a rule under `exemptions:` in the settings",
                    filter.title
                ),
            );
        }
        let nothing =
            collection.rules.is_empty() && collection.correlations.is_empty() && collection.filters.is_empty();
        if nothing && collection.errors.is_empty() {
            self.problem(file, "the file holds no rule");
        }
        Some(collection)
    }

    fn add_detection(&mut self, file: &RuleFile, sigma: &SigmaRule) {
        let mut alone = SigmaCollection::new();
        alone.rules.push(sigma.clone());
        let fields = RuleFieldSet::collect(&alone, &[], true);
        if let Some(unknown) = fields.names().find(|field| !is_known(field)) {
            return self.problem(file, format!("no record ever has the field '{unknown}'"));
        }
        let rule = match Rule::of(sigma, &file.name) {
            Ok(rule) => rule,
            Err(message) => return self.problem(file, message),
        };
        let id = rule.reference.id.clone();
        if let Some(message) = self.taken(&id) {
            return self.problem(file, message);
        }
        // Findings are named by the rule's permanent name; the engine hands back what it was given as `id`.
        let named = SigmaRule { id: Some(id.clone()), ..sigma.clone() };
        match self.engine.add_rule(&named) {
            Ok(()) => {
                if !is_built_in(file) {
                    self.doubts.extend(lint::of_detection(file, &id, sigma));
                }
                self.detections.insert(id, rule);
            }
            Err(error) => self.problem(file, format!("{id}: {error}")),
        }
    }

    fn taken(&self, id: &str) -> Option<String> {
        let correlation = self.correlations.get(id).map(|correlated| &correlated.rule);
        let first = self.detections.get(id).or(correlation)?;
        Some(format!("`name: {id}` is taken by the rule in {}", first.file))
    }

    fn add_correlations(&mut self, parsed: &[(&RuleFile, SigmaCollection)]) {
        let all = || {
            parsed.iter().flat_map(|(file, collection)| collection.correlations.iter().map(move |rule| (*file, rule)))
        };
        let mut by_name: HashMap<&str, &CorrelationRule> = HashMap::new();
        for (_, rule) in all() {
            if let Some(name) = &rule.name {
                by_name.entry(name).or_insert(rule);
            }
        }
        // What another correlation of the same file rests on is told by that one.
        let mut inner: BTreeSet<String> = BTreeSet::new();
        for (file, rule) in all() {
            let is_rule = |name: &str| self.detections.contains_key(name);
            let compiled = compile(rule, &file.name, &Known { is_rule: &is_rule, correlations: &by_name });
            let correlated = match compiled {
                Ok(correlated) => correlated,
                Err(message) => {
                    let name = rule.name.as_deref().unwrap_or(&rule.title);
                    self.problem(file, format!("correlation '{name}': {message}"));
                    continue;
                }
            };
            if let Some(unknown) = correlated.fields().find(|field| !is_known(field)).map(str::to_owned) {
                self.problem(file, format!("no record ever has the field '{unknown}'"));
                continue;
            }
            let id = correlated.rule.reference.id.clone();
            if let Some(message) = self.taken(&id) {
                self.problem(file, message);
                continue;
            }
            if !rule.generate {
                for name in &rule.rules {
                    let same_file = |rule: &Rule| rule.file == file.name;
                    if self.detections.get(name).is_some_and(same_file) {
                        self.silent.insert(name.clone());
                    }
                    let of_file =
                        all().any(|(other, rule)| other.name == file.name && rule.name.as_ref() == Some(name));
                    if of_file {
                        inner.insert(name.clone());
                    }
                }
            }
            if !is_built_in(file) {
                self.doubts.extend(lint::of_correlation(file, &id, correlated.fields()));
            }
            self.correlations.insert(id, correlated);
        }
        self.correlations.retain(|id, _| !inner.contains(id));
    }
}

impl RuleSet {
    /// Changes rules as the settings say. What cannot be done is a problem: the rule then stays as it is.
    pub(crate) fn apply(&mut self, settings: &Settings) {
        for change in &settings.rules {
            let id = change.rule.id.as_str();
            let Some(rule) = self.rule_mut(id) else { continue };
            if let Some(shadow) = change.shadow {
                rule.shadow = shadow;
            }
            let Some(threshold) = change.threshold else { continue };
            let set = match self.correlations.get_mut(id) {
                Some(correlated) => correlated.set_threshold(threshold),
                None => Err("is no correlation, so it has no threshold".to_owned()),
            };
            if let Err(message) = set {
                self.problems.push(RuleProblem {
                    file: "the settings".to_owned(),
                    line: change.rule.line,
                    message: format!("`{id}`: {message}"),
                });
            }
        }
    }

    fn rule_mut(&mut self, id: &str) -> Option<&mut Rule> {
        match self.correlations.get_mut(id) {
            Some(correlated) => Some(&mut correlated.rule),
            None => self.detections.get_mut(id),
        }
    }
}
