//! Portcullis in the wrong hands: what a session of each role can do, and what it cannot, even if somebody makes the role
//! an administrator on top.
//!
//! Each table is a list of calls, made for real, with what is to come of them. What nobody may is in `common`, who there
//! is to try it on in `scene`, what is tried in IAM in `containment`, on tables in `tables`, on all else in `places`.

#![cfg(test)]

#[path = "escalation/common.rs"]
mod common;
#[path = "escalation/containment.rs"]
mod containment;
#[path = "escalation/places.rs"]
mod places;
#[path = "escalation/scene.rs"]
mod scene;
#[path = "escalation/table.rs"]
mod table;
#[path = "escalation/tables.rs"]
mod tables;

use anyhow::Result;
use portcullis_end_to_end::identity;
use portcullis_end_to_end::{DENY_ALL, HOME};
use scene::{MEMBER, Scene, member, portcullis_role, stolen, world, world_with_pagerduty};
use table::Table;

#[tokio::test]
async fn the_role_of_respond_can_only_put_the_two_deny_policies_on() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "respond").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    let allowed = containment::as_respond(&mut table, &scene, &who).await?;
    table.assert_allowed_only(&allowed);
    scene.assert_untouched().await
}

#[tokio::test]
async fn the_role_of_respond_keeps_the_ledger_and_nothing_else() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "respond").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    let mut allowed = tables::as_keeper(&mut table, &world, &who).await?;
    allowed.extend(tables::beside_the_ledger(&mut table, &world, &who, &["active#111122223333#2026-01-05"]).await?);
    allowed.extend(places::try_all(&mut table, &world, &who, &["read STOP"]).await?);
    let contain = portcullis_role(MEMBER, "contain");
    table.add("enter a member account to lift", scene::assume(&who, &portcullis_role(MEMBER, "lift")).await);
    table.add("enter a member account to contain", scene::assume(&who, &contain).await);
    allowed.push("enter a member account to contain");
    table.assert_allowed_only(&allowed);
    Ok(())
}

#[tokio::test]
async fn the_role_of_release_can_only_take_the_two_deny_policies_off() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "release").await?;
    scene.contain_everybody().await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    let allowed = containment::as_release(&mut table, &scene, &who).await?;
    table.assert_allowed_only(&allowed);
    assert!(identity::attached_to(&world.root, "victim").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_role_of_release_keeps_the_ledger_and_the_switch_and_nothing_else() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "release").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    let mut allowed = tables::as_keeper(&mut table, &world, &who).await?;
    allowed.extend(tables::beside_the_ledger(&mut table, &world, &who, &[]).await?);
    let places = ["read STOP", "write STOP", "delete STOP", "answer by the findings queue"];
    allowed.extend(places::try_all(&mut table, &world, &who, &places).await?);
    let lift = portcullis_role(MEMBER, "lift");
    table.add("enter a member account to contain", scene::assume(&who, &portcullis_role(MEMBER, "contain")).await);
    table.add("enter a member account to lift", scene::assume(&who, &lift).await);
    allowed.push("enter a member account to lift");
    table.assert_allowed_only(&allowed);
    Ok(())
}

#[tokio::test]
async fn the_role_of_detect_has_no_right_in_iam() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "detect").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    containment::as_nobody(&mut table, &scene, &who).await?;
    table.call("list roles", who.iam().list_roles().send().await);
    table.call("look at a role", who.iam().get_role().role_name("victim").send().await);
    let list = who.iam().list_attached_role_policies().role_name("victim");
    table.call("list what is attached", list.send().await);
    table.assert_allowed_only(&[]);
    scene.assert_untouched().await
}

#[tokio::test]
async fn the_role_of_detect_remembers_and_sees_quarantines() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "detect").await?;
    let mut table = Table::default();
    // Not as an administrator: which queues and objects, only its own policy says.
    let who = scene::session(&world, &scene).await?;
    let mut allowed = places::try_all(&mut table, &world, &who, &["answer by the findings queue"]).await?;
    let who = stolen(&world, &scene).await?;
    allowed.extend(tables::as_detect(&mut table, &world, &who).await?);
    table.assert_allowed_only(&allowed);
    assert!(world.ledger.quarantines().await?.is_empty());
    Ok(())
}

/// The scheduler's role has no Deny of its own: it is nobody's to attach anything to.
#[tokio::test]
async fn the_role_of_the_schedules_runs_two_functions() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "schedule").await?;
    let who = scene::session(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    containment::as_nobody(&mut table, &scene, &who).await?;
    tables::beside_the_ledger(&mut table, &world, &who, &[]).await?;
    let allowed = places::try_all(&mut table, &world, &who, &["run release", "run respond"]).await?;
    table.assert_allowed_only(&allowed);
    scene.assert_untouched().await
}

#[tokio::test]
async fn the_role_of_pagerduty_reads_one_secret() -> Result<()> {
    let Some(world) = world_with_pagerduty().await? else { return Ok(()) };
    let scene = Scene::at_home(&world, "pagerduty").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    containment::as_nobody(&mut table, &scene, &who).await?;
    tables::beside_the_ledger(&mut table, &world, &who, &[]).await?;
    let mut allowed = places::try_all(&mut table, &world, &who, &[]).await?;
    let read = who.secrets().get_secret_value().secret_id(scene::ROUTING_KEY);
    table.call("read the routing key", read.send().await);
    allowed.push("read the routing key");
    table.assert_allowed_only(&allowed);
    scene.assert_untouched().await
}

#[tokio::test]
async fn the_role_that_contains_in_a_member_can_do_there_what_respond_can_here() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = member(&world, "contain").await?;
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    let allowed = containment::as_respond(&mut table, &scene, &who).await?;
    table.add("enter the account to lift", scene::assume(&who, &portcullis_role(MEMBER, "lift")).await);
    table.add("come home as respond", scene::assume(&who, &portcullis_role(HOME, "respond")).await);
    table.assert_allowed_only(&allowed);
    scene.assert_untouched().await
}

#[tokio::test]
async fn the_role_that_lifts_in_a_member_can_do_there_what_release_can_here() -> Result<()> {
    let Some(world) = world().await? else { return Ok(()) };
    let scene = member(&world, "lift").await?;
    scene.contain_everybody().await?;
    assert_eq!(identity::attached_to(&scene.root, "victim").await?, [DENY_ALL, &*scene.lockout]);
    let who = stolen(&world, &scene).await?;
    let mut table = Table::default();
    common::try_all(&mut table, &scene, &who).await?;
    let allowed = containment::as_release(&mut table, &scene, &who).await?;
    table.add("enter the account to contain", scene::assume(&who, &portcullis_role(MEMBER, "contain")).await);
    table.add("come home as release", scene::assume(&who, &portcullis_role(HOME, "release")).await);
    table.assert_allowed_only(&allowed);
    Ok(())
}
