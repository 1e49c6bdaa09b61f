//! Whoever stops the trail that everything rests on is paged about.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::stack;
use portcullis_end_to_end::world::World;

#[tokio::test]
async fn a_stopped_trail_is_paged() -> Result<()> {
    let Some(world) = World::start(Some("mode: page\n"), &[]).await? else { return Ok(()) };
    stack::create_bucket(&world.root, "trail-logs").await?;
    let trail = world.root.cloudtrail();
    trail.create_trail().name("main").s3_bucket_name("trail-logs").send().await?;
    trail.start_logging().name("main").send().await?;

    let role =
        identity::create_role(&world.root, "/team/", "vandal", &[allow(&["cloudtrail:StopLogging"], "*")]).await?;
    let session = identity::session(&world.root, &role, "laptop", Some("alice")).await?;
    let stopped = session.cloudtrail().stop_logging().name("main").send().await;
    assert_eq!(Outcome::of(stopped), Outcome::Allowed);

    let page = world.page("the page", |page| page.subject.contains("role vandal")).await?;
    assert_eq!(page.subject, "[CRITICAL] PAGE role vandal: CloudTrail trail stopped or blinded");
    assert_eq!(page.lines("WHO")[0], format!("role {role}"));
    assert!(page.lines("EVIDENCE")[0].contains("cloudtrail:StopLogging success"), "{}", page.body);
    assert_eq!(page.lines("DONE"), ["nothing"]);
    assert!(identity::attached_to(&world.root, "vandal").await?.is_empty());
    Ok(())
}
