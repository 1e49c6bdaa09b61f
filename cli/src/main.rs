#![doc = include_str!("../README.md")]

mod check;
mod load;
mod output;
mod release;
mod replay;
mod rules;
mod status;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Watches the use of KMS keys and secrets, and quarantines the role that misuses them.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run CloudTrail logs through the whole pipeline and say what would have been done; touches nothing.
    Replay(replay::Arguments),
    /// Check settings and rules, and print every problem with its line.
    Check(check::Arguments),
    /// List rules, explain why one fired or did not, test your own, start a new one.
    Rules(rules::Arguments),
    /// Who is in quarantine, since when, until when, and why.
    Status(status::Arguments),
    /// Lift the quarantine of a role or user.
    Release(release::Arguments),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Replay(arguments) => replay::run(&arguments).await,
        Command::Check(arguments) => check::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Status(arguments) => status::run(&arguments).await,
        Command::Release(arguments) => release::run(&arguments).await,
    };
    result.unwrap_or_else(|error| {
        anstream::eprintln!("portcullis: {error:#}");
        ExitCode::from(2)
    })
}

/// What AWS answered, and what to do when it is only that nobody is signed in.
#[expect(clippy::needless_pass_by_value, reason = "called from `map_err`")]
fn aws_error(error: portcullis_response::PortError) -> anyhow::Error {
    let text = error.chain();
    let signed_out = text.contains("credential") || text.contains("ExpiredToken") || text.contains("missing a region");
    let help = "\nhelp: sign in (`aws sso login`), or name a profile in AWS_PROFILE and a Region in AWS_REGION";
    anyhow::anyhow!("{text}{}", if signed_out { help } else { "" })
}
