//! The ledger tells whether somebody changed it, by its hash chain.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::HOME;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::cli::{self, Ran};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use serde_json::Value;

#[tokio::test]
async fn what_was_changed_is_named() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let operator = world.operator().await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;
    world.run(&operator, &page, "UNDO", 0, "a known job").await?;
    let sound = verify(&operator, &[]).await?.success()?;
    let links = world.ledger.links(HOME).await?;
    assert!(sound.stdout.contains(&format!("account {HOME}: sound; links 1 to {}", links.len())), "{}", sound.stdout);
    let stages: Vec<_> = links.iter().map(|link| link["stage"].as_str().unwrap_or_default()).collect();
    for stage in ["decided", "applying", "verified", "paged", "releasing", "released"] {
        assert!(stages.contains(&stage), "{stage} is missing: {stages:?}");
    }

    // Somebody has it that the containment never ended.
    let before = world.ledger.text().await?;
    world.ledger.set("quarantine", &intruder.arn, "/until", "2026-01-01T00:00:00Z").await?;
    assert_ne!(world.ledger.text().await?, before);
    let altered = verify(&operator, &[]).await?;
    assert_eq!(altered.code, Some(1), "{altered:?}");
    let item = format!("quarantine/{} is not what was written to it last", intruder.arn);
    assert!(altered.stdout.contains("NOT SOUND") && altered.stdout.contains(&item), "{}", altered.stdout);

    let finding = page.json["finding"].as_str().context("the page names no finding")?;
    world.ledger.set(&format!("finding#{finding}"), "entry", "/decision/response", "observe").await?;
    let altered = verify(&operator, &[]).await?;
    assert!(altered.stdout.contains(&format!("finding/{finding} is not what was written")), "{}", altered.stdout);

    // Nobody was ever contained.
    world.ledger.remove("quarantine", &intruder.arn).await?;
    let removed = verify(&operator, &[]).await?;
    assert_eq!(removed.code, Some(1), "{removed:?}");
    let gone = "and is no longer in the ledger";
    let names = |line: &str| line.contains(&format!("quarantine/{} was written", intruder.arn)) && line.contains(gone);
    assert!(removed.stdout.lines().any(names), "{}", removed.stdout);

    world.ledger.remove(&format!("chain#{HOME}"), "000000000003").await?;
    let gap = verify(&operator, &["--format", "json"]).await?;
    assert_eq!(gap.code, Some(1), "{gap:?}");
    let answer: Value = serde_json::from_str(&gap.stdout)?;
    let flaws = answer["accounts"][0]["flaws"].to_string();
    assert_eq!(answer["sound"], false);
    assert!(flaws.contains("link 3 is missing before link 4"), "{answer:#}");
    Ok(())
}

async fn verify(who: &Aws, more: &[&str]) -> Result<Ran> {
    let words = ["ledger", "verify", "--stack", STACK];
    cli::portcullis(who, &[words.as_slice(), more].concat()).await
}
