//! An authorised role reads the same secret: nobody is paged and nothing is recorded against it.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::identity;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, World};

#[tokio::test]
async fn an_authorized_role_is_left_alone() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let payroll = world.reader("/payroll/", "monthly").await?;
    for _ in 0..3 {
        assert_eq!(payroll.read("prod/payroll/db").await, Outcome::Allowed);
    }

    // Another role's read comes after it on the same way, and is found: detection is awake and has passed the first.
    let other = world.reader("/team/", "sentinel").await?;
    assert_eq!(other.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the page about the other role", |page| page.subject.contains("role sentinel")).await?;
    world.drained("EventsQueueUrl").await?;
    world.drained("FindingsQueueUrl").await?;

    let pages = world.inbox.all().await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    let findings = world.ledger.findings().await?;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(!world.ledger.text().await?.contains("monthly"));
    assert!(identity::attached_to(&world.root, "monthly").await?.is_empty());
    assert_eq!(payroll.read("prod/payroll/db").await, Outcome::Allowed);
    Ok(())
}
