//! What on-call is told of an alarm.

use jiff::Timestamp;
use portcullis_domain::{FindingId, Severity, Tier};
use serde::{Deserialize, Serialize};

use super::change::AlarmChange;

/// What on-call is told of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmNotice {
    /// The change that led to it.
    pub change: AlarmChange,
    /// The entry of `assets:` that the alarm is about, by its name in the settings; nothing when it is about none, or about
    /// one that is no longer there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The entry's tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// How bad it is; when it is over, how bad it was.
    pub severity: Severity,
    /// The alarms of the same thing that ring; when it is over, those that rang.
    pub ringing: Vec<Ringing>,
    /// Whether it was over by the time it was heard of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Why it is told.
    pub telling: Telling,
}

/// An alarm that rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// Why a change of an alarm is told, and whether somebody is woken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "telling", rename_all = "kebab-case")]
pub enum Telling {
    /// It rings, and nothing of the thing did: somebody is woken.
    Rings,
    /// It is worse than what somebody was woken for: somebody is woken again.
    Worse,
    /// Another one of the thing rings beside what somebody was just woken for, and is not worse: nobody is woken so soon.
    More,
    /// The thing rang lately, and somebody was woken for it then: nobody is woken again so soon.
    Again {
        /// When somebody was woken.
        woken_at: Timestamp,
        /// How often it rang since.
        times: u32,
    },
    /// It rang, or rang again, so soon after somebody was woken that nobody was for it, and it rings on: somebody is woken.
    Still {
        /// When somebody was woken last.
        woken_at: Timestamp,
        /// How often the thing rang since, after it was over; 0 where it was never over.
        times: u32,
    },
    /// A finding on the same keys and secrets was paged lately: it is told under that one's incident, and nobody is woken.
    Covered {
        /// The finding.
        finding: FindingId,
    },
    /// It was told under a finding's incident, which stands for it no longer, and it rings on: somebody is woken.
    Uncovered {
        /// The finding.
        finding: FindingId,
    },
    /// Nothing of the thing rings any more.
    Over,
}
