//! Rules against cases, in memory.

use std::collections::BTreeMap;

use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleFile, RuleProblem, RuleSet};
use portcullis_settings::{Inventory, Settings};

use crate::case::Case;

/// The stack that cases take place in: what `portcullis.self` is about.
const STACK: &str = "portcullis";

/// Judges cases by a set of rules.
pub struct Judge {
    pipeline: Pipeline,
}

/// What judging one case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong with how the rule judges the case, if anything is.
    pub complaint: Option<String>,
    /// What fired on the records to judge, by rule: how many findings, a burst once.
    pub fired: BTreeMap<String, usize>,
}

impl Judge {
    /// Loads the rules of `files`; cases are judged under `settings`.
    pub fn new(files: &[RuleFile], settings: Settings) -> Self {
        let context = Context { stack: STACK.to_owned(), ..Context::default() };
        Self { pipeline: Pipeline::new(RuleSet::load(files), settings, Inventory::default(), context) }
    }

    /// The rules that are loaded.
    pub fn rules(&self) -> &RuleSet {
        &self.pipeline.rules
    }

    /// What the files' rules are refused for.
    pub fn problems(&self) -> &[RuleProblem] {
        self.pipeline.rules.problems()
    }

    /// Lets all rules see the case, and says whether `rule` judges it as it should.
    pub fn judge(&mut self, rule: &str, case: &Case) -> Verdict {
        self.pipeline.context.quarantined.clone_from(&case.quarantined);
        let mut detector = Detector::new(&self.pipeline, Some(case.watched_since));
        detector.examine(&texts(&case.before));
        let mut fired: BTreeMap<String, usize> = BTreeMap::new();
        for finding in detector.examine(&texts(&case.records)) {
            *fired.entry(finding.rule.id).or_default() += 1;
        }
        let complaint = case.complaint(fired.get(rule).copied().unwrap_or_default());
        Verdict { complaint, fired }
    }
}

fn texts(records: &[String]) -> Vec<&str> {
    records.iter().map(String::as_str).collect()
}
