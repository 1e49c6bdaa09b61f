//! Who must never be locked out is not, by the settings and by IAM itself.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::identity;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, World};

#[tokio::test]
async fn a_role_that_the_settings_protect_is_paged_about_and_not_touched() -> Result<()> {
    let settings = format!("{ENFORCE}protected: [\"arn:aws:iam::*:role/emergency/*\"]\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    // A path that the template does not know, so that nothing but the settings stands in the way.
    let role = world.reader("/emergency/", "glass").await?;
    assert_eq!(role.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("role glass")).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT TOUCHED role glass"), "{}", page.subject);
    assert_eq!(page.lines("DONE"), ["nothing"]);
    assert_eq!(page.lines("UNDO"), ["nothing to undo"]);
    let why = page.lines("NOT DONE");
    assert_eq!(why, ["not contained: the settings protect it (`arn:aws:iam::*:role/emergency/*`)"], "{}", page.body);
    assert!(identity::attached_to(&world.root, "glass").await?.is_empty());
    assert_eq!(role.read("prod/payroll/db").await, Outcome::Allowed, "break-glass still works");
    assert!(world.ledger.quarantines().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_role_that_only_the_template_protects_is_kept_by_iam() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let role = world.reader("/security/", "auditor").await?;
    assert_eq!(role.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("role auditor")).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT CONTAINED role auditor"), "{}", page.subject);
    assert!(page.body.contains("could NOT be put in quarantine. It can still act."), "{}", page.body);
    assert!(page.body.contains("AccessDenied") && page.body.contains("explicit deny"), "{}", page.body);
    assert_eq!(page.lines("UNDO"), ["nothing to undo"]);
    assert!(identity::attached_to(&world.root, "auditor").await?.is_empty());
    assert_eq!(role.read("prod/payroll/db").await, Outcome::Allowed);
    let quarantines = world.ledger.quarantines().await?;
    assert!(quarantines.iter().all(|known| known["state"]["state"] == "failed"), "{quarantines:#?}");
    world.drained("FindingsQueueUrl").await
}
