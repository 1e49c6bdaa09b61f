//! Somebody takes the deny policy off by hand: it is put back, and on-call is told who did it. What release takes off
//! stays off.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::stack::Stack;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{DENY_ALL, identity};

#[tokio::test]
async fn what_was_taken_off_is_put_back_and_told() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let contained = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;
    // A worker of detect knows for a minute who was contained when it looked; a new one looks.
    world.replace_workers("detect").await?;
    assert_eq!(world.look_after().await?["looked_after"], 1);
    assert_eq!(told(&world).await?.len(), 0, "nobody touched it");

    // IAM logs elsewhere, and nothing is sent on from there yet: the look of every minute finds it, without knowing who.
    detach(&world).await?;
    world.look_after().await?;
    world.contained("reporting").await?;
    let page = world.page("the alarm", |page| page.subject.contains("] TAMPERED ")).await?;
    assert_eq!(page.subject, "[CRITICAL] TAMPERED role reporting: quarantine undone, put back");
    assert!(page.lines("BY")[0].starts_with("not known"), "{}", page.body);
    assert_eq!(page.lines("MISSING"), [format!("attached policy {DENY_ALL}")]);
    assert_eq!(page.lines("DONE")[0], format!("iam:AttachRolePolicy {DENY_ALL} to {}", intruder.arn));
    assert_eq!(page.lines("DONE")[1], "read back: all of it is in place");
    assert_eq!((page.action(), page.incident()), ("trigger", contained.incident()));
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    Stack::deploy_forwarding(&world.root, &format!("{STACK}-global")).await?;
    detach(&world).await?;
    world.contained("reporting").await?;
    let by_root = |page: &Page| page.lines("BY") == ["root of 111122223333"];
    let page = world.page("the alarm that names root", |page| page.json["kind"] == "tampered" && by_root(page)).await?;
    assert_eq!(page.lines("EVENT").len(), 1, "{}", page.body);
    assert_eq!(page.lines("SO FAR"), ["put back 2 times"]);
    world.quiet().await?;
    let quarantine = world.ledger.quarantines().await?.remove(0);
    assert_eq!(quarantine["reapplied"], 2, "{quarantine:#}");
    assert_eq!(quarantine["state"]["state"], "active", "{quarantine:#}");

    world.run(&world.operator().await?, &page, "UNDO", 0, "a known job").await?;
    assert_eq!(intruder.describe("prod/payroll/db").await, Outcome::Allowed);
    world
        .until("the records of two calls by root and one by release", async || {
            let records = world.emulator.records()?;
            let detached = records.iter().filter(|record| record["eventName"] == "DetachRolePolicy").count();
            Ok(Seen::from_option((detached == 3).then_some(()), || format!("{detached}")))
        })
        .await?;
    world.quiet().await?;
    world.look_after().await?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty(), "what release took off was put back");
    assert_eq!(told(&world).await?.len(), 2, "the release was taken for tampering");
    Ok(())
}

async fn detach(world: &World) -> Result<()> {
    world.root.iam().detach_role_policy().role_name("reporting").policy_arn(DENY_ALL).send().await?;
    Ok(())
}

/// The pages that say that somebody undid it.
async fn told(world: &World) -> Result<Vec<Page>> {
    let mut pages = world.inbox.all().await?;
    pages.retain(|page| page.json["kind"] == "tampered");
    Ok(pages)
}
