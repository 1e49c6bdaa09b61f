//! The whole promise in one scenario: an intruder reads a critical secret, is shut out, on-call is told everything, and
//! the command on the page undoes it.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{DENY_ALL, cli, identity, record};

const VALUE: &str = "correct-horse-battery-staple";

#[tokio::test]
async fn an_intruder_is_contained_paged_about_and_released() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", VALUE).await?;
    let intruder = world.reader("/team/", "reporting").await?;

    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed, "the first read is what AWS allows");
    world.contained("reporting").await?;
    let outcome = intruder.read("prod/payroll/db").await;
    assert!(outcome.is_denied(), "the same session still reads: {outcome:?}");

    let page = world.page("the page", |page| page.subject.contains("] CONTAINED ")).await?;
    assert_eq!(page.subject, "[CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret");
    let who = page.lines("WHO");
    assert_eq!(who[0], format!("role {}", intruder.arn));
    assert!(who.contains(&"session laptop") && who.contains(&"source identity alice"), "{who:?}");
    assert!(who.contains(&"authorized for the asset: no"), "{who:?}");
    assert_eq!(page.lines("WHERE")[0], "127.0.0.1 (private)");
    assert_eq!(page.lines("ASSET").len(), 1);
    assert!(page.lines("ASSET")[0].starts_with("secret prod/payroll/db"), "{}", page.body);
    assert!(page.lines("EVIDENCE")[0].contains("secretsmanager:GetSecretValue success, event "), "{}", page.body);
    let attached = format!("iam:AttachRolePolicy {DENY_ALL} to {}", intruder.arn);
    let simulated = "IAM's simulator: every call that was tried out is denied";
    assert_eq!(page.lines("DONE"), [attached.as_str(), "read back: all of it is in place", simulated]);
    assert!(page.lines("ENDS")[0].ends_with(", by itself"), "{}", page.body);

    // Nothing that was kept or sent along the way repeats the secret.
    for (place, text) in
        [("the page", page.body.clone()), ("the ledger", world.ledger.text().await?), ("a log", world.logs().await?)]
    {
        assert!(!text.is_empty() && !text.contains(VALUE), "{place} is empty or holds the secret's value");
    }

    // An operator with no more rights than the documentation asks for runs the command as it stands on the page.
    let operator = world.operator().await?;
    let before = cli::portcullis(&operator, &["status", "--stack", STACK]).await?;
    assert!(before.stdout.contains(&intruder.arn), "status does not name the intruder: {before:?}");
    let undo = page.lines("UNDO")[0];
    let arguments = cli::arguments(undo, "alice was on call")?;
    cli::portcullis(&operator, &arguments).await?.success()?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    // Nothing but the release may decide about this, so it comes before what another read may lead to.
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed, "the same session again");

    let notice = world.page("the notice of the release", |page| page.subject.starts_with("[RELEASED]")).await?;
    assert_eq!(notice.lines("WHO"), [intruder.arn.as_str()]);
    assert_eq!(notice.lines("REASON"), ["alice was on call"]);
    assert!(notice.lines("BY")[0].contains("operator"), "{}", notice.body);

    Ok(())
}

#[tokio::test]
async fn an_event_from_before_the_release_does_not_contain_again() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", VALUE).await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED ")).await?;
    let operator = world.operator().await?;
    cli::portcullis(&operator, &cli::arguments(page.lines("UNDO")[0], "a known job")?).await?.success()?;

    let status = cli::portcullis(&operator, &["status", "--stack", STACK]).await?.success()?;
    assert!(status.stdout.contains("nobody is contained"), "{}", status.stdout);

    // Another event of the same burst arrives late: a new event id, a time from before the release.
    let records = world.emulator.records()?;
    let mut late = records.into_iter().find(|r| r["eventName"] == "GetSecretValue").context("no record of the read")?;
    late["eventID"] = "0a1b2c3d-0000-4000-8000-00000000000a".into();
    world.send_events(&[&record::event(&late)]).await?;
    world
        .until("a second finding in the ledger", async || {
            let counts = world.findings_by_rule().await?;
            let both = counts.get("unauthorized-access-critical-asset") == Some(&2);
            Ok(portcullis_end_to_end::wait::Seen::from_option(both.then_some(()), || format!("{counts:?}")))
        })
        .await?;
    world.drained("FindingsQueueUrl").await?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty(), "released, and contained again");
    let entries = world.ledger.findings().await?;
    let refused = entries.iter().filter(|entry| entry["decision"]["refusals"][0]["guard"] == "released-since");
    assert_eq!(refused.count(), 1, "{entries:#?}");
    Ok(())
}
