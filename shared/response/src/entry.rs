//! What the ledger holds about one finding: what was decided, done and told.

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};
use portcullis_settings::Response;
use serde::{Deserialize, Serialize};

use crate::ask::Ask;
use crate::decide::{Decision, word};
use crate::plan::{LastUsed, Plan, Step};
use crate::quarantine::{Level, Quarantine, Simulated};
use crate::target::Target;

/// Everything about one finding. It is written before anything is done, and after every step, so that a crash between
/// any two steps is resumed where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The finding, in the newest form that was told.
    pub finding: Finding,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What was decided.
    pub decision: Decision,
    /// The calls it comes to; resumed as they stand, never planned again.
    pub plan: Plan,
    /// What came of the calls; absent until they were tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<Containment>,
    /// What was seen of the actor's work when on-call was told; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<Surroundings>,
    /// What on-call was asked; absent when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
    /// What came of the page.
    #[serde(default)]
    pub page: PageState,
    /// The incident that on-call knows it as, once it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Until when one worker has it to itself.
    pub lease_until: Timestamp,
    /// Whether nothing is left to do.
    #[serde(default)]
    pub done: bool,
    /// The finding that this one goes on from: what was done about that one counts for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<FindingId>,
    /// What had been done when it was taken up again, because a newer form called for more; absent the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Earlier>,
    /// Why nothing is done about it any more: the entry is kept so that a late delivery of the finding does nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
    /// Whether the finding itself never came and only its id is true: another one superseded it, or it was withdrawn,
    /// before it arrived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unheard: bool,
}

/// What had been done about a finding when it was taken up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// What had been decided, as on-call was told of it last; where nothing was told, what had been decided last.
    #[serde(with = "word")]
    pub response: Response,
    /// Who had been contained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contained: Option<Target>,
    /// Whether on-call had been told.
    pub paged: bool,
}

/// Why nothing is done about a finding any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gone", rename_all = "kebab-case")]
pub enum Gone {
    /// It turned out to be a part of another one. The rest of the entry stays as it was.
    Superseded {
        /// The other one.
        by: FindingId,
    },
    /// It no longer holds, since more events are known.
    Withdrawn {
        /// When that was heard.
        at: Timestamp,
        /// The containment that it had led to and that was in force then; on-call is told of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quarantine: Option<Box<Quarantine>>,
        /// SNS's message id, once on-call was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
    },
}

/// What came of a containment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Containment {
    /// The actor is denied.
    Contained {
        /// When.
        at: Timestamp,
        /// When it lifts itself.
        until: Timestamp,
        /// How far.
        level: Level,
        /// What was changed.
        steps: Vec<Step>,
        /// Whether reading back showed all of it and IAM's simulator agrees.
        verified: bool,
        /// What IAM's simulator says.
        simulated: Simulated,
        /// What could not be done beside the denial, and why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        incomplete: Vec<String>,
    },
    /// The actor could not be denied.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
        /// Whether reading back could not tell either: the actor may be denied.
        #[serde(default)]
        uncertain: bool,
    },
}

/// What came of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PageState {
    /// None was sent.
    #[default]
    None,
    /// One was sent that says the containment failed; another follows when it succeeds.
    SentOfFailure {
        /// SNS's message id.
        message_id: String,
    },
    /// One was sent.
    Sent {
        /// SNS's message id.
        message_id: String,
    },
    /// An incident that on-call knows of was brought up to date, which wakes nobody.
    Updated {
        /// SNS's message id.
        message_id: String,
    },
    /// None was sent, because the same rule on the same actor was paged a short while ago.
    Repeat {
        /// The finding that was paged; itself when it was taken up again to no avail.
        of: FindingId,
    },
}

/// What was seen of an actor's work, so that on-call knows what a containment breaks and where the actor may be by now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Surroundings {
    /// When and where the principal was last used before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
    /// The sessions of the role that were begun lately: who began them, under which names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<String>,
    /// The roles that the actor has assumed: their sessions live on, whatever is done to the actor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub onward: Vec<String>,
    /// What of this could not be found out, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

impl Entry {
    /// The word for where it stands, as the chain of the ledger has it.
    pub fn stage(&self) -> &'static str {
        let told = !matches!(self.page, PageState::None);
        match (&self.gone, &self.containment, &self.ask) {
            (Some(Gone::Superseded { .. }), ..) => "superseded",
            (Some(Gone::Withdrawn { .. }), ..) => "withdrawn",
            _ if told => "paged",
            (None, Some(Containment::Contained { verified: true, .. }), _) => "verified",
            (None, Some(Containment::Contained { .. }), _) => "contained",
            (None, Some(Containment::Failed { .. }), _) => "failed",
            (None, None, Some(ask)) if ask.is_answered() => ask.state.name(),
            (None, None, _) => "decided",
        }
    }
}
