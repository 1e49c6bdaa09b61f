//! The kill switch: while it is on nobody is contained and everything is paged, whoever threw it and in which way.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{cli, identity, stack};

#[tokio::test]
async fn while_it_is_on_nobody_is_contained() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let operator = world.operator().await?;

    portcullis(&operator, "stop", "a rule is wrong").await?;
    let page = read_by(&world, "reporting").await?;
    let why = page.lines("NOT DONE")[0];
    let begin =
        "not contained: the kill switch is on: stopped by arn:aws:sts::111122223333:assumed-role/operator/bob at ";
    assert!(why.starts_with(begin) && why.ends_with(": a rule is wrong"), "{why}");
    untouched(&world, &page, "reporting").await?;

    portcullis(&operator, "resume", "the rule is mended").await?;
    let page = read_by(&world, "invoicing").await?;
    assert!(page.subject.starts_with("[CRITICAL] CONTAINED role invoicing"), "{}", page.subject);
    let chain: Vec<_> =
        world.ledger.links("111122223333").await?.into_iter().map(|link| link["stage"].clone()).collect();
    assert!(chain.contains(&"stopped".into()) && chain.contains(&"resumed".into()), "{chain:?}");

    // In the console it is an empty object, which says no more than that it is there.
    let bucket = world.stack.output("ConfigBucketName")?;
    stack::put_object(&world.root, bucket, "STOP", Vec::new()).await?;
    let page = read_by(&world, "auditing").await?;
    assert_eq!(page.lines("NOT DONE"), ["not contained: the kill switch is on"]);
    untouched(&world, &page, "auditing").await?;

    // Who is contained stays so, and whom somebody lets out is not put back, which is paged.
    assert_eq!(world.look_after().await?["looked_after"], 1);
    assert_eq!(identity::attached_to(&world.root, "invoicing").await?.len(), 1);
    let detach = world.root.iam().detach_role_policy().role_name("invoicing");
    detach.policy_arn(portcullis_end_to_end::DENY_ALL).send().await?;
    world.look_after().await?;
    let page = world.page("what was left", |page| page.subject.contains("TAMPERED")).await?;
    assert!(page.subject.ends_with("role invoicing: quarantine undone, NOT put back"), "{}", page.subject);
    assert!(page.lines("NOT DONE").contains(&"not put back: the kill switch is on"), "{}", page.body);
    assert!(identity::attached_to(&world.root, "invoicing").await?.is_empty());
    world.root.s3().delete_object().bucket(bucket).key("STOP").send().await?;
    world.look_after().await?;
    world.contained("invoicing").await
}

async fn portcullis(operator: &Aws, word: &str, reason: &str) -> Result<()> {
    cli::portcullis(operator, &[word, "--stack", STACK, "--reason", reason]).await?.success()?;
    Ok(())
}

/// A new role reads the secret; answers with the page about it.
async fn read_by(world: &World, name: &str) -> Result<Page> {
    let intruder = world.reader("/team/", name).await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains(&format!("role {name}"))).await?;
    world.quiet().await?;
    Ok(page)
}

async fn untouched(world: &World, page: &Page, name: &str) -> Result<()> {
    assert!(page.subject.starts_with(&format!("[CRITICAL] NOT TOUCHED role {name}")), "{}", page.subject);
    assert_eq!(page.lines("DONE"), ["nothing"]);
    assert!(identity::attached_to(&world.root, name).await?.is_empty());
    let quarantines = world.ledger.quarantines().await?;
    let known = quarantines.iter().filter(|known| known["target"]["arn"].to_string().contains(name));
    assert_eq!(known.count(), 0, "{quarantines:#?}");
    Ok(())
}
