//! What a dimension can be, and with it how many metrics there can be: nothing that a log says makes another one.

use portcullis_domain::{AccountId, Severity};
use portcullis_settings::Settings;

use crate::catalogue::Metric;

/// What stands for a value that a dimension does not have: another's account, or a word that the catalogue lacks.
pub const OTHER: &str = "other";

/// The services whose denials are counted.
const DENYING: &[&str] = &["kms", "secretsmanager", "ssm"];

/// The services that hold keys and secrets.
const HOLDING: &[&str] = &["kms", "secretsmanager"];

/// [`Tier`](portcullis_domain::Tier)'s words, and what an asset that no entry names is.
const TIERS: &[&str] = &["critical", "sensitive", "standard", "unclassified"];

/// [`Response`](portcullis_settings::Response)'s words.
const RESPONSES: &[&str] = &["observe", "page", "ask", "lockout", "quarantine"];

/// The guards, as `portcullis-response` names what they refuse.
const GUARDS: &[&str] = &[
    "root",
    "service",
    "several-actors",
    "foreign-account",
    "not-named",
    "service-linked-role",
    "identity-center-role",
    "protected",
    "itself",
    "deployer",
    "last-operator",
    "indirect",
    "already-contained",
    "being-released",
    "already-asked",
    "released-since",
    "rejected",
    "change-window",
    "stopped",
    "hourly-limit",
    "share-limit",
    "stale",
    "unidentified",
    "recreated",
    "gone",
    "already-denied",
    "no-lockout",
    "policy-elsewhere",
    "shadow",
    "unreadable",
];

/// What the values of a dimension are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// These words.
    Words(&'static [&'static str]),
    /// An account that is ours, by its id, else [`OTHER`].
    Accounts,
    /// A critical or sensitive entry of `assets:`, by [`asset_dimension`](portcullis_domain::asset_dimension).
    Assets,
    /// A rule that is loaded, by its id.
    Rules,
    /// What the rule beside it has: one of these words, and no further metric.
    OfRule(&'static [&'static str]),
}

/// What an installation has of everything that metrics are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The accounts that are ours, and one for all others.
    pub accounts: usize,
    /// The critical and sensitive entries of `assets:`.
    pub assets: usize,
    /// The rules that are loaded, those in shadow included.
    pub rules: usize,
}

impl Scope {
    /// That of these settings, with so many rules.
    pub fn of(settings: &Settings, rules: usize) -> Self {
        let mut own: Vec<&AccountId> = settings.own_accounts().collect();
        own.sort();
        own.dedup();
        // The home account need not be among those of the settings.
        let accounts = own.len() + 2;
        Self { accounts, assets: settings.assets.iter().filter(|entry| entry.is_watched()).count(), rules }
    }
}

impl Values {
    /// How many there are, at most.
    pub const fn count(self, scope: &Scope) -> usize {
        match self {
            Self::Words(words) => words.len(),
            Self::Accounts => scope.accounts,
            Self::Assets => scope.assets,
            Self::Rules => scope.rules,
            Self::OfRule(_) => 1,
        }
    }
}

impl Metric {
    /// What the values of one of its dimensions are; none for a dimension that it has not.
    pub fn values(&self, dimension: &str) -> Values {
        let words = match (self.name, dimension) {
            (_, "Account") => return Values::Accounts,
            (_, "Asset") => return Values::Assets,
            (_, "Rule") => return Values::Rules,
            (_, "Severity") => return Values::OfRule(Severity::WORDS),
            (_, "Tier") => TIERS,
            ("DeniedCalls", "Service") => DENYING,
            (_, "Service") => HOLDING,
            ("SecretAccesses" | "KeyUses", "Outcome") => &["success", "denied", "failed"],
            ("Rotations", "Outcome") => &["started", "succeeded", "failed"],
            ("Containments", "Outcome") => &["verified", "unverified", "failed"],
            ("Releases", "Outcome") => &["restored", "was-not-there", "changed", "no-such-principal", "failed"],
            ("Tampering", "Outcome") => &["reapplied", "left", "failed"],
            ("PagerDutyEvents", "Outcome") => &["accepted", "refused", "failed", "ignored"],
            ("AlarmChanges", "Outcome") => &["created", "updated", "deleted", "conflict", "failed"],
            ("AlarmNotices", "State") => &["paged", "updated", "repeated", "resolved", "noted"],
            ("Pages", "State") => &["sent", "sent-of-failure", "updated", "repeat", "withdrawn", "tampered"],
            (_, "Response") => RESPONSES,
            (_, "Guard") => GUARDS,
            (_, "Answer") => &["approved", "rejected", "unanswered"],
            (_, "Position") => &["stopped", "resumed"],
            _ => &[],
        };
        Values::Words(words)
    }

    /// How many metrics CloudWatch can have of it at most, for one stack: one for each combination of values of each set
    /// of dimensions. That is what is billed, and what no log can raise. Levels of rules that are changed add to it, since
    /// CloudWatch keeps what was.
    pub fn cardinality(&self, scope: &Scope) -> usize {
        let of_set =
            |set: &&[&str]| -> usize { set.iter().map(|dimension| self.values(dimension).count(scope)).product() };
        self.sets.iter().map(of_set).sum()
    }

    /// The value as it is sent. A word that the catalogue lacks is a mistake in the code: tests fail on it; in a release it
    /// counts as [`OTHER`], so that a mistake makes one metric and not many.
    pub(crate) fn admit(&self, dimension: &str, value: &str) -> String {
        match self.values(dimension) {
            Values::Words(words) | Values::OfRule(words) if !words.contains(&value) => {
                debug_assert!(false, "{} knows no {dimension} `{value}`: see values.rs", self.name);
                OTHER.to_owned()
            }
            Values::Accounts if value.parse::<AccountId>().is_err() => OTHER.to_owned(),
            _ => sendable(value),
        }
    }
}

/// A value as CloudWatch takes it: ASCII without control characters, not blank, at most 1,024 characters (CloudWatch API
/// Reference, *Dimension*). What is none is written as [`asset_dimension`](portcullis_domain::asset_dimension) writes names.
pub(crate) fn sendable(value: &str) -> String {
    let plain = value.len() <= 1024 && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if value.trim().is_empty() {
        "-".to_owned()
    } else if plain {
        value.to_owned()
    } else {
        portcullis_domain::asset_dimension(value)
    }
}

#[cfg(test)]
mod tests;
