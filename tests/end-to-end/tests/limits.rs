//! No more are contained than the settings allow: whoever comes after that is paged about, with the reason.

#![cfg(test)]

use anyhow::Result;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, World};
use portcullis_end_to_end::{cli, identity};

#[tokio::test]
async fn the_third_within_an_hour_is_paged_about() -> Result<()> {
    let settings = format!("{ENFORCE}limits: {{per_hour: 2, at_least: 100}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    for name in ["first", "second"] {
        let page = read_by(&world, name).await?;
        assert!(page.subject.starts_with(&format!("[CRITICAL] CONTAINED role {name}")), "{}", page.subject);
    }
    let page = read_by(&world, "third").await?;
    refused(&world, &page, "2 were contained in the last hour, and no more may be; is a rule wrong?").await?;

    // A release gives no place back: it is how often that counts here.
    let operator = world.operator().await?;
    let release = ["release", "first", "--stack", portcullis_end_to_end::world::STACK, "--reason", "a known job"];
    cli::portcullis(&operator, &release).await?.success()?;
    let page = read_by(&world, "fourth").await?;
    refused(&world, &page, "2 were contained in the last hour, and no more may be; is a rule wrong?").await
}

#[tokio::test]
async fn a_share_of_those_seen_active_may_be_contained() -> Result<()> {
    let settings = format!("{ENFORCE}limits: {{per_hour: 100, share: 50%, at_least: 1}}\n");
    let Some(world) = World::start(Some(&settings), &[]).await? else { return Ok(()) };
    world.create_secret("prod/payroll/db", "hush").await?;
    let page = read_by(&world, "first").await?;
    assert!(page.subject.starts_with("[CRITICAL] CONTAINED role first"), "{}", page.subject);

    // Half of three is one: whoever made the secret, the first, and this one.
    let page = read_by(&world, "second").await?;
    assert!(page.subject.starts_with("[CRITICAL] NOT TOUCHED role second"), "{}", page.subject);
    let begin = "not contained: 1 are contained, and no more may be of the ";
    assert!(page.lines("NOT DONE")[0].starts_with(begin), "{}", page.body);
    assert!(identity::attached_to(&world.root, "second").await?.is_empty());

    let third = world.reader("/team/", "third").await?;
    assert_eq!(third.describe("prod/payroll/db").await, Outcome::Allowed);
    active(&world, 4).await?;
    // Half of four is two.
    assert_eq!(third.read("prod/payroll/db").await, Outcome::Allowed);
    world.contained("third").await
}

/// Waits until so many roles and users were seen active today.
async fn active(world: &World, count: usize) -> Result<()> {
    let today = format!("active#111122223333#{}", jiff::Timestamp::now().strftime("%Y-%m-%d"));
    world
        .until(&format!("{count} who were seen active"), async || {
            let items = world.history.items(&today).await?;
            let roles = items.iter().filter_map(|item| item.get("roles")?.as_ss().ok());
            let seen: usize = roles.map(Vec::len).sum();
            Ok(Seen::from_option((seen == count).then_some(()), || format!("{seen}: {items:?}")))
        })
        .await
}

/// A new role reads the secret; answers with the page about it.
async fn read_by(world: &World, name: &str) -> Result<Page> {
    let intruder = world.reader("/team/", name).await?;
    assert_eq!(intruder.read("prod/payroll/db").await, Outcome::Allowed);
    let page = world.page("the page", |page| page.subject.contains(&format!("role {name}"))).await?;
    world.quiet().await?;
    Ok(page)
}

async fn refused(world: &World, page: &Page, why: &str) -> Result<()> {
    assert!(page.subject.starts_with("[CRITICAL] NOT TOUCHED role "), "{}", page.subject);
    assert_eq!(page.lines("NOT DONE"), [format!("not contained: {why}")], "{}", page.body);
    let name = page.subject.split([' ', ':']).nth(4).unwrap_or_default();
    assert!(identity::attached_to(&world.root, name).await?.is_empty(), "{name} was touched");
    Ok(())
}
