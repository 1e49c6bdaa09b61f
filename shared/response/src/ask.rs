//! What on-call is asked before anybody is contained, and the answer.

use jiff::Timestamp;
use portcullis_domain::FindingId;
use portcullis_settings::Response;
use serde::{Deserialize, Serialize};

use crate::decide::word;
use crate::quarantine::Level;

/// A question to on-call: may this actor be contained?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// How far.
    pub level: Level,
    /// Until when an answer is heard.
    pub until: Timestamp,
    /// What is done when none is given.
    #[serde(with = "word")]
    pub unanswered: Response,
    /// The answer.
    pub state: AskState,
    /// Whether what the answer asks for was begun.
    #[serde(default)]
    pub taken_up: bool,
}

/// An answer, or the want of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum AskState {
    /// None was given.
    Pending,
    /// Contain it.
    Approved {
        /// When.
        at: Timestamp,
        /// By whom, as they named themselves.
        by: String,
        /// Why.
        reason: String,
    },
    /// Leave it.
    Rejected {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
        /// Why.
        reason: String,
    },
    /// None was given in time.
    Unanswered {
        /// When that was seen.
        at: Timestamp,
    },
}

impl AskState {
    /// The word used in JSON and in the chain.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Unanswered { .. } => "unanswered",
        }
    }
}

impl Ask {
    /// Whether it was answered, or will not be any more.
    pub const fn is_answered(&self) -> bool {
        !matches!(self.state, AskState::Pending)
    }

    /// Whether on-call may still answer.
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.is_answered() && now < self.until
    }

    /// Who rejected it, where somebody did.
    pub(crate) fn rejected_by(&self) -> Option<&str> {
        match &self.state {
            AskState::Rejected { by, .. } => Some(by),
            AskState::Pending | AskState::Approved { .. } | AskState::Unanswered { .. } => None,
        }
    }

    /// How far the answer lets go; nothing when it was rejected, or not answered and that means a page.
    pub(crate) fn granted(&self) -> Option<Level> {
        match self.state {
            AskState::Approved { .. } => Some(self.level),
            AskState::Unanswered { .. } => match self.unanswered {
                Response::Lockout => Some(Level::Lockout),
                Response::Quarantine => Some(Level::Quarantine),
                Response::Observe | Response::Page | Response::Ask => None,
            },
            AskState::Pending | AskState::Rejected { .. } => None,
        }
    }
}

/// The message that tells of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// About which finding.
    pub answered: FindingId,
}
