//! What was done to the organisation, and what should be found of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was done to the organisation: everything else in its logs is ordinary work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The number that all of it was made from.
    pub seed: u64,
    /// When the logs begin.
    pub start: Timestamp,
    /// When they end; some records of the last minutes are delivered later.
    pub end: Timestamp,
    /// The accounts of the organisation.
    pub accounts: Vec<String>,
    /// The attacks, by their times.
    pub attacks: Vec<AttackTruth>,
}

/// One attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttackTruth {
    /// Its name, as `--attacks` takes it.
    pub name: String,
    /// Its technique in MITRE ATT&CK: `T1555.006`.
    pub technique: String,
    /// What happens, in a sentence.
    pub description: String,
    /// The account whose keys and secrets it is about.
    pub account: String,
    /// Who does it: the role or user, or the root of a foreign account.
    pub actor: String,
    /// The time of its first event.
    pub first: Timestamp,
    /// The time of its last event.
    pub last: Timestamp,
    /// The keys, secrets and trails that it is about, by ARN.
    pub assets: Vec<String>,
    /// The built-in rules that fire for it when the logs are replayed from their beginning under the settings made along
    /// with them. Rules that tell the first time from later ones need a week of logs before; an attack that comes earlier
    /// does without them, and may have none. They also need to have met who is attacked: where an account has only some
    /// hundred records about keys and secrets, not everybody has been seen in time.
    pub rules: Vec<String>,
    /// The ids of its events, in the order of their times.
    pub events: Vec<String>,
}
