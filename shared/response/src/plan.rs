//! The exact IAM calls that a decision comes to. Pure; nothing is left to choose when they are made, but what to do
//! when IAM says that no further policy may be attached.

use std::fmt;

use jiff::Timestamp;
use portcullis_domain::PolicyArn;
use portcullis_settings::Settings;
use serde::{Deserialize, Serialize};

use crate::decide::Decision;
use crate::quarantine::Level;
use crate::refusal::Refusal;
use crate::target::Target;

/// What IAM knows of a principal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `AROA…` or `AIDA…`; empty only in a replay of records that do not have it.
    pub id: String,
    /// The ARN, with its path.
    pub arn: String,
    /// The managed policies attached to it.
    pub attached: Vec<PolicyArn>,
    /// Its permissions boundary.
    pub boundary: Option<PolicyArn>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// A user's access keys; a role has none.
    pub keys: Vec<AccessKey>,
    /// When and where it was last used, as IAM tells: only of roles, and some hours late.
    pub last_used: Option<LastUsed>,
}

/// An access key of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: String,
    /// Whether it may be used.
    pub active: bool,
}

/// When and where a role was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// When.
    pub at: Timestamp,
    /// In which Region, where IAM tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// One change of IAM, with what its undoing needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum Step {
    /// `iam:AttachRolePolicy` or `iam:AttachUserPolicy`.
    AttachPolicy {
        /// What.
        policy: PolicyArn,
    },
    /// `iam:PutRolePermissionsBoundary` or `iam:PutUserPermissionsBoundary`, where no further policy may be attached.
    PutBoundary {
        /// The boundary. One that allows nothing denies everything.
        policy: PolicyArn,
        /// The one that was there before, which comes back when this is undone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<PolicyArn>,
    },
    /// `iam:UpdateAccessKey` to `Inactive`, of a key that was active.
    DeactivateKey {
        /// `AKIA…`.
        key: String,
    },
}

impl Step {
    /// Whether it is in place.
    pub fn is_in_place(&self, identity: &Identity) -> bool {
        match self {
            Self::AttachPolicy { policy } => identity.attached.contains(policy),
            Self::PutBoundary { policy, .. } => identity.boundary.as_ref() == Some(policy),
            // A key that was deleted cannot be used either.
            Self::DeactivateKey { key } => !identity.keys.iter().any(|known| known.id == *key && known.active),
        }
    }

    /// Whether it is what denies; the others are done beside it.
    pub const fn denies(&self) -> bool {
        matches!(self, Self::AttachPolicy { .. } | Self::PutBoundary { .. })
    }
}

/// The IAM calls to make, in order; empty when nothing is to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// On whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// How far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The calls.
    #[serde(default)]
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// What a plan is made of, beside what IAM knows.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) target: Target,
    pub(crate) level: Level,
    pub(crate) policy: PolicyArn,
    /// The access key in the evidence, where it is a long-term one.
    pub(crate) key: Option<String>,
    /// What is in place already and ours: a lockout that becomes a quarantine.
    pub(crate) ours: Vec<Step>,
}

/// Plans a containment, or refuses: IAM's own view is the last guard but those that count.
///
/// `identity` is what IAM answered: absent when there is no such principal, an error's text when it did not answer.
pub(crate) fn plan(
    decision: Decision,
    wanted: Wanted,
    settings: &Settings,
    identity: &Result<Option<Identity>, String>,
) -> (Decision, Plan) {
    let refusal = match identity {
        Err(error) => Some(Refusal::Unreadable { error: error.clone() }),
        Ok(None) => Some(Refusal::Gone),
        Ok(Some(identity)) => refuse_identity(&wanted, settings, identity),
    };
    if let Some(refusal) = refusal {
        return (decision.refused(refusal), Plan::default());
    }
    let active = |key: &String| {
        identity.as_ref().is_ok_and(|known| {
            known.as_ref().is_some_and(|known| known.keys.iter().any(|known| known.id == *key && known.active))
        })
    };
    let key = wanted.key.filter(|key| settings.quarantine.deactivate_keys && active(key));
    let attach = Step::AttachPolicy { policy: wanted.policy };
    let steps = std::iter::once(attach).chain(key.map(|key| Step::DeactivateKey { key })).collect();
    (decision, Plan { target: Some(wanted.target), level: Some(wanted.level), steps })
}

/// Whether it is the principal that was contained: its id tells, also when it was moved to another path since.
pub(crate) fn is_same(target: &Target, identity: &Identity) -> bool {
    target.id().map_or_else(|| identity.arn == target.arn(), |id| id == identity.id)
}

/// Whether the principal that IAM knows is another one than the record's; with the ids of both.
pub(crate) fn recreated(target: &Target, identity: &Identity) -> Option<Refusal> {
    let recreated =
        |recorded: &str, found: &str| Refusal::Recreated { recorded: recorded.to_owned(), found: found.to_owned() };
    match target.id() {
        Some(recorded) if recorded != identity.id => return Some(recreated(recorded, &identity.id)),
        None if !identity.id.is_empty() => return Some(Refusal::Unidentified),
        _ => {}
    }
    // Calls take the name alone, so a role of that name under another path would be hit instead.
    (identity.arn != target.arn()).then(|| recreated(target.arn(), &identity.arn))
}

fn refuse_identity(wanted: &Wanted, settings: &Settings, identity: &Identity) -> Option<Refusal> {
    if let Some(refusal) = recreated(&wanted.target, identity) {
        return Some(refusal);
    }
    if let Some(protection) = settings.is_protected_by_tag(&identity.tags) {
        return Some(Refusal::Protected { by: protection.to_string() });
    }
    let ours = |step: &Step| match step {
        Step::AttachPolicy { policy } | Step::PutBoundary { policy, .. } => *policy == wanted.policy,
        Step::DeactivateKey { .. } => false,
    };
    let denied = identity.attached.contains(&wanted.policy) || identity.boundary.as_ref() == Some(&wanted.policy);
    (denied && !wanted.ours.iter().any(ours)).then_some(Refusal::AlreadyDenied)
}

/// One call a line, as a reader of CloudTrail will find them.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(target) = self.target.as_ref().filter(|_| !self.is_empty()) else {
            return f.write_str("nothing");
        };
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&step.call(target))?;
        }
        Ok(())
    }
}

impl Step {
    /// The call as a reader of CloudTrail will find it.
    pub fn call(&self, target: &Target) -> String {
        let (kind, arn) = (if matches!(target, Target::Role { .. }) { "Role" } else { "User" }, target.arn());
        match self {
            Self::AttachPolicy { policy } => format!("iam:Attach{kind}Policy {policy} to {arn}"),
            Self::PutBoundary { policy, former } => {
                let former = former.as_ref().map_or("none".to_owned(), ToString::to_string);
                format!("iam:Put{kind}PermissionsBoundary {policy} on {arn} (before: {former})")
            }
            Self::DeactivateKey { key } => format!("iam:UpdateAccessKey {key} of {arn} to Inactive"),
        }
    }

    /// What it changes, as a diff: what is taken away and what comes.
    pub fn diff(&self) -> Vec<String> {
        match self {
            Self::AttachPolicy { policy } => vec![format!("+ attached policy {policy}")],
            Self::PutBoundary { policy, former } => {
                let before = former.as_ref().map(|former| format!("- permissions boundary {former}"));
                before.into_iter().chain([format!("+ permissions boundary {policy}")]).collect()
            }
            Self::DeactivateKey { key } => {
                vec![format!("- access key {key} Active"), format!("+ access key {key} Inactive")]
            }
        }
    }
}
