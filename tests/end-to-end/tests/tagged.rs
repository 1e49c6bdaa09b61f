//! Who carries the tag that protects is not touched, and neither is whoever deploys the stack.

#![cfg(test)]

use anyhow::Result;
use aws_sdk_iam::types::Tag;
use portcullis_end_to_end::identity;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, Reader, World};

const DEPLOYERS: (&str, &str) = ("DeployPrincipalArns", "arn:aws:iam::111122223333:role/ci/*");

#[tokio::test]
async fn tagged_roles_and_deployers_are_not_touched() -> Result<()> {
    let settings = format!("{ENFORCE}protected: [{{tag: team=incident-*}}]\n");
    let Some(world) = World::start(Some(&settings), &[DEPLOYERS]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;

    let ours = world.reader("/team/", "auditor").await?;
    tag(&world, &ours, "portcullis:protected", "true").await?;
    refused(&world, &ours, "the settings protect it (`{tag: portcullis:protected=true}`)").await?;
    let theirs = world.reader("/team/", "responder").await?;
    tag(&world, &theirs, "team", "incident-response").await?;
    refused(&world, &theirs, "the settings protect it (`{tag: team=incident-*}`)").await?;
    let deployer = world.reader("/ci/", "deployer").await?;
    refused(&world, &deployer, "it deploys Portcullis; denied, it could not mend a mistake of this").await?;

    // The tag is read from IAM at the moment of acting: without it nothing is in the way.
    world.root.iam().untag_role().role_name("auditor").tag_keys("portcullis:protected").send().await?;
    assert_eq!(ours.read("prod/payroll/db").await, Outcome::Allowed);
    world.contained("auditor").await
}

async fn tag(world: &World, who: &Reader, key: &str, value: &str) -> Result<()> {
    let tag = Tag::builder().key(key).value(value).build()?;
    world.root.iam().tag_role().role_name(&who.name).tags(tag).send().await?;
    Ok(())
}

/// Has the role read the secret: it is paged about, with the reason, and not touched.
async fn refused(world: &World, who: &Reader, why: &str) -> Result<()> {
    assert_eq!(who.read("prod/payroll/db").await, Outcome::Allowed);
    let begin = format!("[CRITICAL] NOT TOUCHED role {}: ", who.name);
    let page = world.page("the page", |page| page.subject.contains(&format!("role {}", who.name))).await?;
    assert!(page.subject.starts_with(&begin), "{}", page.subject);
    assert_eq!(page.lines("NOT DONE"), [format!("not contained: {why}")], "{}", page.body);
    world.quiet().await?;
    assert!(identity::attached_to(&world.root, &who.name).await?.is_empty());
    assert_eq!(who.read("prod/payroll/db").await, Outcome::Allowed, "still at work");
    // That read is judged too, with the tags as they are then.
    world.quiet().await
}
