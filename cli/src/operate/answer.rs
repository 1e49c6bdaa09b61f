//! `portcullis approve` and `portcullis reject`: answers to what on-call was asked.

use std::process::ExitCode;

use anyhow::{Result, bail};
use portcullis_domain::FindingId;
use serde::Deserialize;
use serde_json::json;

use super::{Failed, Place, Why, ask};
use crate::output::{clean, say};

/// Which question, and why the answer is what it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The finding that on-call was asked about, as the page names it
    #[arg(value_name = "FINDING")]
    finding: FindingId,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    answered: Vec<Answered>,
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
struct Answered {
    finding: FindingId,
    principal: String,
}

pub(crate) async fn approve(arguments: &Arguments) -> Result<ExitCode> {
    let answered = give("approve", arguments).await?;
    let Answered { finding, principal } = answered;
    say!("approved {finding}: {} is being contained, if no guard objects; a page tells how it went", clean(&principal));
    say!("  see who is contained: portcullis status --stack {}", arguments.place.stack);
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn reject(arguments: &Arguments) -> Result<ExitCode> {
    let Answered { finding, principal } = give("reject", arguments).await?;
    say!("rejected {finding}: {} is left alone", clean(&principal));
    Ok(ExitCode::SUCCESS)
}

async fn give(what: &str, arguments: &Arguments) -> Result<Answered> {
    let request = json!({"finding": arguments.finding});
    let answer: Answer = ask(&arguments.place, what, &arguments.why, request).await?;
    if let Some(failed) = answer.failed.first() {
        bail!("{}", failed.error);
    }
    match answer.answered.into_iter().next() {
        Some(answered) => Ok(answered),
        None => bail!("the release function took the answer and says nothing about it; see `portcullis status`"),
    }
}
