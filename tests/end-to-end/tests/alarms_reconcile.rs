//! The alarms and the dashboard that the settings call for: made once, left alone when they are as they should be, taken
//! away with what they were about, and nobody else's touched.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use portcullis_end_to_end::cli::{self, Ran};
use portcullis_end_to_end::monitoring;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{STACK, World};
use serde_json::json;

const TWO: &str = r"
mode: page
assets:
  - {name: payroll, secret: prod/payroll/*, tier: critical}
  - {name: billing, secret: prod/billing/*, tier: sensitive}
";
const ONE: &str = "mode: page\nassets: [{name: payroll, secret: prod/payroll/*, tier: critical}]\n";

async fn names(world: &World, prefix: &str) -> Result<BTreeSet<String>> {
    Ok(monitoring::alarms(&world.root, prefix).await?.into_keys().collect())
}

/// Waits until the stack's alarms are such as are `wanted`.
async fn settled(world: &World, what: &str, wanted: impl Fn(&BTreeSet<String>) -> bool) -> Result<BTreeSet<String>> {
    world
        .until(what, async || {
            let seen = names(world, &format!("{STACK}/")).await?;
            let there = wanted(&seen).then(|| seen.clone());
            Ok(Seen::from_option(there, || format!("{seen:?}")))
        })
        .await
}

async fn alarms(world: &World, word: &str, more: &[&str]) -> Result<Ran> {
    let arguments = [&["alarms", word, "--stack", STACK], more].concat();
    cli::portcullis(&world.root, &arguments).await
}

fn of(names: &BTreeSet<String>, entry: &str) -> BTreeSet<String> {
    names.iter().filter(|name| name.ends_with(&format!("/{entry}"))).cloned().collect()
}

#[tokio::test]
async fn twice_is_as_good_as_once_and_what_is_gone_takes_its_alarms_along() -> Result<()> {
    let Some(world) = World::start(Some(TWO), &[]).await? else { return Ok(()) };
    let by_hand = format!("{STACK}/denied/nobodys");
    monitoring::alarm_by_hand(&world.root, &by_hand).await?;
    monitoring::alarm_by_hand(&world.root, "billing is slow").await?;
    let both =
        settled(&world, "the alarms of both", |seen| of(seen, "payroll").len() == 5 && of(seen, "billing").len() == 2)
            .await?;
    // What somebody else made under our name is told each time, and is no success.
    let apply = alarms(&world, "apply", &[]).await?;
    assert!(apply.code == Some(1) && apply.stdout.contains(&by_hand), "{}{}", apply.stdout, apply.stderr);
    let before = monitoring::configured(&world.root, STACK).await?;
    let body = monitoring::dashboard(&world.root, STACK).await?;
    assert!(body.as_deref().is_some_and(|body| body.contains("AssetAccesses")), "{body:?}");

    // Once more, by each way: nothing is written.
    world.reconcile().await?;
    let apply = alarms(&world, "apply", &[]).await?;
    assert!(apply.stdout.contains("0 created, 0 updated, 0 deleted"), "{}{}", apply.stdout, apply.stderr);
    let plan = alarms(&world, "plan", &[]).await?;
    assert!(plan.stdout.contains("no changes"), "{}{}", plan.stdout, plan.stderr);
    assert_eq!(monitoring::configured(&world.root, STACK).await?, before);

    world.stack.put_settings(&world.root, ONE).await?;
    let one = settled(&world, "the alarms of one", |seen| of(seen, "billing").is_empty()).await?;
    let gone: BTreeSet<_> = both.difference(&one).cloned().collect();
    assert_eq!(gone, of(&both, "billing"));
    let after = monitoring::configured(&world.root, STACK).await?;
    let kept = |all: &BTreeMap<String, _>| {
        all.iter().filter(|(name, _)| one.contains(*name)).map(|(a, b)| (a.clone(), *b)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(kept(&after), kept(&before), "what stays is not written again");
    assert!(one.contains(&by_hand) && names(&world, "billing").await?.contains("billing is slow"));
    Ok(())
}

#[tokio::test]
async fn an_alarm_of_somebody_else_under_our_name_is_told_and_left() -> Result<()> {
    let Some(world) = World::start(Some(ONE), &[]).await? else { return Ok(()) };
    let theirs = format!("{STACK}/denied/billing");
    monitoring::alarm_by_hand(&world.root, &theirs).await?;
    let before = monitoring::configured(&world.root, &theirs).await?;
    let two = tempfile::NamedTempFile::new()?;
    std::fs::write(two.path(), TWO.replace("sensitive", "critical"))?;
    let path = two.path().to_string_lossy().into_owned();

    // What would be, before anybody uploads it.
    settled(&world, "the alarms of payroll", |seen| of(seen, "payroll").len() == 5).await?;
    let plan = alarms(&world, "plan", &["--settings", &path]).await?;
    assert!(plan.stdout.contains(&theirs) && plan.stdout.contains("billing"), "{}{}", plan.stdout, plan.stderr);
    assert_eq!(of(&names(&world, STACK).await?, "billing"), BTreeSet::from([theirs.clone()]), "a plan changes nothing");

    world.stack.put_settings(&world.root, &TWO.replace("sensitive", "critical")).await?;
    settled(&world, "the alarms of billing", |seen| of(seen, "billing").len() >= 4).await?;
    assert_eq!(monitoring::configured(&world.root, &theirs).await?, before);
    Ok(())
}

#[tokio::test]
async fn throttled_it_goes_on_until_all_of_it_is_there() -> Result<()> {
    let Some(world) = World::start(None, &[]).await? else { return Ok(()) };
    let throttled = json!({"call": "cloudwatch:PutMetricAlarm", "from": format!("{STACK}-alarms"), "do": "error",
                           "code": "ThrottlingException", "message": "Rate exceeded", "times": 7, "skip": 2});
    world.emulator.set_faults(&json!([throttled]))?;
    let many: String = (0..20).map(|n| format!("  - {{name: e{n}, secret: prod/e{n}/*, tier: sensitive}}\n")).collect();
    world.stack.put_settings(&world.root, &format!("mode: page\nassets:\n{many}")).await?;
    let entries = |seen: &BTreeSet<String>| (0..20).map(|n| of(seen, &format!("e{n}")).len()).sum::<usize>();
    // One was refused five times in a row, and the others went on.
    let most = settled(&world, "the alarms of twenty but for one", |seen| entries(seen) == 39).await?;
    assert_eq!(world.emulator.fired()?.len(), 7);
    world.reconcile().await?;
    let all = settled(&world, "all of them", |seen| entries(seen) == 40).await?;
    assert!(all.is_superset(&most));
    Ok(())
}

#[tokio::test]
async fn a_deleted_stack_leaves_no_alarm_of_its_own() -> Result<()> {
    let Some(world) = World::start(Some(ONE), &[]).await? else { return Ok(()) };
    let by_hand = format!("{STACK}/denied/nobodys");
    monitoring::alarm_by_hand(&world.root, &by_hand).await?;
    settled(&world, "the alarms of payroll", |seen| of(seen, "payroll").len() == 5).await?;
    world.root.cloudformation().delete_stack().stack_name(STACK).send().await?;
    settled(&world, "the end of the alarms", |seen| *seen == BTreeSet::from([by_hand.clone()])).await?;
    assert_eq!(monitoring::dashboard(&world.root, STACK).await?, None);
    Ok(())
}
