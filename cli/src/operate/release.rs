//! `portcullis release`: lifts a containment.

use std::process::ExitCode;

use anyhow::{Result, bail};
use portcullis_response::Undone;
use serde::Deserialize;
use serde_json::json;

use super::{Failed, Place, Why, ask};
use crate::output::{clean, say};

/// Whom to release, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The role or user: its ARN, or its name where no other of that name is contained
    #[arg(value_name = "WHO")]
    principal: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    released: Vec<Released>,
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
struct Released {
    principal: String,
    found: Vec<Undone>,
    page_error: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let request = json!({"principal": arguments.principal});
    let answer: Answer = ask(&arguments.place, "release", &arguments.why, request).await?;
    if let Some(failed) = answer.failed.first() {
        bail!("{}", failed.error);
    }
    let mut clean_undo = true;
    for released in &answer.released {
        say!("released {}", released.principal);
        for found in &released.found {
            say!("  {}", told(found));
            clean_undo &= *found == Undone::Restored;
        }
        if let Some(error) = &released.page_error {
            say!("  on-call could not be told: {}", clean(error));
        }
    }
    // Released all the same, but somebody should look.
    Ok(if clean_undo { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(found: &Undone) -> String {
    match found {
        Undone::Restored => "what was changed is undone, read back: as it was before".to_owned(),
        Undone::WasNotThere => "a change was not there any more: somebody else had undone it; find out who".to_owned(),
        Undone::Changed { found } => {
            format!("LEFT ALONE: somebody has changed it since, there is {} now; look, and decide", clean(found))
        }
        Undone::NoSuchPrincipal => "it no longer exists, or another one has its name, which was not touched".to_owned(),
    }
}
