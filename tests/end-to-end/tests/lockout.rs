//! A lockout denies keys and secrets, and whatever would undo that. The rest goes on, unless the actor does.

#![cfg(test)]

use anyhow::Result;
use aws_sdk_kms::primitives::Blob;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, cli};

const SETTINGS: &str = "response: {critical: {critical: lockout}}\n";

#[tokio::test]
async fn keys_and_secrets_are_denied_and_the_rest_goes_on() -> Result<()> {
    let Some(world) = World::start(Some(&format!("{ENFORCE}{SETTINGS}")), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let key = world.root.kms().create_key().send().await?.key_metadata.map(|key| key.key_id).unwrap_or_default();
    // Whoever has rights over IAM would let itself out of anything less.
    let rights = ["iam:*", "kms:*", "s3:*", "lambda:*", "dynamodb:*", "sqs:*"];
    let intruder = world.reader_who("/team/", "reporting", &[allow(&rights, "*")]).await?;
    let lockout = world.stack.output("LockoutPolicyArn")?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world.denied_by("reporting", lockout).await?;

    let page = world.page("the page", |page| page.subject.contains("] LOCKED OUT ")).await?;
    assert_eq!(page.subject, "[CRITICAL] LOCKED OUT role reporting: Unauthorized actor used a critical key or secret");
    let done = page.lines("DONE");
    assert_eq!(done[0], format!("iam:AttachRolePolicy {lockout} to {}", intruder.arn));
    assert_eq!(done[1], "read back: all of it is in place");
    assert_eq!(done[2], "IAM's simulator: every call that was tried out is denied");
    assert_eq!(page.json["outcome"], "contained");

    let denied = undoing(&world, &intruder, lockout, &key).await?;
    let through: Vec<_> = denied.iter().filter(|(_, outcome)| !outcome.is_denied()).collect();
    assert!(through.is_empty(), "{through:#?}");
    let session = &intruder.session;
    assert_eq!(Outcome::of(session.s3().list_buckets().send().await), Outcome::Allowed, "its other work goes on");
    assert_eq!(Outcome::of(session.iam().get_role().role_name("reporting").send().await), Outcome::Allowed);
    assert_eq!(identity::attached_to(&world.root, "reporting").await?, [lockout], "it was tampered with");

    let operator = world.operator().await?;
    let status = cli::portcullis(&operator, &["status", "--stack", STACK]).await?.success()?;
    assert!(status.stdout.contains("lockout") && status.stdout.contains("verified"), "{}", status.stdout);
    world.run(&operator, &page, "UNDO", 0, "a known job").await?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty());
    let encrypt = session.kms().encrypt().key_id(&key).plaintext(Blob::new("x")).send().await;
    assert_eq!(Outcome::of(encrypt), Outcome::Allowed, "released");
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] role reporting")).await?;
    assert_eq!(notice.lines("DONE"), [format!("policy {lockout} detached, read back: gone")]);
    Ok(())
}

/// What an intruder with all these rights tries, first of all to get out.
async fn undoing(world: &World, intruder: &Reader, lockout: &str, key: &str) -> Result<Vec<(&'static str, Outcome)>> {
    let (iam, arn) = (intruder.session.iam(), intruder.arn.as_str());
    let (role, user) = (intruder.name.as_str(), "alice");
    let (bucket, table) = (world.stack.output("ConfigBucketName")?, world.stack.output("LedgerTable")?);
    let (release, queue) = (world.stack.output("ReleaseFunction")?, world.stack.output("FindingsQueueUrl")?);
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let item = intruder.session.dynamodb().delete_item().table_name(table);
    let item = item.key("pk", text("quarantine")).key("sk", text(arn));
    let settings = intruder.session.s3().delete_object().bucket(bucket).key("portcullis.yaml");
    let stop = intruder.session.s3().put_object().bucket(bucket).key("STOP");
    let encrypt = intruder.session.kms().encrypt().key_id(key).plaintext(Blob::new("x"));
    let detach = iam.detach_role_policy().role_name(role).policy_arn(lockout);
    let inline = iam.put_role_policy().role_name(role).policy_name("mine").policy_document("{}");
    let trust = iam.update_assume_role_policy().role_name("owner").policy_document("{}");
    Ok(vec![
        ("read", intruder.read("prod/payroll/db").await),
        ("encrypt", Outcome::of(encrypt.send().await)),
        ("detach", Outcome::of(detach.send().await)),
        ("inline", Outcome::of(inline.send().await)),
        ("trust", Outcome::of(trust.send().await)),
        ("version", Outcome::of(iam.create_policy_version().policy_arn(lockout).policy_document("{}").send().await)),
        ("access key", Outcome::of(iam.create_access_key().user_name(user).send().await)),
        ("release", Outcome::of(intruder.session.lambda().invoke().function_name(release).send().await)),
        ("settings", Outcome::of(settings.send().await)),
        ("stop", Outcome::of(stop.send().await)),
        ("ledger", Outcome::of(item.send().await)),
        ("queue", Outcome::of(intruder.session.sqs().purge_queue().queue_url(queue).send().await)),
    ])
}

#[tokio::test]
async fn whoever_goes_on_is_denied_everything() -> Result<()> {
    let settings = format!("{ENFORCE}response: {{critical: {{critical: lockout}}, medium: {{critical: lockout}}}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader_who("/team/", "reporting", &[allow(&["s3:ListAllMyBuckets"], "*")]).await?;
    let lockout = world.stack.output("LockoutPolicyArn")?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let locked_out = world.page("the page", |page| page.subject.contains("] LOCKED OUT ")).await?;
    world.quiet().await?;
    // A denial may take a minute to be felt everywhere: as if it had been made before that.
    let earlier = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(3);
    world.ledger.set("quarantine", &intruder.arn, "/since", &earlier.to_string()).await?;
    assert!(intruder.read("prod/payroll/db").await.is_denied());

    world.contained("reporting").await?;
    let page = world.page("the page", |page| page.subject.contains(" CONTAINED ")).await?;
    assert!(page.subject.starts_with("[MEDIUM] ESCALATED, CONTAINED role reporting: "), "{}", page.subject);
    assert_eq!((page.action(), page.incident()), ("trigger", locked_out.incident()));
    assert!(Outcome::of(intruder.session.s3().list_buckets().send().await).is_denied());
    let mut attached = identity::attached_to(&world.root, "reporting").await?;
    attached.sort();
    assert_eq!(attached, [lockout, DENY_ALL]);

    world.run(&world.operator().await?, &page, "UNDO", 0, "both of it").await?;
    assert!(identity::attached_to(&world.root, "reporting").await?.is_empty(), "one of the two policies is left");
    Ok(())
}
