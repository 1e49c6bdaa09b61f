//! Events in, values of metrics, an alarm, a page on the very topic of the findings, and its end; deduplicated with what is
//! paged about findings.

#![cfg(test)]

#[path = "../../../shared/metrics/tests/emf/mod.rs"]
mod emf;

use anyhow::Result;
use aws_sdk_cloudwatch::types::StateValue;
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::logs;
use portcullis_end_to_end::monitoring::{self, Dimensions};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{STACK, World};

const SETTINGS: &str = r#"
mode: page
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/payroll/*", "arn:aws:iam::111122223333:role/team/*"]
"#;

/// The kinds of alarm that a critical entry has by default.
const OF_PAYROLL: [&str; 5] = ["anomaly", "denied", "high-rate", "rotation-overdue", "under-attack"];

const PAYROLL: Dimensions<'_> = &[("Stack", STACK), ("Asset", "payroll")];

/// A world with the alarms of the settings. CloudWatch judges them whenever there is news, or never: then a state that
/// somebody sets stays.
async fn world(judged: bool) -> Result<Option<World>> {
    let tick = if judged { "0" } else { "-1" };
    let Some(emulator) = Emulator::start_or_skip_with(&[("PORTCULLIS_ALARM_TICK_MS", tick)])? else { return Ok(None) };
    let world = World::build(emulator, STACK, Some(SETTINGS), &[]).await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    for kind in OF_PAYROLL {
        exists(&world, &alarm(kind)).await?;
    }
    Ok(Some(world))
}

fn alarm(kind: &str) -> String {
    format!("{STACK}/{kind}/payroll")
}

/// Waits for an alarm: the function makes it when the settings change.
async fn exists(world: &World, name: &str) -> Result<()> {
    world
        .until(&format!("alarm {name}"), async || {
            let alarms = monitoring::alarms(&world.root, &format!("{STACK}/")).await?;
            Ok(Seen::from_option(alarms.contains_key(name).then_some(()), || format!("{:?}", alarms.keys())))
        })
        .await
}

async fn is_in(world: &World, name: &str, state: &str) -> Result<()> {
    world
        .until(&format!("{name} to be in state {state}"), async || {
            let alarms = monitoring::alarms(&world.root, name).await?;
            let seen = alarms.get(name).cloned();
            Ok(Seen::from_option((seen.as_deref() == Some(state)).then_some(()), || format!("{seen:?}")))
        })
        .await
}

fn is_about_payroll(page: &Page, action: &str) -> bool {
    page.action() == action && page.subject.contains("payroll") && page.json["kind"] == "alarm"
}

#[tokio::test]
async fn from_events_to_values_to_a_page_and_its_end() -> Result<()> {
    let Some(world) = world(false).await? else { return Ok(()) };
    let reader = world.reader("/team/", "reporting").await?;
    for _ in 0..3 {
        assert_eq!(reader.read("prod/payroll/db").await, Outcome::Allowed);
    }
    world
        .until("three reads in the metrics", async || {
            // Its creation is a use too.
            let seen = monitoring::sum(&world.root, "AssetAccesses", PAYROLL).await?;
            let by_tier = [("Stack", STACK), ("Outcome", "success"), ("Tier", "critical")];
            let all = monitoring::sum(&world.root, "SecretAccesses", &by_tier).await?;
            let there = seen == Some(4.0) && all == Some(4.0);
            Ok(Seen::from_option(there.then_some(()), || format!("{seen:?} of payroll, {all:?} of all")))
        })
        .await?;

    monitoring::set_state(&world.root, &alarm("high-rate"), StateValue::Alarm, "a drill").await?;
    let rings = world.page("the alarm", |page| is_about_payroll(page, "trigger")).await?;
    assert!(rings.subject.starts_with("[MEDIUM] ALARM payroll"), "{}", rings.subject);
    assert!(rings.body.contains("portcullis metrics"), "{}", rings.body);
    assert!(rings.body.contains("#alarm-high-rate"), "{}", rings.body);

    monitoring::set_state(&world.root, &alarm("high-rate"), StateValue::Ok, "the job is over").await?;
    let over = world.page("its end", |page| is_about_payroll(page, "resolve")).await?;
    assert_eq!(over.incident(), rings.incident());
    world.quiet().await
}

#[tokio::test]
async fn what_a_finding_has_paged_an_alarm_brings_up_to_date() -> Result<()> {
    let Some(world) = world(true).await? else { return Ok(()) };
    let outsider = world.reader_who("/elsewhere/", "outsider", &[]).await?;
    assert_eq!(outsider.read("prod/payroll/db").await, Outcome::Allowed);
    let finding = world.page("the finding", |page| page.subject.contains("role outsider")).await?;
    assert_eq!((finding.action(), finding.json["severity"].as_str()), ("trigger", Some("critical")));

    // Whatever there were too many of, CloudWatch only sees a number.
    monitoring::put(&world.root, "AssetAccesses", PAYROLL, 500.0).await?;
    is_in(&world, &alarm("high-rate"), "ALARM").await?;
    let update = world.page("the alarm", |page| is_about_payroll(page, "update")).await?;
    assert_eq!(update.incident(), finding.incident());
    let woken = world.inbox.all().await?.into_iter().filter(|page| is_about_payroll(page, "trigger")).count();
    assert_eq!(woken, 0, "somebody was woken a second time");
    world.quiet().await
}

#[tokio::test]
async fn every_metric_line_keeps_the_specification() -> Result<()> {
    let Some(world) = world(true).await? else { return Ok(()) };
    let outsider = world.reader("/elsewhere/", "outsider").await?;
    assert_eq!(outsider.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the finding", |page| page.subject.contains("role outsider")).await?;
    world.quiet().await?;
    let (mut lines, mut actors) = (0, 0);
    for line in logs::metrics(&world.root, STACK).await? {
        emf::parse(&line.to_string()).map_err(|problem| anyhow::anyhow!("{problem} in {line}"))?;
        lines += 1;
        actors += usize::from(line["Actor"] == *outsider.arn);
    }
    assert!(lines >= 5 && actors >= 1, "{lines} lines, {actors} of them with the actor");
    Ok(())
}

#[tokio::test]
async fn a_heartbeat_comes_back_and_is_nothing_else() -> Result<()> {
    let Some(world) = world(true).await? else { return Ok(()) };
    world.heartbeat().await?;
    for service in ["kms", "secretsmanager"] {
        world
            .until(&format!("the heartbeat of {service}"), async || {
                let dimensions = [("Stack", STACK), ("Service", service)];
                let seen = monitoring::sum(&world.root, "Heartbeats", &dimensions).await?;
                Ok(Seen::from_option(seen.filter(|seen| *seen >= 1.0), || format!("{seen:?}")))
            })
            .await?;
    }
    world.quiet().await?;
    assert!(world.findings_by_rule().await?.is_empty(), "{:?}", world.findings_by_rule().await?);
    let denied = [("Stack", STACK), ("Account", "111122223333")];
    assert_eq!(monitoring::sum(&world.root, "DeniedCalls", &denied).await?, None);
    Ok(())
}
