//! What a replay finds in log files is what the deployed functions found in them, and what it would have decided is what they
//! decided. Where the two know different things, that is said here, and nothing else may differ.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use portcullis_end_to_end::replay::Told;
use portcullis_end_to_end::world::{ENFORCE, World};
use portcullis_end_to_end::{HOME, REGION, cli, identity, record};
use serde_json::{Value, json};

const TRAIL_BUCKET: &str = "trail-logs";
/// How many log files the simulated records are delivered in, one after the other.
const FILES: usize = 12;

/// A small organisation with attacks in it, watched for a month, told about and left alone. Everything is the same: findings with
/// their evidence, bursts and first sightings, and decisions.
#[tokio::test]
async fn a_simulated_organisation() -> Result<()> {
    let Some(world) = World::start(None, &[("TrailBucketName", TRAIL_BUCKET)]).await? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let organisation = folder.path().join("organisation");
    let start = (Timestamp::now() - SignedDuration::from_hours(72)).strftime("%Y-%m-%d").to_string();
    let simulate =
        ["simulate", text(&organisation)?, "--records", "900", "--days", "2", "--accounts", "1", "--relevant", "60"];
    cli::portcullis(&world.root, &[&simulate[..], &["--start", &start]].concat()).await?.success()?;
    let settings =
        std::fs::read_to_string(organisation.join("portcullis.yaml"))?.replace("mode: enforce", "mode: page");
    ensure!(settings.contains("mode: page"), "the settings have no mode: {settings}");
    world.stack.put_settings(&world.root, &settings).await?;

    let records = records_below(&organisation)?;
    let accounts: BTreeSet<&str> = records.iter().filter_map(|record| record["recipientAccountId"].as_str()).collect();
    let watched_since = Timestamp::now() - SignedDuration::from_hours(24 * 40);
    for account in accounts {
        world.history.watched_since_in(account, watched_since).await?;
    }
    world.create_trail_bucket(TRAIL_BUCKET).await?;
    let logs = folder.path().join("logs");
    for (number, records) in records.chunks(records.len().div_ceil(FILES)).enumerate() {
        deliver(&world, &logs, number, records).await?;
    }

    let replay = replayed(&world, &logs, &settings, &watched_since.to_string()).await?;
    let functions = Told::by_ledger(&world.ledger.findings().await?, &events(&records))?;
    assert!(replay.findings.len() > 20 && replay.rules().len() > 8, "hardly anything is found: {:?}", replay.rules());
    assert!(replay.findings.values().any(|finding| finding.get("burst").is_some()), "no burst: {:?}", replay.rules());
    assert_eq!((replay.beyond(&functions), functions.beyond(&replay)), (BTreeMap::new(), BTreeMap::new()));
    for (id, finding) in &replay.findings {
        assert_eq!(functions.findings.get(id), Some(finding), "{id}");
    }
    assert_eq!(replay.decisions, functions.decisions);
    Ok(())
}

/// Who is contained, and who is spared why. What only the functions know is who is contained while records come: to a replay the
/// containments are what would have been, and nothing in its logs was denied by them.
#[tokio::test]
async fn containments() -> Result<()> {
    let settings = format!("{ENFORCE}protected: [\"arn:aws:iam::*:role/break-glass/*\"]\n");
    let Some(world) = World::start(Some(&settings), &[("TrailBucketName", TRAIL_BUCKET)]).await? else { return Ok(()) };
    // A guard looks whether the role is the one of the record, or another of its name: a replay has no IAM to ask.
    let mut ids = BTreeMap::new();
    let roles = [("/team/", "reporting"), ("/team/", "curious"), ("/break-glass/", "admin"), ("/payroll/", "clerk")];
    for (path, name) in roles {
        identity::create_role(&world.root, path, name, &[]).await?;
        let role = world.root.iam().get_role().role_name(name).send().await?.role.context("no role")?;
        ids.insert(name, role.role_id);
    }
    world.create_trail_bucket(TRAIL_BUCKET).await?;
    let (folder, start) = (tempfile::tempdir()?, Timestamp::now() - SignedDuration::from_mins(40));
    let read = |number: i64, role: &str| {
        let id = role.rsplit('/').next().and_then(|name| ids.get(name)).map_or("", String::as_str);
        read(number, role, id, start + SignedDuration::from_secs(number * 20))
    };

    let first =
        [read(1, "team/reporting"), read(2, "payroll/clerk"), read(3, "team/curious"), read(4, "break-glass/admin")];
    deliver(&world, folder.path(), 0, &first).await?;
    world.contained("reporting").await?;
    world.contained("curious").await?;
    let second = [read(10, "team/reporting"), read(11, "break-glass/admin")];
    deliver(&world, folder.path(), 1, &second).await?;

    let logs = folder.path();
    // Nobody has been watched for a week: the functions begin when they first hear of an account.
    let now = Timestamp::now().to_string();
    let replay = replayed(&world, logs, &settings, &now).await?;
    let fed = events(&[&first[..], &second].concat());
    let functions = Told::by_ledger(&world.ledger.findings().await?, &fed)?;
    assert_eq!(replay.findings, functions.findings);
    assert_eq!(replay.decisions, functions.decisions);
    let responses = |told: &Told| {
        let each = told.decisions.values().map(|decision| decision["response"].as_str().unwrap_or("?").to_owned());
        each.fold(BTreeMap::<String, usize>::new(), |mut counts, response| {
            *counts.entry(response).or_default() += 1;
            counts
        })
    };
    assert_eq!(responses(&replay), BTreeMap::from([("page".to_owned(), 3), ("quarantine".to_owned(), 2)]));

    // From now on detection knows who is contained.
    world.replace_workers("detect").await?;
    let mut denied = read(20, "team/curious");
    denied["errorCode"] = json!("AccessDenied");
    denied["errorMessage"] =
        json!("User is not authorized to perform this, with an explicit deny in an identity-based policy");
    let third = [read(19, "team/reporting"), denied];
    deliver(&world, folder.path(), 2, &third).await?;
    let replay = replayed(&world, logs, &settings, &now).await?;
    let functions = Told::by_ledger(&world.ledger.findings().await?, &events(&[&first[..], &second, &third].concat()))?;
    let one = |rule: &str| BTreeMap::from([(rule.to_owned(), 1)]);
    assert_eq!(replay.beyond(&functions), BTreeMap::new());
    assert_eq!(functions.beyond(&replay), one("quarantined-actor-succeeded"));
    for (id, finding) in &replay.findings {
        assert_eq!(
            (functions.findings.get(id), functions.decisions.get(id)),
            (Some(finding), replay.decisions.get(id)),
            "{id}"
        );
    }
    Ok(())
}

/// A read of a payroll secret by the role of that id.
fn read(number: i64, role: &str, id: &str, at: Timestamp) -> Value {
    let name = role.rsplit('/').next().unwrap_or(role);
    let mut record = record::foreign_read(name, "prod/payroll/db", &at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    record["userIdentity"]["accountId"] = json!(HOME);
    record["userIdentity"]["principalId"] = json!(format!("{id}:laptop"));
    record["userIdentity"]["arn"] = json!(format!("arn:aws:sts::{HOME}:assumed-role/{name}/laptop"));
    let issuer = &mut record["userIdentity"]["sessionContext"]["sessionIssuer"];
    issuer["accountId"] = json!(HOME);
    issuer["principalId"] = json!(id);
    issuer["arn"] = json!(format!("arn:aws:iam::{HOME}:role/{role}"));
    record["eventID"] = json!(format!("0a1b2c3d-0000-4000-8000-{number:012}"));
    record
}

/// The events of these records.
fn events(records: &[Value]) -> BTreeSet<String> {
    records.iter().filter_map(|record| record["eventID"].as_str()).map(ToOwned::to_owned).collect()
}

/// Delivers a log file to the functions, and puts the same bytes into a folder.
async fn deliver(world: &World, folder: &Path, number: usize, records: &[Value]) -> Result<()> {
    let day = "2026/01/05";
    let name = format!("{HOME}_CloudTrail_{REGION}_20260105T08{number:02}Z_Ab12Cd34Ef56Gh{number:02}.json.gz");
    let file = record::log_file(&records.iter().collect::<Vec<_>>())?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(&name), &file)?;
    world.deliver(TRAIL_BUCKET, &format!("AWSLogs/{HOME}/CloudTrail/{REGION}/{day}/{name}"), file, records.len()).await
}

/// What the built command says of the files in a folder.
async fn replayed(world: &World, logs: &Path, settings: &str, watched_since: &str) -> Result<Told> {
    let scratch = tempfile::tempdir()?;
    let path = scratch.path().join("portcullis.yaml");
    std::fs::write(&path, settings)?;
    let arguments =
        ["replay", text(logs)?, "--settings", text(&path)?, "--watched-since", watched_since, "--format", "json"];
    let ran = cli::portcullis(&world.root, &arguments).await?.success()?;
    let document: Value = serde_json::from_str(&ran.stdout)?;
    assert_eq!(document["unreadable"], json!([]));
    Told::by_replay(&document)
}

/// All records of the log files below a folder, in the order of their times.
fn records_below(folder: &Path) -> Result<Vec<Value>> {
    let mut records = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            records.extend(records_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "gz") {
            let mut text = String::new();
            flate2::read::MultiGzDecoder::new(std::fs::File::open(&path)?).read_to_string(&mut text)?;
            let file: Value = serde_json::from_str(&text)?;
            records.extend(file["Records"].as_array().context("not a log file")?.iter().cloned());
        }
    }
    records.sort_by_key(|record| record["eventTime"].as_str().unwrap_or_default().to_owned());
    Ok(records)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}
