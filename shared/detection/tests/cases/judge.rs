//! One rule against its cases, with nothing else loaded.

use portcullis_cases::{Case, settings};
use portcullis_detection::RuleFile;

/// Judges cases by one rule.
pub(crate) struct Judge {
    judge: portcullis_cases::Judge,
    rule: String,
}

impl Judge {
    /// A judge for nothing but `rule` and what its file holds. Fails with what the file's rules are refused for.
    pub(crate) fn new(rule: &str, file: RuleFile) -> Result<Self, String> {
        let judge = portcullis_cases::Judge::new(&[file], settings().clone());
        let problems: Vec<&str> = judge.problems().iter().map(|problem| problem.message.as_str()).collect();
        if problems.is_empty() {
            Ok(Self { judge, rule: rule.to_owned() })
        } else {
            Err(format!("refused: {}", problems.join("; ")))
        }
    }

    /// What is wrong with how the rule judges a case, if anything is.
    pub(crate) fn complaint(&mut self, case: &Case) -> Option<String> {
        self.judge.judge(&self.rule, case).complaint
    }
}
