//! IAM, in three types split by power, as the functions' roles are: one reads, one attaches, one detaches.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use portcullis_domain::PolicyArn;
use portcullis_response::{Detached, Identity, LiftQuarantine, PortError, QuarantinePort, ReadIdentity, Target};

use crate::error::{code, malformed, port_error};

/// IAM answers so when there is no such role, user or attachment (IAM API Reference).
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// Reads principals.
#[derive(Clone, Debug)]
pub struct IamReader(Client);

/// Attaches the deny policy.
#[derive(Clone, Debug)]
pub struct IamQuarantine(Client);

/// Detaches the deny policy.
#[derive(Clone, Debug)]
pub struct IamRelease(Client);

macro_rules! constructors {
    ($($name:ident),+) => {$(
        impl $name {
            /// With a client of its own.
            pub fn new(config: &SdkConfig) -> Self {
                Self(Client::new(config))
            }

            /// With a client at hand.
            pub const fn with(client: Client) -> Self {
                Self(client)
            }
        }
    )+};
}

constructors!(IamReader, IamQuarantine, IamRelease);

#[async_trait]
impl ReadIdentity for IamReader {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        let what = || format!("failed to read {} `{}`", target.kind(), target.name());
        let (id, arn) = match target {
            Target::Role { arn, .. } => match self.0.get_role().role_name(arn.name()).send().await {
                Ok(answer) => {
                    let role = answer.role.ok_or_else(|| malformed(what(), "the answer holds no role"))?;
                    (role.role_id, role.arn)
                }
                Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => return Ok(None),
                Err(error) => return Err(port_error(what(), error)),
            },
            Target::User { arn, .. } => match self.0.get_user().user_name(arn.name()).send().await {
                Ok(answer) => {
                    let user = answer.user.ok_or_else(|| malformed(what(), "the answer holds no user"))?;
                    (user.user_id, user.arn)
                }
                Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => return Ok(None),
                Err(error) => return Err(port_error(what(), error)),
            },
        };
        let attached = attached(&self.0, target).await?;
        Ok(attached.map(|attached| Identity { id, arn, attached }))
    }
}

#[async_trait]
impl QuarantinePort for IamQuarantine {
    /// Attaches, then waits up to two seconds for IAM to show it, because reads after writes may be stale
    /// (IAM User Guide, *Troubleshoot IAM*, "Changes that I make are not always immediately visible").
    async fn attach(&self, target: &Target, policy: &PolicyArn) -> Result<(), PortError> {
        let what = || format!("failed to attach {policy} to {} `{}`", target.kind(), target.name());
        match target {
            Target::Role { arn, .. } => {
                let call = self.0.attach_role_policy().role_name(arn.name()).policy_arn(policy.as_str());
                call.send().await.map_err(|error| port_error(what(), error))?;
            }
            Target::User { arn, .. } => {
                let call = self.0.attach_user_policy().user_name(arn.name()).policy_arn(policy.as_str());
                call.send().await.map_err(|error| port_error(what(), error))?;
            }
        }
        for pause_ms in [0, 100, 300, 600, 1000] {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            // Whoever called reads back for itself; a failure to read here is not a failure to attach.
            if let Ok(Some(attached)) = attached(&self.0, target).await
                && attached.contains(policy)
            {
                break;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl LiftQuarantine for IamRelease {
    async fn detach(&self, target: &Target, policy: &PolicyArn) -> Result<Detached, PortError> {
        let what = || format!("failed to detach {policy} from {} `{}`", target.kind(), target.name());
        let refused = match target {
            Target::Role { arn, .. } => {
                let call = self.0.detach_role_policy().role_name(arn.name()).policy_arn(policy.as_str());
                match call.send().await {
                    Ok(_) => None,
                    Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => Some(()),
                    Err(error) => return Err(port_error(what(), error)),
                }
            }
            Target::User { arn, .. } => {
                let call = self.0.detach_user_policy().user_name(arn.name()).policy_arn(policy.as_str());
                match call.send().await {
                    Ok(_) => None,
                    Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => Some(()),
                    Err(error) => return Err(port_error(what(), error)),
                }
            }
        };
        // `NoSuchEntity` may mean the principal or the attachment: reading tells which.
        for pause_ms in [0, 100, 300, 600, 1000] {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            match attached(&self.0, target).await? {
                None => return Ok(Detached::NoSuchPrincipal),
                Some(attached) if !attached.contains(policy) => {
                    return Ok(if refused.is_some() { Detached::WasNotAttached } else { Detached::Detached });
                }
                Some(_) => {}
            }
        }
        Err(malformed(what(), "IAM still shows it attached two seconds later"))
    }
}

/// The managed policies attached to a principal; nothing when there is no such principal.
async fn attached(client: &Client, target: &Target) -> Result<Option<Vec<PolicyArn>>, PortError> {
    let what = || format!("failed to list the policies of {} `{}`", target.kind(), target.name());
    let mut arns = Vec::new();
    let mut marker = None;
    loop {
        let (page, next) = match target {
            Target::Role { arn, .. } => {
                let call = client.list_attached_role_policies().role_name(arn.name()).set_marker(marker.take());
                match call.send().await {
                    Ok(page) => (page.attached_policies, page.marker.filter(|_| page.is_truncated)),
                    Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => return Ok(None),
                    Err(error) => return Err(port_error(what(), error)),
                }
            }
            Target::User { arn, .. } => {
                let call = client.list_attached_user_policies().user_name(arn.name()).set_marker(marker.take());
                match call.send().await {
                    Ok(page) => (page.attached_policies, page.marker.filter(|_| page.is_truncated)),
                    Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => return Ok(None),
                    Err(error) => return Err(port_error(what(), error)),
                }
            }
        };
        arns.extend(page.into_iter().flatten().filter_map(|policy| policy.policy_arn?.parse().ok()));
        match next {
            Some(next) => marker = Some(next),
            None => return Ok(Some(arns)),
        }
    }
}
