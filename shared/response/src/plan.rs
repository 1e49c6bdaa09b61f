//! The exact IAM calls that a decision comes to. Pure; nothing is left to choose when they are made.

use std::fmt;

use portcullis_domain::PolicyArn;
use serde::{Deserialize, Serialize};

use crate::decide::Decision;
use crate::guard::{Refusal, Target};

/// What IAM knows of a principal at the moment of planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `AROA…` or `AIDA…`; empty only in a replay of records that do not have it.
    pub id: String,
    /// The ARN, with its path.
    pub arn: String,
    /// The managed policies attached to it.
    pub attached: Vec<PolicyArn>,
}

/// One IAM call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum Step {
    /// `iam:AttachRolePolicy` or `iam:AttachUserPolicy`.
    AttachPolicy {
        /// On whom.
        target: Target,
        /// What.
        policy: PolicyArn,
    },
}

/// The IAM calls to make, in order; empty when nothing is to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    /// The calls.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Plans the containment of `target`, or refuses: IAM's own view is the last guard.
///
/// `identity` is what IAM answered: absent when there is no such principal, an error's text when it did not answer.
pub fn plan(
    decision: Decision,
    target: Option<Target>,
    policy: &PolicyArn,
    identity: Result<Option<Identity>, String>,
) -> (Decision, Plan) {
    let Some(target) = target else { return (decision, Plan::default()) };
    let refusal = match identity {
        Err(error) => Some(Refusal::Unreadable { error }),
        Ok(None) => Some(Refusal::Gone),
        Ok(Some(identity)) => refuse_identity(&target, policy, &identity),
    };
    match refusal {
        Some(refusal) => (decision.refused(refusal), Plan::default()),
        None => (decision, Plan { steps: vec![Step::AttachPolicy { target, policy: policy.clone() }] }),
    }
}

fn refuse_identity(target: &Target, policy: &PolicyArn, identity: &Identity) -> Option<Refusal> {
    let recreated =
        |recorded: &str, found: &str| Refusal::Recreated { recorded: recorded.to_owned(), found: found.to_owned() };
    match target.id() {
        Some(recorded) if recorded != identity.id => return Some(recreated(recorded, &identity.id)),
        None if !identity.id.is_empty() => return Some(Refusal::Unidentified),
        _ => {}
    }
    // Calls take the name alone, so a role of that name under another path would be hit instead.
    if identity.arn != target.arn() {
        return Some(recreated(target.arn(), &identity.arn));
    }
    identity.attached.contains(policy).then_some(Refusal::AlreadyDenied)
}

/// One call a line, as a reader of CloudTrail will find them.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttachPolicy { target: Target::Role { arn, .. }, policy } => {
                write!(f, "iam:AttachRolePolicy {policy} to {arn}")
            }
            Self::AttachPolicy { target: Target::User { arn, .. }, policy } => {
                write!(f, "iam:AttachUserPolicy {policy} to {arn}")
            }
        }
    }
}
