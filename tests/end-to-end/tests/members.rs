//! Two accounts: Portcullis in one, the intruder in the other. A third one, which nobody made a member, is a stranger,
//! whatever it says of itself.

#![cfg(test)]

use anyhow::{Context as _, Result};
use aws_sdk_sqs::types::QueueAttributeName;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::stack::Stack;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, FOREIGN as MEMBER, HOME, cli, record};
use serde_json::Value;

/// An account that is no member, though it has the same roles.
const STRANGER: &str = "123456789012";
const EXTERNAL_ID: &str = "gatehouse-4711";

const SETTINGS: &str = r#"
mode: enforce
members: ["444455556666"]
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/payroll/*", "arn:aws:iam::444455556666:role/payroll/*"]
"#;

/// The security account, and what makes another account a member of it.
async fn world() -> Result<Option<World>> {
    World::start(Some(SETTINGS), &[("MemberAccountIds", MEMBER), ("ExternalId", EXTERNAL_ID)]).await
}

/// Deploys what a member has into the account of `there`, whether it is one or not.
async fn deploy_in(world: &World, there: &Aws) -> Result<Stack> {
    world.stack.deploy_member(there, HOME, &[("ExternalId", EXTERNAL_ID)]).await
}

/// Creates a secret in another account, as a role there that may.
async fn create_secret(world: &World, there: &Aws) -> Result<()> {
    let role = identity::create_role(there, "/payroll/", "owner", &[allow(&["secretsmanager:*"], "*")]).await?;
    let owner = identity::session(&world.root, &role, "carol", None).await?;
    owner.secrets().create_secret().name("prod/payroll/db").secret_string("hush").send().await?;
    Ok(())
}

/// A role in another account that may read secrets, and a session of it.
async fn reader(world: &World, there: &Aws, name: &str, more: &[&str]) -> Result<Reader> {
    let actions = [&["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], more].concat();
    let arn = identity::create_role(there, "/team/", name, &[allow(&actions, "*")]).await?;
    let session = identity::session(&world.root, &arn, "laptop", Some("alice")).await?;
    Ok(Reader { arn, name: name.to_owned(), session })
}

/// Everything that the functions did, or tried, as somebody of the account.
fn deeds_in(world: &World, account: &str) -> Result<Vec<Value>> {
    let mut records = world.emulator.records()?;
    let ours = |record: &Value| {
        let arn = record.pointer("/userIdentity/sessionContext/sessionIssuer/arn").and_then(Value::as_str);
        arn.is_some_and(|arn| arn.contains(&format!(":role/portcullis/{STACK}-")))
    };
    let there = |record: &Value| {
        let role = record.pointer("/requestParameters/roleArn").and_then(Value::as_str);
        record["recipientAccountId"] == account || role.is_some_and(|role| role.contains(account))
    };
    records.retain(|record| ours(record) && there(record));
    Ok(records)
}

async fn attached(there: &Aws) -> Result<Vec<String>> {
    identity::attached_to(there, "reporting").await
}

#[tokio::test]
async fn an_intruder_in_a_member_account_is_contained_there_and_released_from_here() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let there = world.emulator.root_of(MEMBER).await;
    deploy_in(&world, &there).await?;
    create_secret(&world, &there).await?;
    // One of the same name at home, whom nobody has anything against.
    identity::create_role(&world.root, "/team/", "reporting", &[]).await?;
    let intruder = reader(&world, &there, "reporting", &[]).await?;
    assert!(intruder.arn.contains(MEMBER), "{}", intruder.arn);

    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    world
        .until("the intruder to be contained there", async || {
            let attached = attached(&there).await?;
            Ok(Seen::from_option((attached == [DENY_ALL]).then_some(()), || format!("attached: {attached:?}")))
        })
        .await?;
    assert!(intruder.read("prod/payroll/db").await.is_denied());
    assert!(attached(&world.root).await?.is_empty());

    let page = world.page("the page", |page| page.subject.contains("] CONTAINED ")).await?;
    assert_eq!(page.lines("WHO")[0], format!("role {}", intruder.arn));
    assert_eq!(page.json["account"], MEMBER, "{:#}", page.json);
    assert!(page.lines("DONE").contains(&"read back: all of it is in place"), "{}", page.body);
    // CloudTrail tells of a call a while after it.
    let attach = world
        .until("the record of it", async || {
            let deeds = deeds_in(&world, MEMBER)?;
            let attach = deeds.iter().find(|record| record["eventName"] == "AttachRolePolicy").cloned();
            Ok(Seen::from_option(attach, || format!("{} deeds", deeds.len())))
        })
        .await?;
    let contain = format!("arn:aws:iam::{MEMBER}:role/portcullis/{STACK}-contain");
    assert_eq!(attach["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"], contain);

    let operator = world.operator().await?;
    let status = cli::portcullis(&operator, &["status", "--stack", STACK, "--format", "json"]).await?.success()?;
    assert!(status.stdout.contains(&intruder.arn), "{}", status.stdout);
    cli::portcullis(&operator, &cli::arguments(page.lines("UNDO")[0], "a known job")?).await?.success()?;
    assert!(attached(&there).await?.is_empty());
    assert_eq!(intruder.describe("prod/payroll/db").await, Outcome::Allowed, "the same session again");
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] role reporting")).await?;
    assert_eq!(notice.lines("WHO"), [intruder.arn.as_str()]);
    assert_eq!(notice.incident(), page.incident());

    // Each account has a chain of its own.
    let verified = cli::portcullis(&operator, &["ledger", "verify", "--stack", STACK]).await?.success()?;
    assert!(verified.stdout.contains(&format!("account {MEMBER}: sound")), "{}", verified.stdout);
    world.quiet().await?;
    world.drained("FindingsDlqUrl").await
}

const ANYBODY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;

#[tokio::test]
async fn what_a_member_changes_in_iam_is_judged_too() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let there = world.emulator.root_of(MEMBER).await;
    let member = deploy_in(&world, &there).await?;
    identity::create_role(&there, "/team/", "victim", &[]).await?;
    let vandal = reader(&world, &there, "vandal", &["iam:UpdateAssumeRolePolicy"]).await?;
    let open = vandal.session.iam().update_assume_role_policy().role_name("victim").policy_document(ANYBODY);
    assert_eq!(Outcome::of(open.send().await), Outcome::Allowed);

    let page = world.page("the page", |page| page.subject.contains("role vandal")).await?;
    assert_eq!(page.lines("WHO")[0], format!("role {}", vandal.arn));
    assert_eq!(page.json["account"], MEMBER);
    for region in ["us-east-1", "eu-west-1"] {
        let kept = undelivered(&there.in_region(region).await, &member).await?;
        assert_eq!(kept, 0, "in {region}");
    }
    Ok(())
}

/// How many events of an account could not be sent.
async fn undelivered(there: &Aws, member: &Stack) -> Result<u64> {
    // The queue has the same name in every Region.
    let name = member.output("UndeliveredUrl")?.rsplit('/').next().unwrap_or_default().to_owned();
    let url = there.sqs().get_queue_url().queue_name(name).send().await?.queue_url.context("no queue")?;
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let counts = there.sqs().get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await?;
    let counts = counts.attributes.unwrap_or_default();
    Ok(counts.get(&name).context("a queue that has no count")?.parse()?)
}

#[tokio::test]
async fn a_stranger_is_paged_about_and_left_alone() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let secret = world.create_secret("prod/payroll/db", "hush").await?;
    let home = world.reader("/team/", "reporting").await?;
    // The stranger has everything that a member has, and so the roles there could be assumed.
    let there = world.emulator.root_of(STRANGER).await;
    let stranger = deploy_in(&world, &there).await?;
    create_secret(&world, &there).await?;
    let reader = reader(&world, &there, "reporting", &[]).await?;

    // What a stranger sends is not heard: the bus takes events of members.
    assert_eq!(reader.read("prod/payroll/db").await, Outcome::Allowed);
    world
        .until("the stranger's event to be refused", async || {
            let kept = undelivered(&there, &stranger).await?;
            Ok(Seen::from_option((kept > 0).then_some(()), || format!("{kept} kept aside")))
        })
        .await?;
    world.quiet().await?;
    assert!(world.inbox.all().await?.is_empty());

    // A stranger who reads a secret of this account is in this account's own trail.
    let now = format!("{:.0}", jiff::Timestamp::now());
    let read = record::foreign_read("reporting", &secret, &now).to_string().replace(MEMBER, STRANGER);
    world.send_events(&[&record::event(&serde_json::from_str(&read)?)]).await?;
    let page = world.page("the page", |page| page.subject.contains("role reporting")).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT TOUCHED"), "{}", page.subject);
    assert!(page.lines("WHO")[0].contains(&format!("arn:aws:iam::{STRANGER}:role/team/reporting")), "{}", page.body);
    assert!(page.body.contains(&format!("it belongs to account {STRANGER}")), "{}", page.body);
    assert_eq!(page.lines("DONE"), ["nothing"]);
    world.quiet().await?;

    for account in [&world.root, &there] {
        assert!(attached(account).await?.is_empty());
    }
    assert_eq!(deeds_in(&world, STRANGER)?, Vec::<Value>::new(), "nothing was tried there");
    assert!(world.ledger.quarantines().await?.is_empty());
    assert_eq!(reader.read("prod/payroll/db").await, Outcome::Allowed);
    // Last, since the read of an unauthorised role at home leads to its own containment.
    assert_eq!(home.read("prod/payroll/db").await, Outcome::Allowed);
    Ok(())
}
