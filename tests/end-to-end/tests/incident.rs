//! What one actor sets off within a while is one incident for on-call: one page that wakes, updates, and an end.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::identity::allow;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::stack;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, World};

#[tokio::test]
async fn two_rules_on_one_actor_wake_once() -> Result<()> {
    // Locked out, it may still stop a trail.
    let settings = format!("{ENFORCE}response: {{critical: {{critical: lockout}}}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    stack::create_bucket(&world.root, "trail-logs").await?;
    world.root.cloudtrail().create_trail().name("main").s3_bucket_name("trail-logs").send().await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    let rights = ["cloudtrail:StartLogging", "cloudtrail:StopLogging"];
    let intruder = world.reader_who("/team/", "reporting", &[allow(&rights, "*")]).await?;

    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let first = world.page("the page", |page| page.subject.contains("] LOCKED OUT role reporting")).await?;
    assert_eq!(first.action(), "trigger");
    assert!(first.incident().starts_with("I-") && first.incident().len() == 18, "{}", first.incident());
    assert_eq!(first.lines("INCIDENT"), [first.incident()]);

    stop_trail(&intruder).await?;
    let second = world.page("the update", |page| page.subject.contains("CloudTrail trail stopped")).await?;
    let title = "CloudTrail trail stopped or blinded";
    assert_eq!(second.subject, format!("[CRITICAL] UPDATE, PAGE role reporting: {title}"));
    assert_eq!((second.action(), second.incident()), ("update", first.incident()));
    assert!(second.body.starts_with(&format!("This brings incident {} up to date; nobody is woken", first.incident())));
    for page in [&first, &second] {
        assert_eq!(page.attributes.get("action").map(String::as_str), Some(page.action()));
        assert_eq!(page.attributes.get("dedup_key").map(String::as_str), Some(first.incident()));
    }

    // The same once more is no news at all.
    stop_trail(&intruder).await?;
    world
        .until("three findings in the ledger", async || {
            let done = world.ledger.findings().await?.iter().filter(|entry| entry["done"] == true).count();
            Ok(Seen::from_option((done == 3).then_some(()), || format!("{done}")))
        })
        .await?;
    let pages = world.inbox.all().await?;
    assert_eq!(pages.len(), 2, "{pages:#?}");

    world.run(&world.operator().await?, &first, "UNDO", 0, "a known job").await?;
    let end = world.page("the end of it", |page| page.subject.starts_with("[RELEASED] role reporting")).await?;
    assert_eq!((end.action(), end.incident()), ("resolve", first.incident()));

    // What comes after that is another incident.
    stop_trail(&intruder).await?;
    let next = world.page("a new page", |page| page.action() == "trigger" && page.subject.contains(title)).await?;
    assert_eq!(next.subject, format!("[CRITICAL] PAGE role reporting: {title}"));
    assert_ne!(next.incident(), first.incident());
    Ok(())
}

async fn stop_trail(who: &Reader) -> Result<()> {
    let trail = who.session.cloudtrail();
    assert_eq!(Outcome::of(trail.start_logging().name("main").send().await), Outcome::Allowed);
    assert_eq!(Outcome::of(trail.stop_logging().name("main").send().await), Outcome::Allowed);
    Ok(())
}
