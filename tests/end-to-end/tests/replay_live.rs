//! A replay of CloudTrail's event history says what a replay of all records says: what it does not look at means nothing to a
//! rule.

#![cfg(test)]

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use portcullis_end_to_end::HOME;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::cli::{self, Ran};
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::reader::Reader;
use portcullis_end_to_end::wait::{self, Seen};
use portcullis_end_to_end::world::ENFORCE;
use serde_json::{Value, json};
use tempfile::TempDir;

/// More than two pages of the event history.
const READS: usize = 120;

/// An account in which something happened, and whoever may look up its events.
struct Account {
    emulator: Emulator,
    root: Aws,
    operator: Aws,
    folder: TempDir,
    /// From before everything happened until after.
    stretch: [String; 2],
}

impl Account {
    async fn stir() -> Result<Option<Self>> {
        let Some(emulator) = Emulator::start_or_skip()? else { return Ok(None) };
        let root = emulator.root_of(HOME).await;
        let since = Timestamp::now() - SignedDuration::from_secs(1);
        root.secrets().create_secret().name("prod/payroll/db").secret_string("hush").send().await?;
        let arn =
            identity::create_role(&root, "/team/", "reporting", &[allow(&["secretsmanager:GetSecretValue"], "*")])
                .await?;
        let session = identity::session(&root, &arn, "laptop", Some("alice")).await?;
        let intruder = Reader { arn, name: "reporting".to_owned(), session };
        for _ in 0..READS {
            assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
        }
        let rights = [allow(&["cloudtrail:LookupEvents"], "*")];
        let arn = identity::create_role(&root, "/team/", "analyst", &rights).await?;
        let operator = identity::session(&root, &arn, "laptop", None).await?;
        wait::until("the records of what happened", async || {
            let records = emulator.records()?;
            let reads = records.iter().filter(|record| record["eventName"] == "GetSecretValue").count();
            Ok(Seen::from_option((reads == READS).then_some(()), || format!("{reads} of {READS}")))
        })
        .await?;
        // Times of events are to the second, and what is asked from here on is an event itself.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let stretch = [since, Timestamp::now() - SignedDuration::from_secs(1)].map(|time| format!("{time:.0}"));
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("portcullis.yaml"), ENFORCE)?;
        Ok(Some(Self { emulator, root, operator, folder, stretch }))
    }

    async fn replay(&self, who: &Aws, arguments: &[&str]) -> Result<Ran> {
        let settings = self.folder.path().join("portcullis.yaml");
        let settings = settings.to_str().context("a path that is no text")?;
        let all = ["replay", "--settings", settings, "--format", "json"];
        cli::portcullis(who, &[&all[..], arguments].concat()).await
    }

    async fn live(&self, who: &Aws) -> Result<Ran> {
        let [since, until] = &self.stretch;
        self.replay(who, &["--live", "--since", since, "--until", until]).await
    }
}

fn parsed(ran: &Ran) -> Result<Value> {
    serde_json::from_str(&ran.stdout).with_context(|| format!("not JSON: {ran:?}"))
}

/// Without the hashes of the records' texts: the event history writes them as it likes.
fn without_hashes(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(without_hashes).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "record_sha256");
            kept.map(|(name, value)| (name.clone(), without_hashes(value))).collect()
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_same_as_all_records() -> Result<()> {
    let Some(account) = Account::stir().await? else { return Ok(()) };
    let records = account.folder.path().join("records.json");
    std::fs::write(&records, json!({"Records": account.emulator.records()?}).to_string())?;
    let [since, until] = &account.stretch;
    let records = records.to_str().context("a path that is no text")?;
    let all = account.replay(&account.root, &[records, "--since", since, "--until", until]).await?.success()?;
    let started = Timestamp::now();
    let live = account.live(&account.operator).await?.success()?;
    let took = Timestamp::now().duration_since(started);
    let [all, live] = [parsed(&all)?, parsed(&live)?];
    assert_eq!(live["summary"]["relevant"], all["summary"]["relevant"]);
    assert!(live["summary"]["relevant"].as_u64() >= Some(READS as u64), "{live:#}");
    assert_eq!(live["summary"]["findings"], all["summary"]["findings"]);
    assert_eq!(without_hashes(&live["findings"]), without_hashes(&all["findings"]));
    assert!(live["findings"].as_array().is_some_and(|findings| !findings.is_empty()), "{live:#}");

    // Two questions a second, and no more than that, in each of two Regions: IAM's events are elsewhere.
    let notes = live["notes"].to_string();
    let asked = notes.split("asked ").skip(1).filter_map(|rest| rest.split(' ').next()?.parse::<i32>().ok());
    let asked: Vec<i32> = asked.collect();
    let lookups: Vec<Value> =
        account.emulator.records()?.into_iter().filter(|record| record["eventName"] == "LookupEvents").collect();
    assert_eq!(asked.len(), 2, "how often was asked? {notes}");
    assert_eq!(i32::try_from(lookups.len())?, asked.iter().sum::<i32>());
    let most = asked.iter().max().copied().unwrap_or_default();
    assert!(most >= 7, "five lookups, of which one has three pages: {asked:?}");
    assert!(took >= SignedDuration::from_millis(500) * (most - 1), "{asked:?} questions in {took:#}");
    let events: BTreeSet<String> = lookups.iter().map(|record| record["userIdentity"]["arn"].to_string()).collect();
    assert_eq!(events.len(), 1, "the operator alone asked: {events:?}");
    Ok(())
}

#[tokio::test]
async fn later_is_waited_for_and_no_is_told() -> Result<()> {
    let Some(account) = Account::stir().await? else { return Ok(()) };
    account.emulator.set_faults(&json!([
        {"call": "cloudtrail:LookupEvents", "do": "error", "code": "ThrottlingException", "message": "Rate exceeded", "times": 2}
    ]))?;
    let throttled = account.live(&account.operator).await?.success()?;
    assert_eq!(account.emulator.fired()?.len(), 2);
    assert!(parsed(&throttled)?["summary"]["relevant"].as_u64() >= Some(READS as u64), "{throttled:?}");

    account.emulator.set_faults(&json!([
        {"call": "cloudtrail:LookupEvents", "do": "error", "code": "InvalidLookupAttributesException", "skip": 3}
    ]))?;
    let refused = account.live(&account.operator).await?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    account.emulator.set_faults(&json!([]))?;

    let nobody = identity::create_role(&account.root, "/team/", "nobody", &[]).await?;
    let nobody = identity::session(&account.root, &nobody, "laptop", None).await?;
    let denied = account.live(&nobody).await?;
    assert_eq!(denied.code, Some(2), "{denied:?}");
    assert!(denied.stderr.contains("`cloudtrail:LookupEvents`"), "{}", denied.stderr);

    let long = account.replay(&account.operator, &["--live", "--last", "91d"]).await?;
    assert_eq!(long.code, Some(2), "{long:?}");
    assert!(long.stderr.contains("90 days"), "{}", long.stderr);
    let other = account.replay(&account.operator, &["--live", "--account", "444455556666"]).await?;
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(other.stderr.contains(HOME) && other.stderr.contains("--account"), "{}", other.stderr);
    Ok(())
}
