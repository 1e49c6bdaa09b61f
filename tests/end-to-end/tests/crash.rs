//! A function that dies between any two steps leaves nothing half done, and nothing done twice: what was written down
//! before is gone on with.

#![cfg(test)]

use std::time::Duration;

use anyhow::{Context as _, Result};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, HOME, cli, identity};
use serde_json::{Value, json};

/// How long a worker has what it works on to itself.
const LEASE: Duration = Duration::from_secs(90);
/// Long past.
const OVER: &str = "2026-01-01T00:00:00Z";

/// A world in which `fault` is on order, and an intruder who has just read the secret.
async fn attacked(fault: &Value) -> Result<Option<(World, Reader)>> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(None) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    // Whoever comes too early, or meets another worker, need not wait for three minutes.
    world.set_visibility("FindingsQueueUrl", "20").await?;
    world.emulator.set_faults(&json!([fault]))?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    fired(&world).await?;
    Ok(Some((world, intruder)))
}

/// Kills a function once, after its call took effect. The messages that it had come back after so many seconds.
fn kill(function: &str, call: &str, back_after: u64) -> Value {
    let function = format!("{STACK}-{function}");
    json!({"call": call, "from": function, "when": "after", "do": "kill", "times": 1, "visible_after": back_after})
}

/// Waits until the function is dead.
async fn fired(world: &World) -> Result<()> {
    world
        .until("the function to be killed", async || {
            let fired = world.emulator.fired()?;
            Ok(Seen::from_option((fired.len() == 1).then_some(()), || format!("fired: {fired:?}")))
        })
        .await
}

/// As if ninety seconds had passed: whatever the dead worker had is free. Whoever takes it up writes both items anew, or
/// the chain would tell that they were changed.
async fn lease_is_over(world: &World, intruder: &Reader) -> Result<()> {
    for entry in world.ledger.findings().await?.iter().filter(|entry| entry["done"] != true) {
        let id = entry["finding"]["id"].as_str().context("a finding without an id")?;
        world.ledger.set(&format!("finding#{id}"), "entry", "/lease_until", OVER).await?;
    }
    let held =
        |quarantine: &Value| ["applying", "releasing"].iter().any(|state| quarantine["state"]["state"] == *state);
    if world.ledger.quarantines().await?.iter().any(held) {
        world.ledger.set("quarantine", &intruder.arn, "/lease_until", OVER).await?;
    }
    Ok(())
}

/// What must be true in the end, however it came about. Answers with the pages.
async fn contained_once(world: &World, intruder: &Reader) -> Result<Vec<Page>> {
    world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;
    world.drained("FindingsDlqUrl").await?;
    assert_eq!(world.emulator.fired()?.len(), 1);
    assert_eq!(identity::attached_to(&world.root, "reporting").await?, [DENY_ALL]);
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    let quarantines = world.ledger.quarantines().await?;
    assert_eq!(quarantines.len(), 1, "{quarantines:#?}");
    assert_eq!(quarantines[0]["state"]["state"], "active");
    // The deadline that was written first, before anything was done, is the one that holds.
    let first = quarantine_as_first_written(world, intruder).await?;
    assert_eq!(first["state"]["state"], "applying");
    for member in ["since", "until", "steps", "finding"] {
        assert_eq!(quarantines[0][member], first[member], "{member}");
    }
    let findings = world.ledger.findings().await?;
    assert!(findings.iter().all(|entry| entry["done"] == true), "{findings:#?}");

    sound(&world.operator().await?).await?;
    world.inbox.all().await
}

/// The first link of the chain about the intruder's quarantine.
async fn quarantine_as_first_written(world: &World, intruder: &Reader) -> Result<Value> {
    let item = format!("quarantine/{}", intruder.arn);
    let links = world.ledger.links(HOME).await?;
    let first = links.iter().find(|link| link["item"] == *item).context("no link about the quarantine")?;
    Ok(serde_json::from_str(first["body"].as_str().unwrap_or_default())?)
}

async fn sound(operator: &Aws) -> Result<()> {
    let ran = cli::portcullis(operator, &["ledger", "verify", "--stack", STACK]).await?.success()?;
    assert!(ran.stdout.contains(&format!("account {HOME}: sound")), "{}", ran.stdout);
    Ok(())
}

#[tokio::test]
async fn killed_after_the_policy_was_attached() -> Result<()> {
    // Nothing is helped along here: the message comes back when the lease is over, as with the template's timeouts.
    let fault = kill("respond", "iam:AttachRolePolicy", LEASE.as_secs() + 2);
    let Some((world, intruder)) = attacked(&fault).await? else { return Ok(()) };
    assert!(intruder.read("prod/payroll/db").await.is_denied(), "denied, and nobody has written down that");
    assert_eq!(world.ledger.quarantines().await?[0]["state"]["state"], "applying");
    assert!(world.inbox.all().await?.is_empty());
    tokio::time::sleep(LEASE).await;

    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    Ok(())
}

#[tokio::test]
async fn killed_after_the_decision_was_written() -> Result<()> {
    let fault = kill("respond", "dynamodb:TransactWriteItems", 5);
    let Some((world, intruder)) = attacked(&fault).await? else { return Ok(()) };
    let links = world.ledger.links(HOME).await?;
    assert_eq!(links.last().context("nothing was written")?["stage"], "decided");
    assert!(world.ledger.quarantines().await?.is_empty());
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    lease_is_over(&world, &intruder).await?;

    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    Ok(())
}

#[tokio::test]
async fn killed_after_the_page_was_published() -> Result<()> {
    let Some((world, intruder)) = attacked(&kill("respond", "sns:Publish", 5)).await? else { return Ok(()) };
    let first = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    lease_is_over(&world, &intruder).await?;
    world
        .until("the page to be written down", async || {
            let findings = world.ledger.findings().await?;
            let done = findings.iter().all(|entry| entry["done"] == true);
            Ok(Seen::from_option(done.then_some(()), || format!("{findings:?}")))
        })
        .await?;

    // Nobody knew that it had been sent; a second one is the same incident to whoever is paged.
    let pages = contained_once(&world, &intruder).await?;
    assert!(pages.len() <= 2, "{pages:#?}");
    for page in &pages {
        assert_eq!((page.incident(), page.action()), (first.incident(), "trigger"), "{page:#?}");
        assert_eq!(page.json["finding"], first.json["finding"]);
    }
    assert!(!first.incident().is_empty());
    Ok(())
}

#[tokio::test]
async fn killed_after_the_policy_was_detached() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    let before = identity::attached_to(&world.root, "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;

    world.emulator.set_faults(&json!([kill("release", "iam:DetachRolePolicy", 0)]))?;
    let operator = world.operator().await?;
    let arguments = cli::arguments(page.lines("UNDO")[0], "a known job")?;
    let ran = cli::portcullis(&operator, &arguments).await?;
    assert_ne!(ran.code, Some(0), "nobody knows whether it is released: {ran:?}");
    assert_eq!(world.emulator.fired()?.len(), 1);
    assert_eq!(world.ledger.quarantines().await?[0]["state"]["state"], "releasing");

    // The next sweep leaves it to the worker that may yet be at it, the one after the lease goes on.
    let answer = world.expire().await?;
    assert_eq!(answer["released"], json!([]), "{answer}");
    lease_is_over(&world, &intruder).await?;
    let answer = world.expire().await?;
    assert_eq!(answer["released"][0]["principal"], intruder.arn, "{answer}");
    assert_eq!(answer["released"][0]["outcome"], "restored", "{answer}");

    assert_eq!(identity::attached_to(&world.root, "reporting").await?, before);
    assert_eq!(intruder.describe("prod/payroll/db").await, Outcome::Allowed, "the same session again");
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] role reporting")).await?;
    assert_eq!(notice.lines("REASON"), ["a known job"], "the operator's, not the sweep's");
    assert_eq!((notice.incident(), notice.action()), (page.incident(), "resolve"));
    assert_eq!(world.inbox.all().await?.len(), 2, "one page, one notice");
    assert_eq!(world.expire().await?["released"], json!([]), "once");
    world.drained("FindingsDlqUrl").await?;
    sound(&operator).await
}
