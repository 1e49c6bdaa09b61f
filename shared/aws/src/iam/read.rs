//! What IAM knows of a principal.

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AttachedPermissionsBoundary, RoleLastUsed, StatusType, Tag};
use jiff::Timestamp;
use portcullis_domain::PolicyArn;
use portcullis_response::{AccessKey, Identity, LastUsed, PortError, ReadIdentity, Target};

use super::{IamReader, NO_SUCH_ENTITY};
use crate::error::{code, malformed, port_error};

#[async_trait]
impl ReadIdentity for IamReader {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        identity(&self.0.client(target).await?, target).await
    }
}

/// What IAM knows of a principal; nothing when there is none of that name.
pub(super) async fn identity(client: &Client, target: &Target) -> Result<Option<Identity>, PortError> {
    let Some(identity) = principal(client, target).await? else { return Ok(None) };
    let Some(attached) = attached(client, target).await? else { return Ok(None) };
    let Some(keys) = keys(client, target).await? else { return Ok(None) };
    Ok(Some(Identity { attached, keys, ..identity }))
}

/// The principal alone, without what is attached to it and its keys.
pub(super) async fn principal(client: &Client, target: &Target) -> Result<Option<Identity>, PortError> {
    let what = || format!("failed to read {} `{}`", target.kind(), target.name());
    match target {
        Target::Role { arn, .. } => match client.get_role().role_name(arn.name()).send().await {
            Ok(answer) => {
                let role = answer.role.ok_or_else(|| malformed(what(), "the answer holds no role"))?;
                let boundary = boundary(role.permissions_boundary).map_err(|why| malformed(what(), why))?;
                let (tags, last_used) = (tags(role.tags), role.role_last_used.and_then(last_used));
                Ok(Some(Identity { id: role.role_id, arn: role.arn, boundary, tags, last_used, ..Identity::default() }))
            }
            Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => Ok(None),
            Err(error) => Err(port_error(what(), error)),
        },
        Target::User { arn, .. } => match client.get_user().user_name(arn.name()).send().await {
            Ok(answer) => {
                let user = answer.user.ok_or_else(|| malformed(what(), "the answer holds no user"))?;
                let boundary = boundary(user.permissions_boundary).map_err(|why| malformed(what(), why))?;
                Ok(Some(Identity {
                    id: user.user_id,
                    arn: user.arn,
                    boundary,
                    tags: tags(user.tags),
                    ..Identity::default()
                }))
            }
            Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => Ok(None),
            Err(error) => Err(port_error(what(), error)),
        },
    }
}

/// A boundary that cannot be read is an error: taken for none, it would be lost when ours is lifted.
fn boundary(boundary: Option<AttachedPermissionsBoundary>) -> Result<Option<PolicyArn>, String> {
    let Some(boundary) = boundary else { return Ok(None) };
    let arn = boundary.permissions_boundary_arn.ok_or("its permissions boundary: the answer does not say which")?;
    arn.parse().map(Some).map_err(|error| format!("its permissions boundary: {error}"))
}

fn tags(tags: Option<Vec<Tag>>) -> Vec<(String, String)> {
    tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}

fn last_used(used: RoleLastUsed) -> Option<LastUsed> {
    let at = Timestamp::from_second(used.last_used_date?.secs()).ok()?;
    Some(LastUsed { at, region: used.region })
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

/// A user's access keys; none of a role. Nothing when there is no such user. IAM shows all of them at once: a user has two
/// at most (IAM User Guide, *IAM and AWS STS quotas*).
pub(super) async fn keys(client: &Client, target: &Target) -> Result<Option<Vec<AccessKey>>, PortError> {
    let Target::User { arn, .. } = target else { return Ok(Some(Vec::new())) };
    match client.list_access_keys().user_name(arn.name()).send().await {
        Ok(page) => {
            let keys = page.access_key_metadata.into_iter();
            let key = |key: aws_sdk_iam::types::AccessKeyMetadata| {
                Some(AccessKey { id: key.access_key_id?, active: key.status == Some(StatusType::Active) })
            };
            Ok(Some(keys.filter_map(key).collect()))
        }
        Err(error) if code(&error) == Some(NO_SUCH_ENTITY) => Ok(None),
        Err(error) => Err(port_error(format!("failed to list the access keys of user `{}`", arn.name()), error)),
    }
}
