//! `portcullis status`: who is contained, what waits for an answer, and whether the deployment itself is well.

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use jiff::Timestamp;
use portcullis_aws::{DynamoLedger, SdkConfig, alarms_of_stack};
use portcullis_response::{Entry, Ledger as _, Quarantine, QuarantineState, Simulated, Step, Verification};
use serde_json::json;

use super::Place;
use crate::aws_error;
use crate::output::{self, Format, clean, say};

/// Which deployment, and in which form.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Past containments too
    #[arg(long)]
    all: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (config, now) = (arguments.place.config().await, Timestamp::now());
    let ledger = DynamoLedger::new(&config, format!("{}-ledger", arguments.place.stack));
    let known = ledger.quarantines().await.map_err(aws_error)?;
    let mut quarantines = Vec::new();
    for known in known {
        match known {
            Ok(known) if arguments.all || known.item.is_in_force() => quarantines.push(known.item),
            Ok(_) => {}
            Err(error) => anstream::eprintln!("portcullis: {}", error.chain()),
        }
    }
    quarantines.sort_by_key(|item| item.since);
    let asks = open_questions(&ledger, now).await?;
    match arguments.format {
        Format::Json => say!("{}", output::json(&json!({"contained": quarantines, "asked": asks}))?),
        Format::Table => {
            print_table(&quarantines, now);
            print_questions(&asks);
            print_alarms(&config, &arguments.place.stack).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open_questions(ledger: &DynamoLedger, now: Timestamp) -> Result<Vec<Entry>> {
    let mut open = Vec::new();
    for id in ledger.asks().await.map_err(aws_error)? {
        let entry = ledger.entry(&id).await.map_err(aws_error)?.map(|known| known.item);
        open.extend(
            entry.filter(|entry| entry.gone.is_none() && entry.ask.as_ref().is_some_and(|ask| ask.is_open(now))),
        );
    }
    Ok(open)
}

fn print_table(quarantines: &[Quarantine], now: Timestamp) {
    if quarantines.is_empty() {
        say!("nobody is contained");
        return;
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["who", "since", "until", "why", "done", "state"]);
    for item in quarantines {
        table.add_row([
            item.target.arn().to_owned(),
            format!("{:.0}", item.since),
            until(item),
            clean(&format!("{}\n{}", item.why, item.finding)).replace('\u{fffd}', "\n"),
            done(item),
            state(item, now),
        ]);
    }
    say!("{table}");
}

fn until(item: &Quarantine) -> String {
    match item.extensions.last() {
        Some(extension) => format!("{:.0}\nextended by {}", item.until, extension.by),
        None => format!("{:.0}", item.until),
    }
}

/// What was changed, in short; the page and the JSON form have it whole.
fn done(item: &Quarantine) -> String {
    let step = |step: &Step| match step {
        Step::AttachPolicy { policy } => format!("policy {}", policy.as_str().rsplit('/').next().unwrap_or_default()),
        Step::PutBoundary { policy, .. } => {
            format!("boundary {}", policy.as_str().rsplit('/').next().unwrap_or_default())
        }
        Step::DeactivateKey { key } => format!("key {key} inactive"),
    };
    let steps: Vec<String> = std::iter::once(item.level.to_string()).chain(item.steps.iter().map(step)).collect();
    steps.join("\n")
}

fn state(item: &Quarantine, now: Timestamp) -> String {
    let state = match &item.state {
        QuarantineState::Applying => "being put on, not confirmed".to_owned(),
        QuarantineState::Active { .. } if item.until <= now => "due to be lifted".to_owned(),
        QuarantineState::Active { verification } => denied(verification),
        QuarantineState::Releasing { by, .. } => format!("being lifted by {by}"),
        QuarantineState::Released { at, by, reason, .. } => format!("released {at:.0} by {by}: {reason}"),
        QuarantineState::Failed => "never put on".to_owned(),
    };
    let tampered = if item.reapplied > 0 { format!("\nput back {} times", item.reapplied) } else { String::new() };
    let left = item.tampering.as_ref().and_then(|tampering| tampering.left.as_deref());
    let left = left.map(|left| format!("\nUNDONE BY SOMEBODY, left so: {left}")).unwrap_or_default();
    clean(&format!("{state}{tampered}{left}")).replace('\u{fffd}', "\n")
}

fn denied(verification: &Verification) -> String {
    match verification {
        Verification { read_back: false, .. } => "denied, NOT VERIFIED: IAM did not show it".to_owned(),
        Verification { simulated: Simulated::Denied, .. } => "denied, verified".to_owned(),
        Verification { simulated: Simulated::Allowed { action }, .. } => {
            format!("NOT DENIED: IAM's simulator still allows {action}")
        }
        Verification { simulated: Simulated::Unknown { .. }, .. } => {
            "denied, read back; IAM's simulator did not answer".to_owned()
        }
    }
}

fn print_questions(asks: &[Entry]) {
    for entry in asks {
        let Some(ask) = &entry.ask else { continue };
        let (id, principal) = (&entry.finding.id, clean(&entry.finding.actor.principal.to_string()));
        say!("\nasked: may {principal} be contained ({})? {id}, until {:.0}", ask.level, ask.until);
    }
}

/// A deployment that looks healthy and sees nothing is the worst kind, so its alarms are part of the answer.
async fn print_alarms(config: &SdkConfig, stack: &str) {
    match alarms_of_stack(config, stack).await {
        Err(error) => say!("\nalarms: unknown: {}", error.chain()),
        Ok(alarms) if alarms.is_empty() => say!("\nalarms: none; is `{stack}` deployed here?"),
        Ok(alarms) => {
            let ringing: Vec<_> = alarms.iter().filter(|alarm| alarm.state == "ALARM").collect();
            say!("\nalarms: {} of {} ringing", ringing.len(), alarms.len());
            for alarm in ringing {
                say!("  {}: {}", alarm.name, alarm.reason);
            }
        }
    }
}
