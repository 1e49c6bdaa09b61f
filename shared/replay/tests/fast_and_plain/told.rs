//! What a reading came to, in a form that is compared and shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use portcullis_logs::Unread;
use portcullis_replay::{Hour, Reading, Seen, Watcher};
use serde_json::{Value, json};

/// Everything that a reading says, with what has no order in an order of its own.
pub(crate) struct Told {
    /// Each number under its name.
    pub(crate) numbers: BTreeMap<&'static str, u64>,
    /// Findings by their id.
    pub(crate) findings: BTreeMap<String, Value>,
    /// File, place and reason of what could not be read.
    pub(crate) unreadable: Vec<(String, String, String)>,
    /// What exempted whom how often.
    exempted: BTreeMap<(String, String), usize>,
    hours: Vec<(String, Hour)>,
    reach: Option<(String, String)>,
    coverage: Value,
    interrupted: bool,
    /// The accesses to keys, secrets and the audit trail that were shown, and whether their event had been shown before.
    pub(crate) seen: Vec<(String, bool)>,
}

impl Told {
    /// What a reading and its watcher tell.
    pub(crate) fn of(reading: &Reading, watch: Watch) -> Self {
        let Reading { files, bytes, records, outside, relevant, duplicates, late, .. } = reading;
        let numbers = [
            ("files", *files as u64),
            ("bytes", *bytes),
            ("records", *records as u64),
            ("outside", *outside as u64),
            ("relevant", *relevant as u64),
            ("duplicates", *duplicates as u64),
            ("late", *late as u64),
            ("without records", reading.without_records as u64),
            ("named log files", reading.named_log_files as u64),
            ("timeless", reading.timeless as u64),
            ("hourless", reading.hourless as u64),
            ("more unreadable", reading.more_unreadable as u64),
        ];
        let finding = |finding: &portcullis_domain::Finding| {
            let mut told = json!(finding);
            // How often its windows were written, and what parts of it were told as bursts of their own before they met: both
            // say in what batches records were taken, and nothing of what they mean.
            if let Some(burst) = told.get_mut("burst").and_then(Value::as_object_mut) {
                burst.remove("revision");
                burst.remove("supersedes");
            }
            (finding.id.to_string(), told)
        };
        let unread = |one: &Unread| (one.file.clone(), one.place.clone(), one.reason.clone());
        let mut unreadable: Vec<_> = reading.unreadable.iter().map(unread).collect();
        unreadable.sort();
        let mut seen = watch.seen;
        seen.sort();
        Self {
            numbers: numbers.into(),
            findings: reading.findings.iter().map(finding).collect(),
            unreadable,
            exempted: reading.exempted.clone(),
            hours: reading.hours.iter().map(|(hour, counted)| (hour.to_string(), *counted)).collect(),
            reach: reading.reach.map(|(first, last)| (first.to_string(), last.to_string())),
            coverage: json!(reading.coverage),
            interrupted: reading.interrupted,
            seen,
        }
    }

    /// Where this one and another one differ, each in a line: nowhere, when they are the same.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |what: &str, one: &dyn Debug, another: &dyn Debug| {
            let (one, another) = (format!("{one:?}"), format!("{another:?}"));
            if one != another {
                found.push(format!("{what}:\n     {one}\n     {another}"));
            }
        };
        for (name, number) in &self.numbers {
            differ(name, &Some(number), &other.numbers.get(name));
        }
        for id in self.findings.keys().chain(other.findings.keys()).collect::<BTreeSet<_>>() {
            let [one, another] = [self, other].map(|told| told.findings.get(id).map(leaves).unwrap_or_default());
            for leaf in one.keys().chain(another.keys()).collect::<BTreeSet<_>>() {
                differ(&format!("finding {id} {leaf}"), &one.get(leaf), &another.get(leaf));
            }
        }
        let seen = self.seen.iter().chain(&other.seen).collect::<BTreeSet<_>>();
        for access in seen {
            let [one, another] = [self, other].map(|told| told.seen.iter().filter(|seen| *seen == access).count());
            differ(&format!("seen {access:?}"), &one, &another);
        }
        differ("unreadable", &self.unreadable, &other.unreadable);
        differ("exempted", &self.exempted, &other.exempted);
        differ("hours", &self.hours, &other.hours);
        differ("reach", &self.reach, &other.reach);
        differ("coverage", &self.coverage, &other.coverage);
        differ("interrupted", &self.interrupted, &other.interrupted);
        found
    }

    /// The same without what is said of copies.
    pub(crate) fn without_copies(mut self) -> Self {
        self.numbers.remove("duplicates");
        self.hours.iter_mut().for_each(|(_, hour)| hour.duplicates = 0);
        self.seen.iter_mut().for_each(|(_, again)| *again = false);
        self.seen.sort();
        self
    }

    /// The same without what depends on how records are spread over files.
    pub(crate) fn whatever_the_files(mut self) -> Self {
        for number in ["files", "bytes"] {
            self.numbers.remove(number);
        }
        self.unreadable.clear();
        self.coverage = Value::Null;
        self
    }
}

/// The values in a value, each by its path.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let within = |(name, value): (String, &Value)| -> Vec<(String, Value)> {
        leaves(value).into_iter().map(|(path, leaf)| (format!("/{name}{path}"), leaf)).collect()
    };
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).flat_map(within).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(n, value)| (n.to_string(), value)).flat_map(within).collect()
        }
        leaf => BTreeMap::from([(String::new(), leaf.clone())]),
    }
}

/// Writes down what passes.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: Vec<(String, bool)>,
    /// In the order in which they passed: the times of the relevant ones.
    pub(crate) times: Vec<Option<jiff::Timestamp>>,
}

impl Watcher for Watch {
    fn see(&mut self, seen: &Seen<'_>) {
        // Of the others only those pass that a rule may match, which is for the reading to say.
        if seen.access.is_relevant() {
            self.seen.push((format!("{:?} {:?}", seen.access, seen.judgement), seen.again));
            self.times.push(seen.access.time);
        }
    }
}
