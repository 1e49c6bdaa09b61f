//! Plays the whole loop on an emulator and tells what happens, as it is seen.
//!
//!     cargo run -p portcullis-end-to-end --bin demo [-- --keep]

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::narrator::Narrator;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{ENFORCE, Reader, World};
use portcullis_end_to_end::{DENY_ALL, cli, identity, paths};

const STACK: &str = "portcullis";
const SECRET: &str = "prod/payroll/db";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let keep = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--keep"] => true,
        _ => bail!("usage: demo [--keep]"),
    };
    let narrator = Narrator::start();
    narrator.title("Portcullis on an emulator of AWS that enforces IAM");
    let world = deploy(&narrator).await?;
    let intruder = attack(&narrator, &world).await?;
    undo(&narrator, &world, &intruder).await?;
    if keep {
        look_around(&narrator, &world, &intruder).await?;
    }
    drop(world);
    narrator.step("END", "the emulator is ended; nothing of it is left");
    Ok(())
}

async fn deploy(narrator: &Narrator) -> Result<World> {
    let emulator = Emulator::start()?;
    narrator.step("DEPLOY", &format!("the emulator answers at {}", emulator.url()));
    let world = World::build(emulator, STACK, Some(ENFORCE), &[]).await?;
    let resources = world.root.cloudformation().describe_stack_resources().stack_name(STACK).send().await?;
    let count = resources.stack_resources().len();
    narrator.more(&format!("infra/template.yaml is deployed as stack {STACK}: {count} resources"));
    narrator.more("portcullis.yaml is in its bucket:");
    narrator.quote(ENFORCE);
    world.create_secret(SECRET, "correct-horse-battery-staple").await?;
    narrator.more(&format!("secret {SECRET} exists"));
    Ok(world)
}

async fn attack(narrator: &Narrator, world: &World) -> Result<Reader> {
    let intruder = world.reader("/team/", "reporting").await?;
    narrator.step("ATTACK", &format!("somebody has a session of {}", intruder.arn));
    let read = Instant::now();
    match intruder.read(SECRET).await {
        Outcome::Allowed => narrator.more(&format!("GetSecretValue {SECRET}: answered; its policy allows that")),
        other => bail!("the intruder could not read the secret: {other:?}"),
    }
    world.contained(&intruder.name).await?;
    narrator.step("GATE", &format!("{DENY_ALL} is attached, {:.1} s after the read", read.elapsed().as_secs_f64()));
    let denial = world
        .until("the denial", async || {
            let outcome = intruder.read(SECRET).await;
            let text = format!("{outcome:?}");
            Ok(Seen::from_option(if let Outcome::Denied(message) = outcome { Some(message) } else { None }, || text))
        })
        .await?;
    narrator.more("the same session asks again: AccessDenied");
    narrator.quote(&denial);
    Ok(intruder)
}

async fn undo(narrator: &Narrator, world: &World, intruder: &Reader) -> Result<()> {
    let page = world.page("the page", |page| page.subject.contains("] CONTAINED ")).await?;
    narrator.step("PAGE", "on-call reads");
    narrator.quote(&format!("Subject: {}\n\n{}", page.subject, page.body));

    let operator = world.operator().await?;
    narrator.step("UNDO", "an operator looks who is in quarantine, and runs the command on the page");
    run(narrator, &operator, &["status", "--stack", STACK]).await?;
    let command = page.lines("UNDO").first().copied().context("the page has no UNDO")?;
    run(narrator, &operator, &cli::arguments(command, "a planned job")?).await?;
    let attached = identity::attached_to(&world.root, &intruder.name).await?;
    narrator.more(&format!("policies attached to role {}: {}", intruder.name, attached.len()));
    // Another read would be another event, and the settings still do not authorise the role.
    match intruder.describe(SECRET).await {
        Outcome::Allowed => narrator.more(&format!("the same session, DescribeSecret {SECRET}: answered")),
        other => bail!("released, and still not allowed: {other:?}"),
    }
    let notice = world.page("the notice", |page| page.subject.starts_with("[RELEASED]")).await?;
    narrator.step("PAGE", "on-call reads");
    narrator.quote(&format!("Subject: {}\n\n{}", notice.subject, notice.body));
    Ok(())
}

async fn run(narrator: &Narrator, who: &portcullis_end_to_end::aws::Aws, arguments: &[&str]) -> Result<()> {
    let ran = cli::portcullis(who, arguments).await?;
    narrator.more(&format!("$ {}", ran.line));
    narrator.quote(&format!("{}{}", ran.stdout, ran.stderr));
    ran.success().map(drop)
}

/// Leaves everything running until somebody has seen enough.
async fn look_around(narrator: &Narrator, world: &World, intruder: &Reader) -> Result<()> {
    narrator.step("KEPT", "everything is still running; Enter or Ctrl-C ends it");
    let export = |variables: Vec<(&'static str, String)>| {
        variables.iter().map(|(name, value)| format!("export {name}={value}")).collect::<Vec<_>>().join("\n")
    };
    narrator.more("as the root user of the account:");
    narrator.quote(&export(world.root.environment()));
    let binary = paths::binary(&paths::debug_binaries(), "portcullis")?;
    let table = world.stack.output("LedgerTable")?;
    narrator.more("look around:");
    narrator.quote(&format!(
        "{} status --stack {STACK}\naws dynamodb scan --table-name {table}\naws logs filter-log-events --log-group-name /aws/lambda/{STACK}-respond",
        binary.display()
    ));
    narrator.more("attack again, as the intruder, in another terminal:");
    narrator.quote(&format!(
        "{}\naws secretsmanager get-secret-value --secret-id {SECRET}",
        export(intruder.session.environment())
    ));
    // Standard input has no asynchronous end here; the thread dies with the process.
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        let _ = ended.send(());
    });
    tokio::select! {
        _ = end => {}
        signal = tokio::signal::ctrl_c() => signal?,
    }
    Ok(())
}
