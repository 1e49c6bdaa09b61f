//! One event as a window keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One event as a window keeps it. Equal events are one event: nothing here may depend on when, how often or by which
/// way the record arrived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Event time, in milliseconds since the epoch.
    #[serde(rename = "t")]
    pub at: i64,
    /// What makes the event one: account and `eventID`.
    #[serde(rename = "i")]
    pub id: String,
    /// Which of the correlation's rules matched it.
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub leaf: u16,
    /// The value to count, where values are counted. An event with several values is in the window once for each.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The values that inner correlations group by.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<String>,
    /// What a finding tells about it; opaque here.
    #[serde(rename = "b")]
    pub body: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_zero(leaf: &u16) -> bool {
    *leaf == 0
}

impl Event {
    /// What makes two events the same one, whatever their bodies say.
    pub(crate) fn identity(&self) -> (i64, &str, u16, Option<&str>, &[String]) {
        (self.at, &self.id, self.leaf, self.value.as_deref(), &self.group)
    }
}

/// The window of one correlation for one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowKey {
    /// The correlation's name.
    pub correlation: String,
    /// The values grouped by, in the order of `group-by`.
    pub group: Vec<String>,
}

impl fmt::Display for WindowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.correlation)?;
        self.group.iter().try_for_each(|value| write!(f, " {value}"))
    }
}

/// The event that a burst is named by: its first one, by event time and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Anchor {
    /// Event time, in milliseconds since the epoch.
    pub at: i64,
    /// The event's id.
    pub id: String,
    /// Whether the burst goes on from an earlier one that was cut: a name of its own, since the same event may have begun
    /// a burst before the earlier events were known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continued: bool,
}
