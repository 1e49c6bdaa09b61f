//! IAM logs in us-east-1, and the stack is elsewhere: what is sent on from there is judged like everything else.

#![cfg(test)]

use anyhow::Result;
use aws_sdk_sqs::types::QueueAttributeName;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::stack::Stack;
use portcullis_end_to_end::world::{STACK, World};

const ANYBODY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;

#[tokio::test]
async fn a_role_opened_to_anybody_is_paged_about() -> Result<()> {
    let Some(world) = World::start(Some("mode: page\n"), &[]).await? else { return Ok(()) };
    let forwarding = Stack::deploy_forwarding(&world.root, &format!("{STACK}-global")).await?;
    identity::create_role(&world.root, "/team/", "victim", &[]).await?;
    let statements = [allow(&["iam:UpdateAssumeRolePolicy"], "*")];
    let role = identity::create_role(&world.root, "/team/", "vandal", &statements).await?;
    let session = identity::session(&world.root, &role, "laptop", None).await?;
    let open = session.iam().update_assume_role_policy().role_name("victim").policy_document(ANYBODY);
    assert_eq!(Outcome::of(open.send().await), Outcome::Allowed);

    let page = world.page("the page", |page| page.subject.contains("role vandal")).await?;
    assert_eq!(page.lines("WHO")[0], format!("role {role}"));
    assert!(page.lines("EVIDENCE")[0].contains("iam:UpdateAssumeRolePolicy success"), "{}", page.body);

    let undelivered = world.root.in_region("us-east-1").await.sqs();
    let counts = undelivered.get_queue_attributes().queue_url(forwarding.output("UndeliveredUrl")?);
    let counts = counts.attribute_names(QueueAttributeName::ApproximateNumberOfMessages).send().await?;
    let waiting = counts.attributes.unwrap_or_default();
    assert!(waiting.values().all(|count| count == "0") && !waiting.is_empty(), "kept aside: {waiting:?}");
    Ok(())
}
