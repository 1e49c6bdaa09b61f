//! A rule that fired, for an actor, with its evidence.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AccountId, Actor, Asset, Evidence, Outcome, Severity, Tier};

/// Names a finding the same way however often, and wherever, it is found: `F-` and 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FindingId(String);

impl FindingId {
    /// The id of the finding that `rule` makes on the event `event_id` logged in `account`.
    ///
    /// Shared events carry one `eventID` in the copies of several accounts, hence the account
    /// (CloudTrail User Guide, *CloudTrail record contents*, `sharedEventID`, `recipientAccountId`).
    pub fn of_event(rule: &str, account: &str, event_id: &str) -> Self {
        let hex = sha256_hex(&[rule, "\0", account, "\0", event_id].concat());
        Self(format!("F-{}", hex.get(..16).unwrap_or(&hex)))
    }

    /// The id of the finding that `rule` makes on a burst of the group with these values, begun by the event `event_id`;
    /// `continued` when an earlier part of the same burst is a finding of its own. Depends on which events there are, not
    /// on when or how often they arrived.
    pub fn of_burst(rule: &str, group: &[String], event_id: &str, continued: bool) -> Self {
        let mut parts = vec![rule, if continued { "continued" } else { "burst" }, event_id];
        parts.extend(group.iter().map(String::as_str));
        let hex = sha256_hex(&parts.join("\0"));
        Self(format!("F-{}", hex.get(..16).unwrap_or(&hex)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lower-case hexadecimal SHA-256 of `text`.
pub fn sha256_hex(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl FromStr for FindingId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("F-").unwrap_or_default();
        if digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("`{text}` is not a finding id (`F-` and 16 hexadecimal digits)"))
        }
    }
}

impl TryFrom<String> for FindingId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FindingId> for String {
    fn from(id: FindingId) -> Self {
        id.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The rule that fired, as much of it as travels with a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Its permanent name in kebab case, which is also its file's: `trail-blinded`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// Sigma's `level`.
    pub severity: Severity,
    /// ATT&CK techniques, upper case: `T1555.006`.
    pub attack: Vec<String>,
}

/// A rule that fired, for an actor (and assets), with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same for the same rule and event, always.
    pub id: FindingId,
    /// What fired.
    pub rule: RuleRef,
    /// Who did it.
    pub actor: Actor,
    /// What was touched; empty when it concerns the account, as a stopped trail does.
    pub assets: Vec<Asset>,
    /// The names of the entries of `assets:` that match the assets, by the settings at the time: of one event in the order
    /// of the file, of a burst by name, and of many the first twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<String>,
    /// The highest tier among the assets, by the settings at the time.
    pub tier: Option<Tier>,
    /// Whether every asset's entry names the actor as authorised; absent when no entry says.
    pub authorized: Option<bool>,
    /// The account that logged the event.
    pub account: Option<AccountId>,
    /// The Region that logged the event.
    pub region: Option<String>,
    /// The records it rests on, at least one; of a burst, a selection.
    pub evidence: Vec<Evidence>,
    /// What many events together came to; absent when one event is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// Whether the rule is being tried out: what would be done is written down, and nobody is paged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

/// What many events together came to. A burst is one finding, told again as it grows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// The time of the first event.
    pub first: jiff::Timestamp,
    /// The time of the last event so far.
    pub last: jiff::Timestamp,
    /// How many events so far.
    pub events: usize,
    /// Whether there were more events than could be kept, so that `events` is the least it can have been.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// What the events have in common: the rule's `group-by` fields and their values.
    pub group: Vec<(String, String)>,
    /// Who took part, when it was several; the first five, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<String>,
    /// Of two forms of one burst, the one with the larger revision knows all that the other does.
    pub revision: u64,
    /// The findings whose place this one takes: parts of the burst that were told before they were known to belong
    /// together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<FindingId>,
}

impl Finding {
    /// The time of the newest event in the evidence.
    pub fn time(&self) -> Option<jiff::Timestamp> {
        self.evidence.iter().filter_map(|evidence| evidence.time).max()
    }

    /// Whether every call was denied.
    pub fn is_denied(&self) -> bool {
        self.evidence.iter().all(|evidence| evidence.outcome == Outcome::Denied)
    }

    /// Whether a service made any of the calls with the actor's rights.
    pub fn is_indirect(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.via.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_named_by_rule_group_and_first_event() {
        let group = |name: &str| vec![name.to_owned()];
        let id = FindingId::of_burst("many-reads", &group("alice"), "e-1", false);
        assert_eq!(id, FindingId::of_burst("many-reads", &group("alice"), "e-1", false));
        let others = [
            FindingId::of_burst("many-reads", &group("bob"), "e-1", false),
            FindingId::of_burst("many-reads", &group("alice"), "e-2", false),
            FindingId::of_burst("many-reads", &group("alice"), "e-1", true),
            FindingId::of_event("many-reads", "alice", "e-1"),
        ];
        assert!(others.iter().all(|other| *other != id));
    }

    /// Messages that were sent before entries were told of.
    #[test]
    fn a_finding_without_entries_is_still_read() {
        let told = r#"{
            "id": "F-0123456789abcdef",
            "rule": {"id": "a-rule", "title": "A rule", "severity": "high", "attack": []},
            "actor": {"principal": {"kind": "unknown", "described_as": "nobody"}, "session": {}},
            "assets": [], "tier": null, "authorized": null, "account": null, "region": null, "evidence": []
        }"#;
        let finding: Finding = serde_json::from_str(told).unwrap();
        assert!(finding.entries.is_empty());
        assert!(!serde_json::to_string(&finding).unwrap().contains("entries"), "what there is none of is not told");
        let finding = Finding { entries: vec!["payroll".to_owned()], ..finding };
        let json = serde_json::to_string(&finding).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), finding, "{json}");
    }

    #[test]
    fn ids_are_stable_and_distinct() {
        let id = FindingId::of_event("trail-blinded", "111122223333", "e-1");
        assert_eq!(id, FindingId::of_event("trail-blinded", "111122223333", "e-1"));
        assert_ne!(id, FindingId::of_event("trail-blinded", "444455556666", "e-1"));
        assert_ne!(FindingId::of_event("a", "b", "c"), FindingId::of_event("ab", "", "c"), "the parts are kept apart");
        assert_eq!(id.as_str().parse::<FindingId>().unwrap(), id);
        assert!("F-XYZ".parse::<FindingId>().is_err());
    }
}
