//! AWS fails for a while: nothing is done without the ledger, a containment waits for no page, and a throttled call is
//! made again. Afterwards everything is done, once.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, identity};
use serde_json::{Value, json};

/// A world with a secret and whoever is about to read it. Messages come back soon, since all of it waits for them.
async fn world() -> Result<Option<(World, Reader)>> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(None) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    for queue in ["EventsQueueUrl", "FindingsQueueUrl"] {
        world.set_visibility(queue, "6").await?;
    }
    Ok(Some((world, intruder)))
}

/// Waits until `function` has met a fault.
async fn met(world: &World, function: &str) -> Result<()> {
    let function = format!("{STACK}-{function}");
    world
        .until(&format!("{function} to meet the fault"), async || {
            let fired = world.emulator.fired()?;
            let met = fired.iter().any(|fault| fault["from"] == *function);
            Ok(Seen::from_option(met.then_some(()), || format!("{} faults", fired.len())))
        })
        .await
}

/// What must be true when it is over. Answers with the pages.
async fn contained_once(world: &World, intruder: &Reader) -> Result<Vec<Page>> {
    world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;
    for queue in ["EventsDlqUrl", "FindingsDlqUrl"] {
        world.drained(queue).await?;
    }
    assert_eq!(identity::attached_to(&world.root, "reporting").await?, [DENY_ALL]);
    assert!(intruder.read("prod/payroll/db").await.is_denied());
    let quarantines = world.ledger.quarantines().await?;
    assert_eq!(quarantines.len(), 1, "{quarantines:#?}");
    assert_eq!(quarantines[0]["state"]["state"], "active");
    world.inbox.all().await
}

/// What the function called `name` has changed in IAM, as CloudTrail tells.
fn changes_by(world: &World, name: &str) -> Result<Vec<Value>> {
    let mut records = world.emulator.records()?;
    let issuer = format!(":role/portcullis/{STACK}-{name}");
    let by = |record: &Value| {
        let arn = record.pointer("/userIdentity/sessionContext/sessionIssuer/arn").and_then(Value::as_str);
        arn.is_some_and(|arn| arn.ends_with(&issuer))
    };
    records.retain(|record| record["eventSource"] == "iam.amazonaws.com" && record["readOnly"] == false && by(record));
    Ok(records)
}

#[tokio::test]
async fn without_the_ledger_nothing_is_done() -> Result<()> {
    let Some((world, intruder)) = world().await? else { return Ok(()) };
    let table = world.stack.output("LedgerTable")?;
    let gone = json!({"call": "dynamodb:*", "resource": table, "from": format!("{STACK}-*"), "do": "error",
                      "code": "ResourceNotFoundException"});
    world.emulator.set_faults(&json!([gone]))?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    met(&world, "respond").await?;
    // One whole delivery to respond has failed when the next one meets the fault too.
    let failed = world.emulator.fired()?.len();
    world
        .until("the finding to be delivered again", async || {
            let fired = world.emulator.fired()?.len();
            Ok(Seen::from_option((fired > failed + 3).then_some(()), || format!("{fired} faults")))
        })
        .await?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    assert!(changes_by(&world, "respond")?.is_empty());
    assert_eq!(intruder.describe("prod/payroll/db").await, Outcome::Allowed);
    assert!(world.inbox.all().await?.is_empty());

    world.emulator.set_faults(&json!([]))?;
    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    Ok(())
}

#[tokio::test]
async fn without_the_topic_somebody_is_contained_all_the_same() -> Result<()> {
    let Some((world, intruder)) = world().await? else { return Ok(()) };
    let denied = json!({"call": "sns:Publish", "do": "error", "code": "AuthorizationError", "status": 403});
    world.emulator.set_faults(&json!([denied]))?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world.contained("reporting").await?;
    met(&world, "respond").await?;
    assert!(intruder.read("prod/payroll/db").await.is_denied());
    assert!(world.inbox.all().await?.is_empty());

    world.emulator.set_faults(&json!([]))?;
    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert_eq!(changes_by(&world, "respond")?.len(), 1, "attached once");
    Ok(())
}

/// A call is tried three times by the SDK. The fourth refusal is met by the next delivery, which then goes through.
#[tokio::test]
async fn throttled_before_anything_is_known_it_is_tried_again() -> Result<()> {
    let Some((world, intruder)) = world().await? else { return Ok(()) };
    let throttled = json!({"call": "iam:*", "from": format!("{STACK}-respond"), "do": "error", "code": "Throttling",
                           "message": "Rate exceeded", "times": 4});
    world.emulator.set_faults(&json!([throttled]))?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(world.emulator.fired()?.len(), 4);
    assert_eq!(pages.len(), 1, "{pages:#?}");
    Ok(())
}

#[tokio::test]
async fn throttled_at_the_containment_on_call_hears_of_it_and_of_its_end() -> Result<()> {
    let Some((world, intruder)) = world().await? else { return Ok(()) };
    let throttled = json!({"call": "iam:AttachRolePolicy", "from": format!("{STACK}-respond"), "do": "error",
                           "code": "Throttling", "message": "Rate exceeded", "times": 3});
    world.emulator.set_faults(&json!([throttled]))?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let pages = contained_once(&world, &intruder).await?;
    assert_eq!(world.emulator.fired()?.len(), 3);
    let [failed, contained] = pages.as_slice() else { panic!("not two pages: {pages:#?}") };
    assert_eq!(failed.json["outcome"], "failed", "{}", failed.body);
    assert!(failed.body.contains("Throttling"), "{}", failed.body);
    assert_eq!(contained.json["outcome"], "contained", "{}", contained.body);
    assert_eq!(failed.incident(), contained.incident());
    assert_eq!(changes_by(&world, "respond")?.iter().filter(|record| record.get("errorCode").is_none()).count(), 1);
    Ok(())
}
