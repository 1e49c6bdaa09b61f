//! Roles of the account and sessions of them: the intruder, the operator, and a function's role in the wrong hands.

use anyhow::{Context as _, Result};
use aws_sdk_sts::config::Credentials;
use serde_json::{Value, json};

use crate::HOME;
use crate::aws::Aws;

/// What a role may do: statements of an IAM policy.
pub fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// A role with an inline policy of `statements`, which the principals of the account may assume; answers with its ARN.
///
/// # Errors
///
/// When IAM refuses.
pub async fn create_role(root: &Aws, path: &str, name: &str, statements: &[Value]) -> Result<String> {
    let iam = root.iam();
    let create = iam.create_role().role_name(name).path(path).assume_role_policy_document(trust());
    let answer = create.send().await.with_context(|| format!("failed to create role {name}"))?;
    if !statements.is_empty() {
        let policy = policy(statements);
        iam.put_role_policy().role_name(name).policy_name("inline").policy_document(policy).send().await?;
    }
    Ok(answer.role.context("the answer has no role")?.arn)
}

/// Lets the principals of the account assume an existing role, as whoever may change trust policies could.
///
/// # Errors
///
/// When IAM refuses.
pub async fn open_trust(root: &Aws, name: &str) -> Result<()> {
    let call = root.iam().update_assume_role_policy().role_name(name).policy_document(trust());
    call.send().await.with_context(|| format!("failed to open the trust policy of {name}"))?;
    Ok(())
}

/// A session of `role`, taken by the person `alice` of the account: the root user may not assume roles.
///
/// # Errors
///
/// When STS refuses.
pub async fn session(root: &Aws, role: &str, name: &str, source_identity: Option<&str>) -> Result<Aws> {
    let person = person(root).await?;
    let call = person.sts().assume_role().role_arn(role).role_session_name(name);
    let answer = call.set_source_identity(source_identity.map(str::to_owned)).send().await;
    let answer = answer.with_context(|| format!("failed to assume {role}"))?;
    let keys = answer.credentials.context("the answer has no credentials")?;
    let token = Some(keys.session_token);
    Ok(root.with(Credentials::new(keys.access_key_id, keys.secret_access_key, token, None, "session")).await)
}

/// `alice`, with a new access key each time.
async fn person(root: &Aws) -> Result<Aws> {
    let iam = root.iam();
    let name = "alice";
    if iam.get_user().user_name(name).send().await.is_err() {
        iam.create_user().user_name(name).send().await.context("failed to create user alice")?;
        let policy = policy(&[allow(&["sts:AssumeRole", "sts:SetSourceIdentity"], "*")]);
        iam.put_user_policy().user_name(name).policy_name("inline").policy_document(policy).send().await?;
    }
    Ok(access_key(root, name).await?.1)
}

/// A user with an inline policy of `statements`; answers with the ARN.
///
/// # Errors
///
/// When IAM refuses.
pub async fn create_user(root: &Aws, path: &str, name: &str, statements: &[Value]) -> Result<String> {
    let iam = root.iam();
    let answer = iam.create_user().user_name(name).path(path).send().await;
    let answer = answer.with_context(|| format!("failed to create user {name}"))?;
    iam.put_user_policy().user_name(name).policy_name("inline").policy_document(policy(statements)).send().await?;
    Ok(answer.user.context("the answer has no user")?.arn)
}

/// A new access key of a user: its id, and whoever holds it.
///
/// # Errors
///
/// When IAM refuses.
pub async fn access_key(root: &Aws, user: &str) -> Result<(String, Aws)> {
    let answer =
        root.iam().create_access_key().user_name(user).send().await.context("failed to create an access key")?;
    let key = answer.access_key.context("the answer has no access key")?;
    let credentials = Credentials::new(&key.access_key_id, key.secret_access_key, None, None, "user");
    Ok((key.access_key_id, root.with(credentials).await))
}

/// A managed policy of the account; answers with its ARN.
///
/// # Errors
///
/// When IAM refuses.
pub async fn create_policy(root: &Aws, name: &str, statements: &[Value]) -> Result<String> {
    let create = root.iam().create_policy().policy_name(name).policy_document(policy(statements));
    let answer = create.send().await.with_context(|| format!("failed to create policy {name}"))?;
    answer.policy.and_then(|policy| policy.arn).context("the answer has no policy")
}

/// The permissions boundary of a role.
///
/// # Errors
///
/// When IAM refuses.
pub async fn boundary_of(root: &Aws, name: &str) -> Result<Option<String>> {
    let role = root.iam().get_role().role_name(name).send().await?.role.context("the answer has no role")?;
    Ok(role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn))
}

/// The managed policies that are attached to a user.
///
/// # Errors
///
/// When IAM refuses.
pub async fn attached_to_user(root: &Aws, name: &str) -> Result<Vec<String>> {
    let answer = root.iam().list_attached_user_policies().user_name(name).send().await?;
    Ok(answer.attached_policies().iter().filter_map(|policy| policy.policy_arn.clone()).collect())
}

/// The managed policies that are attached to a role.
///
/// # Errors
///
/// When IAM refuses.
pub async fn attached_to(root: &Aws, name: &str) -> Result<Vec<String>> {
    let answer = root.iam().list_attached_role_policies().role_name(name).send().await?;
    Ok(answer.attached_policies().iter().filter_map(|policy| policy.policy_arn.clone()).collect())
}

fn trust() -> String {
    policy(&[json!({
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{HOME}:root")},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    })])
}

fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}
