//! A quarantine lifts itself when its deadline has passed, and not before.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, World};

#[tokio::test]
async fn a_quarantine_lifts_itself_at_its_deadline() -> Result<()> {
    let settings = format!("{ENFORCE}quarantine: {{lifts_after: 5m}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    let quarantine = world.ledger.quarantines().await?.remove(0);
    let since: jiff::Timestamp = quarantine["since"].as_str().unwrap_or_default().parse()?;
    let until: jiff::Timestamp = quarantine["until"].as_str().unwrap_or_default().parse()?;
    assert_eq!(until.duration_since(since).as_secs(), 300, "{quarantine:#}");
    assert_eq!(page.lines("ENDS"), [format!("{until:.0}, by itself")]);

    let answer = world.expire().await?;
    assert_eq!(answer["released"], serde_json::json!([]), "four minutes early: {answer}");
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    world.ledger.set_deadline(&intruder.arn, "2026-01-01T00:00:00Z").await?;
    let answer = world.expire().await?;
    assert_eq!(answer["released"][0]["principal"], intruder.arn, "{answer}");
    assert_eq!(answer["released"][0]["outcome"], "restored", "{answer}");
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] role reporting")).await?;
    assert_eq!(notice.lines("BY"), ["the deadline, by itself"]);

    let again = world.expire().await?;
    assert_eq!(again["released"], serde_json::json!([]), "lifted once: {again}");
    Ok(())
}
