//! A message that nobody can read does not hold up the one beside it, and is kept.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::record;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, World};

const POISON: &str = "this is not a CloudTrail record";

#[tokio::test]
async fn poison_is_kept_aside_and_its_neighbour_is_handled() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    // The template's six minutes would have the test wait for as long, if the message is tried again.
    world.set_visibility("EventsQueueUrl", "1").await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    let bait = world.reader("/team/", "bait").await?;
    assert_eq!(bait.read("prod/payroll/db").await, Outcome::Allowed);
    world.page("the page about the bait", |page| page.subject.contains("role bait")).await?;

    // A real record, of a role that has not been paged about.
    let intruder = world.reader("/team/", "reporting").await?;
    let records = world.emulator.records()?;
    let read = records.iter().find(|r| r["eventName"] == "GetSecretValue").context("no record of the read")?;
    let issuer = &read["userIdentity"]["sessionContext"]["sessionIssuer"];
    let id = world.root.iam().get_role().role_name("reporting").send().await?.role.context("no role")?.role_id;
    let text = serde_json::to_string(read)?
        .replace(issuer["principalId"].as_str().context("the record has no principal id")?, &id)
        .replace("bait", "reporting")
        .replace(read["eventID"].as_str().context("the record has no id")?, "0a1b2c3d-0000-4000-8000-00000000000c");
    world.send_events(&[POISON, &record::event(&serde_json::from_str(&text)?)]).await?;

    world.contained("reporting").await?;
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    let sqs = world.root.sqs();
    let dead_letters = world.stack.output("EventsDlqUrl")?;
    let kept = world
        .until("the poison in the dead-letter queue", async || {
            let receive = sqs.receive_message().queue_url(dead_letters).max_number_of_messages(10);
            let bodies: Vec<String> =
                receive.send().await?.messages.into_iter().flatten().filter_map(|message| message.body).collect();
            Ok(Seen::from_option((!bodies.is_empty()).then_some(bodies), || "an empty queue".to_owned()))
        })
        .await?;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains(POISON), "what is kept is not what was sent: {kept:?}");
    world.drained("EventsQueueUrl").await
}
