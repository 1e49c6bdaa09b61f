//! One change at a time, each of which doing twice is the same as once.

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::StatusType;
use portcullis_domain::PolicyArn;
use portcullis_response::{ApplyStep, PortError, PortErrorKind, Step, Target};

use super::{IamContain, PAUSES, read};
use crate::error::{code, port_error};

#[async_trait]
impl ApplyStep for IamContain {
    /// Makes the change, then waits up to two seconds for IAM to show it.
    async fn apply(&self, target: &Target, step: &Step) -> Result<(), PortError> {
        let client = self.0.client(target).await?;
        match step {
            Step::AttachPolicy { policy } => attach(&client, target, policy).await?,
            Step::PutBoundary { policy, .. } => put_boundary(&client, target, policy).await?,
            Step::DeactivateKey { key } => set_key(&client, target, key, StatusType::Inactive).await?,
        }
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            // Whoever called reads back for itself; a failure to read here is not a failure to contain.
            if let Ok(Some(identity)) = read::identity(&client, target).await
                && step.is_in_place(&identity)
            {
                break;
            }
        }
        Ok(())
    }
}

async fn attach(client: &Client, target: &Target, policy: &PolicyArn) -> Result<(), PortError> {
    let what = format!("failed to attach {policy} to {} `{}`", target.kind(), target.name());
    match target {
        Target::Role { arn, .. } => {
            let call = client.attach_role_policy().role_name(arn.name()).policy_arn(policy.as_str());
            call.send().await.map(|_| ()).map_err(|error| attach_error(what, error))
        }
        Target::User { arn, .. } => {
            let call = client.attach_user_policy().user_name(arn.name()).policy_arn(policy.as_str());
            call.send().await.map(|_| ()).map_err(|error| attach_error(what, error))
        }
    }
}

/// `LimitExceeded` says that ten policies, or as many as the account's quota allows, are attached already (IAM API
/// Reference, *AttachRolePolicy*).
fn attach_error<E>(what: String, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let full = code(&error) == Some("LimitExceeded");
    let error = port_error(what, error);
    if full { PortError { kind: PortErrorKind::QuotaFull, ..error } } else { error }
}

/// Also what puts a former boundary back.
pub(super) async fn put_boundary(client: &Client, target: &Target, policy: &PolicyArn) -> Result<(), PortError> {
    let what = || format!("failed to put boundary {policy} on {} `{}`", target.kind(), target.name());
    match target {
        Target::Role { arn, .. } => {
            let call = client.put_role_permissions_boundary().role_name(arn.name());
            let answer = call.permissions_boundary(policy.as_str()).send().await;
            answer.map(|_| ()).map_err(|error| port_error(what(), error))
        }
        Target::User { arn, .. } => {
            let call = client.put_user_permissions_boundary().user_name(arn.name());
            let answer = call.permissions_boundary(policy.as_str()).send().await;
            answer.map(|_| ()).map_err(|error| port_error(what(), error))
        }
    }
}

/// Also what makes a key active again.
pub(super) async fn set_key(client: &Client, target: &Target, key: &str, status: StatusType) -> Result<(), PortError> {
    let what = format!("failed to make access key {key} of {} `{}` {status}", target.kind(), target.name());
    let call = client.update_access_key().user_name(target.name()).access_key_id(key).status(status);
    call.send().await.map(|_| ()).map_err(|error| port_error(what, error))
}
