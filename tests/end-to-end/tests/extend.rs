//! An operator moves the end of a containment: later, by hours, not further than a month.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{cli, identity};

#[tokio::test]
async fn the_end_is_moved_by_hours() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    let operator = world.operator().await?;
    let extend = async |hours: &str| {
        let words = ["extend", "reporting", "--hours", hours, "--stack", STACK, "--reason", "forensics takes longer"];
        cli::portcullis(&operator, &words).await
    };
    let early = extend("8").await?;
    assert!(early.code != Some(0) && early.stderr.contains("is not contained"), "{early:?}");

    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let contained = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    let before = until(&world).await?;
    extend("8").await?.success()?;
    let after = until(&world).await?;
    assert_eq!(after.duration_since(before).as_hours(), 8);
    let page = world.page("the notice", |page| page.subject.starts_with("[EXTENDED] role reporting")).await?;
    assert_eq!(page.lines("ENDS"), [format!("{after:.0}, by itself")]);
    assert_eq!(page.lines("REASON"), ["forensics takes longer"]);
    assert_eq!(page.lines("BY"), ["arn:aws:sts::111122223333:assumed-role/operator/bob"]);
    // Nobody is woken, and the incident stays open.
    assert_eq!((page.action(), page.incident()), ("update", contained.incident()));

    let far = extend("720").await?;
    assert!(far.code != Some(0) && far.stderr.contains("thirty days"), "{far:?}");
    assert_eq!(until(&world).await?, after, "moved all the same");

    // One that is over and not lifted yet goes on from now.
    world.ledger.set_deadline(&intruder.arn, "2026-01-01T00:00:00Z").await?;
    extend("1").await?.success()?;
    let left = until(&world).await?.duration_since(jiff::Timestamp::now());
    assert!((55..=60).contains(&left.as_mins()), "{left:?}");
    assert_eq!(world.expire().await?["released"], serde_json::json!([]));
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    world.ledger.set_deadline(&intruder.arn, "2026-01-01T00:00:00Z").await?;
    assert_eq!(world.expire().await?["released"][0]["outcome"], "restored");
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    Ok(())
}

/// When the containment ends.
async fn until(world: &World) -> Result<jiff::Timestamp> {
    let quarantine = world.ledger.quarantines().await?.remove(0);
    Ok(quarantine["until"].as_str().unwrap_or_default().parse()?)
}
