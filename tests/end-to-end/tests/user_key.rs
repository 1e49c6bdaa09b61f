//! A user with an access key: the user is denied and the key that was used is switched off; both come back.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::DENY_ALL;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, World};

#[tokio::test]
async fn the_key_that_was_used_is_switched_off_and_on_again() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let statements = [allow(&["secretsmanager:GetSecretValue"], "*")];
    let arn = identity::create_user(&world.root, "/team/", "robot", &statements).await?;
    let own = identity::create_policy(&world.root, "queues", &[allow(&["sqs:ListQueues"], "*")]).await?;
    world.root.iam().attach_user_policy().user_name("robot").policy_arn(&own).send().await?;
    let (stolen, intruder) = identity::access_key(&world.root, "robot").await?;
    let (other, robot) = identity::access_key(&world.root, "robot").await?;
    assert!(stolen.starts_with("AKIA"), "{stolen}");

    assert_eq!(read(&intruder).await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED user robot")).await?;
    assert_eq!(page.lines("WHO")[0], format!("user {arn}"));
    let done = page.lines("DONE");
    assert_eq!(done[0], format!("iam:AttachUserPolicy {DENY_ALL} to {arn}"));
    assert_eq!(done[1], format!("iam:UpdateAccessKey {stolen} of {arn} to Inactive"));
    assert_eq!(done[2], "read back: all of it is in place");
    assert_eq!(page.json["actor"]["access_key"], stolen.as_str());

    let mut attached = identity::attached_to_user(&world.root, "robot").await?;
    attached.sort();
    assert_eq!(attached, [own.as_str(), DENY_ALL]);
    assert_eq!(keys(&world.root).await?, sorted([(&stolen, "Inactive"), (&other, "Active")]));
    assert!(matches!(read(&intruder).await, Outcome::Failed(_)), "a key that is switched off signs nothing");
    assert!(read(&robot).await.is_denied(), "its other key is one of the same user");

    world.run(&world.operator().await?, &page, "UNDO", 0, "rotated, and known").await?;
    assert_eq!(keys(&world.root).await?, sorted([(&stolen, "Active"), (&other, "Active")]));
    assert_eq!(identity::attached_to_user(&world.root, "robot").await?, [own]);
    assert_eq!(Outcome::of(intruder.sqs().list_queues().send().await), Outcome::Allowed, "as before");
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] user robot")).await?;
    assert_eq!(notice.lines("DONE")[0], format!("access key {stolen} activated, read back: active"));
    Ok(())
}

#[tokio::test]
async fn a_key_may_be_left_on() -> Result<()> {
    let settings = format!("{ENFORCE}quarantine: {{deactivate_keys: false}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    identity::create_user(&world.root, "/team/", "robot", &[allow(&["secretsmanager:GetSecretValue"], "*")]).await?;
    let (key, intruder) = identity::access_key(&world.root, "robot").await?;
    assert_eq!(read(&intruder).await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED user robot")).await?;
    assert_eq!(page.lines("DONE")[1], "read back: all of it is in place", "{}", page.body);
    assert!(read(&intruder).await.is_denied());
    assert_eq!(keys(&world.root).await?, sorted([(&key, "Active")]));
    Ok(())
}

async fn read(who: &Aws) -> Outcome {
    Outcome::of(who.secrets().get_secret_value().secret_id("prod/payroll/db").send().await)
}

/// The access keys of the user, each with its status.
async fn keys(root: &Aws) -> Result<Vec<(String, String)>> {
    let keys = root.iam().list_access_keys().user_name("robot").send().await?.access_key_metadata;
    let key = |key: aws_sdk_iam::types::AccessKeyMetadata| Some((key.access_key_id?, key.status?.to_string()));
    let mut keys: Vec<_> = keys.into_iter().filter_map(key).collect();
    keys.sort();
    Ok(keys)
}

fn sorted<const N: usize>(keys: [(&String, &str); N]) -> Vec<(String, String)> {
    let mut keys = keys.map(|(key, status)| (key.clone(), status.to_owned())).to_vec();
    keys.sort();
    keys
}
