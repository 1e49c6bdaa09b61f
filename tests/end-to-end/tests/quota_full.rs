//! A role with as many policies as it may have takes no further one: its boundary denies instead, and the former one
//! comes back.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::DENY_ALL;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, World};

#[tokio::test]
async fn the_boundary_denies_and_the_former_one_comes_back() -> Result<()> {
    let Some(world) = World::start(Some(ENFORCE), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let developers = identity::create_policy(&world.root, "developers", &[allow(&["*"], "*")]).await?;
    let full = policies(&world).await?;
    let operator = world.operator().await?;

    let bounded = intruder(&world, "bounded", &full).await?;
    let put = world.root.iam().put_role_permissions_boundary().role_name("bounded");
    put.permissions_boundary(&developers).send().await?;
    let page = denied_by_boundary(&world, &bounded, &developers).await?;
    world.run(&operator, &page, "UNDO", 0, "a known job").await?;
    assert_eq!(identity::boundary_of(&world.root, "bounded").await?.as_deref(), Some(developers.as_str()));
    assert_eq!(attached(&world, "bounded").await?, full);
    assert_eq!(bounded.describe("prod/payroll/db").await, Outcome::Allowed);
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED] role bounded")).await?;
    let restored = format!("permissions boundary {DENY_ALL} taken off, read back: {developers} is there again");
    assert_eq!(notice.lines("DONE"), [restored]);

    let free = intruder(&world, "free", &full).await?;
    let page = denied_by_boundary(&world, &free, "none").await?;
    world.run(&operator, &page, "UNDO", 0, "a known job").await?;
    assert_eq!(identity::boundary_of(&world.root, "free").await?, None);
    assert_eq!(attached(&world, "free").await?, full);
    assert_eq!(free.describe("prod/payroll/db").await, Outcome::Allowed);
    Ok(())
}

#[tokio::test]
async fn a_lockout_may_be_left_undone_instead() -> Result<()> {
    let settings = format!("{ENFORCE}response: {{critical: {{critical: lockout}}}}\nlockout: {{when_full: page}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let full = policies(&world).await?;
    let reporting = intruder(&world, "reporting", &full).await?;
    assert_eq!(reporting.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains("role reporting")).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT CONTAINED role reporting"), "{}", page.subject);
    assert!(page.lines("NOT DONE").iter().any(|line| line.contains("LimitExceeded")), "{}", page.body);
    assert_eq!(identity::boundary_of(&world.root, "reporting").await?, None);
    assert_eq!(attached(&world, "reporting").await?, full);
    world.quiet().await?;
    assert_eq!(reporting.read("prod/payroll/db").await, Outcome::Allowed);
    Ok(())
}

/// A reader with all these policies.
async fn intruder(world: &World, name: &str, policies: &[String]) -> Result<Reader> {
    let reader = world.reader("/team/", name).await?;
    for policy in policies {
        world.root.iam().attach_role_policy().role_name(name).policy_arn(policy).send().await?;
    }
    Ok(reader)
}

/// Has the role read the secret, and waits until the boundary denies that. Answers with the page.
async fn denied_by_boundary(world: &World, who: &Reader, before: &str) -> Result<Page> {
    assert_eq!(who.read("prod/payroll/db").await, Outcome::Allowed);
    world
        .until(&format!("a boundary on {}", who.name), async || {
            let boundary = identity::boundary_of(&world.root, &who.name).await?;
            let ours = boundary.as_deref() == Some(DENY_ALL);
            Ok(Seen::from_option(ours.then_some(()), || format!("{boundary:?}")))
        })
        .await?;
    assert!(who.read("prod/payroll/db").await.is_denied());
    let begin = format!("[CRITICAL] CONTAINED role {}", who.name);
    let page = world.page("the page", |page| page.subject.starts_with(&begin)).await?;
    let set = format!("iam:PutRolePermissionsBoundary {DENY_ALL} on {} (before: {before})", who.arn);
    assert_eq!(page.lines("DONE")[..2], [set.as_str(), "read back: all of it is in place"], "{}", page.body);
    assert!(page.body.contains("It could take no further policy"), "{}", page.body);
    assert_eq!(attached(world, &who.name).await?.len(), 10, "a policy was taken off to make room");
    Ok(page)
}

/// Ten policies of no consequence: as many as a role may have.
async fn policies(world: &World) -> Result<Vec<String>> {
    let mut arns = Vec::new();
    for number in 0..10 {
        let statement = allow(&["sqs:ListQueues"], "*");
        arns.push(identity::create_policy(&world.root, &format!("job-{number}"), &[statement]).await?);
    }
    Ok(arns)
}

async fn attached(world: &World, role: &str) -> Result<Vec<String>> {
    let mut attached = identity::attached_to(&world.root, role).await?;
    attached.sort();
    Ok(attached)
}
