//! The same record comes three times by EventBridge and a fourth time in a log file: one page, one quarantine.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{HOME, REGION, logs, record, stack};

const TRAIL_BUCKET: &str = "trail-logs";

#[tokio::test]
async fn one_event_pages_once() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[("TrailBucketName", TRAIL_BUCKET)]).await? else { return Ok(()) };
    world.create_trail_bucket(TRAIL_BUCKET).await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;

    let records = world.emulator.records()?;
    let read = records.iter().find(|r| r["eventName"] == "GetSecretValue").context("no record of the read")?;
    let event = record::event(read);
    for copies in [1.0, 2.0] {
        world.send_events(&[&event]).await?;
        duplicates(&world, copies).await?;
    }

    // The log file brings a record that EventBridge has not delivered as well: what is new in it is found.
    let mut missed = read.clone();
    missed["eventID"] = "0a1b2c3d-0000-4000-8000-00000000000b".into();
    let key =
        format!("AWSLogs/{HOME}/CloudTrail/{REGION}/2026/01/05/{HOME}_CloudTrail_{REGION}_20260105T0815Z_a.json.gz");
    stack::put_object(&world.root, TRAIL_BUCKET, &key, record::log_file(&[read, &missed])?).await?;
    duplicates(&world, 3.0).await?;
    world.drained("EventsQueueUrl").await?;
    world.drained("FindingsQueueUrl").await?;

    let pages = world.inbox.all().await?;
    let contained = pages.iter().filter(|page| page.subject.contains("] CONTAINED ")).count();
    assert_eq!(contained, 1, "{pages:#?}");
    assert_eq!(pages.len(), 1, "the second event is the same rule and actor within the hour: {pages:#?}");
    assert_eq!(world.ledger.quarantines().await?.len(), 1);
    assert_eq!(world.ledger.findings().await?.len(), 2, "one for each event, however often it came");
    Ok(())
}

/// Waits until so many copies were seen to be copies: each comes in a batch of its own.
async fn duplicates(world: &World, wanted: f64) -> Result<()> {
    world
        .until(&format!("{wanted} copies to be counted"), async || {
            let seen = logs::total(&logs::metrics(&world.root, STACK).await?, "Duplicates");
            Ok(Seen::from_option((seen >= wanted).then_some(()), || format!("{seen}")))
        })
        .await
}
