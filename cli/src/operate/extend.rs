//! `portcullis extend`: lets a containment end later.

use std::process::ExitCode;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::json;

use super::{Failed, Place, Why, ask};
use crate::output::{clean, say};

/// Whose containment, by how long, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The role or user: its ARN, or its name where no other of that name is contained
    #[arg(value_name = "WHO")]
    principal: String,
    /// By how many hours; it may end thirty days from now at the latest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=720))]
    hours: u32,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    extended: Vec<Extended>,
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
struct Extended {
    principal: String,
    until: jiff::Timestamp,
    page_error: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let request = json!({"principal": arguments.principal, "hours": arguments.hours});
    let answer: Answer = ask(&arguments.place, "extend", &arguments.why, request).await?;
    if let Some(failed) = answer.failed.first() {
        bail!("{}", failed.error);
    }
    for extended in &answer.extended {
        say!("{} stays contained until {:.0}", extended.principal, extended.until);
        if let Some(error) = &extended.page_error {
            say!("  on-call could not be told: {}", clean(error));
        }
    }
    Ok(ExitCode::SUCCESS)
}
