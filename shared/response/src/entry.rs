//! What the ledger holds: what was decided about each finding, who is in quarantine, what was paged.

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId, PolicyArn};
use portcullis_settings::Response;
use serde::{Deserialize, Serialize};

use crate::decide::{Decision, word};
use crate::guard::Target;
use crate::plan::Plan;

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
    /// What came of the page.
    #[serde(default)]
    pub page: PageState,
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
    /// What had been decided.
    #[serde(with = "word")]
    pub response: Response,
    /// Who had been put in quarantine.
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
        /// The quarantine that it had led to and that was in force then; on-call is told of it.
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
    /// The policy was attached.
    Contained {
        /// When.
        at: Timestamp,
        /// When it lifts itself.
        until: Timestamp,
        /// Whether reading back showed it.
        verified: bool,
    },
    /// It could not be attached.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
        /// Whether reading back could not tell either: the policy may be attached.
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
    /// None was sent, because the same rule on the same actor was paged a short while ago.
    Repeat {
        /// The finding that was paged; itself when it was taken up again to no avail.
        of: FindingId,
    },
}

/// A quarantine, past or present. There is one entry per principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Who.
    pub target: Target,
    /// The policy that denies it.
    pub policy: PolicyArn,
    /// The finding that led to it.
    pub finding: FindingId,
    /// That finding's rule, for people.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// When it lifts itself.
    pub until: Timestamp,
    /// Where it stands.
    pub state: QuarantineState,
}

/// Where a quarantine stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum QuarantineState {
    /// About to be attached, or attached and not yet confirmed: written first, so that no attached policy is ever
    /// without a deadline.
    Attaching,
    /// Attached.
    Active {
        /// Whether reading back showed it.
        verified: bool,
    },
    /// Lifted.
    Released {
        /// When.
        at: Timestamp,
        /// By whom, as they named themselves; `deadline` when it lifted itself.
        by: String,
        /// Why.
        reason: String,
    },
    /// It was never attached.
    Failed,
}

impl Quarantine {
    /// Whether the principal is, or may be, denied.
    pub const fn is_in_force(&self) -> bool {
        matches!(self.state, QuarantineState::Attaching | QuarantineState::Active { .. })
    }
}

/// The last page about a rule and an actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMark {
    /// The finding that was paged.
    pub finding: FindingId,
    /// Until when a further finding of the same rule and actor is not paged again.
    pub quiet_until: Timestamp,
}
