//! A containment of one principal, past or present: what was changed, until when, and what has become of it.

use std::fmt;

use jiff::Timestamp;
use portcullis_domain::FindingId;
use serde::{Deserialize, Serialize};

use crate::plan::{Identity, Step};
use crate::target::Target;

/// How far a containment goes, from the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Keys and secrets are denied, and whatever would undo that.
    Lockout,
    /// Everything is denied.
    Quarantine,
}

impl Level {
    /// The word used in JSON, pages and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lockout => "lockout",
            Self::Quarantine => "quarantine",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A containment, past or present. There is one entry per principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Who.
    pub target: Target,
    /// How far.
    pub level: Level,
    /// What is changed in IAM, in order, with what the undoing needs. Written before any of it is done.
    pub steps: Vec<Step>,
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
    /// Until when the worker that changes IAM for it has it to itself.
    pub lease_until: Timestamp,
    /// Who moved its end, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// Whoever last undid a part of it, and whether on-call knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tampering: Option<Tampering>,
    /// How often it was put back.
    #[serde(default)]
    pub reapplied: u32,
}

/// Where a containment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum QuarantineState {
    /// About to be put on, or put on and not yet confirmed: written first, so that nothing in IAM is ever without a
    /// deadline.
    Applying,
    /// On.
    Active {
        /// What was seen of it afterwards.
        verification: Verification,
    },
    /// About to be lifted, or lifted and not yet confirmed.
    Releasing {
        /// Since when.
        at: Timestamp,
        /// By whom, as they named themselves; `deadline` when it lifts itself.
        by: String,
        /// Why.
        reason: String,
    },
    /// Lifted.
    Released {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
        /// Why.
        reason: String,
        /// What was found of each step, in the order of the undoing.
        found: Vec<Undone>,
    },
    /// It was never put on.
    Failed,
}

/// What was seen of a containment after it was put on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether reading back showed every change.
    pub read_back: bool,
    /// What IAM's simulator says the principal may do now.
    pub simulated: Simulated,
}

impl Verification {
    /// Whether nothing speaks against its being in effect.
    pub const fn is_verified(&self) -> bool {
        self.read_back && !matches!(self.simulated, Simulated::Allowed { .. })
    }
}

/// What IAM's simulator says (`iam:SimulatePrincipalPolicy`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "kebab-case")]
pub enum Simulated {
    /// Every call that was tried out is denied.
    Denied,
    /// One is not.
    Allowed {
        /// Which.
        action: String,
    },
    /// It did not answer.
    Unknown {
        /// Why.
        error: String,
    },
}

/// What was found when a step was undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undone", rename_all = "kebab-case")]
pub enum Undone {
    /// It was there and is undone: what was before is there again.
    Restored,
    /// It was not there: somebody else had undone it.
    WasNotThere,
    /// Something else is there, which somebody put there since. It was left alone.
    Changed {
        /// What is there.
        found: String,
    },
    /// The principal no longer exists, or another one has its name, which was left alone.
    NoSuchPrincipal,
}

/// One move of a containment's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// When it was moved.
    pub at: Timestamp,
    /// By whom, as they named themselves.
    pub by: String,
    /// Why.
    pub reason: String,
    /// To when.
    pub until: Timestamp,
}

/// Somebody undid a part of a containment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tampering {
    /// When it was seen.
    pub at: Timestamp,
    /// What was missing, as calls that put it back.
    pub missing: Vec<Step>,
    /// Who did it, where the record that told of it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The event that told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Why it was not put back, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// SNS's message id, once on-call was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

impl Quarantine {
    /// Whether the principal is, or may be, denied.
    pub const fn is_in_force(&self) -> bool {
        matches!(
            self.state,
            QuarantineState::Applying | QuarantineState::Active { .. } | QuarantineState::Releasing { .. }
        )
    }

    /// A boundary that somebody put in the place of ours is what was there before, when ours is put back.
    pub(crate) fn keep_former(&mut self, identity: &Identity) {
        for step in &mut self.steps {
            if let Step::PutBoundary { policy, former } = step
                && let Some(found) = identity.boundary.as_ref().filter(|found| *found != policy)
            {
                *former = Some(found.clone());
            }
        }
    }

    /// Whether a worker has it to itself.
    pub fn is_held(&self, now: Timestamp) -> bool {
        matches!(self.state, QuarantineState::Applying | QuarantineState::Releasing { .. }) && self.lease_until > now
    }

    /// Whether the step of this index is to be in place: a boundary that a later step replaced is not, though the undoing
    /// comes by it.
    pub(crate) fn stands(&self, index: usize) -> bool {
        let boundary = |step: &Step| matches!(step, Step::PutBoundary { .. });
        let replaced = self.steps.iter().skip(index + 1).any(boundary);
        !(replaced && self.steps.get(index).is_some_and(boundary))
    }

    fn standing(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().enumerate().filter(|(index, _)| self.stands(*index)).map(|(_, step)| step)
    }

    /// The steps that are not in place, and are to be.
    pub(crate) fn missing(&self, identity: &Identity) -> Vec<Step> {
        self.standing().filter(|step| !step.is_in_place(identity)).cloned().collect()
    }

    /// Whether all that denies is in place; not when nothing does.
    pub(crate) fn denies_in(&self, identity: &Identity) -> bool {
        let mut denying = self.standing().filter(|step| step.denies()).peekable();
        denying.peek().is_some() && denying.all(|step| step.is_in_place(identity))
    }

    /// The boundary of ours that is there, or else the one that was put there last, with what was there before any of them.
    pub(crate) fn boundary_in(&self, identity: &Identity) -> Option<Step> {
        let mut boundaries = self.steps.iter().filter_map(|step| match step {
            Step::PutBoundary { policy, former } => Some((policy, former)),
            Step::AttachPolicy { .. } | Step::DeactivateKey { .. } => None,
        });
        let (_, former) = boundaries.clone().next()?;
        let there = boundaries.clone().find(|(policy, _)| identity.boundary.as_ref() == Some(policy));
        let (policy, _) = there.or(boundaries.next_back())?;
        Some(Step::PutBoundary { policy: policy.clone(), former: former.clone() })
    }

    /// When it was released, if that was not before `event`. An event without a readable time cannot be told from one
    /// before the release, so it is not acted on.
    pub(crate) fn released_since(&self, event: Option<Timestamp>) -> Option<Timestamp> {
        match self.state {
            QuarantineState::Released { at, .. } if event.is_none_or(|event| event <= at) => Some(at),
            _ => None,
        }
    }

    /// The word for where it stands, as the chain of the ledger has it.
    pub fn stage(&self) -> &'static str {
        match &self.state {
            QuarantineState::Applying => "applying",
            QuarantineState::Active { verification } if verification.is_verified() => "verified",
            QuarantineState::Active { .. } => "contained",
            QuarantineState::Releasing { .. } => "releasing",
            QuarantineState::Released { .. } => "released",
            QuarantineState::Failed => "failed",
        }
    }
}
