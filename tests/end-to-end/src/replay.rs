//! What `portcullis replay` says of log files, and what the ledger says of the same, in a form in which they compare.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Findings by their id, each with the decision on it; none for what is tried out in shadow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The findings.
    pub findings: BTreeMap<String, Value>,
    /// The decisions.
    pub decisions: BTreeMap<String, Value>,
}

impl Told {
    /// What a replay's document tells.
    ///
    /// # Errors
    ///
    /// When it is not of that form.
    pub fn by_replay(document: &Value) -> Result<Self> {
        let mut told = Self::default();
        for entry in list(document, "findings")? {
            let id = told.finding(entry.get("finding").context("an entry has no finding")?)?;
            told.decisions.insert(id, decision(entry));
        }
        for finding in list(document, "in_shadow")? {
            told.finding(finding)?;
        }
        Ok(told)
    }

    /// What the entries of the ledger tell that rest on these events alone, without those that turned out to be parts of others.
    ///
    /// # Errors
    ///
    /// When they are not of that form.
    pub fn by_ledger(entries: &[Value], events: &BTreeSet<String>) -> Result<Self> {
        let mut told = Self::default();
        for entry in entries.iter().filter(|entry| entry.get("gone").is_none()) {
            let finding = entry.get("finding").context("an entry has no finding")?;
            let evidence = list(finding, "evidence")?;
            let mut known = evidence.iter().map(|one| one.get("event_id").and_then(Value::as_str));
            if !known.all(|id| id.is_some_and(|id| events.contains(id))) {
                continue;
            }
            let id = told.finding(finding)?;
            if finding.get("shadow") != Some(&Value::Bool(true)) {
                told.decisions.insert(id, decision(entry));
            }
        }
        Ok(told)
    }

    fn finding(&mut self, finding: &Value) -> Result<String> {
        let id = finding.get("id").and_then(Value::as_str).context("a finding has no id")?.to_owned();
        let mut finding = finding.clone();
        // How often the windows of a burst were written, and what parts of it were told before they met: that is about batches, of
        // which a replay has others.
        if let Some(burst) = finding.get_mut("burst").and_then(Value::as_object_mut) {
            burst.remove("revision");
            burst.remove("supersedes");
        }
        self.findings.insert(id.clone(), finding);
        Ok(id)
    }

    /// The ids of findings of which there are not the same in both, by their rules.
    pub fn beyond(&self, other: &Self) -> BTreeMap<String, usize> {
        let mut rules = BTreeMap::new();
        for (id, finding) in &self.findings {
            if !other.findings.contains_key(id) {
                let rule = finding.pointer("/rule/id").and_then(Value::as_str).unwrap_or("?");
                *rules.entry(rule.to_owned()).or_default() += 1;
            }
        }
        rules
    }

    /// The rules that fired.
    pub fn rules(&self) -> BTreeSet<&str> {
        self.findings.values().filter_map(|finding| finding.pointer("/rule/id")?.as_str()).collect()
    }
}

/// What was decided, without until when somebody is contained: a replay contains at the time of the event, the functions when they
/// hear of it.
fn decision(entry: &Value) -> Value {
    let mut decision = entry.get("decision").cloned().unwrap_or_default();
    for refusal in decision.get_mut("refusals").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(refusal) = refusal.as_object_mut() {
            refusal.remove("until");
        }
    }
    decision
}

fn list<'v>(value: &'v Value, member: &str) -> Result<&'v [Value]> {
    let list = value.get(member).and_then(Value::as_array);
    list.map(Vec::as_slice).with_context(|| format!("`{member}` is no list in {value}"))
}
