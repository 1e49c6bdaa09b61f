//! One change undone at a time, if it is there. What is found to be something else is left alone.

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::StatusType;
use portcullis_domain::PolicyArn;
use portcullis_response::{Identity, PortError, Step, Target, UndoStep, Undone};

use super::apply::{put_boundary, set_key};
use super::{IamLift, NO_SUCH_ENTITY, PAUSES, read};
use crate::error::{code, malformed, port_error};

#[async_trait]
impl UndoStep for IamLift {
    async fn undo(&self, target: &Target, step: &Step) -> Result<Undone, PortError> {
        let client = self.0.client(target).await?;
        match step {
            Step::AttachPolicy { policy } => detach(&client, target, policy).await,
            Step::PutBoundary { policy, former } => restore(&client, target, policy, former.as_ref()).await,
            Step::DeactivateKey { key } => activate(&client, target, key).await,
        }
    }
}

/// Looks until IAM shows what `shows` asks for, up to two seconds; nothing when the principal is gone.
async fn until(
    client: &Client,
    target: &Target,
    what: &str,
    shows: impl Fn(&Identity) -> bool + Send,
) -> Result<Option<()>, PortError> {
    for pause in PAUSES {
        tokio::time::sleep(pause).await;
        match read::identity(client, target).await? {
            None => return Ok(None),
            Some(identity) if shows(&identity) => return Ok(Some(())),
            Some(_) => {}
        }
    }
    Err(malformed(what, "IAM still shows it two seconds later"))
}

async fn detach(client: &Client, target: &Target, policy: &PolicyArn) -> Result<Undone, PortError> {
    let what = format!("failed to detach {policy} from {} `{}`", target.kind(), target.name());
    let refused = match target {
        Target::Role { arn, .. } => {
            let call = client.detach_role_policy().role_name(arn.name()).policy_arn(policy.as_str());
            match call.send().await {
                Ok(_) => false,
                Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => true,
                Err(error) => return Err(port_error(what, error)),
            }
        }
        Target::User { arn, .. } => {
            let call = client.detach_user_policy().user_name(arn.name()).policy_arn(policy.as_str());
            match call.send().await {
                Ok(_) => false,
                Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => true,
                Err(error) => return Err(port_error(what, error)),
            }
        }
    };
    // `NoSuchEntity` may mean the principal or the attachment: reading tells which.
    let gone = until(client, target, &what, |identity| !identity.attached.contains(policy)).await?;
    Ok(match (gone, refused) {
        (None, _) => Undone::NoSuchPrincipal,
        (Some(()), true) => Undone::WasNotThere,
        (Some(()), false) => Undone::Restored,
    })
}

async fn restore(
    client: &Client,
    target: &Target,
    ours: &PolicyArn,
    former: Option<&PolicyArn>,
) -> Result<Undone, PortError> {
    let what = || format!("failed to take boundary {ours} off {} `{}`", target.kind(), target.name());
    let Some(identity) = read::principal(client, target).await? else { return Ok(Undone::NoSuchPrincipal) };
    match identity.boundary.as_ref() {
        Some(found) if found == ours => {}
        found if found == former => return Ok(Undone::WasNotThere),
        found => {
            let found = found.map_or("no permissions boundary".to_owned(), |found| format!("boundary {found}"));
            return Ok(Undone::Changed { found });
        }
    }
    match (former, target) {
        (Some(former), _) => put_boundary(client, target, former).await?,
        (None, Target::Role { arn, .. }) => {
            let call = client.delete_role_permissions_boundary().role_name(arn.name());
            call.send().await.map_err(|error| port_error(what(), error))?;
        }
        (None, Target::User { arn, .. }) => {
            let call = client.delete_user_permissions_boundary().user_name(arn.name());
            call.send().await.map_err(|error| port_error(what(), error))?;
        }
    }
    let restored = until(client, target, &what(), |identity| identity.boundary.as_ref() == former).await?;
    Ok(restored.map_or(Undone::NoSuchPrincipal, |()| Undone::Restored))
}

async fn activate(client: &Client, target: &Target, key: &str) -> Result<Undone, PortError> {
    let Some(keys) = read::keys(client, target).await? else { return Ok(Undone::NoSuchPrincipal) };
    match keys.iter().find(|known| known.id == key) {
        Some(known) if known.active => Ok(Undone::WasNotThere),
        Some(_) => {
            set_key(client, target, key, StatusType::Active).await?;
            let what = format!("failed to make access key {key} Active again");
            let active = |identity: &Identity| identity.keys.iter().any(|known| known.id == key && known.active);
            let active = until(client, target, &what, active).await?;
            Ok(active.map_or(Undone::NoSuchPrincipal, |()| Undone::Restored))
        }
        None => Ok(Undone::Changed { found: format!("access key {key} is no more") }),
    }
}
