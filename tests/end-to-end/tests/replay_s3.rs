//! A replay of a trail's bucket says what a replay of the same files at hand says, with the rights to list and read and no others.

#![cfg(test)]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, StorageClass};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::cli::{self, Ran};
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::{HOME, stack};
use serde_json::{Value, json};
use tempfile::TempDir;

const BUCKET: &str = "trail-logs";

/// A bucket with the logs of a simulated organisation, the same files at hand, and whoever may list and read the bucket.
struct Trail {
    root: Aws,
    operator: Aws,
    folder: TempDir,
    /// The keys of the log files.
    keys: Vec<String>,
    _emulator: Emulator,
}

impl Trail {
    async fn lay() -> Result<Option<Self>> {
        let Some(emulator) = Emulator::start_or_skip()? else { return Ok(None) };
        let root = emulator.root_of(HOME).await;
        let folder = tempfile::tempdir()?;
        let logs = folder.path().join("organisation");
        let simulate =
            ["simulate", text(&logs)?, "--records", "1500", "--days", "3", "--accounts", "2", "--relevant", "40"];
        cli::portcullis(&root, &[&simulate[..], &["--start", "2026-01-05"]].concat()).await?.success()?;
        stack::create_bucket(&root, BUCKET).await?;
        let mut keys = Vec::new();
        for file in files_below(&logs.join("AWSLogs"))? {
            let key = text(file.strip_prefix(&logs)?)?.to_owned();
            stack::put_object(&root, BUCKET, &key, std::fs::read(&file)?).await?;
            keys.push(key);
        }
        // What else lies in such buckets.
        let digest = format!("AWSLogs/o-exampleorgid/{HOME}/CloudTrail-Digest/eu-west-1/2026/01/05/digest.json.gz");
        for key in [digest.as_str(), "README.md", "AWSLogs/o-exampleorgid/111122223333/Config/x.json.gz"] {
            stack::put_object(&root, BUCKET, key, b"no log".to_vec()).await?;
        }
        let rights = [
            allow(&["s3:ListBucket"], &format!("arn:aws:s3:::{BUCKET}")),
            allow(&["s3:GetObject"], &format!("arn:aws:s3:::{BUCKET}/AWSLogs/*")),
        ];
        let operator = principal(&root, "analyst", &rights).await?;
        Ok(Some(Self { root, operator, folder, keys, _emulator: emulator }))
    }

    async fn replay(&self, who: &Aws, logs: &str, more: &[&str]) -> Result<Ran> {
        let settings = self.folder.path().join("organisation/portcullis.yaml");
        let arguments = ["replay", logs, "--settings", text(&settings)?, "--format", "json"];
        cli::portcullis(who, &[&arguments[..], more].concat()).await
    }

    /// What both say, which must be the same but for notes about the place itself.
    async fn both(&self, prefix: &str, folder: &str, more: &[&str]) -> Result<Value> {
        let local = self.folder.path().join("organisation").join(folder);
        let local = self.replay(&self.operator, text(&local)?, more).await?.success()?;
        let remote = self.replay(&self.operator, &format!("s3://{BUCKET}/{prefix}"), more).await?.success()?;
        let [local, remote] = [parsed(&local)?, parsed(&remote)?];
        for member in ["summary", "findings", "in_shadow", "unreadable"] {
            assert_eq!(comparable(&remote[member]), comparable(&local[member]), "{member}");
        }
        Ok(remote)
    }
}

/// A session of a role with these rights.
async fn principal(root: &Aws, name: &str, rights: &[Value]) -> Result<Aws> {
    let role = identity::create_role(root, "/team/", name, rights).await?;
    identity::session(root, &role, "laptop", None).await
}

fn parsed(ran: &Ran) -> Result<Value> {
    serde_json::from_str(&ran.stdout).with_context(|| format!("not JSON: {ran:?}"))
}

/// Without how long it took, and how many files were known of beforehand.
fn comparable(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !name.contains("took") && !name.contains("second") && name != "files_found");
    }
    value
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn notes(document: &Value) -> String {
    document["notes"].to_string()
}

#[tokio::test]
async fn the_same_as_at_hand() -> Result<()> {
    let Some(trail) = Trail::lay().await? else { return Ok(()) };
    let all = trail.both("", "", &[]).await?;
    assert_eq!(all["summary"]["files"], json!(trail.keys.len()));
    assert!(
        all["findings"].as_array().is_some_and(|findings| findings.len() > 10),
        "hardly anything is found: {all:#}"
    );
    let told = notes(&all);
    let listed = format!("s3://{BUCKET}/: {} objects were listed", trail.keys.len() + 1);
    for part in [listed.as_str(), "1 × *.md", "folder `Config` of another service", "folders of digests"] {
        assert!(told.contains(part), "`{part}` is not in {told}");
    }

    // A day, an account, a Region: only their files are fetched.
    let one = trail
        .both("AWSLogs/", "AWSLogs", &["--since", "2026-01-06", "--until", "2026-01-07", "--account", HOME])
        .await?;
    let files = |document: &Value| document["summary"]["files"].as_u64().unwrap_or_default();
    assert!((1..files(&all) / 2).contains(&files(&one)), "{} of {} files", files(&one), files(&all));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_had_is_told_and_the_rest_is_read() -> Result<()> {
    let Some(trail) = Trail::lay().await? else { return Ok(()) };
    let [archived, damaged, secret] = [&trail.keys[3], &trail.keys[7], &trail.keys[11]];
    let put = trail.root.s3().put_object().bucket(BUCKET).key(archived).storage_class(StorageClass::Glacier);
    put.body(ByteStream::from_static(b"cold")).send().await?;
    stack::put_object(&trail.root, BUCKET, damaged, b"\x1f\x8b\x08 no gzip at all".to_vec()).await?;
    let kept_from =
        json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/{secret}")});
    let rights = [allow(&["s3:ListBucket", "s3:GetObject"], "*"), kept_from];
    let reader = principal(&trail.root, "reader", &rights).await?;
    let ran = trail.replay(&reader, &format!("s3://{BUCKET}/"), &[]).await?;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = parsed(&ran)?;
    let unreadable: Vec<&Value> = document["unreadable"].as_array().context("no list")?.iter().collect();
    let said = |key: &str| {
        let file = format!("s3://{BUCKET}/{key}");
        let one = unreadable.iter().find(|unread| unread["file"] == file.as_str());
        one.and_then(|unread| unread["reason"].as_str()).unwrap_or_default()
    };
    assert!(said(archived).contains("aws s3api restore-object"), "{unreadable:?}");
    assert!(said(secret).contains(&format!("`s3:GetObject` on arn:aws:s3:::{BUCKET}/{secret}")), "{unreadable:?}");
    assert!(!said(damaged).is_empty(), "{unreadable:?}");
    assert_eq!(unreadable.len(), 3, "{unreadable:?}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_listed_ends_it() -> Result<()> {
    let Some(trail) = Trail::lay().await? else { return Ok(()) };
    let nobody = principal(&trail.root, "nobody", &[]).await?;
    let refused = trail.replay(&nobody, &format!("s3://{BUCKET}/AWSLogs/"), &[]).await?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains(&format!("`s3:ListBucket` on arn:aws:s3:::{BUCKET}")), "{}", refused.stderr);
    let missing = trail.replay(&trail.root, "s3://no-such-trail/", &[]).await?;
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("NoSuchBucket"), "{}", missing.stderr);
    let nothing = trail.replay(&trail.operator, &format!("s3://{BUCKET}/AWSLogs/o-elsewhere/"), &[]).await?;
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    assert!(nothing.stderr.contains("nothing of what was asked for"), "{}", nothing.stderr);
    Ok(())
}

/// The bucket is in another Region than the one that the environment names.
#[tokio::test]
async fn a_bucket_elsewhere() -> Result<()> {
    let Some(trail) = Trail::lay().await? else { return Ok(()) };
    let (name, region) = ("trail-elsewhere", "eu-central-1");
    let elsewhere = trail.root.in_region(region).await;
    let there =
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build();
    elsewhere.s3().create_bucket().bucket(name).create_bucket_configuration(there).send().await?;
    let key = &trail.keys[0];
    stack::put_object(&elsewhere, name, key, std::fs::read(trail.folder.path().join("organisation").join(key))?)
        .await?;
    // The emulator answers as S3 does: in the wrong Region it only says which is the right one.
    let wrong = trail.root.s3().list_objects_v2().bucket(name).send().await;
    assert_eq!(wrong.err().and_then(|error| error.raw_response().map(|answer| answer.status().as_u16())), Some(301));
    let ran = trail.replay(&trail.root, &format!("s3://{name}/"), &[]).await?.success()?;
    assert_eq!(parsed(&ran)?["summary"]["files"], 1);
    Ok(())
}
