//! `portcullis release`: asks the release function, which alone may detach, to lift a quarantine.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use portcullis_aws::{caller_arn, invoke, load};
use serde::Deserialize;
use serde_json::json;

use crate::aws_error;
use crate::output::say;

/// Whom to release, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The role or user: its ARN, or its name where no other of that name is in quarantine
    #[arg(value_name = "ROLE")]
    principal: String,
    /// Why; kept in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The stack that Portcullis is deployed as
    #[arg(long, default_value = "portcullis", env = "PORTCULLIS_STACK")]
    stack: String,
    /// The Region it is deployed in [default: as the AWS CLI finds it]
    #[arg(long)]
    region: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    released: Vec<Released>,
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
struct Released {
    principal: String,
    detached: String,
    page_error: Option<String>,
}

#[derive(Deserialize)]
struct Failed {
    error: String,
}

/// The reason is evidence: somebody will read it in an audit.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say why, in a few words".to_owned()) } else { Ok(text.to_owned()) }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let config = load(arguments.region.as_deref()).await;
    let by = caller_arn(&config).await.map_err(aws_error)?;
    let request = json!({"release": {"principal": arguments.principal, "by": by, "reason": arguments.reason}});
    let function = format!("{}-release", arguments.stack);
    let answer = invoke(&config, &function, request.to_string()).await.map_err(aws_error)?;
    let answer: Answer = serde_json::from_slice(&answer)
        .with_context(|| format!("`{function}` answered something else: {}", String::from_utf8_lossy(&answer)))?;
    if let Some(failed) = answer.failed.first() {
        bail!("{}", failed.error);
    }
    for released in &answer.released {
        let principal = &released.principal;
        match released.detached.as_str() {
            "detached" => say!("released {principal}: the deny policy is detached, read back: gone"),
            "was-not-attached" => say!(
                "released {principal}: the deny policy was not attached any more. Somebody else had detached it; find out who"
            ),
            _ => say!("released {principal}: it no longer exists"),
        }
        if let Some(error) = &released.page_error {
            say!("  on-call could not be told: {error}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
