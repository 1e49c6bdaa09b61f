#![doc = include_str!("../README.md")]

mod check;
mod cost;
mod input;
mod load;
mod metrics;
mod operate;
mod output;
mod replay;
mod rules;
mod simulate;
mod who;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chosen by measurement: see docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Watches the use of KMS keys and secrets, and contains the role that misuses them.
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
    /// Who used a key or a secret, or what an actor used: when, from where, how often, with what outcome.
    Who(who::Arguments),
    /// Make realistic logs of an organisation from a seed, with attacks and the truth about them.
    Simulate(simulate::Arguments),
    /// Check settings and rules, and print every problem with its line.
    Check(check::Arguments),
    /// List rules, explain why one fired or did not, test your own, start a new one.
    Rules(rules::Arguments),
    /// How much each key and secret was used, day by day, against the days before, and what Portcullis saw and did.
    Metrics(metrics::Arguments),
    /// What a deployment takes in a month: metrics, alarms, writes, invocations; and what it costs, at your prices.
    Cost(cost::Arguments),
    /// Who is contained: since when, until when, why, what was done, whether that was verified.
    Status(operate::status::Arguments),
    /// Answer on-call's question with yes: contain the actor.
    Approve(operate::answer::Arguments),
    /// Answer on-call's question with no: leave the actor.
    Reject(operate::answer::Arguments),
    /// Lift the containment of a role or user: everything is as it was before.
    Release(operate::release::Arguments),
    /// Let a containment end later.
    Extend(operate::extend::Arguments),
    /// The kill switch: contain nobody until further notice. Pages go on.
    Stop(operate::switch::Arguments),
    /// Throw the kill switch back.
    Resume(operate::switch::Arguments),
    /// What CloudWatch alarms, metric filters and the dashboard differ from what the settings call for.
    #[command(subcommand)]
    Alarms(operate::alarms::Command),
    /// The record of what was decided and done.
    #[command(subcommand)]
    Ledger(operate::ledger::Command),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Replay(arguments) => Box::pin(replay::run(&arguments)).await,
        Command::Who(arguments) => who::run(&arguments).await,
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Metrics(arguments) => metrics::run(&arguments).await,
        Command::Cost(arguments) => cost::run(&arguments),
        Command::Status(arguments) => operate::status::run(&arguments).await,
        Command::Approve(arguments) => operate::answer::approve(&arguments).await,
        Command::Reject(arguments) => operate::answer::reject(&arguments).await,
        Command::Release(arguments) => operate::release::run(&arguments).await,
        Command::Extend(arguments) => operate::extend::run(&arguments).await,
        Command::Stop(arguments) => operate::switch::stop(&arguments).await,
        Command::Resume(arguments) => operate::switch::resume(&arguments).await,
        Command::Alarms(command) => operate::alarms::run(&command).await,
        Command::Ledger(command) => operate::ledger::run(&command).await,
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
