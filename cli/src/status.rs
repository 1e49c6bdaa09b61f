//! `portcullis status`: who is in quarantine, and whether the deployment itself is well.

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use jiff::Timestamp;
use portcullis_aws::{DynamoLedger, alarms_of_stack, load};
use portcullis_response::{Ledger as _, Quarantine, QuarantineState};

use crate::aws_error;
use crate::output::{Format, say};

/// Which deployment, and in which form.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Past quarantines too
    #[arg(long)]
    all: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The stack that Portcullis is deployed as
    #[arg(long, default_value = "portcullis", env = "PORTCULLIS_STACK")]
    stack: String,
    /// The Region it is deployed in [default: as the AWS CLI finds it]
    #[arg(long)]
    region: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let config = load(arguments.region.as_deref()).await;
    let ledger = DynamoLedger::new(&config, format!("{}-ledger", arguments.stack));
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
    match arguments.format {
        Format::Json => say!("{}", serde_json::to_string_pretty(&quarantines)?),
        Format::Table => {
            print_table(&quarantines, Timestamp::now());
            print_alarms(&config, &arguments.stack).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_table(quarantines: &[Quarantine], now: Timestamp) {
    if quarantines.is_empty() {
        say!("nobody is in quarantine");
        return;
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["who", "since", "until", "state", "why", "finding"]);
    for item in quarantines {
        table.add_row([
            item.target.arn().to_owned(),
            format!("{:.0}", item.since),
            format!("{:.0}", item.until),
            state(item, now),
            item.why.clone(),
            item.finding.to_string(),
        ]);
    }
    say!("{table}");
}

fn state(item: &Quarantine, now: Timestamp) -> String {
    match &item.state {
        QuarantineState::Attaching => "attaching, not confirmed".to_owned(),
        QuarantineState::Active { .. } if item.until <= now => "due to be lifted".to_owned(),
        QuarantineState::Active { verified: true } => "denied, verified".to_owned(),
        QuarantineState::Active { verified: false } => "denied, not verified".to_owned(),
        QuarantineState::Released { at, by, reason } => format!("released {at:.0} by {by}: {reason}"),
        QuarantineState::Failed => "never attached".to_owned(),
    }
}

/// A deployment that looks healthy and sees nothing is the worst kind, so its alarms are part of the answer.
async fn print_alarms(config: &portcullis_aws::SdkConfig, stack: &str) {
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
