//! Every command of the runbook, typed into a shell as it stands there, in an account where what it is about has happened.

#![cfg(test)]

#[path = "runbook/aws_cli.rs"]
mod aws_cli;
#[path = "runbook/gaps.rs"]
mod gaps;
#[path = "runbook/incident.rs"]
mod incident;
#[path = "runbook/scene.rs"]
mod scene;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Result, ensure};
use aws_cli::AwsCli;
use gaps::GAPS;
use incident::{Incident, SETTINGS};
use portcullis_end_to_end::pages::Page;
use portcullis_end_to_end::runbook::{Command, Section, anchors, kinds, sections};
use portcullis_end_to_end::world::World;
use portcullis_end_to_end::{identity, paths};

/// Sections that change Portcullis itself, which the others rely on, or that look at the ledger as a whole, which is to be
/// calm for that: after the others, one by one.
const ALONE: &[&str] = &[
    "TAMPERED",
    "STOPPED, RESUMED",
    "Quiet a rule",
    "Portcullis tampering",
    "Switch everything off",
    "Alarm evidence failed",
    "Alarm tampering",
];

/// What is done before a command that stands for itself: the section, how the command begins, and what makes it the right
/// thing to do.
const BEFORE: &[(&str, &str, &str)] = &[
    ("STOPPED, RESUMED", "portcullis resume", "portcullis stop --stack \"$STACK\" --reason drill"),
    ("Key alias", "aws kms create-alias", "aws kms delete-alias --alias-name \"$ALIAS\""),
    (
        "Policy grants",
        "aws iam detach-role-policy",
        "aws iam attach-role-policy --role-name \"$ROLE\" --policy-arn \"$POLICY_ARN\"",
    ),
    (
        "Undo a containment",
        "aws iam detach-role-policy --role-name \"$ROLE\" --policy-arn arn:",
        "aws iam attach-role-policy --role-name \"$ROLE\" --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
    ),
    (
        "Undo a containment",
        "aws iam detach-role-policy --role-name \"$ROLE\" --policy-arn \"$LOCKOUT_POLICY\"",
        "aws iam attach-role-policy --role-name \"$ROLE\" --policy-arn \"$LOCKOUT_POLICY\"",
    ),
    (
        "Undo a containment",
        "aws iam detach-user-policy --user-name \"$USER_NAME\" --policy-arn arn:",
        "aws iam attach-user-policy --user-name \"$USER_NAME\" --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
    ),
    (
        "Undo a containment",
        "aws iam detach-user-policy --user-name \"$USER_NAME\" --policy-arn \"$LOCKOUT_POLICY\"",
        "aws iam attach-user-policy --user-name \"$USER_NAME\" --policy-arn \"$LOCKOUT_POLICY\"",
    ),
];

#[tokio::test]
async fn every_command_of_the_runbook_runs() -> Result<()> {
    let text = std::fs::read_to_string(paths::repository().join("docs/runbook.md"))?;
    let sections = sections(&text)?;
    stale_tables(&sections)?;
    let Some(world) = World::start(Some(SETTINGS), &[]).await? else { return Ok(()) };
    let world = &world;
    let started = Instant::now();
    let desk = tempfile::Builder::new().prefix("portcullis-runbook-").tempdir()?;
    let on_call = identity::create_role(&world.root, "/", "oncall", &[identity::allow(&["*"], "*")]).await?;
    let on_call = identity::session(&world.root, &on_call, "carol", None).await?;
    world.create_secret(incident::SECRET, "hush").await?;
    world.root.secrets().create_secret().name(incident::BAIT).secret_string("hush").send().await?;

    let aws = AwsCli::start(desk.path(), &sections)?;
    let mut incidents = incident::all(world, &on_call, &sections, desk.path(), &aws.socket).await?;
    println!("the scene is set after {:.1} s", started.elapsed().as_secs_f32());
    let (alone, together): (Vec<Incident<'_>>, Vec<Incident<'_>>) =
        incidents.drain(..).partition(|incident| ALONE.contains(&incident.section.heading.as_str()));
    let waiting = Mutex::new(together);
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.pop());
    let worker = async || -> Result<Vec<Done>> {
        let mut done = Vec::new();
        while let Some(incident) = next() {
            done.push(go_through(world, incident).await?);
        }
        Ok(done)
    };
    let (first, second, third) = tokio::try_join!(worker(), worker(), worker())?;
    let mut done: Vec<Done> = [first, second, third].into_iter().flatten().collect();
    for incident in alone {
        done.push(go_through(world, incident).await?);
    }

    let commands: usize = done.iter().map(|done| done.commands).sum();
    println!("{commands} commands in {} sections after {:.1} s", done.len(), started.elapsed().as_secs_f32());
    ensure!(commands == sections.iter().map(|section| section.commands.len()).sum::<usize>(), "not all were run");
    let mut failures: Vec<String> = done.iter().flat_map(|done| done.failures.clone()).collect();
    let calls: Vec<Vec<String>> = done.into_iter().flat_map(|done| done.calls).collect();
    failures.extend(scene::wrong_queries(&calls).await?);
    failures.extend(unexplained(&text, &world.inbox.all().await?));
    ensure!(failures.is_empty(), "{} faults of docs/runbook.md\n\n{}", failures.len(), failures.join("\n\n"));
    Ok(())
}

/// What came of a section.
#[derive(Default)]
struct Done {
    commands: usize,
    calls: Vec<Vec<String>>,
    failures: Vec<String>,
}

/// Types all commands of a section.
async fn go_through(world: &World, mut incident: Incident<'_>) -> Result<Done> {
    let mut done = Done::default();
    let section = incident.section;
    for command in &section.commands {
        done.commands = done.commands.saturating_add(1);
        if let Err(error) = run(world, &mut incident, command).await {
            // Of the AWS CLI's list of everything that it knows, the beginning.
            let error: String = format!("{error:#}").chars().take(1000).collect();
            done.failures.push(format!("line {}, {}: {error}", command.line, section.heading));
        }
    }
    done.calls = incident.shell.calls()?;
    Ok(done)
}

/// Types one command.
async fn run(world: &World, incident: &mut Incident<'_>, command: &Command) -> Result<()> {
    // The page and the runbook leave dots for the reason.
    let text = command.text.replace("\"...\"", "\"a planned job, ticket 4711\"");
    if let Some((call, reason)) = gaps::gap(command) {
        let tried = incident.shell.attempt(&text).await?;
        ensure!(tried.code != Some(0), "{reason}? It answers `{call}` now; take it out of gaps.rs");
        ensure!(gaps::is_unknown(&tried.stderr), "`{call}` fails otherwise than for want of it: {}", tried.stderr);
        let checked = incident.shell.run_unconnected(&text).await?;
        ensure!(checked.stderr.contains("Could not connect"), "the AWS CLI refuses it: {text}\n{}", checked.stderr);
        return Ok(());
    }
    if command.calls("portcullis release") || command.calls("portcullis extend") {
        incident.contain(world).await?;
    }
    if command.calls("portcullis approve") || command.calls("portcullis reject") {
        incident.ask(world).await?;
    }
    let before = |(heading, start, _): &&(&str, &str, &str)| {
        *heading == incident.section.heading && command.text.starts_with(start)
    };
    if let Some((_, _, first)) = BEFORE.iter().find(before) {
        incident.shell.run(first).await?.success()?;
    }
    incident.shell.run(&text).await?.success()?;
    match command.assigns() {
        Some(name) if !command.computes() => incident.refill(name),
        _ => Ok(()),
    }
}

/// The pages that came meanwhile and that the runbook does not explain, or that lead to no section of it.
fn unexplained(text: &str, pages: &[Page]) -> BTreeSet<String> {
    let (kinds, anchors) = (kinds(text), anchors(text));
    let mut unexplained = BTreeSet::new();
    for page in pages {
        if !kinds.iter().any(|kind| page.subject.contains(kind)) {
            unexplained.insert(format!("no section explains pages such as: {}", page.subject));
        }
        if !page.body.contains("runbook.md#") {
            unexplained.insert(format!("no section is named on pages such as: {}", page.subject));
        }
        for link in page.body.split("runbook.md#").skip(1) {
            let end = link.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(link.len());
            let anchor = link.get(..end).unwrap_or_default();
            if !anchors.iter().any(|there| there == anchor) {
                unexplained.insert(format!("a page leads to a section `{anchor}`, which is not there"));
            }
        }
    }
    unexplained
}

/// What the tables here name must still be in the runbook.
fn stale_tables(sections: &[Section]) -> Result<()> {
    let commands =
        || sections.iter().flat_map(|section| section.commands.iter().map(move |command| (section, command)));
    let unused = GAPS.iter().filter(|(call, _)| !commands().any(|(_, command)| command.calls(&format!("aws {call}"))));
    let mut stale: BTreeSet<String> = unused.map(|(call, _)| format!("gaps.rs: {call}")).collect();
    let headings: BTreeSet<&str> = sections.iter().map(|section| section.heading.as_str()).collect();
    stale
        .extend(ALONE.iter().filter(|heading| !headings.contains(*heading)).map(|heading| format!("ALONE: {heading}")));
    let has = |heading: &str, start: &str| {
        commands().any(|(section, command)| section.heading == heading && command.text.starts_with(start))
    };
    let unused = BEFORE.iter().filter(|(heading, start, _)| !has(heading, start));
    stale.extend(unused.map(|(heading, start, _)| format!("BEFORE: {heading}, {start}")));
    ensure!(stale.is_empty(), "not in docs/runbook.md any more: {stale:#?}");
    Ok(())
}
