//! The ledger's chain is kept elsewhere too: where nobody can change it, and as events for whoever listens.

#![cfg(test)]

use anyhow::{Context as _, Result};
use aws_sdk_s3::types::{
    DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::cli::{self, Ran};
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{HOME, REGION};
use serde_json::{Value, json};

const EVIDENCE: &str = "evidence";

#[tokio::test]
async fn a_copy_that_nobody_can_change_tells_of_an_end_that_was_cut_off() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[("EvidenceBucketName", EVIDENCE)]).await? else { return Ok(()) };
    locked_bucket(&world.root).await?;
    let queue = listen(&world).await?;
    world.create_secret("prod/payroll/db", "hush").await?;
    let intruder = world.reader("/team/", "reporting").await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED role reporting")).await?;
    world.quiet().await?;
    world.run(&world.operator().await?, &page, "UNDO", 0, "a known job").await?;
    let auditor = auditor(&world).await?;
    let links = world.ledger.links(HOME).await?;
    let sound = verify(&auditor, &["--evidence", EVIDENCE]).await?.success()?;
    let expected = format!("sound; links 1 to {0}, {0} kept elsewhere, {0} compared with their copies", links.len());
    assert!(sound.stdout.contains(&expected), "{}", sound.stdout);

    let events = events(&world, &queue, links.len()).await?;
    for event in &events {
        assert_eq!((&event["source"], &event["account"]), (&"portcullis".into(), &HOME.into()), "{event:#}");
    }
    let told = |kind: &str, stage: &str| {
        events.iter().any(|event| event["detail-type"] == kind && event["detail"]["stage"] == stage)
    };
    assert!(told("Portcullis Finding", "decided") && told("Portcullis Finding", "paged"), "{events:#?}");
    assert!(told("Portcullis Containment", "verified") && told("Portcullis Containment", "released"), "{events:#?}");

    // The last link is cut off, the chain's end set back, and the containment made what it was before: what is left
    // agrees with itself.
    let (last, before) = (&links[links.len() - 1], &links[links.len() - 2]);
    assert_eq!((&last["stage"], &before["stage"]), (&"released".into(), &"releasing".into()));
    world.ledger.remove(&format!("chain#{HOME}"), &format!("{:012}", links.len())).await?;
    let end = json!({"number": before["number"], "sha256": before["sha256"]}).to_string();
    world.ledger.replace("chains", HOME, &end).await?;
    world.ledger.replace("kept", HOME, &before["number"].to_string()).await?;
    world.ledger.replace("quarantine", &intruder.arn, before["body"].as_str().unwrap_or_default()).await?;
    verify(&auditor, &[]).await?.success()?;
    let cut = verify(&auditor, &["--evidence", EVIDENCE]).await?;
    assert_eq!(cut.code, Some(1), "{cut:?}");
    let flaw = format!("link {} is in the evidence bucket, and the chain ends before it", links.len());
    assert!(cut.stdout.contains(&flaw), "{}", cut.stdout);
    Ok(())
}

async fn verify(who: &Aws, more: &[&str]) -> Result<Ran> {
    let words = ["ledger", "verify", "--stack", STACK];
    cli::portcullis(who, &[words.as_slice(), more].concat()).await
}

/// A bucket whose objects nobody can delete for a month.
async fn locked_bucket(root: &Aws) -> Result<()> {
    let s3 = root.s3();
    let region = aws_sdk_s3::types::BucketLocationConstraint::from(REGION);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(region).build();
    let create = s3.create_bucket().bucket(EVIDENCE).create_bucket_configuration(place);
    create.object_lock_enabled_for_bucket(true).send().await?;
    let retention = DefaultRetention::builder().mode(ObjectLockRetentionMode::Compliance).days(30).build();
    let rule = ObjectLockRule::builder().default_retention(retention).build();
    let lock = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).rule(rule).build();
    s3.put_object_lock_configuration().bucket(EVIDENCE).object_lock_configuration(lock).send().await?;
    Ok(())
}

/// Who may compare the ledger with the copies, and nothing else.
async fn auditor(world: &World) -> Result<Aws> {
    let table = format!("arn:aws:dynamodb:{REGION}:{HOME}:table/{}", world.stack.output("LedgerTable")?);
    let statements = [
        allow(&["dynamodb:GetItem", "dynamodb:Query"], &table),
        allow(&["s3:GetObject"], "arn:aws:s3:::evidence/ledger/*"),
        allow(&["s3:ListBucket"], "arn:aws:s3:::evidence"),
    ];
    let role = identity::create_role(&world.root, "/", "auditor", &statements).await?;
    identity::session(&world.root, &role, "dave", None).await
}

/// A queue that gets every event of Portcullis, as somebody's ticket system would; answers with its URL.
async fn listen(world: &World) -> Result<String> {
    let template = json!({"Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "tickets"}},
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}],
        }}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["portcullis"]},
            "Targets": [{"Id": "tickets", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}]}},
    }});
    let cloudformation = world.root.cloudformation();
    cloudformation.create_stack().stack_name("tickets").template_body(template.to_string()).send().await?;
    world
        .until("the queue", async || {
            let stacks = cloudformation.describe_stacks().stack_name("tickets").send().await?.stacks;
            let status = stacks.into_iter().flatten().next().and_then(|stack| stack.stack_status);
            let ready = status.as_ref().is_some_and(|status| status.as_str() == "CREATE_COMPLETE");
            Ok(Seen::from_option(ready.then_some(()), || format!("{status:?}")))
        })
        .await?;
    let url = world.root.sqs().get_queue_url().queue_name("tickets").send().await?.queue_url;
    url.context("the queue has no URL")
}

/// Waits for so many events.
async fn events(world: &World, queue: &str, count: usize) -> Result<Vec<Value>> {
    let sqs = world.root.sqs();
    let mut events: Vec<Value> = Vec::new();
    world
        .until(&format!("{count} events"), async || {
            let receive = sqs.receive_message().queue_url(queue).max_number_of_messages(10);
            for message in receive.send().await?.messages.into_iter().flatten() {
                events.push(serde_json::from_str(message.body.as_deref().unwrap_or_default())?);
                let handle = message.receipt_handle.unwrap_or_default();
                sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await?;
            }
            Ok(Seen::from_option((events.len() >= count).then_some(()), || format!("{} events", events.len())))
        })
        .await?;
    Ok(events)
}
