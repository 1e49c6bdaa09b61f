//! A session that is shut out goes on trying: on-call is not told that it can still act.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, World};

#[tokio::test]
async fn a_denied_attempt_from_quarantine_is_no_new_alarm() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    for _ in 0..3 {
        assert!(intruder.read("prod/payroll/db").await.is_denied());
    }
    world
        .until("three denied attempts in the ledger", async || {
            let counts = world.findings_by_rule().await?;
            let all = counts.get("denied-access-critical-asset") == Some(&3);
            Ok(Seen::from_option(all.then_some(()), || format!("{counts:?}")))
        })
        .await?;
    world.drained("FindingsQueueUrl").await?;
    let pages = world.inbox.all().await?;
    for page in &pages {
        assert!(!page.body.contains("It can still act"), "it is in quarantine:\n{}\n\n{}", page.subject, page.body);
    }
    assert!(pages.len() <= 2, "one burst, a page for each attempt: {pages:#?}");
    assert_eq!(world.ledger.quarantines().await?.len(), 1);
    Ok(())
}
