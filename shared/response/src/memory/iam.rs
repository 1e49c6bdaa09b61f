//! An IAM in memory in which every principal exists as the record names it, unless it is said otherwise.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_domain::PolicyArn;

use super::lock;
use crate::plan::{Identity, Step};
use crate::ports::{ApplyStep, PortError, PortErrorKind, ReadIdentity, Simulate, UndoStep};
use crate::quarantine::{Level, Simulated, Undone};
use crate::target::Target;

/// An IAM in memory.
#[derive(Debug, Default)]
pub struct MemoryIam {
    /// Nothing stands for a principal that was deleted.
    known: Mutex<BTreeMap<String, Option<Identity>>>,
    quota: Option<usize>,
}

impl MemoryIam {
    /// One in which no more than `quota` policies may be attached to a principal.
    pub fn with_quota(quota: usize) -> Self {
        Self { quota: Some(quota), ..Self::default() }
    }

    /// What is known of a principal.
    pub fn identity(&self, arn: &str) -> Option<Identity> {
        lock(&self.known).get(arn).cloned().flatten()
    }

    /// Says how a principal is.
    pub fn set(&self, identity: Identity) {
        lock(&self.known).insert(identity.arn.clone(), Some(identity));
    }

    /// Deletes a principal, until it is [set](Self::set) again.
    pub fn delete(&self, arn: &str) {
        lock(&self.known).insert(arn.to_owned(), None);
    }

    /// The policies attached to a principal, by ARN.
    pub fn attached(&self, arn: &str) -> Vec<PolicyArn> {
        self.identity(arn).map(|identity| identity.attached).unwrap_or_default()
    }

    /// Every principal that carries a policy or a boundary.
    pub fn denied(&self) -> Vec<String> {
        let known = lock(&self.known);
        let denied = known.values().flatten().filter(|known| !known.attached.is_empty() || known.boundary.is_some());
        denied.map(|known| known.arn.clone()).collect()
    }

    /// Changes a principal; nothing when it was deleted.
    fn change<T>(&self, target: &Target, change: impl FnOnce(&mut Identity) -> T) -> Option<T> {
        let mut known = lock(&self.known);
        let identity = known.entry(target.arn().to_owned()).or_insert_with(|| Some(as_recorded(target)));
        identity.as_mut().map(change)
    }
}

fn no_such(target: &Target) -> PortError {
    PortError { what: format!("there is no {}", target.arn()), kind: PortErrorKind::Refused, source: None }
}

fn as_recorded(target: &Target) -> Identity {
    Identity { id: target.id().unwrap_or_default().to_owned(), arn: target.arn().to_owned(), ..Identity::default() }
}

#[async_trait]
impl ReadIdentity for MemoryIam {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        let known = lock(&self.known).get(target.arn()).cloned();
        Ok(known.unwrap_or_else(|| Some(as_recorded(target))))
    }
}

#[async_trait]
impl ApplyStep for MemoryIam {
    async fn apply(&self, target: &Target, step: &Step) -> Result<(), PortError> {
        let quota = self.quota.unwrap_or(usize::MAX);
        let changed = self.change(target, |identity| match step {
            Step::AttachPolicy { policy } if identity.attached.contains(policy) => Ok(()),
            Step::AttachPolicy { .. } if identity.attached.len() >= quota => Err(PortError {
                what: format!("failed to attach a policy to {}", identity.arn),
                kind: PortErrorKind::QuotaFull,
                source: None,
            }),
            Step::AttachPolicy { policy } => {
                identity.attached.push(policy.clone());
                Ok(())
            }
            Step::PutBoundary { policy, .. } => {
                identity.boundary = Some(policy.clone());
                Ok(())
            }
            Step::DeactivateKey { key } => {
                identity.keys.iter_mut().filter(|known| known.id == *key).for_each(|known| known.active = false);
                Ok(())
            }
        });
        changed.unwrap_or_else(|| Err(no_such(target)))
    }
}

#[async_trait]
impl UndoStep for MemoryIam {
    async fn undo(&self, target: &Target, step: &Step) -> Result<Undone, PortError> {
        let undone = self.change(target, |identity| match step {
            Step::AttachPolicy { policy } => {
                let before = identity.attached.len();
                identity.attached.retain(|known| known != policy);
                if identity.attached.len() < before { Undone::Restored } else { Undone::WasNotThere }
            }
            Step::PutBoundary { policy, former } => match &identity.boundary {
                Some(found) if found == policy => {
                    identity.boundary.clone_from(former);
                    Undone::Restored
                }
                found if found == former => Undone::WasNotThere,
                found => {
                    let found = found.as_ref().map_or("no boundary".to_owned(), |found| format!("boundary {found}"));
                    Undone::Changed { found }
                }
            },
            Step::DeactivateKey { key } => match identity.keys.iter_mut().find(|known| known.id == *key) {
                Some(known) if known.active => Undone::WasNotThere,
                Some(known) => {
                    known.active = true;
                    Undone::Restored
                }
                None => Undone::Changed { found: "no such access key".to_owned() },
            },
        });
        Ok(undone.unwrap_or(Undone::NoSuchPrincipal))
    }
}

#[async_trait]
impl Simulate for MemoryIam {
    async fn simulate(&self, target: &Target, _level: Level) -> Result<Simulated, PortError> {
        let denies = |policy: &PolicyArn| policy.as_str().ends_with("DenyAll") || policy.as_str().ends_with("-lockout");
        let identity = self.read(target).await?.ok_or_else(|| no_such(target))?;
        let denied = identity.attached.iter().chain(&identity.boundary).any(denies);
        Ok(if denied { Simulated::Denied } else { Simulated::Allowed { action: "kms:Decrypt".to_owned() } })
    }
}
