//! The form of `NAME.events.json`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::expand::Expander;

/// A rule's cases, spelled out.
#[derive(Debug, Default)]
pub struct Cases {
    /// The rule fires.
    pub positive: Vec<Case>,
    /// The rule does not fire.
    pub negative: Vec<Case>,
    /// Mutants that no case can tell from the rule.
    pub equivalent: Vec<Equivalent>,
}

/// One case, spelled out into records.
#[derive(Debug)]
pub struct Case {
    /// What it shows, as its author put it.
    pub name: String,
    /// Whether the rule fires.
    pub positive: bool,
    /// How many findings of the rule there are, where the case says so.
    pub findings: Option<usize>,
    /// Since when the account has been watched.
    pub watched_since: Timestamp,
    /// The roles and users that are in quarantine.
    pub quarantined: BTreeSet<String>,
    /// Records seen first, to learn from; what they set off does not count.
    pub before: Vec<String>,
    /// The records to judge.
    pub records: Vec<String>,
}

/// A mutant that means the same as the rule, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalent {
    /// The mutant's id, as the failure names it.
    pub mutant: String,
    /// Why no record can tell the two apart.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCases {
    positive: Vec<WrittenCase>,
    negative: Vec<WrittenCase>,
    #[serde(default)]
    equivalent: Vec<Equivalent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    #[serde(default)]
    before: Vec<Map<String, Value>>,
    record: Option<Map<String, Value>>,
    records: Option<Vec<Map<String, Value>>>,
    findings: Option<usize>,
    watched_since: Option<Timestamp>,
    #[serde(default)]
    quarantined: BTreeSet<String>,
}

impl Cases {
    /// Reads cases over the base records. A case that is not well formed is a failure of its own; the others still count.
    pub fn parse(text: &str, failures: &mut Vec<String>) -> Self {
        let written: WrittenCases = match serde_json::from_str(text) {
            Ok(written) => written,
            Err(error) => {
                failures.push(format!("not `{{\"positive\": [ CASE, … ], \"negative\": [ CASE, … ]}}`: {error}"));
                return Self::default();
            }
        };
        let mut read = |cases: Vec<WrittenCase>, positive| -> Vec<Case> {
            let read = cases.into_iter().filter_map(|case| {
                let name = case.name.clone();
                let case = Case::of(case, positive);
                case.map_err(|error| failures.push(format!("case \"{name}\": {error}"))).ok()
            });
            read.collect()
        };
        let cases = Self {
            positive: read(written.positive, true),
            negative: read(written.negative, false),
            equivalent: written.equivalent,
        };
        for (index, case) in cases.all().enumerate() {
            if cases.all().take(index).any(|other| other.name == case.name) {
                failures.push(format!("case \"{}\": another case has this name; give each its own", case.name));
            }
        }
        for (index, entry) in cases.equivalent.iter().enumerate() {
            let mutant = &entry.mutant;
            if cases.equivalent.iter().take(index).any(|other| other.mutant == *mutant) {
                failures.push(format!("`equivalent` names \"{mutant}\" twice; take one out"));
            }
            if entry.why.trim().len() < 20 {
                failures.push(format!("`equivalent` \"{mutant}\": say why no record can tell it from the rule"));
            }
        }
        cases
    }

    /// Every case, positive ones first.
    pub fn all(&self) -> impl Iterator<Item = &Case> {
        self.positive.iter().chain(&self.negative)
    }
}

impl Case {
    fn of(written: WrittenCase, positive: bool) -> Result<Self, String> {
        let steps = match (written.record, written.records) {
            (Some(record), None) => vec![record],
            (None, Some(records)) if !records.is_empty() => records,
            _ => return Err("give either `record`, one step, or `records`, a list of at least one".to_owned()),
        };
        if written.findings.is_some() && !positive {
            return Err("`findings` belongs to positive cases; a negative one has none".to_owned());
        }
        if written.findings == Some(0) {
            return Err("`findings: 0` makes it a negative case; move it there".to_owned());
        }
        let mut expander = Expander::new();
        let before = expander.history(&written.before)?;
        let records = expander.records(&steps)?;
        Expander::in_order(&before, &records)?;
        // Long ago, so that a first sighting means something.
        let watched_since = written.watched_since.map_or_else(|| "2025-01-01T00:00:00Z".parse(), Ok);
        let watched_since = watched_since.map_err(|error: jiff::Error| error.to_string())?;
        let WrittenCase { name, findings, quarantined, .. } = written;
        Ok(Self { name, positive, findings, watched_since, quarantined, before, records })
    }

    /// What is wrong when the rule fires `found` times, if anything is.
    pub fn complaint(&self, found: usize) -> Option<String> {
        match (self.positive, self.findings) {
            (true, Some(expected)) if found != expected => {
                Some(format!("positive case \"{}\": {found} findings instead of {expected}", self.name))
            }
            (true, _) if found == 0 => Some(format!("positive case \"{}\": the rule does not fire", self.name)),
            (false, _) if found > 0 => Some(format!("negative case \"{}\": the rule fires", self.name)),
            _ => None,
        }
    }
}
