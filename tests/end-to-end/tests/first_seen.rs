//! What detection has seen once it knows for good: whichever of its workers saw it.

#![cfg(test)]

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::World;

const RULE: &str = "classified-secret-first-read";

/// Nobody is said to be authorized, and each finding pages.
const SETTINGS: &str = r"
mode: page
paging: {repeat_after: 0s}
assets:
  - {name: payroll, secret: prod/payroll/*, tier: sensitive}
";

#[tokio::test]
async fn a_first_read_is_one_for_all_workers_ever_after() -> Result<()> {
    let Some(world) = World::start(Some(SETTINGS), &[]).await? else { return Ok(()) };
    world.history.watched_since(Timestamp::now() - SignedDuration::from_hours(30 * 24)).await?;
    world.create_secret("prod/payroll/db", "hush").await?;

    let reporting = world.reader("/team/", "reporting").await?;
    assert_eq!(reporting.read("prod/payroll/db").await, Outcome::Allowed);
    first_reads(&world, &["reporting"]).await?;
    let pair = format!("actor#111122223333#{}", reporting.arn);
    let items = world.history.items(&pair).await?;
    assert!(items.iter().any(|item| item.contains_key("event")), "nothing was written down: {items:?}");
    assert!(items.iter().all(|item| item.contains_key("expires_at")), "kept for ever: {items:?}");

    let before = world.workers("detect").await?;
    world.replace_workers("detect").await?;
    for _ in 0..3 {
        assert_eq!(reporting.read("prod/payroll/db").await, Outcome::Allowed);
    }
    // Somebody else's first read comes after these on the same way, and is found: detection is awake and has passed them.
    let auditing = world.reader("/team/", "auditing").await?;
    assert_eq!(auditing.read("prod/payroll/db").await, Outcome::Allowed);
    first_reads(&world, &["auditing", "reporting"]).await?;
    assert!(world.workers("detect").await? > before, "the same worker as before, which had it in memory");

    world.drained("EventsQueueUrl").await?;
    world.drained("FindingsQueueUrl").await?;
    first_reads(&world, &["auditing", "reporting"]).await?;
    let pages = world.inbox.all().await?;
    assert_eq!(pages.len(), 2, "{pages:#?}");
    Ok(())
}

/// Waits until these roles, and no others, have been found to read for the first time.
async fn first_reads(world: &World, roles: &[&str]) -> Result<()> {
    world
        .until(&format!("the first reads of {roles:?}"), async || {
            let findings = world.standing(RULE).await?;
            let arn = |entry: &serde_json::Value| entry["finding"]["actor"].to_string();
            let mut found: Vec<_> = findings.iter().map(arn).collect();
            found.sort();
            let fits = found.len() == roles.len() && found.iter().zip(roles).all(|(actor, role)| actor.contains(role));
            Ok(Seen::from_option(fits.then_some(()), || format!("{found:?}")))
        })
        .await
}
