//! Portcullis in the wrong hands: what a session of each function's role can do, and what it cannot, even if somebody
//! makes the role an administrator on top.
//!
//! Each table is a list of calls, made for real, with what is to come of them. What they try on tables is in `tables`.

#![cfg(test)]

#[path = "escalation/tables.rs"]
mod tables;

use anyhow::{Context as _, Result};
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::identity;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{DENY_ALL, HOME};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// Calls of one principal and what came of them.
#[derive(Default)]
struct Table(Vec<(String, Outcome)>);

impl Table {
    fn add(&mut self, name: &str, outcome: Outcome) {
        self.0.push((name.to_owned(), outcome));
    }

    fn call<T, E, R>(&mut self, name: &str, answer: Result<T, SdkError<E, R>>)
    where
        E: ProvideErrorMetadata + std::fmt::Debug,
        R: std::fmt::Debug,
    {
        self.add(name, Outcome::of(answer));
    }

    /// Everything but the calls named in `allowed` was refused by IAM, and those went through.
    fn assert_allowed_only(&self, allowed: &[&str]) {
        let wrong: Vec<_> =
            self.0
                .iter()
                .filter(|(name, outcome)| {
                    if allowed.contains(&name.as_str()) { *outcome != Outcome::Allowed } else { !outcome.is_denied() }
                })
                .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for name in allowed {
            assert!(self.0.iter().any(|(called, _)| called == name), "{name} was not tried");
        }
    }
}

/// A world with a victim, a protected role and a secret.
async fn world() -> Result<Option<World>> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(None) };
    identity::create_role(&world.root, "/team/", "victim", &[]).await?;
    identity::create_role(&world.root, "/security/", "auditor", &[]).await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    Ok(Some(world))
}

/// A session of a function's role, as if its trust policy had been opened and the role made an administrator.
async fn stolen(world: &World, function: &str) -> Result<Aws> {
    let name = format!("{STACK}-{function}");
    assert_eq!(attach(&world.root, &name, ADMINISTRATOR).await, Outcome::Allowed);
    identity::open_trust(&world.root, &name).await?;
    identity::session(&world.root, &format!("arn:aws:iam::{HOME}:role/portcullis/{name}"), "intruder", None).await
}

async fn attach(who: &Aws, role: &str, policy: &str) -> Outcome {
    Outcome::of(who.iam().attach_role_policy().role_name(role).policy_arn(policy).send().await)
}

async fn detach(who: &Aws, role: &str, policy: &str) -> Outcome {
    Outcome::of(who.iam().detach_role_policy().role_name(role).policy_arn(policy).send().await)
}

/// What no function may do, whichever it is.
async fn common(table: &mut Table, world: &World, who: &Aws, function: &str) -> Result<()> {
    let own = &format!("{STACK}-{function}");
    let key = world.root.kms().create_key().send().await?.key_metadata.context("there is no key")?.key_id;
    let encrypt = world.root.kms().encrypt().key_id(&key).plaintext(Blob::new("hush"));
    let ciphertext = encrypt.send().await?.ciphertext_blob.context("nothing was encrypted")?;
    let iam = who.iam();
    let anything = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":"{HOME}"}}}}]}}"#
    );
    table.add("attach administrator to the victim", attach(who, "victim", ADMINISTRATOR).await);
    table.add("attach administrator to itself", attach(who, own, ADMINISTRATOR).await);
    table.add("detach administrator", detach(who, "victim", ADMINISTRATOR).await);
    let put = iam.put_role_policy().role_name(own).policy_name("more").policy_document(anything);
    table.call("put an inline policy on itself", put.send().await);
    let put = iam.put_role_policy().role_name("victim").policy_name("more").policy_document(anything);
    table.call("put an inline policy on the victim", put.send().await);
    let update = iam.update_assume_role_policy().role_name("victim").policy_document(&trust);
    table.call("change the victim's trust policy", update.send().await);
    let create = iam.create_role().role_name("backdoor").assume_role_policy_document(&trust);
    table.call("create a role", create.send().await);
    table.call("create a user", iam.create_user().user_name("backdoor").send().await);
    table.call("create an access key", iam.create_access_key().user_name("alice").send().await);
    table.call("delete its own policy", iam.delete_role_policy().role_name(own).policy_name(function).send().await);
    let boundary = iam.put_role_permissions_boundary().role_name("victim").permissions_boundary(DENY_ALL);
    table.call("set a boundary", boundary.send().await);
    table.call("read a secret", who.secrets().get_secret_value().secret_id("prod/payroll/db").send().await);
    table.call("decrypt", who.kms().decrypt().ciphertext_blob(ciphertext).send().await);
    let replace = who.lambda().update_function_code().function_name(format!("{STACK}-respond"));
    table.call("replace a function's code", replace.s3_bucket("artifacts").s3_key("detect.zip").send().await);
    Ok(())
}

#[tokio::test]
async fn the_role_of_respond_can_only_attach_the_deny_policy() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let who = stolen(&world, "respond").await?;
    let mut table = Table::default();
    common(&mut table, &world, &who, "respond").await?;
    table.add("attach the deny policy to the victim", attach(&who, "victim", DENY_ALL).await);
    table.add("detach the deny policy from the victim", detach(&who, "victim", DENY_ALL).await);
    for own in ["detect", "respond", "release", "schedule"] {
        let role = format!("{STACK}-{own}");
        table.add(&format!("attach the deny policy to {own}"), attach(&who, &role, DENY_ALL).await);
    }
    table.add("attach the deny policy to a protected role", attach(&who, "auditor", DENY_ALL).await);
    tables::beside_the_ledger(&mut table, &world, &who).await?;
    let invoke = who.lambda().invoke().function_name(format!("{STACK}-release"));
    table.call("invoke release", invoke.send().await);
    table.assert_allowed_only(&["attach the deny policy to the victim"]);
    assert_eq!(identity::attached_to(&world.root, "victim").await?, [DENY_ALL]);
    assert!(identity::attached_to(&world.root, "auditor").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_role_of_release_can_only_detach_the_deny_policy() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    assert_eq!(attach(&world.root, "victim", DENY_ALL).await, Outcome::Allowed);
    assert_eq!(attach(&world.root, "auditor", READ_ONLY).await, Outcome::Allowed);
    let who = stolen(&world, "release").await?;
    let mut table = Table::default();
    common(&mut table, &world, &who, "release").await?;
    table.add("attach the deny policy to the victim", attach(&who, "victim", DENY_ALL).await);
    table.add("detach another policy", detach(&who, "auditor", READ_ONLY).await);
    tables::beside_the_ledger(&mut table, &world, &who).await?;
    table.add("detach the deny policy from the victim", detach(&who, "victim", DENY_ALL).await);
    table.assert_allowed_only(&["detach the deny policy from the victim"]);
    assert!(identity::attached_to(&world.root, "victim").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_role_of_detect_has_no_right_in_iam() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let who = stolen(&world, "detect").await?;
    let mut table = Table::default();
    common(&mut table, &world, &who, "detect").await?;
    let iam = who.iam();
    table.call("list roles", iam.list_roles().send().await);
    table.call("look at a role", iam.get_role().role_name("victim").send().await);
    table.call("list what is attached", iam.list_attached_role_policies().role_name("victim").send().await);
    table.add("attach the deny policy to the victim", attach(&who, "victim", DENY_ALL).await);
    table.add("detach the deny policy from the victim", detach(&who, "victim", DENY_ALL).await);
    let bucket = world.stack.output("ConfigBucketName")?;
    let put = who.s3().put_object().bucket(bucket).key("portcullis.yaml").body(Vec::new().into());
    table.call("write the settings", put.send().await);
    let get = who.s3().get_object().bucket(bucket).key("portcullis.yaml");
    table.call("read the settings", get.send().await);
    table.assert_allowed_only(&["read the settings"]);
    Ok(())
}

#[tokio::test]
async fn the_role_of_detect_remembers_and_sees_quarantines() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let who = stolen(&world, "detect").await?;
    let mut table = Table::default();
    let allowed = tables::as_detect(&mut table, &world, &who).await?;
    table.assert_allowed_only(&allowed);
    assert!(world.ledger.findings().await?.is_empty() && world.ledger.quarantines().await?.is_empty());
    Ok(())
}
