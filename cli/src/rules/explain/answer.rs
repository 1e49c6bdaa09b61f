//! What is said of a rule and a record.

use jiff::Timestamp;
use serde::Serialize;

use super::node::Node;

/// Everything that is said.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    pub(super) rule: Head,
    pub(super) record: Summary,
    /// Whether the rule, or a base rule of it, matches.
    pub(super) matched: bool,
    /// One for a rule about single records, one for each base rule of a correlation.
    pub(super) detections: Vec<Detection>,
    /// What follows from it, and what the settings say.
    pub(super) notes: Vec<String>,
}

/// The rule.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) severity: String,
    /// What a correlation takes; absent for a rule about single records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counts: Option<String>,
    pub(super) shadow: bool,
    pub(super) file: String,
}

/// A record in short.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    pub(super) event_id: Option<String>,
    pub(super) time: Option<Timestamp>,
    pub(super) service: String,
    pub(super) call: String,
    pub(super) actor: String,
    pub(super) outcome: &'static str,
    pub(super) matched: bool,
}

/// A detection rule, looked at with the record.
#[derive(Debug, Serialize)]
pub(super) struct Detection {
    pub(super) rule: String,
    pub(super) matched: bool,
    /// Any of them is enough; mostly there is one.
    pub(super) conditions: Vec<Node>,
    /// Where a correlation would count the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) counted: Vec<Counted>,
    /// Why it would not, although the base rule matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_counted: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Counted {
    pub(super) group: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
}
