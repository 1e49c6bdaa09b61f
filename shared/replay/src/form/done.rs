//! What would have been done about a finding, in one word.

use std::fmt;

use portcullis_response::{Containment, Entry, Level, PageState};
use serde::Serialize;

/// What would have been done, from the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// It would have been written down.
    Recorded,
    /// On-call would have been told.
    Paged,
    /// On-call would have been asked, and nobody would have answered.
    Asked,
    /// The actor would have been denied keys and secrets.
    LockedOut,
    /// The actor would have been denied everything.
    Quarantined,
}

impl Done {
    /// What would have been done about this finding.
    pub fn of(entry: &Entry) -> Self {
        match (&entry.containment, &entry.ask, &entry.page) {
            (Some(Containment::Contained { level: Level::Quarantine, .. }), ..) => Self::Quarantined,
            (Some(Containment::Contained { level: Level::Lockout, .. }), ..) => Self::LockedOut,
            (_, Some(_), _) => Self::Asked,
            (_, None, PageState::None) => Self::Recorded,
            (_, None, _) => Self::Paged,
        }
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Paged => "paged",
            Self::Asked => "asked",
            Self::LockedOut => "locked-out",
            Self::Quarantined => "quarantined",
        }
    }

    /// In words, of an actor: `asked about`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Paged => "paged about",
            Self::Asked => "asked about",
            Self::LockedOut => "locked out",
            Self::Quarantined => "quarantined",
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
