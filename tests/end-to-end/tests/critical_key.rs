//! A KMS key counts like a secret, also when it is named by its alias alone.

#![cfg(test)]

use anyhow::{Context as _, Result};
use aws_sdk_kms::primitives::Blob;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::World;

const SETTINGS: &str = r#"
mode: enforce
assets:
  - name: card tokens
    alias: alias/tokens
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/tokeniser"]
"#;

#[tokio::test]
async fn an_unauthorized_use_of_a_critical_key_is_contained() -> Result<()> {
    let Some(world) = World::start(None, &[]).await? else { return Ok(()) };
    let kms = world.root.kms();
    let key = kms.create_key().send().await?.key_metadata.context("there is no key")?;
    kms.create_alias().alias_name("alias/tokens").target_key_id(&key.key_id).send().await?;
    // The alias must be there by the time the settings are first understood.
    world.stack.put_settings(&world.root, SETTINGS).await?;

    let statements = [allow(&["kms:Encrypt", "kms:Decrypt"], "*")];
    let role = identity::create_role(&world.root, "/team/", "reporting", &statements).await?;
    let session = identity::session(&world.root, &role, "laptop", None).await?;
    let encrypt = || session.kms().encrypt().key_id("alias/tokens").plaintext(Blob::new("4111 1111")).send();
    assert_eq!(Outcome::of(encrypt().await), Outcome::Allowed);

    world.contained("reporting").await?;
    assert!(Outcome::of(encrypt().await).is_denied());
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    assert!(page.lines("ASSET").iter().any(|line| line.starts_with("key ")), "{}", page.body);
    assert!(page.lines("EVIDENCE")[0].contains("kms:Encrypt success"), "{}", page.body);
    assert!(!page.body.contains("4111"), "{}", page.body);
    Ok(())
}
