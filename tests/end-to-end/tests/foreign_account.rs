//! A role of another account is paged about. The role at home that has its name is not the culprit.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, World};
use portcullis_end_to_end::{FOREIGN, identity, record};

#[tokio::test]
async fn the_role_of_the_same_name_at_home_is_not_touched() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    let secret = world.create_secret("prod/payroll/db", "hush").await?;
    let home = world.reader("/team/", "reporting").await?;

    let now = format!("{:.0}", jiff::Timestamp::now());
    let read = record::foreign_read("reporting", &secret, &now);
    world.send_events(&[&record::event(&read)]).await?;

    let page = world.page("the page", |page| page.subject.contains("reporting")).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT TOUCHED"), "{}", page.subject);
    assert!(page.lines("WHO")[0].contains(&format!("arn:aws:iam::{FOREIGN}:role/team/reporting")), "{}", page.body);
    assert!(page.body.contains(&format!("it belongs to account {FOREIGN}")), "{}", page.body);
    assert_eq!(page.lines("DONE"), ["nothing"]);
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    assert!(world.ledger.quarantines().await?.is_empty());
    // Last, since the read of an unauthorised role at home leads to its own containment.
    assert_eq!(home.read("prod/payroll/db").await, Outcome::Allowed);
    Ok(())
}
