//! On-call is asked before anybody is touched: what would be changed, and both commands. The answer is done, or that
//! nobody gave one.

#![cfg(test)]

use anyhow::{Context as _, Result};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, cli, identity};

const SETTINGS: &str = "
  - {name: bait, secret: prod/bait, decoy: true, tier: sensitive}
response: {critical: ask}
asking: {expires_after: 30m, unanswered: {critical: quarantine, otherwise: page}}
";

#[tokio::test]
async fn approved_is_contained_and_rejected_is_left_alone() -> Result<()> {
    let Some(world) = World::start(Some(&format!("{}{SETTINGS}", ENFORCE.trim_end())), &[]).await? else {
        return Ok(());
    };
    world.create_secret("prod/payroll/db", "hush").await?;
    let operator = world.operator().await?;

    let reporting = world.reader("/team/", "reporting").await?;
    let asked = asked(&world, &reporting, "prod/payroll/db").await?;
    let status = cli::portcullis(&operator, &["status", "--stack", STACK]).await?.success()?;
    assert!(status.stdout.contains(&format!("may {} be contained (quarantine)?", reporting.arn)), "{}", status.stdout);
    world.run(&operator, &asked, "ANSWER", 0, "nobody knows of this job").await?;
    world.contained("reporting").await?;
    assert!(reporting.read("prod/payroll/db").await.is_denied());
    let approved = world.page("what came of it", |page| page.subject.contains("role reporting") && done(page)).await?;
    assert!(
        approved.subject.starts_with("[CRITICAL] APPROVED by bob, CONTAINED role reporting"),
        "{}",
        approved.subject
    );
    assert!(approved.body.contains(": nobody knows of this job"), "{}", approved.body);
    assert_eq!(approved.incident(), asked.incident());
    let again = cli::portcullis(&operator, &cli::arguments(asked.lines("ANSWER")[1], "too late")?).await?;
    assert!(again.code != Some(0) && again.stderr.contains("was approved before"), "{again:?}");

    let auditing = world.reader("/team/", "auditing").await?;
    let asked = self::asked(&world, &auditing, "prod/payroll/db").await?;
    world.run(&operator, &asked, "ANSWER", 1, "the yearly audit").await?;
    let rejected = world.page("the end of it", |page| page.subject.contains("REJECTED")).await?;
    assert!(rejected.subject.starts_with("[CRITICAL] REJECTED by bob role auditing"), "{}", rejected.subject);
    assert_eq!((rejected.action(), rejected.incident()), ("resolve", asked.incident()));
    assert!(rejected.body.contains(": the yearly audit"), "{}", rejected.body);
    world.quiet().await?;
    assert!(identity::attached_to(&world.root, "auditing").await?.is_empty());
    assert_eq!(auditing.describe("prod/payroll/db").await, Outcome::Allowed);
    assert_eq!(world.ledger.quarantines().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn unanswered_is_what_the_tier_says() -> Result<()> {
    let Some(world) = World::start(Some(&format!("{}{SETTINGS}", ENFORCE.trim_end())), &[]).await? else {
        return Ok(());
    };
    world.create_secret("prod/payroll/db", "hush").await?;
    world.create_secret("prod/bait", "nothing").await?;
    let reporting = world.reader("/team/", "reporting").await?;
    let critical = asked(&world, &reporting, "prod/payroll/db").await?;
    assert!(
        critical.lines("UNTIL")[0].ends_with("if nobody answers by then, it is put in quarantine"),
        "{}",
        critical.body
    );
    let browsing = world.reader("/team/", "browsing").await?;
    let sensitive = asked(&world, &browsing, "prod/bait").await?;
    assert!(sensitive.lines("UNTIL")[0].contains("nothing is done, and on-call is paged again"), "{}", sensitive.body);

    let answer = world.expire().await?;
    assert_eq!(answer["unanswered"], 0, "half an hour early: {answer}");
    for page in [&critical, &sensitive] {
        let finding = page.json["finding"].as_str().context("the page names no finding")?;
        world.ledger.set(&format!("finding#{finding}"), "entry", "/ask/until", "2026-01-01T00:00:00Z").await?;
    }
    let answer = world.expire().await?;
    assert_eq!(answer["unanswered"], 2, "{answer}");

    world.contained("reporting").await?;
    let page = world.page("the containment", |page| page.subject.contains("role reporting") && done(page)).await?;
    assert!(page.subject.starts_with("[CRITICAL] NOBODY ANSWERED, CONTAINED role reporting"), "{}", page.subject);
    let page = world.page("the reminder", |page| page.subject.contains("NOBODY ANSWERED role browsing")).await?;
    assert_eq!((page.action(), page.incident()), ("trigger", sensitive.incident()));
    assert!(page.lines("NOT DONE").contains(&"not put in quarantine: nobody answered"), "{}", page.body);
    world.quiet().await?;
    assert!(identity::attached_to(&world.root, "browsing").await?.is_empty());

    let answer = world.expire().await?;
    assert_eq!(answer["unanswered"], 0, "ended once: {answer}");
    let late =
        cli::portcullis(&world.operator().await?, &cli::arguments(sensitive.lines("ANSWER")[0], "late")?).await?;
    assert!(late.code != Some(0) && late.stderr.contains("was unanswered before"), "{late:?}");
    Ok(())
}

/// Has the role read the secret, and waits until on-call is asked about it; nothing is touched.
async fn asked(world: &World, who: &Reader, secret: &str) -> Result<Page> {
    assert_eq!(who.read(secret).await, Outcome::Allowed);
    let begin = format!("[CRITICAL] ASKED role {}: ", who.name);
    let page = world.page("the question", |page| page.subject.starts_with(&begin)).await?;
    let plan = page.lines("PLAN");
    assert_eq!(plan[0], format!("on role {}, who would be put in quarantine:", who.arn));
    assert_eq!(plan[1..], [format!("+ attached policy {DENY_ALL}")]);
    assert_eq!(page.lines("DONE"), ["nothing yet"]);
    let finding = page.json["finding"].as_str().unwrap_or_default();
    let command = |word: &str| format!("portcullis {word} {finding} --stack {STACK} --reason \"...\"");
    assert_eq!(page.lines("ANSWER"), [command("approve"), command("reject")]);
    assert_eq!((page.action(), page.json["kind"].as_str()), ("trigger", Some("ask")));

    world
        .until("the question to be written down", async || {
            let entries = world.ledger.findings().await?;
            let entry = entries.into_iter().find(|entry| entry["finding"]["id"] == finding);
            let waits = entry.as_ref().is_some_and(|entry| entry["done"] == true);
            Ok(Seen::from_option(waits.then_some(()), || format!("{:?}", entry.map(|entry| entry["ask"].clone()))))
        })
        .await?;
    assert!(identity::attached_to(&world.root, &who.name).await?.is_empty(), "touched before anybody answered");
    assert_eq!(who.describe(secret).await, Outcome::Allowed);
    Ok(page)
}

fn done(page: &Page) -> bool {
    page.json["outcome"] == "contained"
}
