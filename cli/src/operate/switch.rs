//! `portcullis stop` and `portcullis resume`: the kill switch. While it is on nobody is contained; pages go on.

use std::process::ExitCode;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use super::{Place, Why, ask};
use crate::output::{clean, say};

/// Why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    errors: Vec<String>,
}

pub(crate) async fn stop(arguments: &Arguments) -> Result<ExitCode> {
    let answer: Answer = ask(&arguments.place, "stop", &arguments.why, json!({})).await?;
    say!("stopped: from now on nobody is contained, and nobody is put back who got out; pages go on");
    say!("  whoever is contained stays so until the deadline: portcullis status --stack {}", arguments.place.stack);
    say!("  switch on again: portcullis resume --stack {} --reason \"...\"", arguments.place.stack);
    told(&answer);
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn resume(arguments: &Arguments) -> Result<ExitCode> {
    let answer: Answer = ask(&arguments.place, "resume", &arguments.why, json!({})).await?;
    say!("resumed: who is to be contained is contained again");
    told(&answer);
    Ok(ExitCode::SUCCESS)
}

fn told(answer: &Answer) {
    for error in &answer.errors {
        say!("  it could not be written to the ledger, or on-call could not be told: {}", clean(error));
    }
}
