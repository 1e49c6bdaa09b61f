//! A burst that many workers each see a part of is one finding, with all of its events, and one page; what follows is
//! added to it and pages nobody.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::World;
use portcullis_end_to_end::{identity, record};
use serde_json::Value;

/// Five secrets denied to one actor within a quarter of an hour: paged.
const MANY_SECRETS: &str = "denied-reads-of-many-secrets";
/// Twenty denied calls within ten minutes: recorded only.
const MANY_CALLS: &str = "denied-calls-burst";

/// Nothing but the burst itself keeps it from being paged about twice.
const SETTINGS: &str = "mode: page\npaging: {repeat_after: 0s}\n";

#[tokio::test]
async fn a_burst_over_many_workers_is_one_finding_and_one_page() -> Result<()> {
    let Some(world) = World::start(Some(SETTINGS), &[]).await? else { return Ok(()) };
    let role = identity::create_role(&world.root, "/team/", "prober", &[]).await?;
    let session = identity::session(&world.root, &role, "laptop", None).await?;

    // Two workers may be told of the burst at once, of which one gives way; the template's three minutes would have the test
    // wait for as long until it is told again.
    world.set_visibility("FindingsQueueUrl", "2").await?;

    // All of it waits by the time that detection wakes up, so that several workers take a part of it at once.
    world.set_intake(false, 4).await?;
    for _ in 0..3 {
        probe(&session, 0..10).await?;
    }
    world.waiting("EventsQueueUrl", 30).await?;
    world.set_intake(true, 4).await?;

    let finding = standing(&world, MANY_SECRETS, 30).await?;
    standing(&world, MANY_CALLS, 30).await?;
    world.quiet().await?;
    assert!(world.workers("detect").await? > 1, "one worker saw it all");
    let pages = world.inbox.all().await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    let title = "One actor was denied many different secrets";
    assert_eq!(pages[0].subject, format!("[MEDIUM] PAGE role prober: {title}"));
    assert!(pages[0].lines("WHO")[0].contains(&role), "{}", pages[0].body);

    // The same burst goes on, and a part of it comes once more.
    probe(&session, 10..12).await?;
    let after = standing(&world, MANY_SECRETS, 32).await?;
    assert_eq!(after["id"], finding["id"], "another finding");
    assert_eq!(after["burst"]["first"], finding["burst"]["first"]);
    let records = world.emulator.records()?;
    let denied: Vec<String> =
        records.iter().filter(|r| r["eventName"] == "GetSecretValue").take(5).map(record::event).collect();
    assert_eq!(denied.len(), 5);
    world.send_events(&denied.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    world.quiet().await?;
    standing(&world, MANY_SECRETS, 32).await?;
    standing(&world, MANY_CALLS, 32).await?;
    let pages = world.inbox.all().await?;
    assert_eq!(pages.len(), 1, "the same burst was paged about again: {pages:#?}");
    Ok(())
}

/// Asks for secrets, one after the other, and is refused each.
async fn probe(session: &Aws, secrets: std::ops::Range<u32>) -> Result<()> {
    for n in secrets {
        let call = session.secrets().get_secret_value().secret_id(format!("prod/app-{n}"));
        anyhow::ensure!(Outcome::of(call.send().await).is_denied(), "prod/app-{n} was read");
    }
    Ok(())
}

/// Waits until a rule has one finding that stands, with so many events.
async fn standing(world: &World, rule: &str, events: u64) -> Result<Value> {
    world
        .until(&format!("one finding of {rule} with {events} events"), async || {
            let mut found = world.standing(rule).await?;
            let burst = |entry: &Value| entry["finding"]["burst"].clone();
            let seen: Vec<Value> = found.iter().map(burst).collect();
            let fits = seen.len() == 1 && seen[0]["events"] == events && seen[0].get("at_least").is_none();
            Ok(Seen::from_option(fits.then(|| found.swap_remove(0)), || format!("{seen:?}")))
        })
        .await
        .and_then(|mut entry| entry.get_mut("finding").map(Value::take).context("an entry has no finding"))
}
