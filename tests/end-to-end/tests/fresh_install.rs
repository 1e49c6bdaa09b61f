//! Before anybody has written settings, Portcullis records what it finds, and does nothing else.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::World;
use serde_json::Value;

const RULE: &str = "key-disabled-or-scheduled-for-deletion";

#[tokio::test]
async fn a_fresh_install_observes() -> Result<()> {
    let Some(world) = World::start(None, &[]).await? else { return Ok(()) };
    let key = world.root.kms().create_key().send().await?.key_metadata.map(|key| key.key_id).unwrap_or_default();
    let role = identity::create_role(&world.root, "/team/", "wrecker", &[allow(&["kms:DisableKey"], "*")]).await?;
    let session = identity::session(&world.root, &role, "laptop", None).await?;
    assert_eq!(Outcome::of(session.kms().disable_key().key_id(&key).send().await), Outcome::Allowed);

    let entry = world
        .until("the finding in the ledger", async || {
            let mut findings = world.ledger.findings().await?;
            // The root user's making of the key is a finding, too.
            let is_wanted = |entry: &Value| entry["finding"]["rule"]["id"] == RULE && entry["done"] == true;
            let done = findings.iter().position(is_wanted);
            Ok(Seen::from_option(done.map(|index| findings.swap_remove(index)), || format!("{findings:?}")))
        })
        .await?;
    assert_eq!(entry["decision"]["response"], "observe");
    assert_eq!(entry["decision"]["wanted"], "page", "what it would have done with other settings");
    assert_eq!(entry["page"]["state"], "none");
    world.drained("FindingsQueueUrl").await?;

    let pages = world.inbox.all().await?;
    assert!(pages.is_empty(), "{pages:#?}");
    assert!(world.ledger.quarantines().await?.is_empty());
    assert!(identity::attached_to(&world.root, "wrecker").await?.is_empty());
    assert_eq!(Outcome::of(session.kms().disable_key().key_id(&key).send().await), Outcome::Allowed);
    Ok(())
}
