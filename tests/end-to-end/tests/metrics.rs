//! What alarms and dashboards are made of: each metric line names the deployment it comes from.

#![cfg(test)]

use std::collections::BTreeSet;

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{cli, logs};
use serde_json::Value;

#[tokio::test]
async fn every_metric_names_its_stack() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.ledger.set_deadline(&intruder.arn, "2026-01-01T00:00:00Z").await?;
    world.expire().await?;

    let expected =
        ["RecordsRead", "Findings", "EventAge", "Decisions", "Containments", "TimeToContain", "Pages", "Releases"];
    world
        .until("every metric in the logs", async || {
            let mut names = BTreeSet::new();
            for line in logs::metrics(&world.root, STACK).await? {
                names.extend(line.as_object().into_iter().flat_map(|line| line.keys().cloned()));
            }
            let missing: Vec<_> = expected.iter().filter(|name| !names.contains(**name)).collect();
            Ok(Seen::from_option(missing.is_empty().then_some(()), || format!("missing: {missing:?}")))
        })
        .await?;
    let strangers: Vec<Value> =
        logs::metrics(&world.root, STACK).await?.into_iter().filter(|line| line["Stack"] != STACK).collect();
    assert!(strangers.is_empty(), "metrics of another stack than {STACK}: {strangers:#?}");
    Ok(())
}

#[tokio::test]
async fn the_command_shows_what_cloudwatch_has() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let clerk = world.reader("/payroll/", "clerk").await?;
    assert_eq!(clerk.read("prod/payroll/db").await, Outcome::Allowed);
    let settings = format!("s3://{}/portcullis.yaml", world.stack.output("ConfigBucketName")?);
    let arguments =
        ["metrics", "payroll", "--days", "1", "--stack", STACK, "--settings", &settings, "--format", "json"];
    let shown = world
        .until("both uses in the metrics", async || {
            let ran = cli::portcullis(&world.root, &arguments).await?.success()?;
            // Its creation is a use too.
            let answer: Value = serde_json::from_str(&ran.stdout)?;
            let uses = answer.pointer("/entries/0/uses/this").and_then(Value::as_f64);
            Ok(Seen::from_option((uses == Some(2.0)).then_some(answer), || ran.stdout))
        })
        .await?;
    assert_eq!(shown["entries"][0]["name"], "payroll");
    Ok(())
}
